import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { nameResolution } from '../../name-resolution.ts'
import { SOURCE_SIDE } from '../../sql-side.ts'
import { sourceSubjects } from '../../subjects.ts'

export default defineCheck({
  meta: {
    id: 'source/name-resolves',
    ref: 'DMSP-001',
    title: "The source server's name resolves",
    team: 'network',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [],
    provenBy: 'source/runtime-can-connect',
    disprovedBy: ['no-such-name'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS connects to the source by its name, with the DNS servers of the place where it runs: a name that they do not know ends every migration at its first step.',
    source: {
      title: 'Name resolution for resources in Azure virtual networks',
      url: 'https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances',
      verified: '2026-11-22',
      rows: ['COM-005', 'P12-004'],
    },
    remedy:
      'Correct the name in the manifest, let the DNS servers of the place where DMS runs resolve it, or give an IP address instead.',
  },
  uses: ['net', 'arm'],
  subjects: sourceSubjects,
  ...nameResolution(SOURCE_SIDE),
})
