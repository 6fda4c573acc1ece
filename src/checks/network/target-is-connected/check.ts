import { seen } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import { judgeConnection } from './judge-connection.ts'
import { readDmsPlace, readInstancePlace, readPeerings, type Evidence } from './read-networks.ts'

export default defineCheck<TargetSpec, Evidence, 'arm'>({
  meta: {
    id: 'network/target-is-connected',
    ref: 'DMSP-052',
    title: 'The network of DMS and that of the managed instance are one, or peered',
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'A managed instance answers inside its virtual network. DMS reaches it from another subnet of the same network, or from a network that is peered with it directly: peering does not pass through a third network.',
    source: {
      title: 'Network topologies for Azure SQL Managed Instance migrations using Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/resource-network-topologies',
      verified: '2026-11-26',
      rows: ['TOPO'],
    },
    remedy:
      'Place DMS in another subnet of the network of the instance, or peer the two networks in both directions with access allowed.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: async ({ arm }, { spec }) => {
    const [dms, instance] = await Promise.all([readDmsPlace(arm, spec.manifest), readInstancePlace(arm, spec.target)])
    if (!dms.ok) return dms
    if (!instance.ok) return instance
    if (!dms.value.found || !instance.value.found) return seen({ dms: dms.value, instance: instance.value, way: null })
    return seen(await readPeerings(arm, dms.value, instance.value))
  },
  judge: (evidence, { name, spec }) => judgeConnection(evidence, name, spec),
})
