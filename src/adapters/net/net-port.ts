import { seen, type Observed } from '../../domain/observed.ts'
import type { ConnectAnswer, NetPort } from '../../ports/net-port.ts'
import { createMemo } from '../memo.ts'
import { browseInstance } from './browse.ts'
import { openSocket, showEndpoint, type SocketTarget } from './open-socket.ts'
import { resolveName, type Lookup } from './resolve-name.ts'
import { readRouteAddress } from './route-address.ts'
import { ABORTED, connectOutcome, socketFailure } from './socket-errors.ts'

export interface NetPortOptions {
  /** For one lookup, one connect or one Browser query. */
  timeoutMs: number
  signal: AbortSignal
  /** UDP port of SQL Server Browser. */
  browserPort?: number
  lookup?: Lookup
  /** Why the runner's own addresses prove nothing of where it stands. */
  vantageDoubt?: string
  runtimeDoubt?: string
  /** Azure Resource Manager of this run stands on loopback. */
  isLoopbackWorld?: boolean
}

const BROWSER_PORT = 1434
/** Longer than any round trip, so that an address that refuses is still told from one that is silent. */
const SETTLE_MS = 1000

/** The network as this runner sees it. Every question is asked once a run. */
export function createNetPort(options: NetPortOptions): NetPort {
  const { timeoutMs, signal, browserPort = BROWSER_PORT, lookup, vantageDoubt, runtimeDoubt, isLoopbackWorld } = options
  const memo = createMemo()
  const races = new Map<string, Race>()
  const raceOf = (addresses: readonly string[], port: number): Race => {
    const key = JSON.stringify([addresses, port])
    const race = races.get(key) ?? createRace()
    races.set(key, race)
    return race
  }
  const routeAddress = (toward: string): Promise<string | undefined> =>
    memo.once(`route ${toward}`, () => readRouteAddress(toward, { timeoutMs, signal }))
  return {
    resolve: (host) =>
      memo.once(`resolve ${host.toLowerCase()}`, () =>
        resolveName(host, { timeoutMs, signal, ...(lookup === undefined ? {} : { lookup }) }),
      ),
    connect: (address, port, ofName = [address]) =>
      memo.once(`connect ${address} ${port}`, () =>
        probeConnect({ address, port, timeoutMs, signal }, raceOf(ofName, port), routeAddress),
      ),
    browse: (address, instance) =>
      memo.once(`browse ${address} ${instance.toLowerCase()}`, () =>
        browseInstance({ address, port: browserPort, instance, timeoutMs, signal }),
      ),
    routeAddress,
    ...(vantageDoubt === undefined ? {} : { vantageDoubt }),
    ...(runtimeDoubt === undefined ? {} : { runtimeDoubt }),
    ...(isLoopbackWorld === true ? { isLoopbackWorld } : {}),
  }
}

/** The attempts to connect to all addresses of one name. `over`: one of them was open, and the others had their time. */
interface Race {
  over: AbortSignal
  won(): void
}

function createRace(): Race {
  const ended = new AbortController()
  return { over: ended.signal, won: () => void setTimeout(() => ended.abort(), SETTLE_MS).unref() }
}

async function probeConnect(
  target: SocketTarget,
  race: Race,
  routeAddress: NetPort['routeAddress'],
): Promise<Observed<ConnectAnswer>> {
  const { address, port, signal } = target
  const answer = await openSocket({ ...target, signal: AbortSignal.any([signal, race.over]) })
  if (answer.opened) {
    race.won()
    answer.socket.on('error', () => undefined).destroy()
    return seen({ address, port, outcome: 'open', localAddress: answer.localAddress, ms: answer.ms })
  }
  const isLeft = answer.code === ABORTED && !signal.aborted
  const outcome = isLeft ? 'timeout' : connectOutcome(answer.code)
  if (outcome !== undefined) {
    const localAddress = await routeAddress(address)
    return seen({ address, port, outcome, ...(localAddress === undefined ? {} : { localAddress }), ms: answer.ms })
  }
  return {
    ok: false,
    failure: socketFailure(answer.code, `TCP connect from this runner to ${showEndpoint(address, port)}`),
  }
}
