import { seen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { azScript } from '../../azure-cli.ts'
import { backupContainerSubjects, LIST_RIGHT } from '../../container-folders.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { isSameOrigin, listFact, noContainer, saidByService, type ListFact } from '../../storage-container.ts'
import type { ContainerSpec } from '../../subjects.ts'

type ResourceFact =
  | { is: 'there' }
  | { is: 'deleted' }
  | { is: 'not-there'; message: string }
  /** `container.resource` is the id of another account than the URL leads to. */
  | { is: 'other-account'; blobEndpoint: string }

type Evidence = {
  url: string
  account: string
  container: string
  list: ListFact
  /** What Azure Resource Manager says, asked only where the service itself did not decide. */
  resource?: ResourceFact
}

export default defineCheck<ContainerSpec, Evidence, 'arm' | 'blob'>({
  meta: {
    id: 'storage/container-exists',
    ref: 'DMSP-080',
    title: 'The blob container for the backups exists',
    team: 'storage',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [],
    disprovedBy: ['not-there'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'The backups lie in a blob container, from which the target restores them. DMS does not create the container.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M9', 'P23-004', 'P25-004'],
    },
    remedy: 'Create the container in the storage account, or correct `container.url` in the manifest.',
  },
  uses: ['arm', 'blob'],
  subjects: backupContainerSubjects,
  observe: async ({ arm, blob }, { spec }): Promise<Observed<Evidence>> => {
    if (spec.container === undefined) return noContainer()
    const access = await blob.access(spec.container)
    if (!access.ok) return access
    const { url, account, container } = access.value
    const list = await blob.list(spec.container)
    const evidence = { url, account, container, list: listFact(list) }
    const isDecided = list.ok && list.value.outcome !== 'refused'
    const resource = isDecided ? undefined : await readResource(arm, spec.container.resourceId, url, container)
    if (resource !== undefined) return seen({ ...evidence, resource })
    return list.ok ? seen(evidence) : list
  },
  judge: (evidence, { name, spec }) => {
    const { list, resource, url } = evidence
    if (list.outcome === 'accepted') return found(evidence, 'the service listed it')
    if (list.outcome === 'no-container') return missed(evidence, saidByService(list))
    switch (resource?.is) {
      case 'there':
        return found(evidence, 'Azure Resource Manager knows it')
      case 'deleted':
        return missed(evidence, 'it was deleted, and is kept to be restored')
      case 'not-there':
        return missed(evidence, resource.message)
      case 'other-account': {
        const message = `container.resource is an account whose blobs are at ${resource.blobEndpoint}, and the container is at ${url}`
        return {
          verdict: 'unknown',
          proof: 'direct',
          summary: `Whether ${url} exists could not be determined: ${message}`,
          expected: expectedOf(evidence),
          cause: { kind: 'missing-input', message },
          remediation: { text: 'Correct `container.resource` or `container.url` in the manifest.', scripts: [] },
        }
      }
      case undefined: {
        const said = list.outcome === 'refused' ? saidByService(list) : list.message
        if (spec.manifest.generation === 'modern') return refused(evidence, said)
        return {
          verdict: 'blocked',
          summary: `Not known whether ${url} exists: the service refuses the SAS before it looks (${said})`,
          blockedBy: [{ id: 'storage/sas-has-all-permissions', subject: name }],
        }
      }
    }
  },
})

/** The modern service comes with the key of the account or an identity, so that our refusal says nothing of it. */
function refused(evidence: Evidence, said: string): Judgement {
  const message = `the service refuses this run before it looks (${said})`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${evidence.url} exists is not known: ${message}`,
    expected: expectedOf(evidence),
    cause: { kind: 'forbidden', message },
    remediation: { text: `Missing: ${LIST_RIGHT}.`, scripts: [] },
  }
}

function expectedOf({ account, container }: Evidence): string {
  return `the container ${container} in the storage account ${account}`
}

function found(evidence: Evidence, fact: string): Judgement {
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `Container ${evidence.url} exists: ${fact}`,
    expected: expectedOf(evidence),
    actual: fact,
  }
}

function missed(evidence: Evidence, fact: string): Judgement {
  const { url, account, container } = evidence
  const create = azScript('az storage container create', {
    '--account-name': account,
    '--name': container,
    '--auth-mode': 'login',
  })
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `Container ${url} is not there: ${fact}`,
    expected: expectedOf(evidence),
    actual: fact,
    remediation: { text: 'Create the container, or correct the URL in the manifest.', scripts: [create] },
  }
}

/** Undefined: Azure was not asked, or could not answer. */
async function readResource(
  arm: ArmPort,
  accountId: string | undefined,
  url: string,
  container: string,
): Promise<ResourceFact | undefined> {
  if (accountId === undefined) return undefined
  const account = await arm.storageAccount(accountId)
  if (!account.ok) return undefined
  const name = parseResourceId(accountId)?.name ?? accountId
  if (!account.value.found) {
    return { is: 'not-there', message: boundText(`there is no storage account ${name}: ${account.value.message}`) }
  }
  const { blobEndpoint } = account.value.value
  if (blobEndpoint === undefined) return undefined
  if (!isSameOrigin(blobEndpoint, url)) return { is: 'other-account', blobEndpoint: boundText(blobEndpoint) }
  const found = await arm.blobContainer(accountId, container)
  if (!found.ok) return undefined
  if (!found.value.found) return { is: 'not-there', message: boundText(found.value.message) }
  return found.value.value.deleted ? { is: 'deleted' } : { is: 'there' }
}
