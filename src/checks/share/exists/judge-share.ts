import type { Generation } from '../../../domain/manifest.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Cause } from '../../../domain/verdict.ts'
import { describeBytes } from '../../byte-sizes.ts'
import type { Judgement } from '../../define.ts'
import { describeStatus, quotePowerShell, type SharePlace, type StatusFact } from '../../share-place.ts'

export type Evidence = SharePlace & {
  share: string
  folder: string
  /** How far the way to the folder goes. */
  found:
    | { at: 'share'; reason: 'no-such-share' | 'access-denied' | 'dfs'; status: StatusFact }
    | { at: 'kind'; kind: 'pipe' | 'printer' }
    | { at: 'folder'; reason: 'no-such-folder' | 'not-a-folder' | 'access-denied' | 'dfs'; status: StatusFact }
    /** `freeBytes` is null where the server did not tell. */
    | { at: 'end'; freeBytes: number | null }
}

type Refused = Extract<Evidence['found'], { at: 'share' | 'folder' }>

/** "It is not there" decides; what the account may not look at, and DFS, do not (contract, section 5). Pure. */
export function judgeShare(evidence: Evidence, generation: Generation): Judgement {
  const { found, share } = evidence
  switch (found.at) {
    case 'end':
      return passed(evidence, found.freeBytes, generation)
    case 'kind':
      return failed(
        evidence,
        `${share} is a ${found.kind}, not a folder that is shared`,
        'Name another share, or create one.',
      )
    case 'share':
    case 'folder':
      return judgeRefused(evidence, found, generation)
  }
}

function judgeRefused(evidence: Evidence, { at, reason, status }: Refused, generation: Generation): Judgement {
  const { host, share, folder } = evidence
  switch (reason) {
    case 'no-such-share':
      return failed(
        evidence,
        `${host} has no share ${share}: ${describeStatus(status)}`,
        'Create the share, or correct its name.',
      )
    case 'no-such-folder':
    case 'not-a-folder':
      return failed(
        evidence,
        `the share ${share} has no folder ${folder}: ${describeStatus(status)}`,
        'Create the folder, or correct the path.',
      )
    case 'access-denied':
      return denied(
        evidence,
        at === 'share' ? `the share ${share}` : `the folder ${folder} of ${share}`,
        status,
        generation,
      )
    case 'dfs':
      return behindDfs(evidence, status)
  }
}

function expectedOf({ path }: Evidence): string {
  return `a share of files at ${path}`
}

function passed(evidence: Evidence, freeBytes: number | null, generation: Generation): Judgement {
  const { path, account, host } = evidence
  const free =
    freeBytes === null
      ? 'it does not tell its free space'
      : `${describeBytes(freeBytes)} are free for ${account}${freeBytes === 0 ? ', so that no backup fits there' : ''}`
  const isShort = !host.includes('.') && !host.includes(':')
  const note = isShort
    ? `; ${host} is a name without a domain, which ${generation === 'modern' ? 'the host of the integration runtime' : 'DMS in its own network'} may not resolve`
    : ''
  const actual = `it is there, and ${free}`
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${path}: ${actual}${note}`,
    expected: expectedOf(evidence),
    actual,
  }
}

function failed(evidence: Evidence, fact: string, text: string): Judgement {
  const { path, share, account } = evidence
  const scripts: Remediation['scripts'] = [
    {
      language: 'powershell',
      code: `# on the file server, as administrator: what is there, and what is needed\nGet-SmbShare\nNew-SmbShare -Name ${quotePowerShell(share)} -Path '<folder on the file server>' -FullAccess ${quotePowerShell(account)}`,
    },
  ]
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${path} is not there: ${fact}`,
    expected: expectedOf(evidence),
    actual: fact,
    remediation: { text, scripts },
  }
}

function denied(evidence: Evidence, what: string, status: StatusFact, generation: Generation): Judgement {
  const { path, account, host } = evidence
  const message = `${host} does not let ${account} look at ${what}: ${describeStatus(status)}`
  return undecided(evidence, `Whether ${path} is there was not seen: ${message}`, {
    cause: { kind: 'forbidden', message },
    remediation: {
      text: `Missing: read access of ${account} to ${path}. ${generation === 'modern' ? 'share/windows-user-can-read' : 'share/windows-user-has-full-control'} says what it needs.`,
      scripts: [],
    },
  })
}

function behindDfs(evidence: Evidence, status: StatusFact): Judgement {
  const { path } = evidence
  const message = `${path} leads through DFS, which is not followed: ${describeStatus(status)}`
  return undecided(evidence, message, {
    cause: { kind: 'unsupported', message },
    remediation: {
      text: 'Write the path of the server that the DFS link leads to into the manifest; a login follows no referral.',
      scripts: [{ language: 'powershell', code: `Get-DfsnFolderTarget -Path ${quotePowerShell(path)}` }],
    },
  })
}

function undecided(evidence: Evidence, summary: string, more: { cause: Cause; remediation: Remediation }): Judgement {
  return { verdict: 'unknown', proof: 'direct', summary, expected: expectedOf(evidence), ...more }
}
