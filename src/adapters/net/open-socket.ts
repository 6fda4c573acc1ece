import { connect, isIP, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { ABORTED, errorCode } from './socket-errors.ts'

export interface SocketTarget {
  /** An IP address: names are resolved before, so that each address is tried on its own (no happy eyeballs). */
  address: string
  port: number
  timeoutMs: number
  signal: AbortSignal
}

export type SocketAnswer =
  { opened: true; socket: Socket; localAddress: string; ms: number } | { opened: false; code: string; ms: number }

/** One TCP connect to one address. The caller destroys the socket, and listens to its errors from then on. */
export function openSocket({ address, port, timeoutMs, signal }: SocketTarget): Promise<SocketAnswer> {
  const startedAt = performance.now()
  const ms = (): number => Math.round(performance.now() - startedAt)
  if (signal.aborted) return Promise.resolve({ opened: false, code: ABORTED, ms: 0 })
  if (isIP(address) === 0) return Promise.resolve({ opened: false, code: 'NOT_AN_ADDRESS', ms: 0 })
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return Promise.resolve({ opened: false, code: 'NOT_A_PORT', ms: 0 })
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, autoSelectFamily: false, noDelay: true })
    const stop = (code: string): void => {
      end()
      // A late error of a socket that nobody listens to would end the process.
      socket.on('error', () => undefined)
      socket.destroy()
      resolve({ opened: false, code, ms: ms() })
    }
    const onError = (error: Error): void => {
      stop(errorCode(error))
    }
    const onAbort = (): void => {
      stop(ABORTED)
    }
    const onConnect = (): void => {
      end()
      resolve({ opened: true, socket, localAddress: plainAddress(socket.localAddress ?? ''), ms: ms() })
    }
    const timer = setTimeout(stop, timeoutMs, 'ETIMEDOUT')
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('connect', onConnect)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', onError).once('connect', onConnect)
  })
}

/** Without an IPv6 zone (`%eth0`), and an IPv4 address that is written as an IPv6 one as what it is. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  return mapped?.[1] ?? bare.toLowerCase()
}

/** `10.0.0.5:1433`, `[fd00::5]:1433`. */
export function showEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
