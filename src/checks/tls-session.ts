import type { Manifest, TlsSettings } from '../domain/manifest.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Certificate, PreLoginAnswer, TlsAnswer } from '../ports/sql-port.ts'
import type { Judgement, Spec } from './define.ts'
import { boundText } from './foreign-text.ts'
import { readSqlServer, type SqlSide } from './sql-side.ts'
import { tlsRemedy, type TlsAdvice } from './tls-remedies.ts'

export type CertificateFacts = {
  subject: string
  issuer: string
  names: string[]
  validFrom: string
  validTo: string
  fingerprint: string
}

type Encryption = Extract<PreLoginAnswer, { answered: true }>['encryption']
type Place = { host: string; port: number }
type Asked = Place & { trustServerCertificate: boolean }

type Stance = Place & { version: string; encryption: Encryption }

/** `not-asked`, `demanded`: the manifest wants no encryption, and the server says whether it does. */
export type TlsEvidence =
  | (Stance & { outcome: 'not-asked' })
  | (Stance & { outcome: 'demanded' })
  | (Asked & {
      outcome: 'accepted'
      protocol: string
      verified: boolean
      pinned?: boolean
      certificate: CertificateFacts
    })
  | (Asked & { outcome: 'not-offered' })
  | (Asked & { outcome: 'strict-not-offered' | 'strict-only'; version: string })
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
      const server = await readSqlServer(side, ports, subject, id)
      if (!server.ok) return server
      const { host, port } = server.value
      if (tls.encrypt === 'off') return stanceOf(await ports.sql.preLogin(server.value), { host, port })
      const answer = await ports.sql.probeTls(server.value)
      if (!answer.ok) return answer
      return seen({ host, port, trustServerCertificate: takesAny(tls), ...factsOf(answer.value) })
    },
    judge: (evidence, { name, spec }) => judgeTls(evidence, name, side.tls(spec), spec.manifest),
  }
}

/** A pin is stricter than the exception, and a strict connection is always verified. */
function takesAny({ trustServerCertificate, pin, encrypt }: TlsSettings): boolean {
  return trustServerCertificate && pin === undefined && encrypt !== 'strict'
}

function stanceOf(answer: Observed<PreLoginAnswer>, { host, port }: Place): Observed<TlsEvidence> {
  if (!answer.ok) return answer
  if (!answer.value.answered)
    return unseen(answer.value.reason === 'closed' ? 'reset' : 'protocol', boundText(answer.value.message))
  const { version, encryption } = answer.value
  const isDemanded = encryption !== 'off' && encryption !== 'not-supported'
  return seen({ outcome: isDemanded ? 'demanded' : 'not-asked', host, port, version: boundText(version), encryption })
}

type AnswerFacts =
  Extract<TlsEvidence, Asked> extends infer T ? (T extends unknown ? Omit<T, keyof Asked> : never) : never

