import type { Script } from '../../../domain/observed.ts'
import { hasJustBegun, type SasJudgement } from '../../../domain/sas-rules.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import { azScript } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { saidByService } from '../../storage-container.ts'
import type { Evidence, WriteFact } from './evidence.ts'

const DAY_MS = 86_400_000
/** Of a user delegation key. */
const LONGEST_DELEGATION_DAYS = 7

/** The verdict on a SAS, by what it says of itself and by what the service then did with it. */
export function judgeAccess(evidence: Evidence, said: SasJudgement, subject: string): Judgement {
  const { list, write, sas, writes } = evidence
  const faults = [...said.faults, ...(evidence.keysAreRefused ? [KEYS_REFUSED] : [])]
  if (faults.length > 0) return failed(evidence, said, faults.join('; '))
  if (list.outcome === 'no-container' || (write?.outcome === 'refused' && write.reason === 'no-container')) {
    return {
      verdict: 'blocked',
      summary: `Not known what the SAS grants: the container ${evidence.url} is not there`,
      blockedBy: [{ id: 'storage/container-exists', subject }],
    }
  }
  if (list.outcome === 'refused') return judgeRefusal(evidence, said, list)
  if (write?.outcome === 'refused') return failed(evidence, said, describeWrite(write), leftBehind(evidence, write))
  if (sas.policy !== undefined && !writes) {
    const fact = `its permissions hang on the stored access policy ${sas.policy}, which a SAS cannot read, and this run may not write to try them`
    return undetermined(
      evidence,
      said,
      'writes-off',
      fact,
      'Set the input `allow-writes: true`, or make a SAS that names its permissions and its end itself.',
    )
  }
  const [doubt] = said.doubts
  if (doubt !== undefined) {
    const facts = said.doubts.map(({ text }) => text).join('; ')
    return undetermined(evidence, said, doubt.kind, facts, doubt.fix)
  }
  return said.endsAt === undefined ? vouchForPolicy(evidence, said) : passed(evidence, said, said.endsAt)
}

function passed(evidence: Evidence, said: SasJudgement, endsAt: string): Judgement {
  const { writes, url, sas } = evidence
  const tried = writes
    ? 'a probe blob was written, read and deleted with it'
    : 'the service listed the container with it; the write probe was left out (allow-writes: false)'
  const kind = sas.kind === 'user-delegation' ? 'user delegation SAS' : 'SAS'
  const notes = said.notes.length === 0 ? '' : `; ${said.notes.join('; ')}`
  const actual = boundText(
    `${kind} with ${sas.permissions ?? `the policy ${sas.policy ?? ''}`} until ${endsAt}: ${tried}${notes}`,
  )
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `The SAS for ${url} grants read, write, delete and list until ${endsAt}: ${tried}${notes}`,
    expected: expectedOf(evidence, said),
    actual,
    expiresAt: endsAt,
  }
}

const KEYS_REFUSED = 'the storage account takes nothing that is signed with its keys (allowSharedKeyAccess is false)'

const REFUSALS: Readonly<Record<string, string>> = {
  credential:
    'the service does not accept it: another key signed it or the key was changed since, its policy is gone, or a part of it was lost',
  permission: 'the service does not let it list the container',
  reach: 'the service does not take it for the container',
  protocol: 'the service does not take it over https',
  'shared-key': KEYS_REFUSED,
  'container-policy': 'a policy of the container forbids it',
}

function judgeRefusal(
  evidence: Evidence,
  said: SasJudgement,
  list: { reason: string; code: string; message: string },
): Judgement {
  const answer = saidByService(list)
  const [doubt] = said.doubts
  if (list.reason === 'address') {
    const fact = `it may be used from ${evidence.sas.addresses ?? 'some addresses'} only, and the service saw this runner elsewhere (${answer})`
    return undetermined(
      evidence,
      said,
      'forbidden',
      fact,
      'Make the SAS without `sip`, or run the gate from an address that it admits.',
    )
  }
  if (doubt !== undefined && list.reason === 'credential') {
    return undetermined(evidence, said, doubt.kind, `${doubt.text} (${answer})`, doubt.fix)
  }
  if (list.reason === 'credential' && hasJustBegun(evidence.sas, Date.parse(evidence.checkedAt))) {
    const fact = `it began at ${evidence.sas.starts ?? evidence.sas.keyStarts ?? ''}, less than 15 min ago, and by the clock of the service it may not have yet (${answer})`
    const fix = 'Make the SAS without `st`, or with one 15 min ago; or run the gate again in 15 min.'
    return undetermined(evidence, said, 'insufficient', fact, fix)
  }
  return failed(evidence, said, `${REFUSALS[list.reason] ?? 'the service refuses it'} (${answer})`)
}

