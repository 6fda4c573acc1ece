import { sqlDatabase } from '../azure/data-resources.ts'
import type { LoginState, SqlState } from '../sql/state.ts'
import { putResources } from './change.ts'
import { ASSESSMENT_PATH, assessmentReport, readyStory } from './ready.ts'
import { DMS_SUBNET, isoDay, SALES, salesTarget, SQL_SERVER } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story, type StoryServer } from './story.ts'

interface Breakage {
  source: string
  database: string
  /** The server as it should be, and what is wrong with it. */
  server: StoryServer
  broken: Partial<StoryServer>
  /** `server:` of the manifest. */
  address: (ports: Ports) => string
  tls: { fixed: string; broken: string }
  /** The one check that says what is wrong. */
  failing: string
  look: string
}

/** Each server has a password of its own, else the refusal of one would rightly keep the others from being tried. */
const passwordOf = (name: string): string => `Fünf$erver-${name}`
const TRUSTED = '{ ca: certs/root.pem }'
const OWN_CA = { fixed: TRUSTED, broken: TRUSTED }
const OTHER_FINGERPRINT = 'd1'.repeat(32)

/** One server for each step of a connection, each broken at another one. In the order of the steps. */
const BREAKAGES: readonly Breakage[] = [
  {
    source: 'crm',
    database: 'Crm',
    server: { state: { ...source('CRM01', 'Crm'), instanceName: 'CRM' } },
    broken: {},
    // By its address: `localhost` may be ::1 as well, where the lab has no Browser.
    address: () => String.raw`127.0.0.1\CRM`,
    tls: OWN_CA,
    failing: 'source/tcp-ip-is-enabled',
    look: 'crm: SQL Server Browser lists the instance without a TCP port, so TCP/IP is switched off.',
  },
  {
    source: 'shop',
    database: 'Shop',
    server: { state: source('SHOP01', 'Shop') },
    broken: { down: true },
    address: ({ sql }) => `localhost,${String(sql['shop'])}`,
    tls: OWN_CA,
    failing: 'source/engine-port-is-reachable',
    look: 'shop: nothing listens on the port (in the lab port 1, which every host refuses).',
  },
  {
    source: 'hr',
    database: 'Hr',
    server: { state: source('HR01', 'Hr') },
    broken: { certificate: 'self-signed' },
    address: ({ sql }) => `localhost,${String(sql['hr'])}`,
    tls: { fixed: TRUSTED, broken: `{ pin: "sha256:${OTHER_FINGERPRINT}" }` },
    failing: 'source/tls-is-acceptable',
    look: 'hr: the server shows another certificate than the manifest pins; the fingerprint seen stands in the message.',
  },
  {
    source: 'web',
    database: 'Web',
    server: { state: source('WEB01', 'Web') },
    broken: { state: source('WEB01', 'Web', { mustChange: true }) },
    address: ({ sql }) => `localhost,${String(sql['web'])}`,
    tls: OWN_CA,
    failing: 'source/login-is-accepted',
    look: 'web: the server wants another password first (18488); the password is sent once, and to no other database.',
  },
  {
    source: 'erp',
    database: 'Erp',
    server: { state: source('ERP01', 'Erp') },
    broken: { state: { ...source('ERP01', 'Erp'), databases: [{ name: 'Erp', state: 'RESTORING' }] } },
    address: ({ sql }) => `localhost,${String(sql['erp'])}`,
    tls: OWN_CA,
    failing: 'source/database-is-readable',
    look: 'erp: everything answers, and the database is in the state RESTORING.',
  },
]

/** Five SQL Servers of one wave, each broken at another step of the connection, and each with one cause. */
export function sqlStory({ fixed }: { fixed: boolean }): Story {
  const ready = readyStory()
  const servers = BREAKAGES.map(
    ({ source, server, broken }) => [source, fixed ? server : { ...server, ...broken }] as const,
  )
  const names = BREAKAGES.map(({ database }) => database)
  return {
    ...ready,
    name: 'sql',
    title: fixed ? 'Five SQL Servers, mended' : 'Five SQL Servers, each broken in its own way',
    changeAzure: putResources(...names.map((name) => sqlDatabase(SALES, 'sqlsales', name))),
    browser: ({ sql }) => ({
      instances: [
        {
          name: 'CRM',
          version: '16.0.4135.4',
          ...(fixed ? { tcpPort: sql['crm'] ?? 0 } : { np: String.raw`\\CRM01\pipe\sql\query` }),
        },
      ],
    }),
    servers: {
      ...Object.fromEntries(servers),
      target: { state: { ...salesTarget(), databases: names.map((name) => ({ name, owners: ['dms'] })) } },
    },
    secrets: { ...ready.secrets, ...Object.fromEntries(BREAKAGES.map(secretOf)) },
    files: (ports) => ({
      [MANIFEST_PATH]: manifest(ports, fixed),
      [ASSESSMENT_PATH]: assessmentReport({
        databases: BREAKAGES.map(({ address, database }) => [address(ports), database]),
      }),
    }),
    expected: fixed
      ? { status: 'ready', exitCode: 0, failing: [] }
      : { status: 'not-ready', exitCode: 1, failing: BREAKAGES.map(({ failing }) => failing) },
    look: fixed
      ? ['All five servers pass, from the name to the database.']
      : [
          'Each server has one root cause, at the first step that fails; what stands behind it is blocked and names it.',
          ...BREAKAGES.map(({ look }) => look),
        ],
  }
}

function secretName(source: string): string {
  return `${source.toUpperCase()}_PASSWORD`
}

function secretOf({ source, server }: Breakage): [string, string] {
  return [secretName(source), passwordOf(server.state.serverName)]
}

function source(serverName: string, database: string, login: Partial<LoginState> = {}): SqlState {
  return {
    serverName,
    version: [16, 0, 4135],
    logins: [
      { user: 'dms', password: passwordOf(serverName), controlServer: true, grants: ['VIEW SERVER STATE'], ...login },
    ],
    databases: [{ name: database }],
  }
}

function manifest(ports: Ports, fixed: boolean): string {
  const sources = BREAKAGES.map(
    ({ source: name, database, address, tls }) => `  - name: ${name}
    server: ${address(ports)}
    login: { user: dms, password: "\${${secretName(name)}}" }
    tls: ${fixed ? tls.fixed : tls.broken}
    databases: [${database}]
`,
  )
  return `version: 1
name: Five servers to Azure SQL Database
scenario: sql-server-to-azure-sql-database
generation: classic
cutover: { start: ${isoDay(13)}T20:00:00Z, duration: 6h }
dms:
  subnet: ${DMS_SUBNET}
sources:
${sources.join('')}target:
  resource: ${SQL_SERVER}
  endpoint: localhost,${String(ports.sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
tools: { assessment: { report: ${ASSESSMENT_PATH} } }
`
}
