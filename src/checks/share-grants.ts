import type { Script } from '../domain/observed.ts'
import { quotePowerShell } from './share-place.ts'

export interface Grant {
  share: string
  /** Empty: the root of the share. */
  folder: string
  accounts: readonly string[]
  right: 'full' | 'change' | 'read'
}

const RIGHTS = {
  full: { share: 'Full', file: 'F' },
  change: { share: 'Change', file: 'M' },
  read: { share: 'Read', file: 'RX' },
} as const

/** Both permissions of a share, for whoever administers the file server. */
export function grantScript({ share, folder, accounts, right }: Grant): Script {
  const name = quotePowerShell(share)
  const below = folder === '' ? '' : ` ${quotePowerShell(folder)}`
  const lines = accounts.flatMap((account) => [
    `Grant-SmbShareAccess -Name ${name} -AccountName ${quotePowerShell(account)} -AccessRight ${RIGHTS[right].share} -Force`,
    `icacls $folder /grant ${quotePowerShell(`${account}:(OI)(CI)${RIGHTS[right].file}`)}`,
  ])
  return {
    language: 'powershell',
    code: [
      '# on the file server, as administrator: what is there',
      `Get-SmbShareAccess -Name ${name}`,
      below === ''
        ? `$folder = (Get-SmbShare -Name ${name}).Path`
        : `$folder = Join-Path (Get-SmbShare -Name ${name}).Path${below}`,
      'icacls $folder',
      '# what is needed: permission of the share, and of the file system',
      ...lines,
    ].join('\n'),
  }
}
