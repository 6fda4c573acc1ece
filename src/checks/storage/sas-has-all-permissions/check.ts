import { seen, type Observed } from '../../../domain/observed.ts'
import { judgeSas } from '../../../domain/sas-rules.ts'
import { defineCheck } from '../../define.ts'
import { listFact, noContainer } from '../../storage-container.ts'
import { containerSubjects, type ContainerSpec } from '../../subjects.ts'
import { sasTerms, writeFact, type Evidence } from './evidence.ts'
import { judgeAccess } from './judge-access.ts'

export default defineCheck<ContainerSpec, Evidence, 'blob' | 'clock'>({
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
      title: 'Migrate SQL Server to Azure SQL Managed Instance offline using DMS',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-to-managed-instance',
      verified: '2026-11-26',
      rows: ['M9'],
    },
    remedy:
      'Make a SAS for the container (not for the account) with the permissions read, write, delete and list, for https only, that ends well after the cutover, and store it as the secret.',
  },
  uses: ['blob', 'clock'],
  subjects: containerSubjects,
  observe: async ({ blob, clock }, { spec }): Promise<Observed<Evidence>> => {
    if (spec.container === undefined) return noContainer()
    const access = await blob.access(spec.container)
    if (!access.ok) return access
    const now = clock.now()
    const { faults } = judgeSas(access.value.sas, sasTerms(spec.manifest, now))
    const list = await blob.list(spec.container)
    // What the SAS says of itself can be wrong enough, whatever keeps the service from being asked.
    if (!list.ok && faults.length === 0) return list
    const isWorthIt = blob.writes && faults.length === 0 && list.ok && list.value.outcome === 'accepted'
    const write = isWorthIt ? await blob.probeWrite(spec.container) : undefined
    if (write?.ok === false) return write
    return seen({
      ...access.value,
      checkedAt: new Date(now).toISOString(),
      writes: blob.writes,
      list: listFact(list),
      write: write === undefined ? null : writeFact(write.value),
    })
  },
  judge: (evidence, { name, spec }) => {
    const said = judgeSas(evidence.sas, sasTerms(spec.manifest, Date.parse(evidence.checkedAt)))
    return judgeAccess(evidence, said, name)
  },
})
