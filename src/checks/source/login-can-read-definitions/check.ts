import { defineCheck } from '../../define.ts'
import { TUTORIAL } from '../../p12-source.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'
import { judgeReading } from './judge-reading.ts'
import { observeReading, type Evidence } from './read-rights.ts'

const ID = 'source/login-can-read-definitions'

export default defineCheck<SourceDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-106',
    title: 'The source login can read the definitions and the data',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS lists and copies the tables of the source with this login: it needs db_datareader in the database (db_owner where DMS also migrates the schema) and VIEW ANY DEFINITION on the server.',
    source: { ...TUTORIAL, rows: ['DBPERM', 'P12-003', 'P12-007', 'P12-008', 'COM-004'] },
    remedy: 'Have a sysadmin grant VIEW ANY DEFINITION, and add the user of the login to the role in the database.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) => observeReading(ports, spec, ID),
  judge: (evidence, { spec }) => judgeReading(evidence, spec),
})
