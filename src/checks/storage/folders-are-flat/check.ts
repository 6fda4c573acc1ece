import { containerDatabaseSubjects, observeFolders, type FolderEvidence } from '../../container-folders.ts'
import { defineCheck } from '../../define.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'
import { judgeFolder } from './judge-folder.ts'

export default defineCheck<SourceDatabaseSpec, FolderEvidence, 'blob'>({
  meta: {
    id: 'storage/folders-are-flat',
    ref: 'DMSP-123',
    title: 'The backups of the database lie in a flat folder of their own in the container',
    team: 'storage',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'storage/container-exists', any: true }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'The service restores what lies right in the folder of the database. It looks into no folder below, and backups of another database in between end the migration.',
    source: {
      title: 'Known issues, limitations, and troubleshooting of migrations with DMS',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['FLAT', 'P23-004', 'P25-004'],
    },
    remedy:
      'Put the backups of each database into one folder of the container, named as the database (or as `folder` of the database in the manifest says), without folders in it, before the migration starts.',
  },
  uses: ['blob'],
  subjects: containerDatabaseSubjects,
  observe: ({ blob }, subject) => observeFolders(blob, subject),
  judge: (evidence, { spec }) => judgeFolder(evidence, spec),
})
