import type { Script } from '../domain/observed.ts'
import type { Judgement } from './define.ts'
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
}

/** SQL Servers that a message lists. */
const LISTED = 10

/** Who else than our own user may write is seen by nobody from outside: a person has to vouch for it. Pure. */
export function judgeWriters(evidence: WritersEvidence, { expected, claim, advice }: WritersTexts): Judgement {
  const { path, writers, writes } = evidence
  const claims = writers.flatMap((writer) => (writer.state === 'known' ? [{ writer, ...claim(writer, evidence) }] : []))
  const list = (parts: readonly { text: string }[]): string => listed(parts.map(({ text }) => text))
  const nobodies = claims.filter(({ accounts }) => accounts.length === 0)
  if (nobodies.length > 0) {
    const actual = list(nobodies)
    const remediation = { text: advice, scripts: [] }
    const summary = `${path} cannot let in who has no name on the network: ${actual}`
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
  }
  const unseen = writers.filter((writer) => writer.state === 'unseen')
  const [first] = unseen
  if (first !== undefined) return judgeUnseen(first, unseen, expected)
  const waiting = writers.filter((writer) => writer.state === 'no-login')
  if (waiting.length > 0) {
    const summary = `Not tried: ${listed(waiting.map(({ source, why }) => `${source} could not be asked (${why})`))}`
    const blockedBy = waiting.map(({ source }) => ({ id: 'source/login-is-accepted', subject: source }))
    return { verdict: 'blocked', summary, blockedBy }
  }
  const accounts = [...new Set(claims.flatMap((one) => one.accounts))]
  const probe = writes
    ? 'allow-writes is on, but this version makes no backup to prove it'
    : 'no backup was made to prove it (allow-writes: false)'
  return {
    verdict: 'manual',
    summary: `Somebody has to vouch that ${accounts.join(', ')} can read and write ${path}: ${list(claims)}; ${probe}`,
    expected,
    remediation: { text: manualText(claims, evidence), scripts: scriptsOf(accounts, evidence) },
  }
}

function judgeUnseen(
  first: Extract<WriterFact, { state: 'unseen' }>,
  unseen: readonly Extract<WriterFact, { state: 'unseen' }>[],
  expected: string,
): Judgement {
  const { kind, missing } = first
  const message = listed(unseen.map((one) => `as whom ${one.source} writes is not known: ${one.message}`))
  const text =
    missing === undefined
      ? 'Look the account up in SQL Server Configuration Manager.'
      : `Missing: ${missing} for the login of ${first.source}; or look the account up in SQL Server Configuration Manager.`
  const scripts: Script[] = [
    {
      language: 'powershell',
      code: `# on the SQL Server host\nGet-CimInstance Win32_Service -Filter "Name LIKE 'MSSQL%'" | Select-Object Name, StartName`,
    },
  ]
  const remediation = { text, scripts }
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind, message }, remediation }
}

function manualText(claims: readonly { writer: Known }[], { writes }: WritersEvidence): string {
  const proof = writes ? '' : ' The Windows user of the share proves nothing of other accounts.'
  const [example] = claims.map(({ writer }) => writer.machines[0])
  return `Give the accounts Change in both permissions of the share, make a backup from each SQL Server to it, and attest it.${proof} The domain is that of ${example ?? 'the SQL Server host'}; a host in no domain is anonymous to a file server, and no grant helps: run its service as an account that the file server knows.`
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
  const grant = grantScript({ share, folder, accounts, right: 'change' })
  return [...(needsDomain ? [domain] : []), grant, backup]
}

function listed(parts: readonly string[]): string {
  const more = parts.length > LISTED ? `; and ${String(parts.length - LISTED)} more` : ''
  return `${parts.slice(0, LISTED).join('; ')}${more}`
}
