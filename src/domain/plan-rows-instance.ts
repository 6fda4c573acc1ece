import type { PlanRow } from './plan-rows.ts'

/** Rows of the paths to a managed instance, offline and online. */
export const INSTANCE_ROWS: readonly PlanRow[] = [
  {
    id: 'P23-001',
    type: 'required',
    blocking: true,
    asks: 'managed instance provisioned (Succeeded), tier, vCores, subnet recorded',
  },
  {
    id: 'P23-002',
    type: 'required',
    blocking: true,
    asks: 'assessment without blockers before the backup',
  },
  {
    id: 'P23-003',
    type: 'required',
    blocking: true,
    asks: 'source sysadmin or CONTROL SERVER; Azure Contributor on instance and storage, Reader on the group',
  },
  {
    id: 'P23-004',
    type: 'required',
    blocking: true,
    asks: 'each backup its own file on share or container; service account reads and writes the share',
  },
  {
    id: 'P23-005',
    type: 'conditional',
    blocking: true,
    when: 'backups on an SMB share',
    asks: 'dedicated runtime apart from the source, DMS key, out 443 to clouddatahub and storage, out 445 to the share',
    rest: 'that the runtime stands on a host of its own and was registered with a key of this service',
  },
  {
    id: 'P23-006',
    type: 'required',
    blocking: true,
    asks: 'Microsoft.DataMigration registered',
  },
  {
    id: 'P23-007',
    type: 'conditional',
    blocking: true,
    when: 'TDE in scope',
    asks: 'TDE certificate on the target first',
  },
  {
    id: 'P23-008',
    type: 'required',
    blocking: true,
    asks: 'outage counted from migration start',
  },
  {
    id: 'P23-009',
    type: 'recommended',
    blocking: false,
    when: 'runtime used',
    asks: 'runtime auto-update on',
  },
  {
    id: 'P24-001',
    type: 'required',
    blocking: true,
    asks: 'FULL recovery on every database',
  },
  {
    id: 'P24-002',
    type: 'required',
    blocking: true,
    asks: 'full backup and every log backup in the landing zone until the tail',
  },
  {
    id: 'P24-003',
    type: 'required',
    blocking: true,
    asks: 'every backup a file of its own',
  },
  {
    id: 'P24-004',
    type: 'required',
    blocking: true,
    asks: 'one log file a database',
  },
  {
    id: 'P24-005',
    type: 'conditional',
    blocking: true,
    when: 'landing zone is a share',
    asks: 'runtime reaches source and share; out 443 and 445',
  },
  {
    id: 'P24-006',
    type: 'required',
    blocking: true,
    asks: 'source sysadmin or CONTROL SERVER',
  },
  {
    id: 'P24-007',
    type: 'required',
    blocking: true,
    asks: 'migration role or Contributor on instance and storage, Reader on groups, Storage Blob Data Reader on the container for portal use',
  },
  {
    id: 'P24-008',
    type: 'required',
    blocking: true,
    asks: 'writes stopped, tail uploaded and restored before cutover',
  },
  {
    id: 'P24-009',
    type: 'recommended',
    blocking: false,
    when: 'runtime used',
    asks: 'runtime auto-update on',
  },
]
