import { goodParameters, serviceSas } from '../sas.ts'
import type { SambaSettings } from '../smb/samba-settings.ts'
import { changeStory } from './change.ts'
import { instanceStory } from './instance.ts'
import { isoDay } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

const SHARE_PASSWORD = 'Fil3 $hare pässword'
/** The cutover of the story begins at 20:00 on that day and takes 6 hours. */
const CUTOVER_DAY = 13

/**
 * Sales moves to a managed instance by way of a share and a backup container. Broken, nearly everything that people get
 * wrong is wrong. `hasFileServer: false`: this machine cannot start one, and the manifest names no share then.
 */
export function managedInstanceStory({
  fixed,
  hasFileServer = true,
}: {
  fixed: boolean
  hasFileServer?: boolean
}): Story {
  const base = instanceStory({ fixed })
  const failing = [
    ...base.expected.failing,
    ...(fixed ? [] : ['storage/sas-has-all-permissions']),
    ...(fixed || !hasFileServer ? [] : ['share/windows-user-has-full-control']),
  ]
  const story: Story = {
    ...base,
    name: 'managed-instance',
    ...(base.storage === undefined || fixed
      ? {}
      : {
          storage: {
            ...base.storage,
            secrets: (account) => ({
              BACKUP_SAS: serviceSas(account, 'backups', { ...goodParameters(), se: EARLY_END }),
            }),
          },
        }),
    expected: fixed
      ? hasFileServer
        ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
        : { status: 'undetermined', exitCode: 1, failing: [] }
      : { status: 'not-ready', exitCode: 1, failing },
    look: lookOf({ fixed, hasFileServer }),
  }
  if (!hasFileServer) return story
  return {
    ...changeStory(story, { fileServer: fileServer({ fixed }), secrets: { SHARE_PASSWORD } }),
    files: (ports) => {
      const files = story.files(ports)
      return { ...files, [MANIFEST_PATH]: `${files[MANIFEST_PATH] ?? ''}${fixed ? vouched() : ''}${shareOf(ports)}` }
    },
  }
}

/** An hour before the cutover ends. */
const EARLY_END = `${isoDay(CUTOVER_DAY + 1)}T01:00:00Z`

/** The Windows user that DMS works as: Change looks like enough, and is not. */
function fileServer({ fixed }: { fixed: boolean }): SambaSettings {
  return {
    users: [{ name: 'dms-upload', password: SHARE_PASSWORD }],
    shares: [
      { name: 'backup', files: { everyone: 'full' }, share: { 'dms-upload': fixed ? 'full' : 'change' }, folders: [] },
    ],
    // The source is called localhost: a share on its own host is another problem.
    global: ['interfaces = 127.0.0.1/8 127.0.0.2/8'],
  }
}

function shareOf({ smb }: Ports): string {
  return `share:
  path: \\\\127.0.0.2\\backup
  port: ${String(smb)}
  login: { windows: FILESRV\\dms-upload, password: "\${SHARE_PASSWORD}" }
`
}

/** Who writes the backups is nobody's to see from outside: whoever made one by hand vouches for it. */
function vouched(): string {
  const checks = ['share/service-account-can-write', 'share/computer-account-can-read-and-write']
  return checks
    .map(
      (check) => `  - check: ${check}
    subject: default
    by: "@dba-lead"
    on: ${isoDay(-1)}
    expires: ${isoDay(60)}
    evidence: https://tickets.example/4713
`,
    )
    .join('')
}

function lookOf({ fixed, hasFileServer }: { fixed: boolean; hasFileServer: boolean }): string[] {
  const noShare = hasFileServer
    ? []
    : ['Left out: the share. What is asked of it is `unknown`, because the manifest names none.']
  if (!fixed) {
    return [
      'Both logins have to be sysadmin, and neither is: the statement to copy stands under each.',
      'The SAS has every permission, and ends an hour before the cutover does.',
      ...(hasFileServer
        ? [
            'The Windows user of the share has Change: the mask stands beside the one that DMS asks for, and which of the two permissions falls short.',
          ]
        : []),
      'The instance has a database ORDERSNEW: by its collation that is the name under which Orders would arrive.',
      ...noShare,
    ]
  }
  if (!hasFileServer) return noShare
  return [
    'The gate is open: logins, instance, names, share rights, container and SAS are proven, and nothing was written.',
    'The conditions say what rests on a person: the firewalls, and that a backup by SQL Server itself reached the share.',
    'The report counts until the first of SAS and attestations ends: see ready-until.',
  ]
}
