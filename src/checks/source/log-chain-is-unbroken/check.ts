import { flawOf, type RecordedBackup } from '../../../domain/backup-set.ts'
import { findLogChain, type LogChain } from '../../../domain/log-chain.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { mention, readBackupRecords, type BackupRecords } from '../../recorded-backups.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'
import type { ChainFact, Evidence, FlawedMention } from './evidence.ts'
import { judgeChain } from './judge-chain.ts'

const ID = 'source/log-chain-is-unbroken'
/** Flawed backups that evidence lists. */
const LISTED = 5

export default defineCheck<SourceDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-120',
    title: 'The log backups of the database go on from its full backup without a gap',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    migrations: ['online'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'An online migration restores the full backup and then every log backup up to the last. Where one is missing, was overwritten or went to another program, the restore stops there and the cutover cannot be made.',
    source: {
      title: 'Transaction log backups (SQL Server)',
      url: 'https://learn.microsoft.com/sql/relational-databases/backup-restore/transaction-log-backups-sql-server',
      verified: '2026-11-26',
      rows: ['FULL', 'P24-002', 'P26-002'],
    },
    remedy:
      'Take a full backup to a file of its own, and let one job alone make the log backups from then on, each to a new file where the migration finds it.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: async (ports, subject): Promise<Observed<Evidence>> => {
    const records = await readBackupRecords(ports, subject, ID)
    if (!records.ok) return records
    return records.value.state.ok ? seen(evidenceOf(records.value, records.value.state.value)) : records.value.state
  },
  judge: (evidence, { spec }) => judgeChain(evidence, spec),
})

function evidenceOf(
  { host, port, backups, isCut, incomplete, isReplica }: BackupRecords,
  state: { nextLogFrom?: bigint; fork?: string },
): Evidence {
  return {
    host,
    port,
    recorded: backups.length,
    incomplete,
    isCut,
    isReplica,
    nextLogFrom: state.nextLogFrom === undefined ? null : String(state.nextLogFrom),
    chain: chainFact(findLogChain(backups, state)),
  }
}

function chainFact(chain: LogChain): ChainFact {
  switch (chain.is) {
    case 'no-full':
    case 'not-started':
      return { is: chain.is }
    case 'no-usable-full':
      return { is: chain.is, newest: flawed(chain.newest) }
    case 'whole': {
      const [full] = chain.backups
      const last = chain.backups.at(-1)
      const count = (kind: string): number => chain.backups.filter(({ set }) => set.kind === kind).length
      return {
        is: 'whole',
        full: full === undefined ? null : mention(full),
        last: last === undefined ? null : mention(last),
        differentials: count('differential'),
        logs: count('log'),
      }
    }
    case 'gap': {
      const { before, after, from, to, flawed: lost } = chain
      return {
        is: 'gap',
        from: from === undefined ? null : String(from),
        to: String(to),
        before: before === undefined ? null : mention(before),
        after: after === undefined ? null : mention(after),
        lost: lost.slice(0, LISTED).map(flawed),
        lostInAll: lost.length,
      }
    }
  }
}

function flawed(backup: RecordedBackup): FlawedMention {
  const { software } = backup
  return {
    ...mention(backup),
    flaw: flawOf(backup) ?? 'damaged',
    software: software === undefined ? null : boundText(software, 80),
  }
}
