// Preloaded with `node --import`: every question to a resolver, TCP connect and UDP datagram is noted in the file that
// LAB_PACKET_LOG names, before it is made: `dns localhost`, `tcp 127.0.0.1 1433`, `udp 127.0.0.1 1434`.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

type Any = (this: unknown, ...args: unknown[]) => unknown

const note = (...words: unknown[]): void => {
  appendFileSync(process.env['LAB_PACKET_LOG'] ?? '/dev/null', `${words.join(' ')}\n`)
}

function wrap(owner: object, key: string, before: (args: unknown[]) => void): void {
  const functions = owner as Record<string, Any>
  const original = functions[key]
  if (original === undefined) return
  functions[key] = function (...args) {
    before(args)
    return original.apply(this, args)
  }
}

for (const api of [dns, dns.promises]) {
  for (const key of Object.keys(api).filter((name) => /^(?:lookup|resolve)/.test(name))) {
    wrap(api, key, ([name]) => note('dns', name))
  }
}
wrap(net.Socket.prototype, 'connect', ([first, second]) => {
  // net.connect hands its arguments over as one list.
  const options: unknown = Array.isArray(first) ? first[0] : first
  if (typeof options === 'object' && options !== null) {
    const { host, port } = options as { host?: string; port?: number }
    note('tcp', host ?? 'localhost', port)
  } else note('tcp', second, options)
})
wrap(dgram.Socket.prototype, 'send', (args) =>
  note('udp', ...args.filter((arg) => typeof arg === 'string' || typeof arg === 'number')),
)
syncBuiltinESMExports()
