import type { SambaSettings } from '../smb/samba-settings.ts'
import type { Ports } from './story.ts'

export const FILESHARE_PASSWORD = 'Fil3 $hare pässword'

/** The share of the backups: the user that the runtime reads with was given the files, and not the share. */
export function fileShare({ fixed }: { fixed: boolean }): SambaSettings {
  return {
    users: ['dms-read', 'dba'].map((name) => ({ name, password: FILESHARE_PASSWORD })),
    shares: [
      {
        name: 'backup',
        files: { everyone: 'full' },
        share: { dba: 'full', 'dms-read': fixed ? 'read' : 'none' },
        folders: ['Sales', 'Orders'],
      },
    ],
    // The source is called localhost: a share on its own host is another problem.
    global: ['interfaces = 127.0.0.1/8 127.0.0.2/8'],
  }
}

export function shareOf({ smb }: Ports): string {
  return `share:
  path: \\\\127.0.0.2\\backup
  port: ${String(smb)}
  login: { windows: FILESRV\\dms-read, password: "\${SHARE_PASSWORD}" }
`
}
