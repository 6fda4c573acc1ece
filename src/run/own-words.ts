import { CATALOGUE } from '../checks/catalogue.generated.ts'
import { GENERATIONS, SCENARIOS } from '../domain/manifest.ts'
import { SUBJECT_KINDS } from '../domain/subject.ts'
import { CAUSE_KINDS, SEVERITIES, STATUSES, TEAMS, VERDICTS } from '../domain/verdict.ts'
import { INPUT_DEFAULTS } from '../inputs/input-names.ts'
import { REPORT_SCHEMA } from '../render/report-schema.ts'
import { REPORT_FILES } from '../domain/report-files.ts'

/** Tags and keys of the formats that we write. */
const FORMAT_WORDS = `
  testsuites testsuite testcase properties property name value tests failures errors failure skipped error system-out system-err classname hostname
  timestamp package encoding version
  $schema runs tool driver rules shortDescription fullDescription helpUri defaultConfiguration automationDetails
  invocations executionSuccessful startTimeUtc endTimeUtc toolExecutionNotifications columnKind utf16CodeUnits results
  semanticVersion informationUri markdown precision very-high tags ruleId level message locations physicalLocation
  artifactLocation uriBaseId %SRCROOT% region startLine startColumn partialFingerprints dmsPreflight primaryLocationLineHash
  suppressions external accepted justification subjectKind leftOut notApplicable review open migration is-sound
  details summary table mermaid flowchart NOTE WARNING CAUTION dms-preflight https://github.com/ https://learn.microsoft.com/
  issuecomment actions pull issues include shard direct proxy allowed denied partial depends null true false runner auto
  attestation waiver out-of-scope keeps-its-scope tsql bash powershell yaml status-if-merged ready-until comment-url issue-url matrix receipt
`

/** Every word that reports and outputs are made of, whatever is checked: in a secret's place none of them may be masked. */
export const OWN_WORDS = [
  ...STATUSES,
  ...VERDICTS,
  ...SEVERITIES,
  ...TEAMS,
  ...CAUSE_KINDS,
  ...SUBJECT_KINDS,
  ...SCENARIOS,
  ...GENERATIONS,
  ...REPORT_FILES,
  ...Object.values(INPUT_DEFAULTS),
  ...CATALOGUE.flatMap(({ meta }) => [meta.id, meta.ref]),
  ...keysOf(REPORT_SCHEMA),
  FORMAT_WORDS,
].join(' ')

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysOf(item)])
}
