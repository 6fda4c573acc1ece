import { setOutput } from '@actions/core'
import type { ReportProblem } from '../domain/report.ts'
import { redacted, unpublished, type Redact } from './redacted.ts'

/** Sets the step's outputs through the file of GITHUB_OUTPUT, whose random delimiter no value can guess. */
export function publishOutputs(
  outputs: Readonly<Record<string, string | number | boolean>>,
  redact: Redact,
): ReportProblem | undefined {
  try {
    for (const [name, value] of Object.entries(outputs)) {
      redacted(redact, (text) => {
        setOutput(name, text)
      })(String(value))
    }
    return undefined
  } catch (error) {
    return unpublished(redact, 'The outputs of the step', error)
  }
}
