import { changeStory, type Change } from '../../../lab/stories/change.ts'
import { NSG } from '../../../lab/stories/sales.ts'
import { FILE_SERVER, shareStory } from '../../../lab/stories/share.ts'
import type { Story } from '../../../lab/stories/story.ts'
import { fails, isBlocked, isManual, isUnknown, passes, type Case } from '../expectation.ts'

const PORT = 'share/smb-port-is-reachable'
const LOGIN = 'share/login-is-accepted'
const EXISTS = 'share/exists'
const RIGHTS = 'share/windows-user-has-full-control'
const SERVICE = 'share/service-account-can-write'
const COMPUTER = 'share/computer-account-can-read-and-write'
const ELSEWHERE = 'share/is-not-on-source'

const PATH = String.raw`\\127.0.0.2\backup`
const WRITES: Change = { inputs: { 'allow-writes': 'true' } }

function share(...changes: readonly Change[]): Story {
  return changeStory(shareStory(), ...changes)
}
/** Another user of the file server. */
function asUser(name: string, more: Change = {}): Change {
  return { ...more, manifest: { ...more.manifest, [String.raw`FILESRV\upload`]: name } }
}
const onServer = (name: string, more: Change = {}): Change => asUser(`FILESRV\\${name}`, more)
function at(path: string): Change {
  return { manifest: { [PATH]: path } }
}
function server(...global: readonly string[]): Change {
  return { fileServer: { ...FILE_SERVER, global: [...(FILE_SERVER.global ?? []), ...global] } }
}
/** The NSG cannot be read, and the runner is no more in the DMS subnet than anybody else. */
const FROM_ELSEWHERE: Change = { inputs: { vantage: 'auto' }, manifest: { 'snet-dms': 'snet-mi' } }
const refused = (says: RegExp): Case['expected'] => [
  fails(LOGIN, says),
  ...[EXISTS, RIGHTS].map((id) => isBlocked(id, LOGIN)),
]

/** The same account on two addresses, with a password that both refuse; one source backs up to each. */
export const TWO_SHARES: Story = share({
  secrets: { SHARE_PASSWORD: 'n0t-the-pass' },
  editManifest: (text) =>
    text
      .replace(
        /^ {2}- name: sales\n( {4}server: )localhost(,\d+\n(?: {4}.*\n)*)/m,
        (own, head: string, rest: string) => {
          const databases = rest.replaceAll('Sales,', 'Sales2,').replace('OrdersNew', 'Orders2')
          return `${own}    share: near\n  - name: mirror\n${head}127.0.0.1${databases}    share: far\n`
        },
      )
      .replace(/^share:\n((?: {2}.*\n)*)/m, (_, own: string) => {
        const lines = own.replace(/^/gm, '  ').trimEnd()
        return `shares:\n  near:\n${lines}\n  far:\n${lines.replace('127.0.0.2', '127.0.0.1')}\n`
      }),
})

