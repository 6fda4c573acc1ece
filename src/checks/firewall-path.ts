import { seen, type Observed, type Script } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement } from './define.ts'
import { BROWSER_PORT, instanceBehindBrowser } from './engine-endpoint.ts'
import { observeEnginePort, type PortEvidence, type TriedPort } from './engine-port.ts'
import { proxyNote } from './network-path.ts'
import { quoteYaml } from './quote-identifier.ts'
import { readSourceRoutes, type SourceRoutes } from './source-route.ts'
import { SOURCE_SIDE } from './sql-side.ts'
import type { SourceSpec } from './subjects.ts'

/** What is asked of which firewall, and of whom. */
export interface FirewallWords {
  id: string
  /** `the firewall appliance`, `Windows Firewall on the SQL Server host`. */
  firewall: string
  /** Whom to ask, and where they look. */
  ask: string
  /** Who attests, as an example: `@network-lead`. */
  by: string
  scripts(rule: FirewallRule): readonly Script[]
  /** Whether the routes of the DMS subnet tell something of it: they go into the evidence and never decide. */
  isOnRoute: boolean
}

/** What the port check saw, and how packets of the DMS subnet set out for the same addresses. */
export type FirewallEvidence = PortEvidence & { way?: SourceRoutes }

export interface FirewallRule {
  port: number
  /** Whether SQL Server Browser (UDP 1434) has to be let in as well. */
  browser: boolean
  /** Prefixes of the DMS subnet; empty when Azure did not tell them. */
  prefixes: readonly string[]
}

export interface FirewallPath {
  observe(ports: Pick<Ports, 'net' | 'arm'>, subject: Subject<SourceSpec>): Promise<Observed<FirewallEvidence>>
  judge(evidence: FirewallEvidence, subject: Subject<SourceSpec>): Judgement
}

/**
 * A firewall before the source (contract, section 5): proven by a connection from the DMS subnet, else a person has to
 * vouch. It never fails: a closed port does not tell which firewall it was.
 */
export function firewallPath(words: FirewallWords): FirewallPath {
  return {
    observe: async (ports, { spec }) => {
      const port = await observeEnginePort(SOURCE_SIDE, ports, spec)
      if (!words.isOnRoute || !port.ok || !isOpen(port.value)) return port
      const addresses = [...new Set(port.value.attempts.map(({ address }) => address))]
      return seen({ ...port.value, way: await readSourceRoutes(ports.arm, spec.manifest, addresses) })
    },
    judge: (evidence, subject) => judgeFirewall(words, evidence, subject),
  }
}

function isOpen(evidence: PortEvidence): evidence is TriedPort {
  return evidence.state === 'tried' && evidence.outcome === 'open'
}

function judgeFirewall(
  words: FirewallWords,
  evidence: FirewallEvidence,
  { name, spec }: Subject<SourceSpec>,
): Judgement {
  if (!isOpen(evidence)) {
    const summary = `Not tried: the engine's port on ${spec.source.server.text} was not reached, which does not tell whether ${words.firewall} is why`
    return { verdict: 'blocked', summary, blockedBy: [{ id: 'source/engine-port-is-reachable', subject: name }] }
  }
  const { from, to, port, vantage } = evidence
  const flow = `TCP ${String(port)} of ${to}`
  const place = `the DMS subnet${vantage.subnet === undefined ? '' : ` ${vantage.subnet}`}`
  const expected = `${words.firewall} lets ${place} in to ${flow}`
  if (vantage.verified) {
    const actual = `a connection from ${from} in ${place} to ${flow} went through`
    const summary = `${words.firewall} lets DMS in: ${actual}`
    return { verdict: 'pass', proof: 'direct', summary: capitalise(summary), expected, actual }
  }
  const summary = `${flow} is open to ${from}, and nobody has vouched that ${words.firewall} lets ${place} in as well; ${[...routesOf(evidence), proxyNote(vantage)].join('; ')}`
  return { verdict: 'manual', summary, expected, remediation: remediationOf(words, evidence, { name, spec }) }
}

/** The user-defined routes on the way: they name the appliance that has to let DMS through. */
function routesOf({ way }: { way?: SourceRoutes }): string[] {
  const own = (way?.routes ?? []).filter(({ source }) => source === 'user')
  return [...new Set(own.map(({ told }) => told))]
}

/** All that Azure shows of the way, for whoever has to ask. */
function tellWay({ way }: { way?: SourceRoutes }): string {
  if (way === undefined) return ''
  const told = [...new Set([...way.routes.map((route) => route.told), ...way.notes])]
  return told.length === 0 ? '' : `By what Azure shows, ${told.join('; ')}. `
}

function remediationOf(
  words: FirewallWords,
  evidence: TriedPort & { way?: SourceRoutes },
  { name, spec }: Pick<Subject<SourceSpec>, 'name' | 'spec'>,
): Remediation {
  const { to, port, vantage } = evidence
  const browser = instanceBehindBrowser(spec.source.server) !== undefined
  // Prefixes come from Azure and go into a shell script: nothing but addresses may.
  const prefixes = (vantage.prefixes ?? []).filter((prefix) => /^[0-9a-f.:/]+$/i.test(prefix))
  const from = `the DMS subnet${prefixes.length === 0 ? '' : ` (${prefixes.join(', ')})`}`
  const ports = `TCP ${String(port)}${browser ? ` and UDP ${String(BROWSER_PORT)} (SQL Server Browser)` : ''}`
  const attestation = [
    'attestations:',
    `  - check: ${words.id}`,
    `    subject: ${quoteYaml(name)}`,
    `    by: ${quoteYaml(words.by)}`,
    '    on: YYYY-MM-DD',
    '    expires: YYYY-MM-DD',
    '    evidence: "https://..."',
  ].join('\n')
  return {
    text: `${words.ask} ${tellWay(evidence)}Needed: from ${from} to ${to}, ${ports}, inbound at the server. Then attest it in the manifest, or run this from a runner in the DMS subnet, which proves it.`,
    scripts: [...words.scripts({ port, browser, prefixes }), { language: 'yaml', code: attestation }],
  }
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
