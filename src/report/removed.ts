import type { Removed, RemovedKind, ReportProblem } from '../domain/report.ts'
import type { Fault } from './vouchers.ts'

const NOTHING_ELSE = 'nothing'
/** In one sentence; the head of the report lists them one by one. */
const LISTED = 20

const PLURALS: Readonly<Record<RemovedKind, string>> = {
  manifest: 'manifests',
  source: 'sources',
  target: 'targets',
  database: 'databases',
  share: 'shares',
  container: 'containers',
  flow: 'flows',
  check: 'checks',
  severity: 'severities',
  setting: 'settings',
  attestation: 'attestations',
  waiver: 'waivers',
}

/** One entry of `removed` in words; names stand in backticks. */
export function removedWords({ kind, check, from, to, count, ...rest }: Removed): string {
  if (count !== undefined) return `${count} ${count === 1 ? kind : PLURALS[kind]}`
  // Where names stand in backticks, one of their own would end the name.
  const name = rest.name?.replaceAll('`', "'")
  const on = name === undefined ? '' : ` on \`${name}\``
  switch (kind) {
    case 'check':
      return `the check \`${check ?? ''}\`${on}`
    case 'severity':
      return `\`${check ?? ''}\`${on}: ${to ?? 'recommended'} instead of ${from ?? 'required'}`
    case 'attestation':
    case 'waiver':
      return `the ${kind} of \`${check ?? ''}\`${on}`
    case 'setting':
      return name === undefined
        ? 'a setting'
        : `\`${name}\`: ${to === undefined ? NOTHING_ELSE : `\`${to}\``} instead of ${from === undefined ? NOTHING_ELSE : `\`${from}\``}`
    case 'manifest':
    case 'source':
    case 'target':
    case 'database':
    case 'share':
    case 'container':
    case 'flow':
      return `the ${kind}${name === undefined ? '' : ` \`${name}\``}${to === undefined ? '' : `, which is now \`${to}\``}`
  }
}

const FAULTS: readonly Fault[] = ['void', 'expired', 'for another thing', 'wrongly named', 'repeated', 'unused']

/** The sentence at the head of the report when somebody's word counts for nothing. */
export function faultNotices(faults: readonly Fault[]): string[] {
  if (faults.length === 0) return []
  const counts = FAULTS.map((fault) => ({ fault, count: faults.filter((one) => one === fault).length }))
  const parts = counts.filter(({ count }) => count > 0).map(({ fault, count }) => `${count} ${fault}`)
  return [
    `Attestations and waivers that count for nothing: ${parts.join(', ')}. The problems below name each with its line.`,
  ]
}

/** A warning for each manifest from which something is taken, for the surfaces that show problems by place. */
export function removedProblems(removed: readonly Removed[]): ReportProblem[] {
  const byManifest = new Map<string, Removed[]>()
  for (const one of removed) {
    const key = `${one.location?.path ?? ''} ${one.manifest ?? ''}`
    byManifest.set(key, [...(byManifest.get(key) ?? []), one])
  }
  return [...byManifest.values()].map((entries) => {
    const [first] = entries
    const more = entries.length - LISTED
    const words = entries.slice(0, LISTED).map(removedWords)
    const message = `This change takes out of scope: ${[...words, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')}`
    return { severity: 'warning', message, ...(first?.location === undefined ? {} : { location: first.location }) }
  })
}
