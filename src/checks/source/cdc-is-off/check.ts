import { observeDatabase, type DatabaseEvidence } from '../../database-facts.ts'
import { defineCheck } from '../../define.ts'
import { judgeDatabaseFact, type DatabaseFact } from '../../judge-database-fact.ts'
import { LIMITS } from '../../p12-source.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/cdc-is-off'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-116',
    title: 'Change data capture is off while DMS migrates the schema',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'recommended',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'With change data capture the database holds tables and users of its own making, on which the migration of the schema stumbles.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-015'] },
    remedy:
      'Turn change data capture off in the database before the schema is migrated, and on again on the target afterwards.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, subject) =>
    subject.spec.manifest.dms.schemaMigration
      ? judgeDatabaseFact(evidence, subject, FACT)
      : {
          verdict: 'not-applicable',
          summary: 'DMS does not migrate the schema (dms.schema-migration), so change data capture is not in its way',
        },
})

const FACT: DatabaseFact = {
  expected: 'has change data capture off',
  judge: ({ state }, name) => {
    if (state.isCdcEnabled === null) {
      const look = `SELECT name, is_cdc_enabled FROM sys.databases;`
      return { holds: 'open', actual: 'the server does not say whether change data capture is on', look }
    }
    if (state.isCdcEnabled === 0) return { holds: true, actual: 'change data capture is off' }
    return {
      holds: false,
      actual: 'change data capture is on',
      remediation: {
        text: 'Write down which tables are captured, turn it off before the schema is migrated, and on again on the target afterwards. Consumers of the changes stop meanwhile.',
        scripts: [
          {
            language: 'tsql',
            code: `USE ${quoteIdentifier(name)};\nSELECT capture_instance, OBJECT_NAME(source_object_id) AS [table] FROM cdc.change_tables;\nEXEC sys.sp_cdc_disable_db;`,
          },
        ],
      },
    }
  },
}
