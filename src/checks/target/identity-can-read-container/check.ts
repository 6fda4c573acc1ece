import { defineCheck } from '../../define.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import { judgeAccess } from './judge-access.ts'
import { readAccess, type Evidence } from './read-access.ts'

export default defineCheck<TargetSpec, Evidence, 'arm' | 'blob'>({
  meta: {
    id: 'target/identity-can-read-container',
    ref: 'DMSP-103',
    title: 'The identity of the managed instance may read the backups in the container',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['modern'],
    // The manifest does not say whether the identity or a key of the account will be chosen to read the backups.
    severity: 'recommended',
    needs: [{ id: 'target/managed-instance-exists' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'Where a migration from a container is set up with the managed identity, the instance opens the backups under its own name. Without a right to the data of the container the restore ends before its first file, whoever started it.',
    source: {
      title: 'Tutorial: Migrate SQL Server to Azure SQL Managed Instance with DMS',
      url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/database-migration-service',
      verified: '2026-11-26',
      rows: ['MIMSI', 'P24-007'],
    },
    remedy:
      'Give the primary user-assigned identity of the instance, or else its system-assigned one, the role Storage Blob Data Reader at the container.',
  },
  uses: ['arm', 'blob'],
  subjects: targetSubjects,
  observe: (ports, { spec }) => readAccess(ports, spec),
  judge: (evidence, { name }) => judgeAccess(evidence, name),
})
