import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { sqlLogin } from '../../sql-login.ts'
import { TARGET_SIDE } from '../../sql-side.ts'
import { targetSubjects } from '../../subjects.ts'

const ID = 'target/login-is-accepted'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-014',
    title: 'The target accepts the login',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'target/engine-port-is-reachable' }, { id: 'target/tls-is-acceptable' }],
    disprovedBy: ['login-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS writes to the target databases with this login; a refused one ends the migration before it begins. On a virtual machine this run looks with it whether the target can take the databases.',
    source: {
      title: 'Troubleshoot connectivity issues and other errors with Azure SQL Database and Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues',
      verified: '2026-11-22',
      rows: [],
    },
    remedy:
      'Correct the login, its password or its secret, and give it a user in the databases. A refused password is tried once a run only, so that nothing is locked.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetSubjects,
  ...sqlLogin(TARGET_SIDE, ID),
})
