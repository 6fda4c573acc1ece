import { parseAddress } from '../domain/address.ts'
import { seen, type Observed, type Script } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement, Spec } from './define.ts'
import { boundText } from './foreign-text.ts'
import { describeRunner, proofOf, proxyNote, readResolverVantage, type VantageFact } from './network-path.ts'
import { placeWords, type PlaceWords } from './place-words.ts'
import type { SqlSide } from './sql-side.ts'

export type NameEvidence =
  | { state: 'literal'; host: string; addresses: string[] }
  | { state: 'found'; host: string; addresses: string[]; vantage: VantageFact }
  | { state: 'no-such-name'; host: string; message: string; vantage: VantageFact }
  | { state: 'absent' | 'unreadable' | 'unnamed' | 'untrusted'; kind: CauseKind; message: string }

export interface NameResolution<S extends Spec> {
  observe(ports: Pick<Ports, 'net' | 'arm'>, subject: Subject<S>): Promise<Observed<NameEvidence>>
  judge(evidence: NameEvidence, subject: Subject<S>): Judgement
}

/** `name-resolves` of either side. */
export function nameResolution<S extends Spec>(side: SqlSide<S>): NameResolution<S> {
  return {
    observe: async (ports, { spec }) => {
      const answer = await side.readHost(ports, spec)
      if (!answer.known) return seen({ state: answer.problem, kind: answer.kind, message: answer.message })
      const { host } = answer.server
      if (parseAddress(host) !== undefined) return seen({ state: 'literal', host, addresses: [host] })
      const resolved = await ports.net.resolve(host)
      if (!resolved.ok) return resolved
      const addresses = resolved.value.found ? resolved.value.addresses.map(({ address }) => address) : []
      const vantage = await readResolverVantage(ports, spec.manifest, addresses[0], side.taker(spec))
      if (!resolved.value.found) {
        return seen({ state: 'no-such-name', host, message: boundText(resolved.value.message), vantage })
      }
      if (addresses.length === 0)
        return seen({ state: 'no-such-name', host, message: 'the name has no address', vantage })
      return seen({ state: 'found', host, addresses, vantage })
    },
    judge: (evidence, { spec }) => judgeName(side, evidence, spec),
  }
}

function judgeName<S extends Spec>(side: SqlSide<S>, evidence: NameEvidence, spec: S): Judgement {
  switch (evidence.state) {
    case 'literal': {
      const summary = `${evidence.host} is an address: there is no name to resolve`
      return {
        verdict: 'pass',
        proof: 'direct',
        summary,
        expected: 'a name that resolves, or an address',
        actual: summary,
      }
    }
    case 'found': {
      const { host, addresses, vantage } = evidence
      const actual = `${host} resolves to ${addresses.join(', ')}`
      const summary = `${actual} on ${describeRunner(vantage)}${vantage.verified ? '' : `; ${proxyNote(vantage)}`}`
      return { verdict: 'pass', proof: proofOf(vantage), summary, expected: expectedOf(host, side, spec), actual }
    }
    case 'no-such-name':
      return judgeMissing(side, evidence, spec)
    case 'absent':
    case 'unreadable': {
      const summary = `Not tried: the host name is Azure's to tell, and ${evidence.state === 'absent' ? 'it knows no such server' : 'it could not be asked'} (${evidence.message})`
      return { verdict: 'blocked', summary, blockedBy: side.hostBlockers(spec) }
    }
    case 'unnamed':
    case 'untrusted': {
      const cause = { kind: evidence.kind, message: evidence.message }
      const text = 'Give the host in the manifest as `endpoint` of the target.'
      const example = side.endpointExample?.(spec) ?? 'HOST'
      const remediation = {
        text,
        scripts: [{ language: 'yaml', code: `target:\n  endpoint: ${example}` }] as const,
      }
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary: evidence.message,
        expected: 'a host name for the target',
        cause,
        remediation,
      }
    }
  }
}

function judgeMissing<S extends Spec>(
  side: SqlSide<S>,
  { host, message, vantage }: Extract<NameEvidence, { state: 'no-such-name' }>,
  spec: S,
): Judgement {
  const fact = `${describeRunner(vantage)} finds no address for ${host} (${message})`
  const expected = expectedOf(host, side, spec)
  const words = placeWords(spec.manifest, side.taker(spec))
  const remediation = remediationOf(side.area, host, words)
  if (vantage.verified) {
    const place = vantage.host ?? vantage.subnet ?? ''
    const summary = `From ${words.place} ${place}, ${fact}; likely a misspelt name, or ${words.resolvers} do not know its zone`
    return { verdict: 'fail', proof: 'direct', summary, expected, actual: fact, remediation }
  }
  const hope = vantage.place === 'this-runner' ? '' : `: ${words.resolvers} may know the name`
  const summary = `${capitalise(fact)}; ${proxyNote(vantage)}${hope}`
  const cause = { kind: 'dns' as const, message: fact }
  return { verdict: 'unknown', proof: proofOf(vantage), summary, expected, cause, remediation }
}

function remediationOf(area: 'source' | 'target', host: string, words: PlaceWords): Remediation {
  // A host goes into a shell script only when a shell reads nothing else in it.
  const scripts: Script[] = /^[\w.-]+$/.test(host)
    ? [
        { language: 'powershell', code: `Resolve-DnsName -Name ${host}` },
        { language: 'bash', code: `getent ahosts ${host}` },
      ]
    : []
  return { text: area === 'source' ? sourceAdvice(host, words) : targetAdvice(host, words), scripts }
}

function sourceAdvice(host: string, { resolvers }: PlaceWords): string {
  return `Check the spelling of \`server\`; then let ${resolvers} resolve ${host} (forward its zone to the DNS servers on site), or give an IP address as \`server\`.`
}

function targetAdvice(host: string, { resolvers, zones }: PlaceWords): string {
  return zones === undefined
    ? `Check the spelling of \`endpoint\`; let ${resolvers} resolve ${host}, or give an address as \`endpoint\`.`
    : `Check the spelling of \`endpoint\`; with a private endpoint, link the zone privatelink.database.windows.net to ${zones}.`
}

function expectedOf<S extends Spec>(host: string, side: SqlSide<S>, spec: S): string {
  return `${host} resolves ${placeWords(spec.manifest, side.taker(spec)).at}`
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
