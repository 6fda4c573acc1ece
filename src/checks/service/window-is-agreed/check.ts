import { seen } from '../../../domain/observed.ts'
import { SCENARIOS, type Manifest, type Migration, type Scenario } from '../../../domain/manifest.ts'
import type { Remediation } from '../../../domain/report.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { attestationOf } from '../../person-check.ts'
import { manifestSubject } from '../../subjects.ts'

const ID = 'service/window-is-agreed'

type Evidence = {
  migration: Migration
  /** ISO 8601; null: the manifest states no cutover. */
  start: string | null
  end: string | null
  isOver: boolean
  wanted: string[]
}

const STATE: Remediation = {
  text: 'State the window in the manifest, have it agreed by whoever loses the service in that time, and attest it.',
  scripts: [
    { language: 'yaml', code: 'cutover: { start: <start in UTC, like 2027-01-09T20:00:00Z>, duration: 6h }' },
    attestationOf(ID),
  ],
}

export default defineCheck<Spec, Evidence, 'clock'>({
  meta: {
    id: ID,
    ref: 'DMSP-150',
    title: 'The window of the migration is agreed, long enough, and ahead',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [],
    vantage: 'person',
    verdicts: ['fail', 'manual'],
    why: 'Offline, users are cut off from the start of the migration until the last table or backup is there; online, from the last log backup until the cutover is done.',
    source: {
      title: 'Azure Database Migration Service: offline and online migrations',
      url: 'https://learn.microsoft.com/azure/dms/resource-scenario-status',
      verified: '2026-11-26',
      rows: [...['DOWNTIME', 'CUTOVER', 'COM-008', 'P12-005', 'P23-008', 'P24-008', 'P25-009', 'P26-007']],
    },
    remedy:
      'State `cutover` in the manifest, rehearse the migration to know how long it takes, and have the window, the freeze and the authority for go or no-go agreed.',
  },
  uses: ['clock'],
  subjects: manifestSubject,
  observe: ({ clock }, { spec: { manifest } }) => {
    const { cutover, migration } = manifest
    const endMs = cutover === undefined ? undefined : Date.parse(cutover.start) + cutover.durationMs
    return Promise.resolve(
      seen({
        migration,
        start: cutover?.start ?? null,
        end: endMs === undefined ? null : new Date(endMs).toISOString(),
        isOver: endMs !== undefined && endMs <= clock.now(),
        wanted: wantedFor(manifest),
      }),
    )
  },
  judge: ({ migration, start, end, isOver, wanted }) => {
    const expected = `an agreed window that is ahead, ${EXTENT[migration]}`
    if (start === null || end === null) {
      const summary = `The manifest states no \`cutover\`; wanted: the window, and as evidence ${wanted.join('; ')}`
      return { verdict: 'manual', summary, expected, remediation: STATE }
    }
    const actual = `the window of the manifest is ${start} to ${end}`
    if (isOver) {
      const summary = `The window of the manifest ended at ${end}: what was agreed for it holds no longer`
      return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: STATE }
    }
    return {
      verdict: 'manual',
      summary: `Whether the window ${start} to ${end} is agreed and long enough, only a person knows; wanted as evidence: ${wanted.join('; ')}`,
      expected,
      remediation: { text: STATE.text, scripts: [attestationOf(ID)] },
    }
  },
})

const EXTENT: Record<Migration, string> = {
  offline: 'from the start of the migration until clients are switched',
  online: 'from the end of writes until clients are switched',
}

function wantedFor({ scenario, migration }: Pick<Manifest, 'scenario' | 'migration'>): string[] {
  return [
    `the time that a rehearsal took for ${migration === 'offline' ? WORK[scenario] : 'the last log backup, its copy and restore, and the switch'}`,
    ...(migration === 'online'
      ? [
          'the steps of the cutover: writes stopped, tail of the log backed up and restored, source read-only, then complete',
        ]
      : []),
    'tolerable downtime and loss of data (RTO, RPO), the freeze of changes, and who says go or no-go',
  ]
}

const WORK: Record<Scenario, string> = {
  'sql-server-to-azure-sql-database': 'the copy of the rows, reconciliation and the switch',
  'sql-server-to-azure-sql-managed-instance': 'backup, copy, restore, reconciliation and the switch',
  'sql-server-to-sql-server-on-azure-vm': 'backup, copy, restore, reconciliation and the switch',
}
