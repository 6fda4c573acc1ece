import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { nameResolution } from '../../name-resolution.ts'
import { TARGET_SIDE } from '../../sql-side.ts'
import { targetSubjects } from '../../subjects.ts'

export default defineCheck({
  meta: {
    id: 'target/name-resolves',
    ref: 'DMSP-011',
    title: "The target server's name resolves",
    team: 'network',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works', when: ({ target }) => target.endpoint === undefined }],
    provenBy: 'target/runtime-can-connect',
    disprovedBy: ['no-such-name'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS writes to the target under its name; behind a private endpoint that name leads to the right address only where the private DNS zone is linked. That of a virtual machine only this run has to find.',
    source: {
      title: 'Azure Private Endpoint DNS integration',
      url: 'https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration',
      verified: '2026-11-22',
      rows: ['P12-004'],
    },
    remedy:
      'Correct the endpoint in the manifest; with a private endpoint, link the zone privatelink.database.windows.net to the network in which DMS runs.',
  },
  uses: ['net', 'arm'],
  subjects: targetSubjects,
  ...nameResolution(TARGET_SIDE),
})
