import { observeDatabase, type DatabaseEvidence } from '../../database-facts.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeDatabaseFact, type DatabaseFact } from '../../judge-database-fact.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/backups-have-checksums'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-024',
    title: 'The last backup of the database was made with checksums',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'recommended',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'The target checks the checksums of a backup while it restores; without them damage stays hidden, and Azure SQL Managed Instance may refuse the backup.',
    source: {
      title: 'Enable or disable backup checksums during backup or restore',
      url: 'https://learn.microsoft.com/sql/relational-databases/backup-restore/enable-or-disable-backup-checksums-during-backup-or-restore-sql-server',
      verified: '2026-11-22',
      rows: ['CHK'],
    },
    remedy: 'Make backups WITH CHECKSUM, or set the server option backup checksum default (2014 and later).',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, subject): Judgement => judgeDatabaseFact(evidence, subject, FACT),
})

const FACT: DatabaseFact = {
  expected: 'has a last full backup with checksums',
  detail: 'backup history',
  judge: ({ facts: { lastFullBackup, notSeen } }, name) => {
    if (notSeen.some(({ fact }) => fact === 'backup history')) return undefined
    const remediation = {
      text: 'Make a backup with checksums, and let the maintenance plans do so from now on.',
      scripts: [
        {
          language: 'tsql' as const,
          code: `BACKUP DATABASE ${quoteIdentifier(name)} TO DISK = N'<path>' WITH CHECKSUM, COPY_ONLY;\nEXEC sp_configure N'backup checksum default', 1; RECONFIGURE; -- 2014 and later`,
        },
      ],
    }
    if (lastFullBackup?.hasChecksums === null) return undefined
    if (lastFullBackup === null) {
      return { holds: false, actual: 'msdb remembers no full backup of it', remediation }
    }
    const actual = `last full backup ${lastFullBackup.finished ?? 'at an unknown time'} (by the server's clock), checksums: ${lastFullBackup.hasChecksums ? 'yes' : 'no'}${lastFullBackup.isDamaged === true ? ', damaged' : ''}`
    return lastFullBackup.hasChecksums && lastFullBackup.isDamaged !== true
      ? { holds: true, actual }
      : { holds: false, actual, remediation }
  },
}
