import type { Judgement } from '../../define.ts'
import { describeStatus } from '../../share-place.ts'
import { expectedOf, type Evidence, type WriteFact } from './evidence.ts'

/** The rights are there: a file that was tried has the last word. */
export function judgeWrite(evidence: Evidence, masks: string): Judgement {
  const { account, path, write } = evidence
  const expected = expectedOf(evidence)
  const rights = `${masks}, an open with Full Control was granted`
  if (write === null || write.outcome === 'written') {
    const probe =
      write === null
        ? 'the write probe was left out (allow-writes: false)'
        : 'a probe file was written, read and removed'
    const summary = `${account} has full control of ${path}: ${rights}; ${probe}`
    return { verdict: 'pass', proof: 'direct', summary, expected, actual: rights }
  }
  const { fact, text } = explain(write)
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${account} cannot work on ${path}: ${fact}, although it has the rights (${masks})`,
    expected,
    actual: fact,
    remediation: { text, scripts: [] },
  }
}

function explain(write: Exclude<WriteFact, { outcome: 'written' }>): { fact: string; text: string } {
  switch (write.outcome) {
    case 'refused':
      return {
        fact: `to ${write.at} the probe file ${write.file} was refused: ${describeStatus(write.status)}`,
        text: 'Look at the free space, quotas, file screens and virus scanners of the volume.',
      }
    case 'changed':
      return {
        fact: `the probe file ${write.file} was not read back as it was written`,
        text: 'Look what changes files on the volume, such as a virus scanner or a failing disk.',
      }
    case 'left-over': {
      const why = write.status === null ? '' : `: ${describeStatus(write.status)}`
      return {
        fact: `the probe file ${write.file} could not be removed and is still there${why}`,
        text: `Remove ${write.file}, and look what keeps files on the volume from being deleted.`,
      }
    }
  }
}
