import { changeStory, type Change } from '../../../lab/stories/change.ts'
import { COMPUTER_SID, shareStory, SQL_SERVER } from '../../../lab/stories/share.ts'
import type { Story } from '../../../lab/stories/story.ts'
import type { BackupState, LoginState } from '../../../lab/sql/state.ts'
import { fails, isBlocked, isManual, isUnknown, passes, type Case, type Expectation } from '../expectation.ts'

const LOGIN = 'share/login-is-accepted'
const EXISTS = 'share/exists'
const RIGHTS = 'share/windows-user-has-full-control'
const SERVICE = 'share/service-account-can-write'
const COMPUTER = 'share/computer-account-can-read-and-write'

const WRITES: Change = { inputs: { 'allow-writes': 'true' } }
const PATH = String.raw`\\127.0.0.2\backup`

/** The run may write. */
function writing(...changes: readonly Change[]): Story {
  return changeStory(shareStory(), WRITES, ...changes)
}
function reading(...changes: readonly Change[]): Story {
  return changeStory(shareStory(), ...changes)
}
function at(path: string): Change {
  return { manifest: { [PATH]: path } }
}
function comesAs(user: string, password = SQL_SERVER.password): Change {
  return { source: { comesAs: { user: `FILESRV\\${user}`, password } } }
}
function uploadAs(name: string): Change {
  return { manifest: { [String.raw`FILESRV\upload`]: String.raw`FILESRV\ ${name}`.replace(' ', '') } }
}
function source(state: { backup?: BackupState; serviceAccount?: string; sids?: Record<string, string> }): Change {
  return { source: { state } }
}
/** The login of the source, with these grants alone. */
function loginWith(grants: readonly string[]): Change {
  const [own] = shareStory().servers['source']?.state.logins ?? []
  if (own === undefined) throw new Error('the story has no login')
  const login: LoginState = { user: own.user, password: own.password, databases: own.databases ?? [], grants }
  return { source: { state: { logins: [login] } } }
}
function openFails(error: number, text: string): BackupState {
  const message = `Cannot open backup device. Operating system error ${String(error)}(${text}).`
  return { refuses: [{ number: 3201, state: 1, severity: 16, message }] }
}
const both = (make: (id: string) => Expectation): Expectation[] => [SERVICE, COMPUTER].map(make)
const DOMAIN = { [String.raw`CORP\SQL01$`]: COMPUTER_SID }

