import type { Manifest, TlsSettings } from '../domain/manifest.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Certificate, TlsAnswer } from '../ports/sql-port.ts'
import type { Judgement, Spec } from './define.ts'
import { boundText } from './foreign-text.ts'
import { quoteYaml } from './quote-identifier.ts'
import { readSqlServer, type SqlSide } from './sql-side.ts'

export type CertificateFacts = {
  subject: string
  issuer: string
  names: string[]
  validFrom: string
  validTo: string
  fingerprint: string
}

type Asked = { host: string; port: number; trustServerCertificate: boolean }

export type TlsEvidence =
  | { outcome: 'not-asked' }
  | (Asked & { outcome: 'accepted'; protocol: string; verified: boolean; certificate: CertificateFacts })
  | (Asked & { outcome: 'not-offered' })
  | (Asked & { outcome: 'refused'; problem: Problem; message: string; certificate: CertificateFacts; seenAt: string })

type Problem = Extract<TlsAnswer, { outcome: 'refused' }>['problem']

/** Names of a certificate that evidence repeats. */
const NAMES_LIMIT = 20

export interface TlsSession<S extends Spec> {
  observe(ports: Pick<Ports, 'net' | 'arm' | 'sql'>, subject: Subject<S>): Promise<Observed<TlsEvidence>>
  judge(evidence: TlsEvidence, subject: Subject<S>): Judgement
}

/** `tls-is-acceptable` of either side. `id` is the asking check's. */
export function tlsSession<S extends Spec>(side: SqlSide<S>, id: string): TlsSession<S> {
  return {
    observe: async (ports, subject) => {
      const tls = side.tls(subject.spec)
      if (tls.encrypt === 'off') return seen({ outcome: 'not-asked' })
      const server = await readSqlServer(side, ports, subject, id)
      if (!server.ok) return server
      const answer = await ports.sql.probeTls(server.value)
      if (!answer.ok) return answer
      const { host, port } = server.value
      return seen({ host, port, trustServerCertificate: tls.trustServerCertificate, ...factsOf(answer.value) })
    },
    judge: (evidence, { name, spec }) => judgeTls(evidence, name, side.tls(spec), spec.manifest),
  }
}

type AnswerFacts =
  Exclude<TlsEvidence, { outcome: 'not-asked' }> extends infer T
    ? T extends unknown
      ? Omit<T, keyof Asked>
      : never
    : never

function factsOf(answer: TlsAnswer): AnswerFacts {
  switch (answer.outcome) {
    case 'not-offered':
      return { outcome: 'not-offered' }
    case 'accepted': {
      const { protocol, verified, certificate } = answer
      return {
        outcome: 'accepted',
        protocol: boundText(protocol),
        verified,
        certificate: certificateFacts(certificate),
      }
    }
    case 'refused': {
      const { problem, message, certificate, seenAt } = answer
      return {
        outcome: 'refused',
        problem,
        message: boundText(message),
        certificate: certificateFacts(certificate),
        seenAt,
      }
    }
  }
}

function certificateFacts({ subject, issuer, names, validFrom, validTo, fingerprint }: Certificate): CertificateFacts {
  return {
    subject: boundText(subject),
    issuer: boundText(issuer),
    names: names.slice(0, NAMES_LIMIT).map((name) => boundText(name)),
    validFrom,
    validTo,
    fingerprint,
  }
}

function judgeTls(evidence: TlsEvidence, name: string, tls: TlsSettings, manifest: Manifest): Judgement {
  if (evidence.outcome === 'not-asked') {
    const summary = `The manifest says tls.encrypt: false for ${name}: there is no encryption to check, and what is sent to it, the login included, can be read on the way`
    return { verdict: 'not-applicable', summary }
  }
  const at = `${evidence.host}:${String(evidence.port)}`
  const expected = evidence.trustServerCertificate
    ? `${at} encrypts, with any certificate`
    : `${at} encrypts, with a certificate that is valid, trusted and for ${tls.serverName ?? evidence.host}`
  switch (evidence.outcome) {
    case 'accepted':
      return judgeAccepted(evidence, at, expected, manifest)
    case 'not-offered': {
      const summary = `${at} offers no encryption and the manifest asks for it; nothing was sent to it`
      const remediation = remediationOf('not-offered', name, evidence.host)
      return { verdict: 'fail', proof: 'direct', summary, expected, actual: `${at} offers no encryption`, remediation }
    }
    case 'refused': {
      const actual = `${describeProblem(evidence)} (certificate for ${describeNames(evidence.certificate)}, issued by ${evidence.certificate.issuer}, ${evidence.certificate.fingerprint})`
      const remediation = remediationOf(adviceFor(evidence), name, evidence.host)
      return { verdict: 'fail', proof: 'direct', summary: `${at}: ${actual}`, expected, actual, remediation }
    }
  }
}

