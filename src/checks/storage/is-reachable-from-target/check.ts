import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { noContainer } from '../../storage-container.ts'
import { containerSubjects, type ContainerSpec } from '../../subjects.ts'
import type { Evidence } from './evidence.ts'
import { judgeReach } from './judge-reach.ts'
import { readBlobEndpoints, readClients, toRegion } from './read-clients.ts'

export default defineCheck<ContainerSpec, Evidence, 'arm' | 'blob'>({
  meta: {
    id: 'storage/is-reachable-from-target',
    ref: 'DMSP-082',
    title: 'The storage account lets DMS and the target in',
    team: 'storage',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS, or its integration runtime, writes the backups into the storage account, and the target restores them from there by itself. A firewall of the account that leaves one of them out stops the migration, however well the container is seen from here.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['MISTORE', 'COM-005', 'P24-005', 'P25-005', 'P26-005'],
    },
    remedy:
      'Turn the Microsoft.Storage endpoint on for the subnets of whoever writes and restores the backups, and admit those subnets in the firewall of the storage account, or admit all networks.',
  },
  uses: ['arm', 'blob'],
  subjects: containerSubjects,
  observe: (ports, { spec }) => readAccount(ports, spec),
  judge: (evidence, { name, spec }) => judgeReach(evidence, name, spec),
})

async function readAccount(
  { arm, blob }: Pick<Ports, 'arm' | 'blob'>,
  { manifest, container }: ContainerSpec,
): Promise<Observed<Evidence>> {
  if (container === undefined) return noContainer()
  const { resourceId } = container
  if (resourceId === undefined) {
    return unseen('missing-input', `The manifest does not name the storage account of container ${container.name}.`, {
      missing: '`container.resource` in the manifest, the id of the storage account: only Azure tells its firewall',
    })
  }
  const answer = await arm.storageAccount(resourceId)
  if (!answer.ok) return answer
  const account = parseResourceId(resourceId)?.name ?? resourceId
  if (!answer.value.found) return seen({ found: false, account, message: boundText(answer.value.message) })
  const { value } = answer.value
  const [endpoints, access] = await Promise.all([readBlobEndpoints(arm, value), blob.access(container)])
  return seen({
    found: true,
    account,
    region: toRegion(value.location),
    blobEndpoint: value.blobEndpoint ?? null,
    url: access.ok ? access.value.url : (container.url ?? null),
    publicNetworkAccess: boundText(value.publicNetworkAccess ?? 'Enabled', 60),
    defaultAction: boundText(value.defaultAction, 60),
    subnetRules: value.virtualNetworkRules.map(({ subnetId, state }) => ({
      id: subnetId,
      ...(state === undefined ? {} : { state }),
    })),
    addressRules: [...value.addressRules],
    endpointGaps: endpoints.gaps,
    clients: await readClients(arm, manifest, { ...endpoints, asksEgress: value.addressRules.length > 0 }),
    egress: [...manifest.dms.egress],
  })
}
