import { defineCheck } from '../../define.ts'
import { judgeSourceRight } from '../../judge-source-right.ts'
import { observeSourceRights, type SourceRightsEvidence } from '../../source-login-rights.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

const ID = 'source/login-is-sysadmin'

export default defineCheck<SourceSpec, SourceRightsEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-019',
    title: 'The source login is a sysadmin',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS makes backups of the databases with this login, and asks for membership in the role sysadmin before it starts.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['M5'],
    },
    remedy: 'Have a sysadmin add the login to the role sysadmin, and take it out again after the migration.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: (ports, subject) => observeSourceRights(ports, subject, ID),
  judge: (evidence, subject) => judgeSourceRight(evidence, 'sysadmin', subject),
})
