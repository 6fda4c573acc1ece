// Preloaded with `node --import`: every question to a resolver is noted in the file that LAB_DNS_LOG names.
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Ask = (name: string, ...rest: unknown[]) => unknown

for (const api of [dns, dns.promises]) {
  const functions = api as unknown as Record<string, Ask>
  for (const key of Object.keys(functions).filter((name) => /^(?:lookup|resolve)/.test(name))) {
    const ask = functions[key]
    if (ask === undefined) continue
    functions[key] = (name, ...rest) => {
      appendFileSync(process.env['LAB_DNS_LOG'] ?? '/dev/null', `${name}\n`)
      return ask.call(api, name, ...rest)
    }
  }
}
syncBuiltinESMExports()
