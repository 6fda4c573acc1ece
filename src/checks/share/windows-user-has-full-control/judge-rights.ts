import type { Remediation } from '../../../domain/report.ts'
import { FULL_CONTROL } from '../../../ports/share-port.ts'
import type { Judgement } from '../../define.ts'
import { grantScript } from '../../share-grants.ts'
import { describeStatus, isDomainUser } from '../../share-place.ts'
import { covers, describeMask } from '../../share-rights.ts'
import { expectedOf, type AccessFact, type Evidence } from './evidence.ts'
import { judgeWrite } from './judge-write.ts'

type Opened = Extract<AccessFact, { at: 'folder' }>

/** Contract, section 5: both masks cover full control, an open with full control is granted, and a file that is tried is written. */
export function judgeRights(evidence: Evidence, subject: string): Judgement {
  const { access, account, path } = evidence
  if (!isDomainUser(account)) return malformed(evidence)
  if (access.at === 'folder') return judgeMasks(evidence, access)
  if (access.reason !== 'access-denied') {
    const summary = `Not tried: ${path} was not reached (${describeStatus(access.status)})`
    return { verdict: 'blocked', summary, blockedBy: [{ id: 'share/exists', subject }] }
  }
  const layer = access.at === 'share' ? 'permission of the share' : 'file system permission'
  return lacks(evidence, `the ${layer} shuts it out: ${describeStatus(access.status)}`)
}

function judgeMasks(evidence: Evidence, { shareAccess, folderAccess, fullControl }: Opened): Judgement {
  const share = `permission of the share ${describeMask(shareAccess)}`
  if (folderAccess === null) {
    if (!covers(shareAccess, FULL_CONTROL)) return lacks(evidence, share)
    if (!fullControl.granted) return refusedOpen(evidence, share, fullControl)
    return undecided(evidence, `${share}, and the server does not tell the file system permission`)
  }
  const masks = `${share}, file system permission ${describeMask(folderAccess)}`
  const isWhole = covers(shareAccess & folderAccess, FULL_CONTROL)
  if (isWhole && fullControl.granted) return judgeWrite(evidence, masks)
  if (isWhole && !fullControl.granted) return refusedOpen(evidence, masks, fullControl)
  if (fullControl.granted) {
    return undecided(evidence, `${masks}, and yet an open with Full Control was granted: the answers contradict`)
  }
  // A file server may cut what it tells of the folder by what the share leaves: only what is missing beyond that is the folder's.
  const isFolderShort = (FULL_CONTROL & ~folderAccess & shareAccess) !== 0
  const layers = [
    ...(covers(shareAccess, FULL_CONTROL) ? [] : ['the permission of the share']),
    ...(isFolderShort ? ['the file system permission'] : []),
  ]
  return lacks(evidence, `${masks}: ${layers.join(' and ')} falls short of 0x001F01FF (Full Control)`)
}

/** Of these the rights are the reason; any other one (a sharing violation, a volume that is not ready) decides nothing. */
const DENIALS: ReadonlySet<string> = new Set([
  'STATUS_ACCESS_DENIED',
  'STATUS_NETWORK_ACCESS_DENIED',
  'STATUS_PRIVILEGE_NOT_HELD',
  'STATUS_MEDIA_WRITE_PROTECTED',
])

function refusedOpen(
  evidence: Evidence,
  masks: string,
  { status }: Extract<Opened['fullControl'], { granted: false }>,
): Judgement {
  const fact = `${masks}, and an open with Full Control is refused: ${describeStatus(status)}`
  return DENIALS.has(status.name) ? lacks(evidence, fact) : undecided(evidence, fact)
}

function lacks(evidence: Evidence, fact: string): Judgement {
  const { account, path } = evidence
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${account} has no full control of ${path}: ${fact}`,
    expected: expectedOf(evidence),
    actual: fact,
    remediation: remediationOf(evidence),
  }
}

function undecided(evidence: Evidence, fact: string): Judgement {
  const { account, path } = evidence
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${account} has full control of ${path} is not known: ${fact}`,
    expected: expectedOf(evidence),
    cause: { kind: 'insufficient', message: fact },
    remediation: remediationOf(evidence),
  }
}

function malformed(evidence: Evidence): Judgement {
  const { account } = evidence
  const fact = `${account} is not written as DOMAIN\\user`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${fact}: DMS refuses it with "Malformed AccountName", whatever its rights are`,
    expected: expectedOf(evidence),
    actual: fact,
    remediation: {
      text: 'Write the user as DOMAIN\\user (a local account of the file server: HOST\\user; Azure Files: AZURE\\account), here and in DMS. In YAML without quotes or in single quotes.',
      scripts: [
        { language: 'yaml', code: 'share:\n  login: { windows: \'DOMAIN\\user\', password: "${SHARE_PASSWORD}" }' },
      ],
    },
  }
}

function remediationOf({ account, share, folder }: Evidence): Remediation {
  return {
    text: 'Give the user Full Control in the permissions of the share and in those of the folder; a deny, also of a group, comes before.',
    scripts: [grantScript({ share, folder, accounts: [account], right: 'full' })],
  }
}
