import { observeDatabase, type DatabaseEvidence } from '../../database-facts.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeDatabaseFact, type DatabaseFact } from '../../judge-database-fact.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/has-one-log-file'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-022',
    title: 'The database has one transaction log file',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['modern'],
    migrations: ['online'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'The online migration does not take databases with several transaction log files.',
    source: {
      title: 'Known issues of online migrations to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-db-managed-instance-online',
      verified: '2026-11-22',
      rows: ['1LOG', 'P24-004'],
    },
    remedy: 'Remove the further log files: empty them by log backups, then ALTER DATABASE ... REMOVE FILE.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, subject): Judgement => judgeDatabaseFact(evidence, subject, FACT),
})

const FACT: DatabaseFact = {
  expected: 'has one transaction log file',
  detail: 'files',
  judge: ({ facts: { files } }, name) => {
    if (files === null) return undefined
    const actual = `${String(files.log)} transaction log ${files.log === 1 ? 'file' : 'files'}`
    if (files.log === 1) return { holds: true, actual }
    const database = quoteIdentifier(name)
    return {
      holds: false,
      actual,
      remediation: {
        text: 'Remove the further log files; each has to be empty first (log backups, then DBCC SHRINKFILE with EMPTYFILE).',
        scripts: [
          {
            language: 'tsql',
            code: `SELECT name, physical_name FROM ${database}.sys.database_files WHERE type = 1;\nALTER DATABASE ${database} REMOVE FILE [<logical name of the further log file>];`,
          },
        ],
      },
    }
  },
}
