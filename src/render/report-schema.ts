import { GENERATIONS, MIGRATIONS, SCENARIOS } from '../domain/manifest.ts'
import { REMOVED_KINDS } from '../domain/report.ts'
import { SUBJECT_KINDS } from '../domain/subject.ts'
import { CAUSE_KINDS, SEVERITIES, STATUSES, TEAMS, VERDICTS } from '../domain/verdict.ts'

type Schema = Readonly<Record<string, unknown>>

/** An object that has exactly these properties; names ending in `?` may be left out. */
function strict(properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  const names = Object.keys(properties)
  return {
    type: 'object',
    additionalProperties: false,
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
    ...more,
  }
}

/** When a property has one of these values, the rest must hold too. */
function when(name: string, values: readonly string[], then: Schema): Schema {
  return { if: { properties: { [name]: { enum: values } }, required: [name] }, then }
}

function list(items: Schema, more: Schema = {}): Schema {
  return { type: 'array', items, ...more }
}

const TEXT: Schema = { type: 'string' }
const NAME: Schema = { type: 'string', minLength: 1 }
const INSTANT: Schema = { type: 'string', format: 'date-time' }
const COUNT: Schema = { type: 'integer', minimum: 0 }
const DURATION: Schema = { type: 'number', minimum: 0 }
const CHECK_ID: Schema = { type: 'string', pattern: '^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$' }
const STATUS: Schema = { enum: STATUSES }

const LOCATION = strict({ path: TEXT, line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } })

const SCRIPT = strict({ language: { enum: ['tsql', 'bash', 'powershell', 'yaml'] }, code: TEXT })

const VOUCHED = strict({
  kind: { enum: ['attestation', 'waiver'] },
  by: TEXT,
  expires: INSTANT,
  reason: TEXT,
  'commit?': TEXT,
})

const REMOVED = strict({
  kind: { enum: REMOVED_KINDS },
  'name?': TEXT,
  'manifest?': TEXT,
  'location?': { $ref: '#/$defs/location' },
  'check?': CHECK_ID,
  'from?': TEXT,
  'to?': TEXT,
  'count?': { type: 'integer', minimum: 1 },
})

const WITNESS: Schema = {
  type: 'object',
  required: ['source', 'destination', 'protocol', 'port'],
  properties: {
    source: NAME,
    destination: NAME,
    protocol: NAME,
    port: { type: 'integer', minimum: 0, maximum: 65_535 },
  },
}

/** What an NSG check saw: the answer, the rules that decide, and a packet that is denied. */
const NSG_EVIDENCE: Schema = {
  type: 'object',
  required: ['answer', 'decidingRules'],
  properties: {
    answer: { enum: ['allowed', 'denied', 'partial', 'depends'] },
    decidingRules: list(TEXT),
    witness: WITNESS,
  },
  ...when('answer', ['denied', 'partial'], { required: ['witness'] }),
}

const HAS_EVIDENCE: Schema = { properties: { evidence: { minProperties: 1 } } }

const IS_NSG_CHECK: Schema = {
  properties: {
    subject: { properties: { kind: { enum: ['nsg-port', 'flow'] } } },
    verdict: { enum: ['pass', 'fail'] },
  },
}

