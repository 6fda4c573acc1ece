import { seen } from '../domain/observed.ts'
import { SCENARIOS, type Manifest } from '../domain/manifest.ts'
import type { Script } from '../domain/observed.ts'
import { defineCheck, type Check, type CheckMeta, type Spec } from './define.ts'
import { manifestSubject } from './subjects.ts'

/** What a person has to have in hand before vouching for it. */
export type WantedEvidence = { wanted: string[] }

/** The rest is the same for all: today's service, every scenario, nothing to need. */
type OwnMeta = Pick<CheckMeta<Spec>, 'id' | 'ref' | 'title' | 'why' | 'remedy' | 'source'>

/**
 * A prerequisite of Microsoft's plan that lies in the organisation, not in a server: `manual` until a person vouches for it.
 * `wanted` lists what has to be there, for this manifest; `expected` follows "it is expected that".
 */
export function definePersonCheck(
  meta: OwnMeta,
  ask: { expected: string; lacking: string; wanted: (manifest: Manifest) => string[] },
): Check & { definition: Check } {
  const check = defineCheck<Spec, WantedEvidence, never>({
    meta: {
      ...meta,
      team: 'dba',
      scenarios: SCENARIOS,
      generations: ['modern'],
      severity: 'required',
      needs: [],
      vantage: 'person',
      verdicts: ['manual'],
    },
    uses: [],
    subjects: manifestSubject,
    observe: (_ports, { spec }) => Promise.resolve(seen({ wanted: ask.wanted(spec.manifest) })),
    judge: ({ wanted }) => ({
      verdict: 'manual',
      summary: `${ask.lacking}; wanted as evidence: ${wanted.join('; ')}`,
      expected: ask.expected,
      remediation: { text: `${meta.remedy} Then attest it.`, scripts: [attestationOf(meta.id)] },
    }),
  })
  return check
}

/** Ready to paste below `attestations`. */
export function attestationOf(check: string): Script {
  const code = [
    'attestations:',
    `  - check: ${check}`,
    '    by: "@release-lead"',
    '    expires: <the day after the cutover>',
    '    evidence: <link to the document>',
  ].join('\n')
  return { language: 'yaml', code }
}
