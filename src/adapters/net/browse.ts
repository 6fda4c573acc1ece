import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { BrowserAnswer, BrowserInstance } from '../../ports/net-port.ts'
import { boundText } from '../bounded-text.ts'
import { parseBrowserReply } from './browser-reply.ts'
import { showEndpoint } from './open-socket.ts'
import { boundAddress } from './route-address.ts'
import { ABORTED, connectOutcome, errorCode, socketFailure } from './socket-errors.ts'

export interface BrowseTarget {
  address: string
  port: number
  instance: string
  timeoutMs: number
  signal: AbortSignal
}

const CLNT_UCAST_EX = Buffer.from([0x03])
const CLNT_UCAST_INST = 0x04
/** MC-SQLR 2.2.4: at most 32 bytes of name. */
const INSTANCE_LIMIT_BYTES = 32
const TRIES = 3
const RETRY_LIMIT_MS = 1000
/** A service that floods is not listened to until the timeout. */
const GARBAGE_LIMIT = 64

interface Heard {
  listed: readonly BrowserInstance[]
  garbage: boolean
  localAddress?: string
  code?: string
}

/**
 * Asks SQL Server Browser for one instance. It keeps silent about an instance that it does not know (MC-SQLR 3.2.5.2),
 * so all are asked for afterwards: that tells an unknown instance from a Browser that does not answer.
 */
export async function browseInstance(target: BrowseTarget): Promise<Observed<BrowserAnswer>> {
  const { address, instance } = target
  const shown = boundText(instance)
  const asked = `SQL Server Browser query for "${shown}" from this runner to udp ${showEndpoint(address, target.port)}`
  if (!/^[\u0020-\u007e\u00a0-\u00ff]+$/.test(instance) || instance.length > INSTANCE_LIMIT_BYTES) {
    return unseen(
      'unsupported',
      `SQL Server Browser cannot be asked for "${shown}": the protocol carries at most ${INSTANCE_LIMIT_BYTES} latin1 characters.`,
    )
  }
  const { listed, garbage, localAddress, code } = await exchange(target)
  const way = { address, ...(localAddress === undefined ? {} : { localAddress }) }
  if (listed.length > 0) {
    const entry = listed.find((one) => isSameInstance(one.instanceName, instance))
    const known = [...new Set(listed.map(({ instanceName }) => instanceName))]
    return seen({ outcome: 'answered', ...way, ...(entry === undefined ? {} : { instance: entry }), known })
  }
  if (code === ABORTED) return { ok: false, failure: socketFailure(ABORTED, asked) }
  if (code !== undefined) {
    const outcome = connectOutcome(code)
    return outcome === undefined || outcome === 'reset'
      ? { ok: false, failure: socketFailure(code, asked) }
      : seen({ outcome, ...way })
  }
  if (garbage) return unseen('protocol', `${asked}: what came back is not an answer of SQL Server Browser.`)
  return seen({ outcome: 'timeout', ...way })
}

function exchange(target: BrowseTarget): Promise<Heard> {
  const { address, port, instance, timeoutMs, signal } = target
  if (signal.aborted) return Promise.resolve({ listed: [], garbage: false, code: ABORTED })
  return new Promise((resolve) => {
    // A connected socket hears ICMP refusals, and nothing from anyone else.
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const questions = createQuestions(socket, target)
    let unreadable = 0
    let localAddress: string | undefined
    const end = (listed: readonly BrowserInstance[], code?: string): void => {
      if (questions.hasEnded()) return
      questions.end()
      clearTimeout(deadline)
      signal.removeEventListener('abort', onAbort)
      socket.close()
      resolve({
        listed,
        garbage: unreadable > 0,
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(code === undefined ? {} : { code }),
      })
    }
    const onAbort = (): void => {
      end([], ABORTED)
    }
    const deadline = setTimeout(end, timeoutMs, [])
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', (error) => {
      end([], errorCode(error))
    })
    socket.on('message', (datagram) => {
      const listed = parseBrowserReply(datagram)
      if (listed === undefined) {
        unreadable += 1
        if (unreadable === GARBAGE_LIMIT) end([])
      } else if (questions.hasAskedForAll() || listed.some((one) => isSameInstance(one.instanceName, instance))) {
        end(listed)
      } else {
        // An answer about something else than was asked: the whole list decides.
        questions.askForAll()
      }
    })
    // node passes a failure here, against its types, instead of emitting it.
    socket.connect(port, address, (error?: Error) => {
      if (error !== undefined) {
        end([], errorCode(error))
        return
      }
      if (questions.hasEnded()) return
      localAddress = boundAddress(socket)
      questions.ask()
    })
  })
}

interface Questions {
  ask(): void
  askForAll(): void
  hasAskedForAll(): boolean
  end(): void
  hasEnded(): boolean
}

/** UDP loses packets: three datagrams for the instance, then three for all, one after another until `end`. */
function createQuestions(socket: Socket, { instance, timeoutMs }: BrowseTarget): Questions {
  const stepMs = Math.min(RETRY_LIMIT_MS, timeoutMs / (2 * TRIES + 1))
  const forOne = Buffer.concat([Buffer.from([CLNT_UCAST_INST]), Buffer.from(`${instance}\0`, 'latin1')])
  let sent = 0
  let ended = false
  let next: NodeJS.Timeout | undefined
  const ask = (): void => {
    if (ended || sent === 2 * TRIES) return
    socket.send(sent < TRIES ? forOne : CLNT_UCAST_EX)
    sent += 1
    next = setTimeout(ask, stepMs)
  }
  return {
    ask,
    askForAll: () => {
      clearTimeout(next)
      sent = TRIES
      ask()
    },
    hasAskedForAll: () => sent > TRIES,
    end: () => {
      ended = true
      clearTimeout(next)
    },
    hasEnded: () => ended,
  }
}

/** Instance names are compared without regard to letter case, as SQL Server does. */
function isSameInstance(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
