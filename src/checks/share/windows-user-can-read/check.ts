import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { readFileShare, statusFact } from '../../share-place.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'
import { judgeReading, type Evidence } from './judge-reading.ts'

const ID = 'share/windows-user-can-read'

export default defineCheck<ShareSpec, Evidence, 'net' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-122',
    title: 'The Windows user of the share can read it',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'share/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'The integration runtime lists the folder and reads the backups as this user. The permission of the share and that of the file system must both let it; more than reading is not asked for.',
    source: {
      title: 'Tutorial: Migrate SQL Server to Azure SQL Managed Instance with DMS',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-managed-instance-online-ads',
      verified: '2026-11-26',
      rows: ['SVCACCT-N', 'P24-005', 'P26-005'],
    },
    remedy: 'Give the user Read in the permissions of the share, and Read & execute in those of the folder behind it.',
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
      return seen({ ...here, access: { at: 'share', reason, status: statusFact(status) } })
    }
    const opened = await smb.openFolder(asked.value)
    if (!opened.ok) return opened
    if (opened.value.outcome === 'refused') {
      const { reason, status } = opened.value
      return seen({ ...here, access: { at: 'way', reason, status: statusFact(status) } })
    }
    const { shareAccess, folderAccess, fullControlOpen, readOpen = fullControlOpen } = opened.value
    const open = readOpen.granted
      ? { granted: true as const }
      : { granted: false as const, status: statusFact(readOpen.status) }
    return seen({ ...here, access: { at: 'folder', shareAccess, folderAccess: folderAccess ?? null, open } })
  },
  judge: (evidence, { name }) => judgeReading(evidence, name),
})
