import { SALES_PASSWORD, salesAttestations, salesStory } from '../../../lab/stories/sales.ts'
import type { Case, Expectation } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { elsewhere, IMPATIENT, ready, SOURCE_PASSWORD_WRONG, UNKNOWN_SOURCE } from './worlds.ts'

const NAME = 'source/name-resolves'
const PORT = 'source/engine-port-is-reachable'
const TLS = 'source/tls-is-acceptable'
const LOGIN = 'source/login-is-accepted'
const CONTROL = 'source/login-has-control-server'
const TCP_IP = 'source/tcp-ip-is-enabled'
const APPLIANCE = 'source/firewall-appliance-lets-dms-in'
const WINDOWS = 'source/windows-firewall-lets-dms-in'
const FACTS = ['version-is-supported', 'port-matches-instance', 'database-is-readable', 'logins-can-be-migrated'].map(
  (name) => `source/${name}`,
)
const FIREWALLS = [APPLIANCE, WINDOWS]

/** What waits for the engine's port of the source. */
const behindThePort = (): Expectation[] => [
  ...[TLS, LOGIN].map((id) => isBlocked(id, PORT)),
  isBlocked(CONTROL, LOGIN),
  ...FIREWALLS.map((id) => isBlocked(id, PORT)),
]

export const SOURCE_CASES: readonly Case[] = [
  {
    world: 'seen from elsewhere, and nobody has vouched for the firewalls',
    story: elsewhere({ manifest: { [salesAttestations()]: '' } }),
    expected: FIREWALLS.map((id) => isManual(id, /nobody has vouched .*snet-dms in as well/)),
  },
  {
    world: 'no such name, seen from the DMS subnet',
    story: ready(UNKNOWN_SOURCE),
    expected: [
      fails(NAME, /From the DMS subnet snet-dms, .*finds no address for sql01\.invalid .*ENOTFOUND/),
      ...[PORT, TCP_IP].map((id) => isBlocked(id, NAME)),
      ...behindThePort(),
    ],
  },
  {
    world: 'no such name, seen from elsewhere',
    story: elsewhere(UNKNOWN_SOURCE),
    expected: [
      isUnknown(NAME, 'dns', /finds no address for sql01\.invalid .*DMS virtual network may know/, { proof: 'proxy' }),
    ],
  },
  {
    world: 'closed port, seen from the DMS subnet',
    story: ready({ source: { down: true } }),
    expected: [
      fails(PORT, /^TCP 1 of localhost .* from this runner .*: refused after .*nothing listens there/),
      isBlocked(TCP_IP, PORT, { says: /TCP 1 of localhost was not reached \(refused\)/ }),
      ...behindThePort(),
    ],
  },
  {
    world: 'closed port, seen from elsewhere',
    story: elsewhere({ source: { down: true } }),
    expected: [isUnknown(PORT, 'refused', /: refused after .*not verified/, { proof: 'proxy' }), ...behindThePort()],
  },
  {
    world: 'a server that never answers',
    story: ready(IMPATIENT, { source: { misbehave: 'silent' } }),
    expected: [passes(PORT, /open/), isUnknown(TCP_IP, 'timeout', /pre-login/i), isBlocked(TLS, TCP_IP)],
  },
  {
    world: 'another service on the port',
    story: ready({ source: { misbehave: 'garbage' } }),
    expected: [isUnknown(TCP_IP, 'protocol', /does not speak TDS: .*SSH-2\.0/), isBlocked(LOGIN, TCP_IP)],
  },
  {
    world: 'a server that ends the connection at once',
    story: ready({ source: { misbehave: 'close-after-connect' } }),
    expected: [isUnknown(TCP_IP, 'reset', /closes them at the pre-login/)],
  },
  {
    world: 'a server that ends the connection after the pre-login',
    story: ready({ source: { misbehave: 'close-after-prelogin' } }),
    expected: [passes(TCP_IP, /answers/), isUnknown(TLS, 'tls', /handshake.* failed/i), isBlocked(LOGIN, TLS)],
  },
  {
    world: 'the authority file holds no certificate',
    story: ready({
      manifest: { 'certs/root.pem': 'certs/notes.txt' },
      files: { 'certs/notes.txt': 'ask the CA team' },
    }),
    expected: [
      isUnknown(TLS, 'missing-input', /certs\/notes\.txt cannot be used: the file holds no PEM certificate/),
      isBlocked(LOGIN, TLS),
    ],
  },
  {
    world: 'a manifest that nobody has approved',
    story: ready({ manifest: { 'certs/root.pem': 'certs/not-there.pem' } }),
    expected: [
      isUnknown(
        NAME,
        'untrusted-host',
        /as dms with SALES_PASSWORD: not done, because no manifest of main has it with this tls/,
      ),
      // Resources of Azure are the same as on main, and are read.
      passes('azure/sign-in-works', /./),
      ...[PORT, TCP_IP].map((id) => isBlocked(id, NAME)),
      passes('tools/data-migration-assistant-is-current', /RdsSqlServer/),
    ],
  },
  {
    world: 'no encryption wanted',
    story: ready({
      manifest: { 'tls: { ca: certs/root.pem }': 'tls: { encrypt: false }' },
      source: { certificate: 'none' },
    }),
    expected: [doesNotApply(TLS, /tls\.encrypt: false/), passes(LOGIN, /not encrypted/)],
  },
  {
    world: 'wrong password',
    story: ready(SOURCE_PASSWORD_WRONG),
    expected: [
      fails(LOGIN, /refused dms .*error 18456, state 1/),
      ...[CONTROL, ...FACTS].map((id) => isBlocked(id, LOGIN)),
    ],
  },
  {
    world: 'no password',
    story: ready({ secrets: { SALES_PASSWORD: '' } }),
    expected: [
      isUnknown(LOGIN, 'no-credential', /SALES_PASSWORD is unset or empty/, { missing: 'SALES_PASSWORD' }),
      isBlocked(CONTROL, LOGIN),
    ],
  },
  {
    world: 'only administrators may connect',
    story: ready({
      source: {
        state: {
          refuseAll: {
            number: 18_451,
            state: 1,
            severity: 14,
            message: "Login failed for user 'dms'. Only administrators may connect at this time.",
          },
        },
      },
    }),
    expected: [isUnknown(LOGIN, 'forbidden', /only administrators may connect .*18451/)],
  },
  {
    world: 'no CONTROL SERVER',
    story: salesStory({ fixed: false }),
    expected: [
      fails(CONTROL, /dms lacks CONTROL SERVER .*VIEW SERVER STATE: yes/),
      isBlocked('source/database-is-readable', CONTROL, { says: /with CONTROL SERVER it needs none/ }),
    ],
  },
  {
    world: 'no CONTROL SERVER, and somebody takes the risk',
    story: ready({
      source: { state: { logins: [{ user: 'dms', password: SALES_PASSWORD }] } },
      editManifest: (text) =>
        `${text}waivers: [{ check: ${CONTROL}, reason: granted at the cutover, by: "@dba-lead", expires: 2027-03-01 }]\n`,
    }),
    expected: [
      { check: CONTROL, verdict: 'waived', says: /dms lacks CONTROL SERVER .*VIEW SERVER STATE: no/ },
      fails('source/database-is-readable', /ONLINE, and dms may not open it/),
      isUnknown('source/logins-can-be-migrated', 'forbidden', /lacks VIEW ANY DEFINITION/),
    ],
  },
  {
    world: 'a source that does not know server permissions',
    story: ready({ source: { state: { azure: true } } }),
    expected: [
      isUnknown(CONTROL, 'insufficient', /answered NULL to HAS_PERMS_BY_NAME/),
      fails('source/version-is-supported', /is Azure SQL Database \(engine edition 5/),
    ],
  },
  {
    world: 'the run ends while Azure thinks about the subnet',
    story: ready({
      inputs: { deadline: '3s' },
      azure: (state) => {
        state.faults = [{ match: '/virtualNetworks/', status: 503, delayMs: 60_000 }]
      },
    }),
    expected: [NAME, PORT, TLS, LOGIN, CONTROL, ...FACTS, ...FIREWALLS].map((id) =>
      isUnknown(id, 'cancelled', /deadline of 3 s/),
    ),
  },
]