const CHECK = strict(
  {
    id: CHECK_ID,
    ref: { type: 'string', pattern: '^DMSP-\\d{3,}$' },
    title: NAME,
    severity: { enum: SEVERITIES },
    team: { enum: TEAMS },
    subject: strict({ kind: { enum: SUBJECT_KINDS }, name: TEXT }),
    verdict: { enum: VERDICTS },
    proof: { enum: ['direct', 'proxy'] },
    summary: TEXT,
    expected: TEXT,
    actual: TEXT,
    evidence: { type: 'object' },
    vantage: TEXT,
    'cause?': strict({ kind: { enum: CAUSE_KINDS }, message: TEXT }),
    'blockedBy?': list(strict({ id: CHECK_ID, subject: TEXT, 'manifest?': TEXT }), { minItems: 1 }),
    'remediation?': strict({
      text: TEXT,
      scripts: list(SCRIPT),
      'points?': list(strict({ label: NAME, text: TEXT })),
    }),
    'vouched?': { $ref: '#/$defs/vouched' },
    'proposed?': { $ref: '#/$defs/vouched' },
    'fingerprint?': { type: 'string', pattern: '^sha256:[0-9a-f]{16}$' },
    source: strict({
      title: TEXT,
      url: { type: 'string', pattern: '^https://' },
      verified: { type: 'string', format: 'date' },
      'until?': { type: 'string', format: 'date' },
    }),
    location: { $ref: '#/$defs/location' },
    durationMs: DURATION,
    expiresAt: { anyOf: [INSTANT, { type: 'null' }] },
  },
  {
    allOf: [
      when('verdict', ['unknown'], { required: ['cause'] }),
      when('verdict', ['blocked'], { required: ['blockedBy'] }),
      when('verdict', ['waived'], {
        required: ['vouched'],
        properties: { vouched: { properties: { kind: { const: 'waiver' } } } },
      }),
      when('verdict', ['pass', 'fail', 'unknown', 'blocked', 'manual', 'not-applicable'], {
        not: { required: ['vouched'] },
      }),
      { if: { required: ['cause'] }, then: { properties: { verdict: { const: 'unknown' } } } },
      { if: { required: ['blockedBy'] }, then: { properties: { verdict: { const: 'blocked' } } } },
    ],
  },
)

const MANIFEST = strict({
  path: TEXT,
  name: TEXT,
  scenario: { enum: SCENARIOS },
  generation: { enum: GENERATIONS },
  migration: { enum: MIGRATIONS },
  status: STATUS,
  'cutover?': strict({ start: INSTANT, durationMs: DURATION }),
  checks: list({ $ref: '#/$defs/check' }),
})

/** Evidence is promised where nothing was left out on purpose (input `disclose`). */
const EVIDENCE_UNLESS_WITHHELD: Schema = {
  if: { not: { required: ['disclosure'] } },
  then: {
    properties: {
      manifests: list({
        properties: {
          checks: list({
            allOf: [
              when('verdict', ['pass', 'fail', 'attested', 'waived'], HAS_EVIDENCE),
              { if: IS_NSG_CHECK, then: { properties: { evidence: NSG_EVIDENCE } } },
            ],
          }),
        },
      }),
    },
  },
}

/** JSON schema of report.json, schemaVersion 1 (contract, section 6). */
export const REPORT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'dms-preflight report',
  description: 'What one run of dms-preflight found: every check with its verdict, proof and evidence.',
  ...strict({
    schemaVersion: { const: 1 },
    tool: strict({ name: { const: 'dms-preflight' }, version: NAME }),
    run: strict({
      startedAt: INSTANT,
      durationMs: DURATION,
      vantage: strict({ name: TEXT, verified: { type: 'boolean' } }),
      repository: TEXT,
      sha: TEXT,
      event: TEXT,
      url: TEXT,
      trusted: { type: 'boolean' },
    }),
    title: TEXT,
    'disclosure?': { enum: ['names', 'counts'] },
    status: STATUS,
    ready: { type: 'boolean' },
    statusIfMerged: STATUS,
    readyUntil: { anyOf: [INSTANT, { type: 'null' }] },
    counts: strict(Object.fromEntries(VERDICTS.map((verdict) => [verdict, COUNT]))),
    removed: list(REMOVED),
    problems: list(
      strict({ 'location?': { $ref: '#/$defs/location' }, message: TEXT, severity: { enum: ['error', 'warning'] } }),
    ),
    notices: list(TEXT),
    manifests: list(MANIFEST),
  }),
  allOf: [
    {
      if: { properties: { status: { enum: ['ready', 'ready-with-conditions'] } } },
      then: { properties: { ready: { const: true } } },
      else: { properties: { ready: { const: false }, readyUntil: { type: 'null' } } },
    },
    EVIDENCE_UNLESS_WITHHELD,
  ],
  $defs: { location: LOCATION, vouched: VOUCHED, check: CHECK },
} as const
