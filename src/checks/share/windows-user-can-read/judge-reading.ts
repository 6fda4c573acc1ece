import { READ } from '../../../ports/share-port.ts'
import type { Judgement } from '../../define.ts'
import { grantScript } from '../../share-grants.ts'
import { describeStatus, type SharePlace, type StatusFact } from '../../share-place.ts'
import { covers, describeMask } from '../../share-rights.ts'

export type AccessFact =
  | { at: 'share'; reason: 'no-such-share' | 'access-denied' | 'dfs'; status: StatusFact }
  | { at: 'way'; reason: 'no-such-folder' | 'not-a-folder' | 'access-denied' | 'dfs'; status: StatusFact }
  | {
      at: 'folder'
      shareAccess: number
      /** Null: the server did not tell. */
      folderAccess: number | null
      /** The answer to an open for reading. */
      open: { granted: true } | { granted: false; status: StatusFact }
    }

export type Evidence = SharePlace & { share: string; folder: string; access: AccessFact }

type Opened = Extract<AccessFact, { at: 'folder' }>

/** An open for reading that was granted proves it, whatever the masks say; a refused one is explained by them. Pure. */
export function judgeReading(evidence: Evidence, subject: string): Judgement {
  const { access, path } = evidence
  if (access.at === 'folder') return judgeOpened(evidence, access)
  if (access.reason !== 'access-denied') {
    const summary = `Not tried: ${path} was not reached (${describeStatus(access.status)})`
    return { verdict: 'blocked', summary, blockedBy: [{ id: 'share/exists', subject }] }
  }
  const layer = access.at === 'share' ? 'permission of the share' : 'file system permission'
  return lacks(evidence, `the ${layer} shuts it out: ${describeStatus(access.status)}`)
}

function judgeOpened(evidence: Evidence, { shareAccess, folderAccess, open }: Opened): Judgement {
  const { account, path } = evidence
  const folder = folderAccess === null ? 'not told' : describeMask(folderAccess)
  const masks = `permission of the share ${describeMask(shareAccess)}, file system permission ${folder}`
  if (open.granted) {
    const actual = `an open for reading was granted; ${masks}`
    const summary = `${account} can read ${path}: ${actual}`
    return { verdict: 'pass', proof: 'direct', summary, expected: expectedOf(evidence), actual }
  }
  const isWhole = covers(shareAccess & (folderAccess ?? 0), READ)
  const fact = `${masks}, and an open for reading is refused: ${describeStatus(open.status)}`
  if (!isWhole && open.status.name === 'STATUS_ACCESS_DENIED') return lacks(evidence, fact)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${account} can read ${path} is not known: ${fact}`,
    expected: expectedOf(evidence),
    cause: { kind: 'insufficient', message: fact },
    remediation: remediationOf(evidence),
  }
}

function expectedOf({ account, path }: Evidence): string {
  return `${account} can list ${path} and read its files, by the share and by the file system`
}

function lacks(evidence: Evidence, fact: string): Judgement {
  const { account, path } = evidence
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${account} cannot read ${path}: ${fact}`,
    expected: expectedOf(evidence),
    actual: fact,
    remediation: remediationOf(evidence),
  }
}

function remediationOf({ account, share, folder }: Evidence): Extract<Judgement, { verdict: 'fail' }>['remediation'] {
  return {
    text: 'Give the user Read in the permissions of the share and in those of the folder; a deny, also of a group, comes before.',
    scripts: [grantScript({ share, folder, accounts: [account], right: 'read' })],
  }
}
