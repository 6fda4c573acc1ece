import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { readFileShare, statusFact } from '../../share-place.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'
import { judgeShare, type Evidence } from './judge-share.ts'

const ID = 'share/exists'

export default defineCheck<ShareSpec, Evidence, 'net' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-072',
    title: 'The share for the backups is there',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'share/login-is-accepted' }],
    disprovedBy: ['not-there'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'SQL Server backs up to this share, and DMS fetches the backups from it. It creates neither the share nor a folder in it.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M6', 'P23-004', 'P25-004'],
    },
    remedy: 'Create the share and the folder on the file server, or correct the path of the share in the manifest.',
  },
  uses: ['net', 'share'],
  subjects: shareSubjects,
  observe: async ({ net, share: smb }, subject): Promise<Observed<Evidence>> => {
    const asked = await readFileShare({ net }, subject, ID)
    if (!asked.ok) return asked
    const { place, share, folder } = asked.value
    const here = { ...place, share, folder }
    const connected = await smb.openShare(asked.value)
    if (!connected.ok) return connected
    if (connected.value.outcome === 'refused') {
      const { reason, status } = connected.value
      return seen({ ...here, found: { at: 'share', reason, status: statusFact(status) } })
    }
    const { kind } = connected.value
    if (kind !== 'disk') return seen({ ...here, found: { at: 'kind', kind } })
    const opened = await smb.openFolder(asked.value)
    if (!opened.ok && folder !== '') return opened
    // The share itself has answered, and its root is there with it.
    if (!opened.ok) return seen({ ...here, found: { at: 'end', freeBytes: null } })
    if (opened.value.outcome === 'opened') {
      return seen({ ...here, found: { at: 'end', freeBytes: opened.value.freeBytes ?? null } })
    }
    const { reason, status } = opened.value
    if (folder === '' && reason === 'access-denied') return seen({ ...here, found: { at: 'end', freeBytes: null } })
    return seen({ ...here, found: { at: 'folder', reason, status: statusFact(status) } })
  },
  judge: (evidence, { spec }) => judgeShare(evidence, spec.manifest.generation),
})
