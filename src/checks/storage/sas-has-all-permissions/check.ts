import type { Container } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { judgeSas } from '../../../domain/sas-rules.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { defineCheck } from '../../define.ts'
import { isSameOrigin, listFact, noContainer } from '../../storage-container.ts'
import { containerSubjects, type ContainerSpec } from '../../subjects.ts'
import { sasTerms, writeFact, type Evidence } from './evidence.ts'
import { judgeAccess } from './judge-access.ts'

export default defineCheck<ContainerSpec, Evidence, 'arm' | 'blob' | 'clock'>({
  meta: {
    id: 'storage/sas-has-all-permissions',
    ref: 'DMSP-081',
    title: 'The SAS of the container grants read, write, delete and list for as long as the migration takes',
    team: 'storage',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'manual'],
    why: 'DMS uploads, reads and removes the backups with this SAS. One that lacks a permission, is for the account or a single blob, or ends before the cutover does, lets the migration fail in its middle.',
    source: {
      title: 'Tutorial: Migrate SQL Server to an Azure SQL Managed Instance offline using DMS (classic)',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-to-managed-instance',
      verified: '2026-11-26',
      rows: ['M9', 'SASKIND'],
    },
    remedy:
      'Make a SAS for the container (not for the account) with the permissions read, write, delete and list, for https only, that ends well after the cutover, and store it as the secret.',
  },
  uses: ['arm', 'blob', 'clock'],
  subjects: containerSubjects,
  observe: async ({ arm, blob, clock }, { spec }): Promise<Observed<Evidence>> => {
    if (spec.container === undefined) return noContainer()
    const access = await blob.access(spec.container)
    if (!access.ok) return access
    const now = clock.now()
    const { sas, url } = access.value
    if (sas === undefined) return noSas(spec.container.name)
    const isSignedByKey = sas.kind !== 'user-delegation'
    const [list, keysAreRefused] = await Promise.all([
      blob.list(spec.container),
      isSignedByKey && refusesKeys(arm, spec.container, url),
    ])
    const isWrong = keysAreRefused || judgeSas(sas, sasTerms(spec.manifest, now, listFact(list))).faults.length > 0
    // What the SAS says of itself can be wrong enough, whatever keeps the service from being asked.
    if (!list.ok && !isWrong) return list
    const isWorthIt = blob.writes && !isWrong && list.ok && list.value.outcome === 'accepted'
    const write = isWorthIt ? await blob.probeWrite(spec.container) : undefined
    if (write?.ok === false) return write
    return seen({
      ...access.value,
      sas,
      checkedAt: new Date(now).toISOString(),
      writes: blob.writes,
      list: listFact(list),
      ...(keysAreRefused ? { keysAreRefused } : {}),
      write: write === undefined ? null : writeFact(write.value),
    })
  },
  judge: (evidence, { name, spec }) => {
    const said = judgeSas(evidence.sas, sasTerms(spec.manifest, Date.parse(evidence.checkedAt), evidence.list))
    return judgeAccess(evidence, said, name)
  },
})

/** A manifest of the classic service has one, or is refused. */
function noSas(name: string): Observed<never> {
  return unseen('missing-input', `The manifest gives no SAS for container ${name}.`, { missing: '`container.sas`' })
}

/** Whether Azure says so of the very account; what cannot be read says nothing. */
async function refusesKeys(arm: ArmPort, { resourceId }: Container, url: string): Promise<boolean> {
  if (resourceId === undefined) return false
  const account = await arm.storageAccount(resourceId)
  if (!account.ok || !account.value.found) return false
  const { allowSharedKeyAccess, blobEndpoint } = account.value.value
  return allowSharedKeyAccess === false && blobEndpoint !== undefined && isSameOrigin(blobEndpoint, url)
}
