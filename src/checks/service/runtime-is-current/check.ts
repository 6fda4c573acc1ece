import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { noRuntimeUsed, RUNTIME_SOURCE } from '../../integration-runtime.ts'
import { usesRuntime } from '../../modern-path.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence =
  { used: false } | { used: true; schemaMigration: boolean; /** As a person states it. */ version: string | null }

/** Schema migration is refused below (error IntegrationRuntimeDoesNotSupportSqlSchemaMigration). */
const LOWEST = [5, 37] as const
const EXPECTED = 'the integration runtime on every node is version 5.37 or later'
const STATE: Remediation = {
  text: 'State the version that the Configuration Manager on the machine of the runtime shows (tab Help), the oldest one where there are several nodes. Azure does not tell the version.',
  scripts: [{ language: 'yaml', code: 'tools:\n  integration-runtime: { version: "<VERSION>" }' }],
}
const UPDATE =
  'Install the current runtime over it on every node (https://aka.ms/sql-migration-shir-download), then state the new version.'

export default defineCheck<Spec, Evidence, never>({
  meta: {
    id: 'service/runtime-is-current',
    ref: 'DMSP-091',
    title: 'The integration runtime is version 5.37 or later',
    team: 'windows',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: ({ manifest }) => (manifest.dms.schemaMigration && usesRuntime(manifest) ? 'required' : 'recommended'),
    needs: [],
    vantage: 'person',
    verdicts: ['fail', 'unknown', 'manual', 'attested', 'not-applicable'],
    why: 'The service refuses to make the tables on the target through an older runtime. Without schema migration no version is demanded, but each expires after a year and is then Offline.',
    source: { ...RUNTIME_SOURCE, rows: ['SHIR', 'P12-009'] },
    remedy: 'Update the integration runtime on every node, and state its version in the manifest.',
  },
  uses: [],
  subjects: manifestSubject,
  observe: (_ports, { spec: { manifest } }) => {
    if (!usesRuntime(manifest)) return Promise.resolve(seen<Evidence>({ used: false }))
    const { integrationRuntime } = manifest.tools
    const version = integrationRuntime === undefined ? null : boundText(integrationRuntime.version, 60)
    return Promise.resolve(seen<Evidence>({ used: true, schemaMigration: manifest.dms.schemaMigration, version }))
  },
  judge: (evidence) => {
    if (!evidence.used) return noRuntimeUsed()
    const { version, schemaMigration } = evidence
    if (version !== null) return judgeStatement(version, schemaMigration)
    return {
      verdict: 'manual',
      summary: `The manifest does not state the version of the integration runtime${schemaMigration ? ', on which schema migration depends' : ''}`,
      expected: EXPECTED,
      remediation: STATE,
    }
  },
})

function judgeStatement(version: string, schemaMigration: boolean): Judgement {
  const numbers = parseVersion(version)
  if (numbers === undefined) {
    const message = `the stated version "${version}" is no version number such as 5.37`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: `Which version the integration runtime has is not known: ${message}`,
      expected: EXPECTED,
      cause: { kind: 'missing-input', message },
      remediation: STATE,
    }
  }
  const actual = `the manifest states version ${version}`
  if (isAtLeastLowest(numbers)) {
    const summary = `Integration runtime ${version} is stated in the manifest, and 5.37 or later is asked for`
    return { verdict: 'attested', summary, expected: EXPECTED, actual }
  }
  const weight = schemaMigration
    ? 'the service refuses schema migration through it'
    : 'nothing of this migration demands more, but each version is taken for one year only'
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `Integration runtime ${version} is stated in the manifest, older than 5.37: ${weight}`,
    expected: EXPECTED,
    actual,
    remediation: { ...STATE, text: UPDATE },
  }
}

function parseVersion(text: string): number[] | undefined {
  const match = /^v?(\d{1,5}(?:\.\d{1,9}){1,3})$/i.exec(text.trim())
  return match?.[1]?.split('.').map(Number)
}

function isAtLeastLowest([major = 0, minor = 0]: readonly number[]): boolean {
  return major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1])
}
