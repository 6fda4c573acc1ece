import { GENERATIONS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { enginePort } from '../../engine-port.ts'
import { TARGET_SIDE } from '../../sql-side.ts'
import { targetSubjects } from '../../subjects.ts'

export default defineCheck({
  meta: {
    id: 'target/engine-port-is-reachable',
    ref: 'DMSP-012',
    title: "The target server's TCP port is reachable",
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-database', 'sql-server-to-azure-sql-managed-instance'],
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'target/name-resolves' }],
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS writes to Azure SQL over TCP 1433, outbound from its subnet; while that is closed, nothing can be migrated.',
    source: {
      title: 'Azure SQL Database connectivity architecture',
      url: 'https://learn.microsoft.com/azure/azure-sql/database/connectivity-architecture',
      verified: '2026-11-22',
      rows: ['P12-004'],
    },
    remedy:
      'Let the network security group, the route table and the firewalls of the DMS subnet pass TCP 1433 (and 11000-11999 for redirected connections) outbound to Azure SQL.',
  },
  uses: ['net', 'arm'],
  subjects: targetSubjects,
  ...enginePort(TARGET_SIDE),
})
