import { observeDatabase, type DatabaseEvidence } from '../../database-facts.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeDatabaseFact, type DatabaseFact } from '../../judge-database-fact.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/has-no-filestream'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-023',
    title: 'The database has no FILESTREAM and no FileTable',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'Azure SQL Managed Instance has no FILESTREAM, so a backup that holds it cannot be restored there.',
    source: {
      title: 'T-SQL differences between SQL Server and Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/azure/azure-sql/managed-instance/transact-sql-tsql-differences-sql-server',
      verified: '2026-11-22',
      rows: ['NOFS'],
    },
    remedy:
      'Move the data out of FILESTREAM columns and FileTables into varbinary(max), then remove the files and the file group.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, subject): Judgement => judgeDatabaseFact(evidence, subject, FACT),
})

const FACT: DatabaseFact = {
  expected: 'has no FILESTREAM container and no FileTable',
  detail: 'files',
  judge: ({ facts: { files, nonTransactedAccess } }, name) => {
    const isFileTable = nonTransactedAccess !== null && nonTransactedAccess !== 'OFF'
    if (files === null && !isFileTable) return undefined
    const containers = files?.filestream ?? 0
    if (containers === 0 && !isFileTable) return { holds: true, actual: 'no FILESTREAM container' }
    const database = quoteIdentifier(name)
    const look = `SELECT g.name, g.type_desc, f.physical_name FROM ${database}.sys.filegroups AS g JOIN ${database}.sys.database_files AS f ON f.data_space_id = g.data_space_id WHERE g.type IN ('FD', 'FX');`
    const actual = `${String(containers)} ${containers === 1 ? 'container' : 'containers'} of FILESTREAM or memory-optimised tables${isFileTable ? `, non-transacted access ${nonTransactedAccess}` : ''}`
    // Both kinds of containers have the same file type; only the file group, inside of the database, tells them apart.
    if (!isFileTable)
      return { holds: 'open', actual: `${actual}: which of the two, only the database itself tells`, look }
    return {
      holds: false,
      actual,
      remediation: {
        text: 'Move the files into varbinary(max) columns, drop the FileTables and FILESTREAM columns, then remove file and file group.',
        scripts: [{ language: 'tsql', code: look }],
      },
    }
  },
}
