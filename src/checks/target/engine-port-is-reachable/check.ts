import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
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
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'target/name-resolves' }],
    provenBy: 'target/runtime-can-connect',
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS writes to Azure SQL over TCP 1433; while that is closed, nothing can be migrated. A SQL Server on a virtual machine is restored from within: there only this run takes the way, to look at it.',
    source: {
      title: 'Azure SQL Database connectivity architecture',
      url: 'https://learn.microsoft.com/azure/azure-sql/database/connectivity-architecture',
      verified: '2026-11-22',
      rows: ['COM-005', 'P12-004'],
    },
    remedy:
      'Let the network security group, the route table and the firewalls of the place where DMS runs pass TCP 1433 (and 11000-11999 for redirected connections) outbound to Azure SQL; let this runner reach the port of a virtual machine.',
  },
  uses: ['net', 'arm'],
  subjects: targetSubjects,
  ...enginePort(TARGET_SIDE),
})
