import { seen, type Observed, type Script } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement, Spec } from './define.ts'
import { BROWSER_PORT, DEFAULT_PORT, type EngineEndpoint, type TriedEndpoint } from './engine-endpoint.ts'
import { describeRunner, judgePath, proxyNote, readVantage, type VantageFact } from './network-path.ts'
import { quoteYaml } from './quote-identifier.ts'
import { forRunOnly } from './run-only-path.ts'
import type { SqlSide } from './sql-side.ts'

export type TriedPort = TriedEndpoint & { from: string; to: string; protocol: 'tcp'; vantage: VantageFact }

export type PortEvidence = TriedPort | Exclude<EngineEndpoint, TriedEndpoint>

/** Addresses of one name that a message lists. */
const LISTED_ADDRESSES = 4

/** Tries the engine's port and says from where to where. */
export async function observeEnginePort<S extends Spec>(
  side: SqlSide<S>,
  ports: Pick<Ports, 'net' | 'arm'>,
  spec: S,
): Promise<Observed<PortEvidence>> {
  const observed = await side.readEndpoint(ports, spec)
  if (!observed.ok) return observed
  const endpoint = observed.value
  if (endpoint.state !== 'tried') return seen(endpoint)
  const vantage = await readVantage(ports, spec.manifest, endpoint.localAddress)
  return seen({ ...endpoint, from: describeRunner(vantage), to: describePeer(endpoint), protocol: 'tcp', vantage })
}

export interface EnginePort<S extends Spec> {
  observe(ports: Pick<Ports, 'net' | 'arm'>, subject: Subject<S>): Promise<Observed<PortEvidence>>
  judge(evidence: PortEvidence, subject: Subject<S>): Judgement
}

/** `engine-port-is-reachable` of either side. */
export function enginePort<S extends Spec>(side: SqlSide<S>): EnginePort<S> {
  return {
    observe: (ports, { spec }) => observeEnginePort(side, ports, spec),
    judge: (evidence, { name, spec }) => {
      if (evidence.state !== 'tried') return judgeUntried(side, evidence, name)
      const judgement = judgeTried(side, evidence, spec)
      return side.isForRunOnly?.(spec) === true ? forRunOnly(judgement, evidence.vantage) : judgement
    },
  }
}

function judgeTried<S extends Spec>(side: SqlSide<S>, evidence: TriedPort, spec: S): Judgement {
  const { host, port, outcome, attempts, insteadOf } = evidence
  if (insteadOf !== undefined) return judgePublicEndpoint(evidence, insteadOf, side.portAdvice(spec))
  const judgement = judgePath(evidence, {
    expected: `TCP ${String(port)} of ${host} accepts a connection from where DMS runs`,
    remediation: remediationOf(side, evidence, spec),
  })
  const others = attempts.filter((attempt) => attempt.outcome !== outcome)
  if (others.length === 0) return judgement
  const listed = others.map((attempt) => `${attempt.address} (${attempt.outcome})`).join(', ')
  const words = outcome === 'open' ? 'other addresses of the same name do not answer' : 'other addresses of the name'
  return { ...judgement, summary: `${judgement.summary}; ${words}: ${listed}` }
}

/**
 * The public endpoint of a managed instance says that the instance answers, and nothing of the way that DMS takes, which
 * is the instance's own port: from the DMS subnet it is that one which decides.
 */
