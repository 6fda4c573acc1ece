import type { Script } from '../domain/observed.ts'
import type { BlockedBy } from '../domain/report.ts'
import type { Cause } from '../domain/verdict.ts'
import type { Judgement } from './define.ts'
import type { AccountFact } from './folder-security.ts'
import { judgeBackup, type Asked } from './judge-backup.ts'
import { describeEntries, surelyKeepsOut } from './judge-folder-security.ts'
import { quoteText } from './quote-identifier.ts'
import { grantScript } from './share-grants.ts'
import { DOMAIN_PLACEHOLDER } from './service-identity.ts'
import type { WriterFact, WritersEvidence } from './share-writers.ts'

type Known = Extract<WriterFact, { state: 'known' }>

/** What one SQL Server asks of the share. */
export interface Claim {
  /** A sentence part: who it is on the network, and why. */
  text: string
  /** Accounts that must be let in; none: nobody can be. */
  accounts: readonly string[]
}

export interface WritersTexts {
  expected: string
  claim: (writer: Known, evidence: WritersEvidence) => Claim
  /** What to do for whoever cannot be let in at all. */
  advice: string
  /** What a backup that this SQL Server makes says of the account in question. */
  proof: (writer: WriterFact) => 'proves' | 'disproves' | 'nothing'
  asked: Asked
  /** The list of permissions of the folder may rule it out. */
  readsSecurity: boolean
}

/** SQL Servers that a message lists. */
const LISTED = 10
const HISTORY = 'each backup leaves a row in the backup history of msdb'

type Finding =
  | { verdict: 'pass'; text: string; writer: WriterFact }
  | { verdict: 'manual'; text: string; writer: WriterFact }
  | { verdict: 'fail'; text: string; advice: string; writer: WriterFact }
  | { verdict: 'unknown'; text: string; cause: Cause; missing?: string; writer: WriterFact }
  | { verdict: 'blocked'; text: string; blockedBy: BlockedBy[]; writer: WriterFact }
type Of<V extends Finding['verdict']> = Extract<Finding, { verdict: V }>

/** Who else than our own user may write is seen from outside by a backup alone; without one a person has to vouch. Pure. */
export function judgeWriters(evidence: WritersEvidence, texts: WritersTexts): Judgement {
  const { path, writers } = evidence
  const { expected } = texts
  const findings = writers.map((writer) => find(writer, evidence, texts))
  const only = <V extends Finding['verdict']>(verdict: V): Of<V>[] =>
    findings.filter((finding): finding is Of<V> => finding.verdict === verdict)
  const failed = only('fail')
  if (failed.length > 0) {
    const actual = listed(failed)
    const text = [...new Set(failed.map(({ advice }) => advice))].join(' ')
    const scripts = failed.some(({ writer }) => writer.backup !== null || isKnown(writer))
      ? scriptsFor(failed, evidence, texts)
      : []
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${path}: ${actual}`,
      expected,
      actual,
      remediation: { text, scripts },
    }
  }
  const unknown = only('unknown')
  if (unknown[0] !== undefined) return judgeUnknown(unknown[0], unknown, expected)
  const blocked = only('blocked')
  if (blocked.length > 0) {
    const all = blocked.flatMap(({ blockedBy }) => blockedBy)
    const blockedBy = [...new Map(all.map((one) => [`${one.id} ${one.subject}`, one])).values()]
    return { verdict: 'blocked', summary: `Not tried: ${listed(blocked)}`, blockedBy }
  }
  const open = only('manual')
  const proven = only('pass')
  if (open.length > 0) return askPerson(open, proven, evidence, texts)
  const actual = `${listed(proven)}; ${HISTORY}`
  return { verdict: 'pass', proof: 'direct', summary: `${path}: ${actual}`, expected, actual }
}

function find(writer: WriterFact, evidence: WritersEvidence, texts: WritersTexts): Finding {
  const { source, backup } = writer
  if (writer.state === 'no-login') {
    const blockedBy = [{ id: 'source/login-is-accepted', subject: source }]
    return { verdict: 'blocked', text: `${source} could not be asked (${writer.why})`, blockedBy, writer }
  }
  const claimed = writer.state === 'known' ? texts.claim(writer, evidence) : undefined
  if (claimed?.accounts.length === 0) {
    const text = `nobody can be let in who has no name on the network: ${claimed.text}`
    return { verdict: 'fail', text, advice: texts.advice, writer }
  }
  const says = backup === null ? 'nothing' : texts.proof(writer)
  if (backup !== null && says !== 'nothing') {
    const who = writer.state === 'known' ? `${source}, as ${writer.account},` : source
    const judged = judgeBackup(backup, who, texts.asked)
    if (says === 'proves' || judged.verdict === 'fail') return { ...judged, writer }
  }
  if (writer.state === 'unseen') return unidentified(writer)
  const keptOut = texts.readsSecurity
    ? accountsOf(writer, claimed).find((one) => surelyKeepsOut(evidence.security, one))
    : undefined
  if (keptOut !== undefined) {
    const text = `${keptOut.account} cannot make a file there: ${describeEntries(evidence.security, keptOut)}`
    return {
      verdict: 'fail',
      text,
      advice: 'Take the entry that denies it out of the permissions of the folder, or the account out of its reach.',
      writer,
    }
  }
  return { verdict: 'manual', text: claimed?.text ?? source, writer }
}

function unidentified(writer: Extract<WriterFact, { state: 'unseen' }>): Finding {
  const { source, kind, message, missing } = writer
  const text = `as whom ${source} writes is not known: ${message}`
  const lacking = missing === undefined ? {} : { missing: `${missing} for the login of ${source}` }
  return { verdict: 'unknown', text, cause: { kind, message: text }, ...lacking, writer }
}

/** The accounts in question that the domain of the host knows. */
function accountsOf({ accounts }: WriterFact, claimed: Claim | undefined): AccountFact[] {
  return accounts.filter(({ account }) => claimed?.accounts.some((one) => isSameAccount(one, account)))
}

/** The domain of a computer is not told by SQL Server, but by whoever knows the computer. */
function isSameAccount(asked: string, known: string): boolean {
  const [left, right] = [asked.toLowerCase(), known.toLowerCase()]
  const prefix = `${DOMAIN_PLACEHOLDER.toLowerCase()}\\`
  return left.startsWith(prefix) ? right.endsWith(`\\${left.slice(prefix.length)}`) : left === right
}

/** With the domain where it is known. */
function namesOf(findings: readonly Finding[], evidence: WritersEvidence, { claim }: WritersTexts): string[] {
  const names = findings.flatMap(({ writer }) => {
    if (writer.state !== 'known') return []
    return claim(writer, evidence).accounts.map(
      (asked) => writer.accounts.find(({ account }) => isSameAccount(asked, account))?.account ?? asked,
    )
  })
  return [...new Set(names)]
}

function askPerson(
  open: readonly Of<'manual'>[],
  proven: readonly Of<'pass'>[],
  evidence: WritersEvidence,
  texts: WritersTexts,
): Judgement {
  const { path, security } = evidence
  const names = namesOf(open, evidence, texts)
  const known = open.flatMap(({ writer }) =>
    accountsOf(writer, writer.state === 'known' ? texts.claim(writer, evidence) : undefined),
  )
  const entries = known.slice(0, LISTED).map((account) => `; ${describeEntries(security, account)}`)
  const probe = describeProbe(evidence)
  const rest = proven.length === 0 ? '' : `; ${listed(proven)}; ${HISTORY}`
  return {
    verdict: 'manual',
    summary: `Somebody has to vouch that ${names.join(', ')} can read and write ${path}: ${listed(open)}; ${probe}${entries.join('')}${rest}`,
    expected: texts.expected,
    remediation: { text: manualText(open, evidence), scripts: scriptsFor(open, evidence, texts) },
  }
}

function describeProbe({ writes, isUnremovable }: WritersEvidence): string {
  if (!writes) return 'no backup was made to prove it (allow-writes: false)'
  return isUnremovable === true
    ? 'no backup was made to prove it, because the Windows user of the share may not remove the file afterwards'
    : 'the backup that was made says nothing of it'
}

function isKnown(writer: WriterFact): writer is Known {
  return writer.state === 'known'
}

function judgeUnknown(first: Of<'unknown'>, unknown: readonly Of<'unknown'>[], expected: string): Judgement {
  const message = listed(unknown)
  const { cause, missing } = first
  const isUnseen = first.writer.state === 'unseen' && first.writer.backup === null
  const lookUp = isUnseen
    ? `${missing === undefined ? 'L' : '; or l'}ook the account up in SQL Server Configuration Manager.`
    : '.'
  const text = missing === undefined ? (isUnseen ? lookUp : NEXT_STEP) : `Missing: ${missing}${lookUp}`
  const scripts: Script[] = isUnseen
    ? [
        {
          language: 'powershell',
          code: `# on the SQL Server host\nGet-CimInstance Win32_Service -Filter "Name LIKE 'MSSQL%'" | Select-Object Name, StartName`,
        },
      ]
    : []
  const remediation = { text, scripts }
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { ...cause, message }, remediation }
}

