import { SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { firewallPath } from '../../firewall-path.ts'
import { sourceSubjects } from '../../subjects.ts'

const ID = 'source/firewall-appliance-lets-dms-in'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-008',
    title: 'A firewall appliance before the source lets DMS in',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'recommended',
    needs: [{ id: 'source/engine-port-is-reachable' }],
    vantage: 'network-path',
    verdicts: ['pass', 'manual', 'blocked'],
    why: 'A firewall between the DMS subnet and the source can let this runner pass and still drop what comes from DMS.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['C3'],
    },
    remedy:
      'Ask those who run the firewall whether it lets the DMS subnet reach the port of the source, then attest it; or run this from a runner in the DMS subnet.',
  },
  uses: ['net', 'arm'],
  subjects: sourceSubjects,
  ...firewallPath({
    id: ID,
    firewall: 'the firewall appliance on the way',
    ask: 'Ask the network team whether a firewall stands between the DMS subnet and the source, and for its rule; if there is none, that is what to attest.',
    by: '@network-lead',
    scripts: () => [],
    isOnRoute: true,
  }),
})
