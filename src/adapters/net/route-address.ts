import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'
import { plainAddress } from './open-socket.ts'

export interface RouteOptions {
  timeoutMs: number
  signal: AbortSignal
}

/** Any port: the route does not depend on it, and nothing is sent to it. */
const PORT = 9
const UNSPECIFIED: readonly string[] = ['', '0.0.0.0', '::']

/**
 * The runner's own address on the way to another one. A UDP socket that is connected and sends nothing makes the
 * operating system choose the route and the address, without a packet. Undefined when there is no route.
 */
export function readRouteAddress(toward: string, { timeoutMs, signal }: RouteOptions): Promise<string | undefined> {
  const family = isIP(toward)
  if (family === 0 || signal.aborted) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    let hasEnded = false
    const end = (address?: string): void => {
      if (hasEnded) return
      hasEnded = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.close()
      resolve(address)
    }
    const onAbort = (): void => {
      end()
    }
    const timer = setTimeout(end, timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onAbort)
    // node passes a failure here, against its types, instead of emitting it.
    socket.connect(PORT, toward, (error?: Error) => {
      end(error === undefined ? boundAddress(socket) : undefined)
    })
  })
}

/** The runner's own address of a connected UDP socket. */
export function boundAddress(socket: { address(): { address: string } }): string | undefined {
  const address = plainAddress(socket.address().address)
  return UNSPECIFIED.includes(address) ? undefined : address
}