function judgeAccepted(
  evidence: Extract<TlsEvidence, { outcome: 'accepted' }>,
  at: string,
  expected: string,
  manifest: Manifest,
): Judgement {
  const { protocol, certificate, verified, trustServerCertificate } = evidence
  const actual = `${protocol}, certificate for ${describeNames(certificate)}, issued by ${certificate.issuer}, valid to ${certificate.validTo}`
  if (verified) {
    const summary = `${at} encrypts: ${actual}${cutoverNote(certificate, manifest)}`
    const end = Date.parse(certificate.validTo)
    const expires = Number.isNaN(end) ? {} : { expiresAt: new Date(end).toISOString() }
    return { verdict: 'pass', proof: 'direct', summary, expected, actual, ...expires }
  }
  if (trustServerCertificate) {
    const summary = `${at} encrypts: ${actual}; the certificate is not verified, because the manifest says trust-server-certificate: true, so another host could stand in for the server`
    return { verdict: 'pass', proof: 'direct', summary, expected, actual: `${actual}, not verified` }
  }
  const message = `${at} encrypts (${actual}), and whether its certificate can be trusted was not verified`
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
}

function cutoverNote({ validTo }: CertificateFacts, { cutover }: Manifest): string {
  if (cutover === undefined) return ''
  const end = Date.parse(cutover.start) + cutover.durationMs
  if (!(Date.parse(validTo) < end)) return ''
  return `; it ends before the cutover does (${new Date(end).toISOString()}), so renew it before`
}

function describeNames({ names, subject }: CertificateFacts): string {
  return names.length === 0 ? subject : names.join(', ')
}

type Refused = Extract<TlsEvidence, { outcome: 'refused' }>

function describeProblem(evidence: Refused): string {
  const { problem, message, host, certificate, seenAt } = evidence
  switch (problem) {
    case 'untrusted':
      return `the certificate is not from an authority that this run trusts: ${message}`
    case 'name':
      return `the certificate is for another name than ${host}: ${message}`
    case 'expired':
      return isOwnDate(evidence)
        ? `the certificate expired on ${certificate.validTo} (seen at ${seenAt}): ${message}`
        : `a certificate that the server's certificate rests on has expired: ${message}`
    case 'not-yet-valid':
      return isOwnDate(evidence)
        ? `the certificate is valid only from ${certificate.validFrom} (seen at ${seenAt}): ${message}`
        : `a certificate that the server's certificate rests on is not valid yet: ${message}`
  }
}

/** Whether the server's own certificate is the one that is out of date; OpenSSL says the same of one above it. */
function isOwnDate({ problem, certificate, seenAt }: Refused): boolean {
  const now = Date.parse(seenAt)
  if (problem === 'expired') return Date.parse(certificate.validTo) < now
  return problem === 'not-yet-valid' && Date.parse(certificate.validFrom) > now
}

type Advised = Problem | 'not-offered' | 'issuer-expired' | 'issuer-not-yet-valid'

function adviceFor(evidence: Refused): Advised {
  const { problem } = evidence
  if ((problem !== 'expired' && problem !== 'not-yet-valid') || isOwnDate(evidence)) return problem
  return problem === 'expired' ? 'issuer-expired' : 'issuer-not-yet-valid'
}

const ADVICE: Record<Advised, { text: string; setting?: (host: string) => string }> = {
  'not-offered': {
    text: 'Give the instance a server certificate (SQL Server Configuration Manager, Protocols, Certificate) and restart it. To connect without encryption knowingly, say so in the manifest.',
    setting: () => 'tls: { encrypt: false }',
  },
  untrusted: {
    text: 'Commit the certificate of the issuing authority (PEM, no key) and name it as tls.ca, or give the server a certificate of an authority that clients trust. A self-signed certificate can be its own tls.ca. Only where neither can be: trust-server-certificate, which lets another host stand in for the server.',
    setting: () => 'tls: { ca: certs/root.pem }',
  },
  name: {
    text: 'Connect by a name that the certificate holds, name it as tls.server-name, or have the certificate issued again with the name that clients use.',
    setting: (host) => `tls: { server-name: ${quoteYaml(host)} }   # one of the names in the certificate`,
  },
  expired: { text: 'Renew the certificate, give the new one to the instance and restart it.' },
  'not-yet-valid': {
    text: 'Compare the clocks of the server and of this runner, or wait until the certificate is valid.',
  },
  'issuer-expired': {
    text: 'Renew the issuing certificate: have the server send a chain that is valid today, and look whether the file of `tls.ca` holds an expired one.',
  },
  'issuer-not-yet-valid': {
    text: 'Compare the clock of this runner with the dates of the issuing certificates (those that the server sends and those in the file of `tls.ca`), or wait until they are valid.',
  },
}

function remediationOf(problem: Advised, name: string, host: string): Remediation {
  const { text, setting } = ADVICE[problem]
  if (setting === undefined) return { text, scripts: [] }
  return { text, scripts: [{ language: 'yaml', code: `# ${quoteYaml(name)}\n${setting(host)}` }] }
}
