import type { ProbeFailure, Script } from '../domain/observed.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { Judgement } from './define.ts'
import { boundText } from './foreign-text.ts'

/** Why one of several things that a check looks at was not seen, as evidence. */
export type GapFact = { kind: CauseKind; message: string; missing: string | null; scripts: ScriptFact[] }
type ScriptFact = { language: Script['language']; code: string }

export function gapFactOf({ kind, message, missing, scripts = [] }: ProbeFailure): GapFact {
  return {
    kind,
    message: boundText(message),
    missing: missing ?? null,
    scripts: scripts.map(({ language, code }) => ({ language, code })),
  }
}

/** The verdict where what was not seen would have to decide; what is missing and its scripts are the remedy. */
export function unknownByGap(
  { kind, message, missing, scripts }: GapFact,
  summary: string,
  expected: string,
): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected,
    cause: { kind, message },
    ...(missing === null ? {} : { remediation: { text: `Missing: ${missing}.`, scripts } }),
  }
}