function judgePublicEndpoint(
  { host, port, address, from, vantage }: TriedPort,
  own: NonNullable<TriedPort['insteadOf']>,
  advice: string,
): Judgement {
  const expected = `TCP ${String(DEFAULT_PORT)} of ${own.host} accepts a connection from where DMS runs`
  const answer = own.outcome === 'no-name' ? 'its name has no address' : own.outcome
  const actual = `TCP ${String(own.port)} of ${own.host} from ${from}: ${answer}; TCP ${String(port)} of its public endpoint ${host} (${address}): open`
  if (!vantage.verified) {
    const summary = `${actual}; ${proxyNote(vantage)}: DMS has to reach the first of the two`
    return { verdict: 'pass', proof: 'proxy', summary, expected, actual }
  }
  const text = `${advice} If DMS is to use the public endpoint, name it as \`endpoint\` of the target.`
  const scripts = [{ language: 'yaml' as const, code: `target:\n  endpoint: ${quoteYaml(`${host},${String(port)}`)}` }]
  return { verdict: 'fail', proof: 'direct', summary: actual, expected, actual, remediation: { text, scripts } }
}

type Untried = Exclude<EngineEndpoint, TriedEndpoint>

/** Why the engine's port is not known, and the check that is about it. */
export function whyUntried(endpoint: Untried): { check: string; fact: string } {
  if (endpoint.state === 'no-name') {
    return { check: 'name-resolves', fact: `${endpoint.host} has no address (${endpoint.message})` }
  }
  const { browser } = endpoint
  const instance = `${browser.host}\\${browser.instance}`
  const where = `SQL Server Browser on ${browser.address}, UDP ${String(BROWSER_PORT)},`
  const known = browser.known.length === 0 ? 'no other instance' : browser.known.join(', ')
  switch (endpoint.state) {
    case 'no-browser':
      return {
        check: 'sql-browser-is-reachable',
        fact: `only SQL Server Browser knows the port of ${instance}, and it did not answer`,
      }
    case 'no-tcp':
      return { check: 'tcp-ip-is-enabled', fact: `${where} lists ${instance} without a TCP port` }
    case 'not-listed':
      return {
        check: 'engine-port-is-reachable',
        fact: `${where} answers and does not list the instance ${browser.instance}; it lists ${known}`,
      }
  }
}

function judgeUntried<S extends Spec>({ area }: SqlSide<S>, evidence: Untried, subject: string): Judgement {
  const { check, fact: message } = whyUntried(evidence)
  if (evidence.state !== 'not-listed') {
    return {
      verdict: 'blocked',
      summary: `Not tried: ${message}`,
      blockedBy: [{ id: `${area}/${check}`, subject }],
    }
  }
  const instance = `${evidence.browser.host}\\${evidence.browser.instance}`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `${message}: a stopped or hidden instance, or another name; so its port is not known`,
    expected: `the TCP port of ${instance} accepts a connection from where DMS runs`,
    cause: { kind: 'insufficient', message },
    remediation: {
      text: 'Start the instance, correct its name, or (a hidden instance is never listed) give its fixed port in the manifest as host,port.',
      scripts: [
        { language: 'powershell', code: "Get-Service -Name 'MSSQL*', SQLBrowser" },
        { language: 'yaml', code: `sources:\n  - name: NAME\n    server: "HOST,PORT"` },
      ],
    },
  }
}

function remediationOf<S extends Spec>(
  { portAdvice, portScripts }: SqlSide<S>,
  { host, port }: TriedPort,
  spec: S,
): Remediation {
  // A host goes into a shell script only when a shell reads nothing else in it.
  const scripts: Script[] = /^[\w.:-]+$/.test(host)
    ? [{ language: 'powershell', code: `Test-NetConnection -ComputerName ${host} -Port ${String(port)}` }]
    : []
  return { text: portAdvice(spec), scripts: [...scripts, ...portScripts] }
}

/** The host with the addresses that count, as network messages name it. */
export function describePeer({ host, address, outcome, attempts }: TriedEndpoint): string {
  const alike = attempts.filter((attempt) => attempt.outcome === outcome).map((attempt) => attempt.address)
  const all = outcome === 'open' ? [address] : alike
  const listed = all.slice(0, LISTED_ADDRESSES).join(', ')
  const more = all.length > LISTED_ADDRESSES ? ` and ${String(all.length - LISTED_ADDRESSES)} more` : ''
  return host === listed ? host : `${host} (${listed}${more})`
}