export const SHARE_CASES: readonly Case[] = [
  {
    world: 'all is well, and nothing is written',
    story: share(),
    expected: [
      passes(PORT, /127\.0\.0\.2.* is open .*SMB 3\.1\.1, .*the security group nsg-dms of snet-dms/, {
        proof: 'direct',
      }),
      passes(LOGIN, /accepts FILESRV\\upload: accepted over SMB 3\.1\.1, signed/, { proof: 'direct' }),
      passes(EXISTS, /backup: it is there, and .* are free for FILESRV\\upload/, { proof: 'direct' }),
      passes(RIGHTS, /0x001F01FF \(Full Control\), .*the write probe was left out \(allow-writes: false\)/, {
        proof: 'direct',
      }),
      isManual(SERVICE, /<DOMAIN>\\SQL01\$ can .* NT Service\\MSSQLSERVER.*no backup was made/),
      isManual(
        COMPUTER,
        /<DOMAIN>\\SQL01\$ can .* asks for the same account; no backup was made to prove it \(allow-writes: false\)$/,
      ),
      passes(ELSEWHERE, /127\.0\.0\.2.* no address in common with localhost/, { proof: 'proxy' }),
    ],
  },
  {
    world: 'all is well, and a probe file is written',
    story: share(WRITES),
    expected: [
      passes(RIGHTS, /a probe file was written, read and removed/),
      passes(
        SERVICE,
        /sales, as NT Service\\MSSQLSERVER, wrote dms-preflight-probe-[\w-]+\.bak \(64 KiB\) and read it back; the file was removed; each backup leaves a row in the backup history of msdb/,
        { proof: 'direct' },
      ),
      passes(COMPUTER, /wrote dms-preflight-probe-.* and read it back; the file was removed/, { proof: 'direct' }),
    ],
  },
  {
    world: 'a folder of the share',
    story: share(at(String.raw`\\127.0.0.2\backup\nightly`)),
    expected: [passes(EXISTS, /nightly: it is there/), passes(RIGHTS, /full control of .*nightly/)],
  },
  {
    world: 'no Azure to read the security group',
    story: share({
      azure: (state) => {
        state.forbidden = [NSG]
      },
    }),
    expected: [passes(PORT, /what the security group of the DMS subnet says .* was not read \(missing: /)],
  },
  {
    world: 'nothing listens, seen from the DMS subnet',
    story: share({ fileServer: 'down' }),
    expected: [
      fails(PORT, /127\.0\.0\.2 from this runner .*: refused/),
      isBlocked(LOGIN, PORT),
      isBlocked(EXISTS, LOGIN),
    ],
  },
  {
    world: 'nothing listens, seen from elsewhere',
    story: share({ fileServer: 'down' }, FROM_ELSEWHERE),
    expected: [isUnknown(PORT, 'refused', /not verified to stand where DMS will/)],
  },
  {
    world: 'SMB 1 only',
    story: share(server('server min protocol = NT1', 'server max protocol = NT1')),
    expected: [isUnknown(PORT, 'reset', /is open from .* and SMB 2 does not answer/)],
  },
  {
    world: 'SMB 2.1 only',
    story: share(server('server max protocol = SMB2_10')),
    expected: [passes(PORT, /SMB 2\.1, /), passes(RIGHTS, /Full Control/)],
  },
  {
    world: 'encryption required',
    story: share(server('smb encrypt = required')),
    expected: [passes(LOGIN, /encrypted \(AES/), passes(RIGHTS, /Full Control/)],
  },
  {
    world: 'a wrong password',
    story: share({ secrets: { SHARE_PASSWORD: 'n0t-the-pass' } }),
    expected: refused(/STATUS_LOGON_FAILURE/),
  },
  { world: 'a disabled account', story: share(onServer('disabled')), expected: refused(/ACCOUNT_DISABLED/) },
  { world: 'an expired account', story: share(onServer('expired')), expected: refused(/ACCOUNT_EXPIRED/) },
  { world: 'a locked account', story: share(onServer('locked')), expected: refused(/ACCOUNT_LOCKED_OUT/) },
  {
    world: 'a password that must be changed',
    story: share(onServer('must-change')),
    expected: refused(/PASSWORD_MUST_CHANGE/),
  },
  {
    world: 'whoever is not known is a guest',
    story: share(server('map to guest = bad password'), { secrets: { SHARE_PASSWORD: 'n0t-the-pass' } }),
    expected: refused(/did not accept FILESRV\\upload: it let it in as a guest instead/),
  },
  {
    world: 'NTLM is switched off',
    story: share(server('ntlm auth = disabled')),
    expected: [isUnknown(LOGIN, 'unsupported', /NTLM/)],
  },
  {
    world: 'the source refuses its login',
    story: share({ secrets: { SALES_PASSWORD: 'n0t-the-pass' } }),
    expected: [isBlocked(SERVICE, 'source/login-is-accepted'), isBlocked(COMPUTER, 'source/login-is-accepted')],
  },
  {
    world: 'no password in the environment',
    story: share({ secrets: { SHARE_PASSWORD: '' } }),
    expected: [isUnknown(LOGIN, 'no-credential', /SHARE_PASSWORD is unset or empty/), isBlocked(RIGHTS, LOGIN)],
  },
  {
    world: 'no such share',
    story: share(at(String.raw`\\127.0.0.2\elsewhere`)),
    expected: [fails(EXISTS, /has no share elsewhere: .*BAD_NETWORK_NAME/), isBlocked(RIGHTS, EXISTS)],
  },
  {
    world: 'no such folder',
    story: share(at(String.raw`\\127.0.0.2\backup\weekly`)),
    expected: [fails(EXISTS, /the share backup has no folder weekly/), isBlocked(RIGHTS, EXISTS)],
  },
  {
    world: 'a printer',
    story: share(at(String.raw`\\127.0.0.2\spool`)),
    expected: [fails(EXISTS, /spool is a printer/)],
  },
  {
    world: 'a share behind DFS',
    story: share(at(String.raw`\\127.0.0.2\away`)),
    expected: [isUnknown(EXISTS, 'unsupported', /leads through DFS/), isBlocked(RIGHTS, EXISTS)],
  },
  {
    world: 'a share that the server cannot open',
    story: share(at(String.raw`\\127.0.0.2\broken`)),
    expected: [EXISTS, RIGHTS].map((id) => isUnknown(id, 'auth', /Connecting to .*broken/)),
  },
  {
    world: 'Change on the files',
    story: share(onServer('editor')),
    expected: [fails(RIGHTS, /file system permission 0x001301BF \(Change\): the file system permission falls short/)],
  },
  {
    world: 'Read on the files',
    story: share(onServer('reader')),
    expected: [fails(RIGHTS, /0x001200A9 \(Read\): the file system permission falls short/)],
  },
  {
    world: 'nothing on the files',
    story: share(onServer('stranger')),
    expected: [passes(EXISTS, /it is there/), fails(RIGHTS, /less than Read/)],
  },
  {
    world: 'Change on the share',
    story: share(onServer('editor', at(String.raw`\\127.0.0.2\level`))),
    expected: [fails(RIGHTS, /permission of the share 0x001301\w\w \(Change\), .*: the permission of the share falls/)],
  },
  {
    world: 'Read on the share',
    story: share(onServer('reader', at(String.raw`\\127.0.0.2\level`))),
    expected: [
      fails(RIGHTS, /permission of the share 0x001200A9 \(Read\), .*: the permission of the share falls short/),
    ],
  },
  {
    world: 'nothing on the share',
    story: share(onServer('stranger', at(String.raw`\\127.0.0.2\level`))),
    expected: [
      isUnknown(EXISTS, 'forbidden', /does not let FILESRV\\stranger look at the share level/),
      fails(RIGHTS, /the permission of the share shuts it out: access is denied/),
    ],
  },
  {
    world: 'a principal name, which a file server outside a domain does not know',
    story: share(asUser('upload@filesrv')),
    expected: refused(/refused upload@filesrv: .*STATUS_LOGON_FAILURE/),
  },
  {
    world: 'a full volume',
    story: share(at(String.raw`\\127.0.0.2\full`), WRITES),
    expected: [passes(EXISTS, /0 bytes are free .*, so that no backup fits there/), fails(RIGHTS, /STATUS_DISK_FULL/)],
  },
  {
    world: 'a domain user runs the service',
    story: share({ source: { state: { serviceAccount: String.raw`CORP\sqlsvc` } } }),
    expected: [
      isManual(SERVICE, /vouch that CORP\\sqlsvc can/),
      isManual(COMPUTER, /vouch that <DOMAIN>\\SQL01\$ can .*: sales runs on SQL01;/),
    ],
  },
  {
    world: 'LOCAL SERVICE runs the service',
    story: share({ source: { state: { serviceAccount: String.raw`NT AUTHORITY\LOCAL SERVICE` } } }),
    expected: [fails(SERVICE, /which is anonymous on the network/)],
  },
  {
    world: 'a failover cluster instance',
    story: share({ source: { state: { serverName: 'SQLFCI', clusterNodes: ['N1', 'N2'] } } }),
    expected: [isManual(COMPUTER, /vouch that <DOMAIN>\\N1\$, <DOMAIN>\\N2\$ can/)],
  },
  {
    world: 'the login of the source does not see the services',
    story: share({
      source: {
        state: {
          refusesStatements: [
            {
              holding: 'dm_server_services',
              error: { number: 300, state: 1, severity: 14, message: 'VIEW SERVER STATE permission was denied' },
            },
          ],
        },
      },
    }),
    expected: [SERVICE, COMPUTER].map((id) =>
      isUnknown(id, 'forbidden', /as whom sales writes is not known/, { missing: 'VIEW SERVER STATE' }),
    ),
  },
  {
    world: 'the share is on the source',
    story: share(at(String.raw`\\localhost\backup`)),
    expected: [fails(ELSEWHERE, /the share is on the host of sales \(both are named localhost\)/)],
  },
  {
    world: 'the share has a name that nobody knows',
    story: share(at(String.raw`\\fs01.invalid\backup`)),
    expected: [
      isUnknown(PORT, 'dns', /finds no address for fs01\.invalid/),
      isUnknown(ELSEWHERE, 'dns', /no address for fs01\.invalid/),
    ],
  },
  {
    world: 'no share in the manifest',
    story: share({ editManifest: (text) => text.replace(/^share:\n(?: .*\n)*/m, '') }),
    expected: [
      ...[PORT, SERVICE, COMPUTER, ELSEWHERE].map((id) =>
        isUnknown(id, 'missing-input', /names no share/, { missing: '`share`' }),
      ),
      isBlocked(LOGIN, PORT),
    ],
  },
]
