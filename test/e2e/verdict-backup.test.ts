import { expect, it } from '@jest/globals'
import { findOptionalProgram } from '../../lab/find-program.ts'
import { findSamba } from '../../lab/smb/samba.ts'
import { describeCases } from './rig.ts'
import { BACKUP_CASES } from './verdicts/backup-cases.ts'

// SQL Server of the lab goes to the file server with Samba's own client.
const isThere = findSamba() && findOptionalProgram('smbclient', "Samba's client") !== undefined
if (isThere) describeCases('verdicts on backups to the share', BACKUP_CASES)

it('has worlds to play where Samba is', () => {
  expect(BACKUP_CASES.length).toBeGreaterThan(isThere ? 20 : 0)
})
