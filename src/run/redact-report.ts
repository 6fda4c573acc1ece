import { redactJson } from '../domain/redact.ts'
import type { Report } from '../domain/report.ts'
import type { Redact } from '../sinks/redacted.ts'

/** Fields that hold words of closed sets, instants, paths and addresses of our own: never what a server said. */
const CLOSED = new Set(
  (
    'schemaVersion tool counts startedAt repository sha event url status statusIfMerged readyUntil disclosure severity ' +
    'team kind verdict proof id check ref scenario generation migration cutover path source expires expiresAt language'
  ).split(' '),
)
/** Fields that may hold anything, keys too. */
const FOREIGN = new Set(['evidence'])

/** Takes the secrets out of all that came from outside, and leaves the report a report whatever the secrets are. */
export function redactReport(report: Report, redact: Redact): Report {
  return walk(report, '', redact) as Report
}

function walk(value: unknown, key: string, redact: Redact): unknown {
  if (FOREIGN.has(key)) return redactJson(value, redact)
  if (CLOSED.has(key)) return value
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => walk(item, key, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name, redact)]))
}
