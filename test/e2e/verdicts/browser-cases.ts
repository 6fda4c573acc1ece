import type { BrowserEntry } from '../../../lab/browser.ts'
import type { Change } from '../../../lab/stories/change.ts'
import type { Ports } from '../../../lab/stories/story.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked, isUnknown, passes } from '../expectation.ts'
import { elsewhere, IMPATIENT, ready } from './worlds.ts'

const BROWSER = 'source/sql-browser-is-reachable'
const PORT = 'source/engine-port-is-reachable'
const TCP_IP = 'source/tcp-ip-is-enabled'

/** By its address: `localhost` may be ::1 as well, where the lab has no Browser. */
const NAMED_INSTANCE: Change = {
  editManifest: (text) => text.replace(/server: localhost,\d+/, String.raw`server: 127.0.0.1\SALES`),
}

function listing(...entries: readonly ((ports: Ports) => BrowserEntry)[]): Change {
  return { browser: (ports) => ({ instances: entries.map((entry) => entry(ports)) }) }
}

const entry = (name: string) => ({ name, version: '15.0.4385.2' })

export const BROWSER_CASES: readonly Case[] = [
  {
    world: 'the Browser lists the instance with its port',
    story: ready(
      NAMED_INSTANCE,
      listing(({ sql }) => ({ ...entry('SALES'), tcpPort: sql['source'] ?? 0 })),
    ),
    expected: [
      passes(BROWSER, /UDP 1434 .*is open; it lists SALES on TCP \d+, version 15\.0\.4385\.2/, { proof: 'direct' }),
      passes(PORT, /is open/),
      passes(TCP_IP, /answers on TCP/),
      passes('source/login-has-control-server', /has CONTROL SERVER/),
    ],
  },
  {
    world: 'the Browser lists the instance without TCP',
    story: ready(
      NAMED_INSTANCE,
      listing(() => ({ ...entry('SALES'), np: String.raw`\\SQL01\pipe\MSSQL$SALES\sql\query` })),
    ),
    expected: [
      passes(BROWSER, /lists SALES without a TCP port/),
      fails(TCP_IP, /TCP\/IP is not enabled for 127\.0\.0\.1\\SALES: .*without a TCP port/),
      isBlocked(PORT, TCP_IP),
    ],
  },
  {
    world: 'the Browser lists other instances only',
    story: ready(
      NAMED_INSTANCE,
      listing(({ sql }) => ({ ...entry('OTHER'), tcpPort: sql['source'] ?? 0 })),
    ),
    expected: [
      passes(BROWSER, /does not list the instance SALES, only OTHER/),
      isUnknown(PORT, 'insufficient', /does not list the instance SALES; it lists OTHER/),
      isBlocked(TCP_IP, PORT),
    ],
  },
  {
    world: 'the Browser lists a port that is closed',
    story: ready(
      NAMED_INSTANCE,
      listing(() => ({ ...entry('SALES'), tcpPort: 1 })),
    ),
    expected: [passes(BROWSER, /lists SALES on TCP 1,/), fails(PORT, /^TCP 1 of 127\.0\.0\.1 .*: refused/)],
  },
  {
    world: 'no Browser, seen from the DMS subnet',
    story: ready(NAMED_INSTANCE),
    expected: [fails(BROWSER, /UDP 1434 .*: refused/), ...[PORT, TCP_IP].map((id) => isBlocked(id, BROWSER))],
  },
  {
    world: 'no Browser, seen from elsewhere',
    story: elsewhere(NAMED_INSTANCE),
    expected: [isUnknown(BROWSER, 'refused', /UDP 1434 .*: refused.*not verified/, { proof: 'proxy' })],
  },
  {
    world: 'a Browser that never answers',
    story: ready(IMPATIENT, NAMED_INSTANCE, { browser: () => ({ instances: [], silent: true }) }),
    expected: [fails(BROWSER, /UDP 1434 .*: no answer/)],
  },
  {
    world: 'a named instance on a host that has no address',
    story: ready(NAMED_INSTANCE, { manifest: { 'server: 127.0.0.1': 'server: sql01.invalid' } }),
    expected: [isBlocked(BROWSER, 'source/name-resolves')],
  },
]
