import type { Duplex } from 'node:stream'
import { performance } from 'node:perf_hooks'
import type { Socket } from 'node:net'
import type { ProbeFailure } from '../../domain/observed.ts'
import { openSocket, showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ABORTED, errorCode, socketFailure } from '../net/socket-errors.ts'
import { encodePreLogin, parsePreLogin, type PreLoginMessage } from './pre-login-message.ts'
import { createTdsReader, encodeMessage, PRELOGIN, type TdsReader } from './tds-packets.ts'

/** What came instead of an answer. `speaksTls`: the first byte is that of a TLS alert, so it may take TDS 8.0 only. */
export type NoPreLogin =
  | { state: 'not-tds'; message: string; speaksTls: boolean }
  | { state: 'closed'; message: string }
  | { state: 'failed'; failure: ProbeFailure }

/** An answered pre-login with the connection still open: whoever asked destroys the socket. */
export interface OpenPreLogin {
  state: 'answered'
  answer: PreLoginMessage
  socket: Socket
  reader: TdsReader
  localAddress: string
}
export type PreLoginExchange = OpenPreLogin | NoPreLogin

/** First byte of a TLS record that holds an alert (RFC 8446, 5.1). */
const TLS_ALERT = 0x15

/** Connects, sends a pre-login and reads the answer, all within the target's time. */
export async function exchangePreLogin(target: SocketTarget, encryption: 'off' | 'on'): Promise<PreLoginExchange> {
  const startedAt = performance.now()
  const opened = await openSocket(target)
  if (!opened.opened) return connectFailure(opened.code, target)
  const { socket, localAddress } = opened
  const asked = await askPreLogin(socket, encryption, restOf(target, startedAt))
  return asked.state === 'answered' ? { ...asked, socket, localAddress } : asked
}

export function connectFailure(
  code: string,
  { address, port }: SocketTarget,
): { state: 'failed'; failure: ProbeFailure } {
  const asked = `TCP connect from this runner to ${showEndpoint(address, port)}`
  return { state: 'failed', failure: socketFailure(code, asked) }
}

/** The same target with what is left of its time. */
export function restOf(target: SocketTarget, startedAt: number): SocketTarget {
  return { ...target, timeoutMs: Math.max(1, target.timeoutMs - (performance.now() - startedAt)) }
}

/** A pre-login over a stream that is open, and that is closed unless it is answered. */
export async function askPreLogin(
  stream: Duplex,
  encryption: 'off' | 'on',
  { address, port, timeoutMs, signal }: SocketTarget,
): Promise<{ state: 'answered'; answer: PreLoginMessage; reader: TdsReader } | NoPreLogin> {
  const endpoint = showEndpoint(address, port)
  const reader = createTdsReader()
  stream.write(encodeMessage(PRELOGIN, encodePreLogin(encryption)))
  const received = await receiveMessage(stream, reader, timeoutMs, signal)
  if (received.state === 'message') {
    const answer = parsePreLogin(received.payload)
    if (answer !== undefined) return { state: 'answered', answer, reader }
  }
  stream.on('error', () => undefined).destroy()
  switch (received.state) {
    case 'failed': {
      const asked = `TDS pre-login from this runner to ${endpoint}, which accepted the connection`
      return { state: 'failed', failure: socketFailure(received.code, asked) }
    }
    case 'closed':
      return {
        state: 'closed',
        message: `${endpoint} closed the connection before it answered a TDS pre-login (${received.code}).`,
      }
    case 'message':
    case 'not-tds': {
      const first = reader.firstBytes()
      const message = `${endpoint} does not speak TDS: it answered a pre-login with ${showBytes(first)}.`
      return { state: 'not-tds', message, speaksTls: first[0] === TLS_ALERT && first[1] === 0x03 }
    }
  }
}

type Received =
  | { state: 'message'; payload: Buffer }
  | { state: 'not-tds' }
  | { state: 'closed'; code: string }
  | { state: 'failed'; code: string }

function receiveMessage(stream: Duplex, reader: TdsReader, timeoutMs: number, signal: AbortSignal): Promise<Received> {
  return new Promise((resolve) => {
    const end = (received: Received): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      stream.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError)
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
    stream.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError)
    if (signal.aborted) onAbort()
  })
}

function showBytes(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/[^ -~]/g, '.')
  return `${bytes.toString('hex')} ("${text}")`
}
