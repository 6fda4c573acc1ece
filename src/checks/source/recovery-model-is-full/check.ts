import { observeDatabase, type DatabaseEvidence } from '../../database-facts.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeDatabaseFact, type DatabaseFact } from '../../judge-database-fact.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/recovery-model-is-full'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-021',
    title: 'The database is in the recovery model FULL',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    migrations: ['online'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'blocked'],
    why: 'An online migration restores log backups, and only the recovery model FULL makes them without gaps.',
    source: {
      title: 'Recovery models (SQL Server)',
      url: 'https://learn.microsoft.com/sql/relational-databases/backup-restore/recovery-models-sql-server',
      verified: '2026-11-22',
      rows: ['FULL', 'P24-001', 'P26-001'],
    },
    remedy: 'Set the recovery model to FULL, and take a full backup right after: the log chain begins with it.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, subject): Judgement => judgeDatabaseFact(evidence, subject, FACT),
})

const FACT: DatabaseFact = {
  expected: 'has the recovery model FULL',
  judge: ({ state: { recoveryModel } }, name) =>
    recoveryModel === 'FULL'
      ? { holds: true, actual: 'recovery model FULL' }
      : {
          holds: false,
          actual: `recovery model ${recoveryModel}`,
          remediation: {
            text: 'Change it, and take a full backup afterwards: the chain of log backups begins there.',
            scripts: [{ language: 'tsql', code: `ALTER DATABASE ${quoteIdentifier(name)} SET RECOVERY FULL;` }],
          },
        },
}