export const BACKUP_CASES: readonly Case[] = [
  {
    world: 'a backup of SQL Server into a folder of the share',
    story: writing(at(String.raw`\\127.0.0.2\backup\nightly`)),
    expected: both((id) =>
      passes(id, /\\nightly: sales, .* wrote .* \(64 KiB\) and read it back; the file was removed/),
    ),
  },
  {
    world: 'a SQL Server that may only read the files',
    story: writing(comesAs('sqlread')),
    expected: both((id) =>
      fails(id, /could not make a backup: access is denied \(3201: Cannot open backup device .*error 5\(/),
    ),
  },
  {
    world: 'a SQL Server that may only read, by the permission of the share',
    story: writing(comesAs('sqlread'), at(String.raw`\\127.0.0.2\level`)),
    expected: [fails(SERVICE, /could not make a backup: access is denied/)],
  },
  {
    world: 'a SQL Server whose account the file server does not accept',
    story: writing(comesAs('sqlsvc', 'n0t-the-pass')),
    expected: [fails(SERVICE, /could not make a backup: the file server does not accept the account .*1326\(/)],
  },
  {
    world: 'a SQL Server whose account is disabled',
    story: writing(comesAs('disabled')),
    expected: [fails(SERVICE, /could not make a backup: the account is disabled/)],
  },
  {
    world: 'a full volume and a backup',
    story: writing(at(String.raw`\\127.0.0.2\full`)),
    expected: [
      fails(RIGHTS, /STATUS_DISK_FULL/),
      fails(SERVICE, /could not make a backup: the volume is full \(3202: Write on .*112\(.*; the file was removed/),
    ],
  },
  {
    world: 'a SQL Server that sees another path',
    story: writing(source({ backup: openFails(3, 'The system cannot find the path specified.') })),
    expected: both((id) => fails(id, /a folder of the path is not there, seen from there/)),
  },
  {
    world: 'a SQL Server that does not get to the file server',
    story: writing(source({ backup: openFails(53, 'The network path was not found.') })),
    expected: [fails(SERVICE, /the file server was not found from there/)],
  },
  {
    world: 'a share that goes away meanwhile',
    story: writing(source({ backup: openFails(64, 'The specified network name is no longer available.') })),
    expected: both((id) => isUnknown(id, 'unreachable', /the share went away meanwhile/)),
  },
  {
    world: 'a login without BACKUP DATABASE',
    story: writing(loginWith(['VIEW SERVER STATE'])),
    expected: both((id) =>
      isUnknown(id, 'forbidden', /the login may not make the backup \(262: /, { missing: 'BACKUP DATABASE on model' }),
    ),
  },
  {
    world: 'a login without CREATE DATABASE',
    story: writing(loginWith(['VIEW SERVER STATE', 'BACKUP DATABASE ON model'])),
    expected: [
      passes(SERVICE, /wrote .* \(not read back: the login may not read the backup; missing: CREATE DATABASE/),
      isUnknown(COMPUTER, 'forbidden', /could not read it back: .*262: CREATE DATABASE permission denied/, {
        missing: 'CREATE DATABASE',
      }),
    ],
  },
  {
    world: 'a login that does not see as whom the service runs',
    story: writing(loginWith(['CREATE ANY DATABASE', 'BACKUP DATABASE ON model'])),
    expected: [
      passes(SERVICE, /sales wrote .* and read it back/),
      isUnknown(COMPUTER, 'forbidden', /as whom sales writes is not known/, { missing: 'VIEW SERVER STATE' }),
    ],
  },
  {
    world: 'a file that is another backup when it is read',
    story: writing(source({ backup: { readsDatabase: 'Sales' } })),
    expected: both((id) => fails(id, /read back another backup than that \(of Sales\); the file was removed/)),
  },
  {
    world: 'a file that cannot be read any more',
    story: writing(
      source({
        backup: {
          refusesReading: [
            { number: 3241, state: 0, severity: 16, message: 'The media family is incorrectly formed.' },
          ],
        },
      }),
    ),
    expected: [fails(SERVICE, /what was read back is not the backup that was written/)],
  },
  {
    world: 'a domain user runs the service, and makes a backup',
    story: writing(source({ serviceAccount: String.raw`CORP\sqlsvc` })),
    expected: [
      passes(SERVICE, /sales, as CORP\\sqlsvc, wrote/),
      isManual(COMPUTER, /vouch that <DOMAIN>\\SQL01\$ can .*the backup that was made says nothing of it/),
    ],
  },
  {
    world: 'a cluster makes a backup on one of its nodes',
    story: writing({ source: { state: { serverName: 'SQLFCI', clusterNodes: ['N1', 'N2'] } } }),
    expected: [passes(SERVICE, /wrote/), isManual(COMPUTER, /vouch that <DOMAIN>\\N1\$, <DOMAIN>\\N2\$ can/)],
  },
  {
    world: 'a cluster whose node may not write',
    story: writing({ source: { state: { serverName: 'SQLFCI', clusterNodes: ['N1', 'N2'] } } }, comesAs('sqlread')),
    expected: [fails(COMPUTER, /access is denied/)],
  },
  {
    world: 'LOCAL SERVICE, which makes no backup',
    story: writing(source({ serviceAccount: String.raw`NT AUTHORITY\LOCAL SERVICE` })),
    expected: [fails(SERVICE, /which is anonymous on the network/)],
  },
  {
    world: 'a backup that comes to no end',
    story: writing(source({ backup: { hangs: true } }), { inputs: { timeout: '6s' } }),
    expected: both((id) =>
      isUnknown(id, 'timeout', /no end within \d+ ms, so it was cancelled\.?; the file was removed/, {
        missing: 'raise the input `timeout`',
      }),
    ),
  },
  {
    world: 'a file that the user of the share may not remove',
    story: writing(at(String.raw`\\127.0.0.2\keeps`)),
    expected: [
      passes(
        SERVICE,
        /wrote .*; THE FILE IS STILL THERE \(access is denied .*delete it: .*\\keeps\\dms-preflight-probe-/,
      ),
      fails(RIGHTS, /Change/),
    ],
  },
  {
    world: 'a user of the share with Change, who can remove a backup',
    story: writing(uploadAs('editor')),
    expected: [fails(RIGHTS, /Change/), passes(SERVICE, /the file was removed/)],
  },
  {
    world: 'a user of the share who could not remove a backup',
    story: writing(uploadAs('reader')),
    expected: [fails(RIGHTS, /Read/), ...both((id) => isBlocked(id, RIGHTS))],
  },
  {
    world: 'a user of the share whom nobody knows, and no backup',
    story: writing({ secrets: { SHARE_PASSWORD: 'n0t-the-pass' } }),
    expected: [fails(LOGIN, /LOGON_FAILURE/), ...both((id) => isBlocked(id, LOGIN))],
  },
  {
    world: 'no such folder, and no backup',
    story: writing(at(String.raw`\\127.0.0.2\backup\weekly`)),
    expected: [fails(EXISTS, /no folder weekly/), ...both((id) => isBlocked(id, EXISTS))],
  },
  {
    world: 'a computer account that the folder names',
    story: reading(source({ sids: DOMAIN })),
    expected: [
      isManual(
        COMPUTER,
        /vouch that CORP\\SQL01\$ can .*in the permissions of the folder CORP\\SQL01\$ is given 0x001301BF \(Change\) by name; those of the share itself are not seen/,
      ),
    ],
  },
  {
    world: 'a computer account that the folder denies',
    story: reading(source({ sids: DOMAIN }), at(String.raw`\\127.0.0.2\shut`)),
    expected: [
      isManual(SERVICE, /CORP\\SQL01\$ is denied 0x00000116 by name/),
      fails(COMPUTER, /CORP\\SQL01\$ cannot make a file there: .*CORP\\SQL01\$ is denied 0x00000116 by name/),
    ],
  },
]
