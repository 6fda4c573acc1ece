import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { sqlLogin } from '../../sql-login.ts'
import { SOURCE_SIDE } from '../../sql-side.ts'
import { sourceSubjects } from '../../subjects.ts'

const ID = 'source/login-is-accepted'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-005',
    title: 'The source accepts the login',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [
      { id: 'source/engine-port-is-reachable' },
      { id: 'source/tcp-ip-is-enabled' },
      { id: 'source/tls-is-acceptable' },
    ],
    disprovedBy: ['login-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS connects to the source with this login; a refused one ends the migration before it begins.',
    source: {
      title: 'MSSQLSERVER_18456',
      url: 'https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-18456-database-engine-error',
      verified: '2026-11-22',
      rows: [],
    },
    remedy:
      'Look up the reason in the error log of the server, then correct the login, its password or its secret. A refused password is tried once a run only, so that nothing is locked.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  ...sqlLogin(SOURCE_SIDE, ID),
})
