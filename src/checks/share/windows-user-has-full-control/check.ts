import { seen, type Observed } from '../../../domain/observed.ts'
import { FULL_CONTROL } from '../../../ports/share-port.ts'
import { defineCheck } from '../../define.ts'
import { isDomainUser, readFileShare, statusFact } from '../../share-place.ts'
import { covers } from '../../share-rights.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'
import { accessFact, writeFact, type Evidence } from './evidence.ts'
import { judgeRights } from './judge-rights.ts'

const ID = 'share/windows-user-has-full-control'

export default defineCheck<ShareSpec, Evidence, 'net' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-073',
    title: 'The Windows user of the share has full control of it',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'share/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS works on the share as this user, and asks for full control. The permission of the share and that of the file system must both give it.',
    source: {
      title: 'Tutorial: Migrate SQL Server to an Azure SQL Managed Instance offline using DMS (classic)',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-to-managed-instance',
      verified: '2026-11-26',
      rows: ['M8'],
    },
    remedy: 'Give the user Full Control in the permissions of the share and in those of the folder behind it.',
  },
  uses: ['net', 'share'],
  subjects: shareSubjects,
  observe: async ({ net, share: smb }, subject): Promise<Observed<Evidence>> => {
    const asked = await readFileShare({ net }, subject, ID)
    if (!asked.ok) return asked
    const { place, share, folder } = asked.value
    const here = { ...place, share, folder, writes: smb.writes }
    const connected = await smb.openShare(asked.value)
    if (!connected.ok) return connected
    if (connected.value.outcome === 'refused') {
      const { reason, status } = connected.value
      return seen({ ...here, access: { at: 'share', reason, status: statusFact(status) }, write: null })
    }
    const opened = await smb.openFolder(asked.value)
    if (!opened.ok) return opened
    const access = accessFact(opened.value)
    const isSound = access.at === 'folder' && access.fullControl.granted
    const isWhole = isSound && covers(access.shareAccess & (access.folderAccess ?? 0), FULL_CONTROL)
    // A file is written only where nothing else speaks against it already.
    if (!smb.writes || !isWhole || !isDomainUser(place.account)) return seen({ ...here, access, write: null })
    const write = await smb.probeWrite(asked.value)
    return write.ok ? seen({ ...here, access, write: writeFact(write.value) }) : write
  },
  judge: (evidence, { name }) => judgeRights(evidence, name),
})