/** The service took the SAS for all that is needed, and only whoever sees the policy knows until when. */
function vouchForPolicy(evidence: Evidence, said: SasJudgement): Judgement {
  const { url, sas, account, container } = evidence
  const needed = new Date(said.needed.ms).toISOString()
  const show = azScript('az storage container policy show', {
    '--account-name': account,
    '--container-name': container,
    '--name': sas.policy ?? '',
  })
  return {
    verdict: 'manual',
    summary: `The SAS for ${url} grants read, write, delete and list (a probe blob was written, read and deleted); until when stands in its stored access policy ${sas.policy ?? ''}, which a SAS cannot read`,
    expected: expectedOf(evidence, said),
    remediation: {
      text: `Look whether the policy ends after ${needed}, and attest it; or make a SAS that names its end itself.`,
      scripts: [show],
    },
  }
}

function describeWrite({ step, reason, code, message }: Extract<WriteFact, { outcome: 'refused' }>): string {
  const answer = saidByService({ code, message })
  if (reason === 'other-content')
    return `the probe blob was read back with another content (${step}${answer === '' ? '' : `, ${answer}`})`
  const why = reason === 'container-policy' ? ', by a policy of the container' : ''
  return `the service refused to ${step} the probe blob${why} (${answer})`
}

function leftBehind(
  { account, container }: Evidence,
  { blob, left }: Extract<WriteFact, { outcome: 'refused' }>,
): Leftover | undefined {
  if (!left) return undefined
  const remove = azScript('az storage blob delete', {
    '--account-name': account,
    '--container-name': container,
    '--name': blob,
    '--auth-mode': 'login',
  })
  return { fact: `; the probe blob ${blob} could not be removed and is left there`, script: remove }
}

interface Leftover {
  fact: string
  script: Script
}

function failed(evidence: Evidence, said: SasJudgement, fact: string, left?: Leftover): Judgement {
  const actual = boundText(`${fact}${left?.fact ?? ''}`)
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `The SAS for ${evidence.url} does not do: ${actual}`,
    expected: expectedOf(evidence, said),
    actual,
    remediation: {
      text: `Make a new SAS for the container and store it as the secret.${left === undefined ? '' : ' Remove the probe blob.'}`,
      scripts: [newSas(evidence, said), ...(left === undefined ? [] : [left.script])],
    },
  }
}

function undetermined(evidence: Evidence, said: SasJudgement, kind: CauseKind, fact: string, text: string): Judgement {
  const message = boundText(fact)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether the SAS for ${evidence.url} does could not be determined: ${message}`,
    expected: expectedOf(evidence, said),
    cause: { kind, message },
    remediation: { text, scripts: [] },
  }
}

function expectedOf({ container }: Evidence, { needed }: SasJudgement): string {
  const until = new Date(needed.ms).toISOString()
  return `a SAS for the container ${container} with read, write, delete and list until ${until} at least (${needed.because})`
}

/** With a day to spare. A user delegation key holds for seven days at most, so it is proposed only where it must be. */
function newSas({ account, container, checkedAt, list, keysAreRefused }: Evidence, { needed }: SasJudgement): Script {
  const byUser = keysAreRefused === true || (list.outcome === 'refused' && list.reason === 'shared-key')
  const spareMs = needed.ms + DAY_MS
  const endMs = byUser ? Math.min(spareMs, Date.parse(checkedAt) + LONGEST_DELEGATION_DAYS * DAY_MS) : spareMs
  return azScript(`az storage container generate-sas${byUser ? ' --as-user' : ''} --https-only`, {
    '--account-name': account,
    '--name': container,
    '--permissions': 'rwdl',
    '--expiry': `${new Date(endMs).toISOString().slice(0, 16)}Z`,
    '--auth-mode': byUser ? 'login' : 'key',
    '--output': 'tsv',
  })
}