const NEXT_STEP =
  'The error log of SQL Server tells more of a backup that failed; run the gate again when that is mended.'

function manualText(open: readonly Of<'manual'>[], { writes }: WritersEvidence): string {
  const proof = writes ? '' : ' The Windows user of the share proves nothing of other accounts.'
  const [example] = open.flatMap(({ writer }) => (isKnown(writer) ? writer.machines.slice(0, 1) : []))
  return `Give the accounts Change in both permissions of the share, make a backup from each SQL Server to it, and attest it.${proof} The domain is that of ${example ?? 'the SQL Server host'}; a host in no domain is anonymous to a file server, and no grant helps: run its service as an account that the file server knows.`
}

/** What to grant, and how to try it by hand. */
function scriptsFor(findings: readonly Finding[], evidence: WritersEvidence, texts: WritersTexts): Script[] {
  return scriptsOf(namesOf(findings, evidence, texts), evidence)
}

function scriptsOf(accounts: readonly string[], { path, share, folder }: WritersEvidence): Script[] {
  const needsDomain = accounts.some((account) => account.startsWith(DOMAIN_PLACEHOLDER))
  const domain: Script = {
    language: 'powershell',
    code: `# on the SQL Server host: is it in a domain, and what stands for ${DOMAIN_PLACEHOLDER}\n(Get-CimInstance Win32_ComputerSystem).PartOfDomain\n(Get-CimInstance Win32_NTDomain).DomainName`,
  }
  const file = quoteText(`${path.replace(/\\$/, '')}\\dms-preflight-by-hand.bak`)
  const backup: Script = {
    language: 'tsql',
    code: `-- on each SQL Server; remove the file afterwards\nBACKUP DATABASE [model] TO DISK = ${file} WITH COPY_ONLY, CHECKSUM, INIT;\nRESTORE HEADERONLY FROM DISK = ${file};`,
  }
  const grants = accounts.length === 0 ? [] : [grantScript({ share, folder, accounts, right: 'change' })]
  return [...(needsDomain ? [domain] : []), ...grants, backup]
}

function listed(parts: readonly { text: string }[]): string {
  const more = parts.length > LISTED ? `; and ${String(parts.length - LISTED)} more` : ''
  return `${parts
    .slice(0, LISTED)
    .map(({ text }) => text)
    .join('; ')}${more}`
}