function factsOf(answer: TlsAnswer): AnswerFacts {
  switch (answer.outcome) {
    case 'not-offered':
      return { outcome: 'not-offered' }
    case 'strict-not-offered':
    case 'strict-only':
      return { outcome: answer.outcome, version: boundText(answer.version) }
    case 'accepted': {
      const { protocol, verified, pinned, certificate } = answer
      return {
        outcome: 'accepted',
        protocol: boundText(protocol),
        verified,
        ...(pinned === undefined ? {} : { pinned }),
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
  const at = `${evidence.host}:${String(evidence.port)}`
  if (evidence.outcome === 'not-asked') return notAsked(name, evidence.encryption)
  const expected = expectedOf(evidence, at, tls)
  const fail = (summary: string, actual: string, advice: TlsAdvice, fingerprint?: string): Judgement => {
    const shown = { name, host: evidence.host, tls, ...(fingerprint === undefined ? {} : { fingerprint }) }
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: tlsRemedy(advice, shown) }
  }
  switch (evidence.outcome) {
    case 'demanded': {
      const actual = `${at} (version ${evidence.version}) takes no connection without ${evidence.encryption === 'strict' ? 'strict encryption (TDS 8.0)' : 'encryption'}`
      const summary = `${actual}, and the manifest says tls.encrypt: false for ${name}; no login was sent`
      return fail(summary, actual, evidence.encryption === 'strict' ? 'strict-demanded' : 'demanded')
    }
    case 'accepted':
      return judgeAccepted(evidence, at, expected, manifest, tls)
    case 'not-offered': {
      const actual = `${at} offers no encryption`
      return fail(`${actual} and the manifest asks for it; nothing was sent to it`, actual, 'not-offered')
    }
    case 'strict-not-offered': {
      const actual = `${at} (version ${evidence.version}) closes the connection when TLS comes first, and answers a pre-login without it`
      return fail(`${actual}: it does not take encrypt: strict (TDS 8.0)`, actual, adviceForVersion(evidence.version))
    }
    case 'strict-only': {
      const actual = `${at} (version ${evidence.version}) closes the connection at a pre-login without TLS, and answers one inside it`
      return fail(`${actual}: it takes encrypt: strict (TDS 8.0) only`, actual, 'strict-only')
    }
    case 'refused': {
      const { fingerprint } = evidence.certificate
      const actual = describeRefused(evidence, tls)
      return fail(`${at}: ${actual}`, actual, adviceFor(evidence), fingerprint)
    }
  }
}

function notAsked(name: string, encryption: Encryption): Judgement {
  const offer = encryption === 'off' ? '; the server would encrypt if it were asked (tls.encrypt: true)' : ''
  const summary = `The manifest says tls.encrypt: false for ${name}: there is no encryption to check, and what is sent to it, the login included, can be read on the way${offer}`
  return { verdict: 'not-applicable', summary }
}

function expectedOf(evidence: Exclude<TlsEvidence, { outcome: 'not-asked' }>, at: string, tls: TlsSettings): string {
  if (evidence.outcome === 'demanded') return `${at} takes a connection without encryption`
  const encrypts = tls.encrypt === 'strict' ? `${at} encrypts before TDS (encrypt: strict)` : `${at} encrypts`
  if (tls.pin !== undefined) return `${encrypts}, with the certificate ${tls.pin}, which is valid`
  if (evidence.trustServerCertificate) return `${encrypts}, with any certificate`
  return `${encrypts}, with a certificate that is valid, trusted and for ${tls.serverName ?? evidence.host}`
}

function judgeAccepted(
  evidence: Extract<TlsEvidence, { outcome: 'accepted' }>,
  at: string,
  expected: string,
  manifest: Manifest,
  { encrypt }: TlsSettings,
): Judgement {
  const { protocol, certificate, verified, pinned, trustServerCertificate } = evidence
  const how = `${protocol}${encrypt === 'strict' ? ' before TDS (TDS 8.0)' : ''}`
  const which = pinned === true ? `the pinned certificate ${certificate.fingerprint}` : 'certificate'
  const actual = `${how}, ${which} for ${describeNames(certificate)}, issued by ${certificate.issuer}, valid to ${certificate.validTo}`
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

function describeRefused(evidence: Refused, { pin = '' }: TlsSettings): string {
  const { problem, certificate } = evidence
  const { fingerprint, issuer, validFrom } = certificate
  const whose = `for ${describeNames(certificate)}, issued by ${issuer}`
  // The two fingerprints stand beside each other, to be compared.
  if (problem === 'pin')
    return `it shows another certificate than tls.pin allows: ${fingerprint}, not ${pin}; the one shown is ${whose}, valid from ${validFrom}`
  return `${describeProblem(evidence, problem)} (certificate ${whose}, ${fingerprint})`
}

function describeProblem(evidence: Refused, problem: Exclude<Problem, 'pin'>): string {
  const { message, host, certificate, seenAt } = evidence
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

function adviceFor(evidence: Refused): TlsAdvice {
  const { problem } = evidence
  if ((problem !== 'expired' && problem !== 'not-yet-valid') || isOwnDate(evidence)) return problem
  return problem === 'expired' ? 'issuer-expired' : 'issuer-not-yet-valid'
}

/** First major version of SQL Server that knows TDS 8.0. */
const STRICT_SINCE_MAJOR = 16

function adviceForVersion(version: string): TlsAdvice {
  return Number.parseInt(version, 10) >= STRICT_SINCE_MAJOR ? 'strict-not-ready' : 'strict-too-old'
}
