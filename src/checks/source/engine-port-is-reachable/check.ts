import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { enginePort } from '../../engine-port.ts'
import { SOURCE_SIDE } from '../../sql-side.ts'
import { sourceSubjects } from '../../subjects.ts'

export default defineCheck({
  meta: {
    id: 'source/engine-port-is-reachable',
    ref: 'DMSP-003',
    title: "The source engine's TCP port is reachable",
    team: 'network',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/name-resolves' }, { id: 'source/sql-browser-is-reachable' }],
    provenBy: 'source/runtime-can-connect',
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS reads the source over the TCP port of its engine, 1433 unless the instance has another; while that is closed to where DMS runs, nothing can be migrated.',
    source: {
      title: 'Configure the Windows Firewall to allow SQL Server access',
      url: 'https://learn.microsoft.com/sql/sql-server/install/configure-the-windows-firewall-to-allow-sql-server-access',
      verified: '2026-11-22',
      rows: ['D3', 'M3', 'COM-005', 'P12-004'],
    },
    remedy:
      'Start the service, let the instance listen on the port that the manifest names, and open that port from where DMS runs, on the host and on the way.',
  },
  uses: ['net', 'arm'],
  subjects: sourceSubjects,
  ...enginePort(SOURCE_SIDE),
})
