import { FIRST_UID, SAMBA_SID, type SambaSettings } from '../smb/samba-settings.ts'
import { changeStory } from './change.ts'
import { instanceStory } from './instance.ts'
import { readyStory } from './ready.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

/** With letters that a careless encoder loses. */
export const SHARE_PASSWORD = 'Pä55 w€rd😀!'

/** Of the computer of the source in the domain CORP, and of the first user of the file server (samba-settings.ts). */
export const COMPUTER_SID = 'S-1-5-21-1004336348-1177238915-682003330-1104'
const UPLOAD_SID = `${SAMBA_SID}-${String(1000 + 2 * FIRST_UID)}`
const COMPUTER_ENTRIES = [`(A;OICI;0x001301bf;;;${COMPUTER_SID})`]

/** `upload` has full control, the others less; the address is none of the source's, which is called localhost. */
export const FILE_SERVER: SambaSettings = {
  users: [
    ...['upload', 'editor', 'reader', 'stranger'].map((name) => ({ name, password: SHARE_PASSWORD })),
    ...(['disabled', 'expired', 'locked', 'must-change'] as const).map((state) => ({
      name: state,
      password: SHARE_PASSWORD,
      state,
    })),
    // As whom SQL Server comes; `sqlread` may only read.
    ...['sqlsvc', 'sqlread'].map((name) => ({ name, password: SHARE_PASSWORD })),
  ],
  shares: [
    {
      name: 'backup',
      files: {
        ...{ upload: 'full', editor: 'change', reader: 'read', stranger: 'none' },
        ...{ sqlsvc: 'change', sqlread: 'read' },
      },
      entries: COMPUTER_ENTRIES,
      folders: ['nightly'],
    },
    {
      name: 'level',
      files: { everyone: 'full' },
      share: { upload: 'full', editor: 'change', reader: 'read', stranger: 'none', sqlsvc: 'change', sqlread: 'read' },
    },
    {
      // What is made in it can be read, and not removed, by who made nothing.
      name: 'keeps',
      files: { sqlsvc: 'change' },
      entries: [`(A;;0x001301bf;;;${UPLOAD_SID})`, `(A;OICI;0x001200a9;;;${UPLOAD_SID})`],
    },
    { name: 'shut', files: { upload: 'full', sqlsvc: 'change' }, entries: [`(D;OICI;0x00000116;;;${COMPUTER_SID})`] },
    {
      name: 'away',
      files: { everyone: 'full' },
      settings: ['msdfs root = yes', String.raw`msdfs proxy = \fs02\backup`],
    },
    { name: 'spool', files: { everyone: 'full' }, settings: ['printable = yes', 'printing = bsd'] },
    // Samba gives the share to nobody then, and says something else than that it is not there.
    { name: 'broken', files: { everyone: 'full' }, settings: ['force user = nobody-here'] },
    { name: 'full', files: { upload: 'full', sqlsvc: 'change' }, isFull: true },
  ],
  global: ['interfaces = 127.0.0.1/8 127.0.0.2/8'],
}

/** The computer account of the source; Samba in the lab has no domain, so a local user plays it. */
export const SQL_SERVER = { user: String.raw`FILESRV\sqlsvc`, password: SHARE_PASSWORD }

/** Sales moves to a managed instance, seen from the DMS subnet: as far as the share is concerned, all is well. */
export function shareStory(): Story {
  // This machine's loopback plays the DMS subnet. The backup container is the business of other stories.
  const { storage, ...story } = changeStory(instanceStory({ dmsPrefix: '127.0.0.0/8' }), {
    editManifest: (text) => text.replace(/^container:\n(?: .*\n)*/m, ''),
    fileServer: FILE_SERVER,
    secrets: { SHARE_PASSWORD },
    inputs: readyStory().inputs,
    source: { comesAs: SQL_SERVER },
  })
  if (storage === undefined) throw new Error('the story has lost its container')
  return {
    ...story,
    name: 'share',
    title: 'Sales moves to a managed instance, by way of a share',
    files: (ports) => {
      const files = story.files(ports)
      return { ...files, [MANIFEST_PATH]: `${files[MANIFEST_PATH] ?? ''}${shareOf(ports)}` }
    },
  }
}

function shareOf({ smb }: Ports): string {
  return `share:
  path: \\\\127.0.0.2\\backup
  port: ${String(smb)}
  login: { windows: FILESRV\\upload, password: "\${SHARE_PASSWORD}" }
`
}
