import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { seen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { PreLoginAnswer } from '../../ports/sql-port.ts'
import { openSocket, showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ABORTED, errorCode, socketFailure } from '../net/socket-errors.ts'
import { encodePreLogin, parsePreLogin, type PreLoginMessage } from './pre-login-message.ts'
import { createTdsReader, encodeMessage, PRELOGIN, type TdsReader } from './tds-packets.ts'

/** An answered pre-login with the connection still open: whoever asked destroys the socket. */
export interface OpenPreLogin {
  state: 'answered'
  answer: PreLoginMessage
  socket: Socket
  reader: TdsReader
  localAddress: string
}
export type PreLoginExchange =
  OpenPreLogin | { state: 'not-tds' | 'closed'; message: string } | { state: 'failed'; failure: ProbeFailure }

/** The stance of a server, without a credential. */
export async function probePreLogin(target: SocketTarget): Promise<Observed<PreLoginAnswer>> {
  const exchange = await exchangePreLogin(target, 'off')
  switch (exchange.state) {
    case 'answered':
      exchange.socket.on('error', () => undefined).destroy()
      return seen({ answered: true, ...exchange.answer, localAddress: exchange.localAddress })
    case 'failed':
      return { ok: false, failure: exchange.failure }
    case 'closed':
    case 'not-tds':
      return seen({ answered: false, reason: exchange.state, message: exchange.message })
  }
}

/** Connects, sends a pre-login and reads the answer, all within the target's time. */
export async function exchangePreLogin(target: SocketTarget, encryption: 'off' | 'on'): Promise<PreLoginExchange> {
  const endpoint = showEndpoint(target.address, target.port)
  const startedAt = performance.now()
  const opened = await openSocket(target)
  if (!opened.opened)
    return { state: 'failed', failure: socketFailure(opened.code, `TCP connect from this runner to ${endpoint}`) }
  const { socket, localAddress } = opened
  const reader = createTdsReader()
  socket.write(encodeMessage(PRELOGIN, encodePreLogin(encryption)))
  const remainingMs = Math.max(1, target.timeoutMs - (performance.now() - startedAt))
  const received = await receiveMessage(socket, reader, remainingMs, target.signal)
  if (received.state === 'message') {
    const answer = parsePreLogin(received.payload)
    if (answer !== undefined) return { state: 'answered', answer, socket, reader, localAddress }
  }
  socket.on('error', () => undefined).destroy()
  switch (received.state) {
    case 'failed':
      return {
        state: 'failed',
        failure: socketFailure(
          received.code,
          `TDS pre-login from this runner to ${endpoint}, which accepted the connection`,
        ),
      }
    case 'closed':
      return {
        state: 'closed',
        message: `${endpoint} closed the connection before it answered a TDS pre-login (${received.code}): it is no SQL Server, or it only takes TDS 8.0 (encrypt: strict).`,
      }
    case 'message':
    case 'not-tds':
      return {
        state: 'not-tds',
        message: `${endpoint} does not speak TDS: it answered a pre-login with ${showBytes(reader.firstBytes())}.`,
      }
  }
}

type Received =
  | { state: 'message'; payload: Buffer }
  | { state: 'not-tds' }
  | { state: 'closed'; code: string }
  | { state: 'failed'; code: string }

function receiveMessage(socket: Socket, reader: TdsReader, timeoutMs: number, signal: AbortSignal): Promise<Received> {
  return new Promise((resolve) => {
    const end = (received: Received): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError)
      resolve(received)
    }
    const onData = (data: Buffer): void => {
      const messages = reader.push(data)
      if (messages === 'not-tds') end({ state: 'not-tds' })
      else if (messages[0] !== undefined) end({ state: 'message', payload: messages[0] })
    }
    const onEnd = (): void => {
      end({ state: 'closed', code: 'end of stream' })
    }
    const onError = (error: Error): void => {
      const code = errorCode(error)
      end({ state: code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : 'failed', code })
    }
    const onAbort = (): void => {
      end({ state: 'failed', code: ABORTED })
    }
    const timer = setTimeout(end, timeoutMs, { state: 'failed', code: 'ETIMEDOUT' })
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError)
    if (signal.aborted) onAbort()
  })
}

function showBytes(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/[^ -~]/g, '.')
  return `${bytes.toString('hex')} ("${text}")`
}
