import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { SOURCE_SIDE } from '../../sql-side.ts'
import { sourceSubjects } from '../../subjects.ts'
import { tlsSession } from '../../tls-session.ts'

const ID = 'source/tls-is-acceptable'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-004',
    title: 'The source encrypts, with a certificate that can be trusted',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    // Also without encryption: whether the server demands it is for the server to say.
    needs: [{ id: 'source/engine-port-is-reachable' }, { id: 'source/tcp-ip-is-enabled' }],
    disprovedBy: ['tls-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'The login and every row travel over this connection; without encryption and a certificate that proves who answers, others can read or take them.',
    source: {
      title: 'Configure SQL Server Database Engine for encrypting connections',
      url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/configure-sql-server-encryption',
      verified: '2026-11-22',
      rows: [],
    },
    remedy:
      'Give the instance a certificate of an authority that clients trust, with the name they connect by, or name the authority, the other name, the pinned certificate or the exception in the manifest under tls.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  ...tlsSession(SOURCE_SIDE, ID),
})
