import { describe, expect, it } from '@jest/globals'
import type { Manifest } from '../domain/manifest.ts'
import { ESTATE, SALES, WAVE } from '../../test/manifests.ts'
import { parseManifest, readExtends } from './parse-manifest.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const CHECK_IDS = [
  'source/firewall-appliance-lets-dms-in',
  'target/server-firewall-admits-dms',
  'source/tcp-ip-is-enabled',
]
const PATH = '.github/dms-preflight.yml'
const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001'

function parse(text: string, extended?: { path: string; text: string }) {
  return parseManifest({ path: PATH, text, extended, now: NOW, checkIds: CHECK_IDS })
}

/** `line:column message`, with the path before it where it is another file. */
function problemsOf(text: string, extended?: { path: string; text: string }): string[] {
  const result = parse(text, extended)
  if (result.ok) return []
  return result.problems.map(({ location, message }) => {
    const file = location === undefined || location.path === PATH ? '' : `${location.path}:`
    return `${file}${location?.line ?? 0}:${location?.column ?? 0} ${message}`
  })
}

function manifestOf(text: string, extended?: { path: string; text: string }): Manifest {
  const result = parse(text, extended)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.manifest
}

const at = (line: number, column: number, path = PATH) => ({ path, line, column })
const sqlLogin = (secret: string) => ({ kind: 'sql', user: 'dms', password: { secret } })
const uploadLogin = { kind: 'windows', user: 'CORP\\dms-upload', password: { secret: 'SHARE_PASSWORD' } }
const TLS = { encrypt: 'on', trustServerCertificate: false }

describe('a sound manifest', () => {
  it('is read in its short form', () => {
    expect(manifestOf(SALES)).toEqual({
      path: PATH,
      files: [PATH, 'migration/dma.json'],
      name: 'Sales to Azure SQL Database',
      scenario: 'sql-server-to-azure-sql-database',
      generation: 'classic',
      migration: 'offline',
      cutover: { start: '2026-12-05T20:00:00.000Z', durationMs: 21_600_000 },
      dms: {
        subnetId: `${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-dms`,
        serviceId: `${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.DataMigration/services/dms-weu`,
        egress: ['203.0.113.7'],
        nsgPorts: 'seed',
        flows: [],
        runtimeHosts: [],
        schemaMigration: false,
        location: at(6, 1),
      },
      sources: [
        {
          name: 'sales',
          server: { text: 'sql01.corp.example\\SALES', host: 'sql01.corp.example', instance: 'SALES' },
          login: sqlLogin('SALES_PASSWORD'),
          tls: TLS,
          databases: [
            { name: 'Sales', as: 'Sales', target: 'default', location: at(16, 17) },
            { name: 'Orders', as: 'OrdersNew', target: 'default', location: at(16, 24) },
          ],
          share: 'default',
          location: at(12, 5),
        },
      ],
      targets: [
        {
          name: 'default',
          resourceId: `${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.Sql/servers/sqlsales`,
          endpoint: { text: 'sqlsales.database.windows.net', host: 'sqlsales.database.windows.net' },
          login: sqlLogin('TARGET_PASSWORD'),
          tls: TLS,
          location: at(17, 1),
        },
      ],
      shares: [
        {
          name: 'default',
          path: '\\\\fs01.corp.example\\dms-backup',
          host: 'fs01.corp.example',
          port: 445,
          login: uploadLogin,
          location: at(21, 1),
        },
      ],
      containers: [
        {
          name: 'default',
          url: 'https://stmig.blob.core.windows.net/backups',
          sas: { secret: 'BACKUP_SAS' },
          location: at(25, 1),
        },
      ],
      tools: {
        dataMigrationAssistant: { version: '5.8', location: at(26, 10) },
        assessment: { report: 'migration/dma.json', maxAgeMs: 2_592_000_000, location: at(26, 56) },
      },
      attestations: [
        {
          check: 'source/firewall-appliance-lets-dms-in',
          subjects: ['sales'],
          by: '@dba-lead',
          on: '2026-11-20',
          expires: '2026-12-21T00:00:00.000Z',
          evidence: 'https://...',
          location: at(28, 5),
        },
      ],
      waivers: [
        {
          check: 'target/server-firewall-admits-dms',
          subjects: [],
          by: '@release-lead',
          reason: 'private endpoint only',
          expires: '2026-12-02T00:00:00.000Z',
          location: at(30, 5),
        },
      ],
      location: at(1, 1),
    })
  })

  it.each([
    [
      'windows: CORP\\svc, password: "${SALES_PASSWORD}"',
      { kind: 'windows', user: 'CORP\\svc', password: { secret: 'SALES_PASSWORD' } },
    ],
    [
      'windows: svc@corp.example, password: "${SALES_PASSWORD}"',
      { kind: 'windows', user: 'svc@corp.example', password: { secret: 'SALES_PASSWORD' } },
    ],
    ['entra: true', { kind: 'entra' }],
  ])('takes the login { %s }', (text, login) => {
    expect(manifestOf(SALES.replace('user: dms, password: "${SALES_PASSWORD}"', text)).sources[0]?.login).toEqual(login)
  })

  it.each([
    ['encrypt: strict', { encrypt: 'strict', trustServerCertificate: false }],
    ['encrypt: strict, ca: certs/root.pem', { encrypt: 'strict', ca: 'certs/root.pem', trustServerCertificate: false }],
    [
      `pin: "sha256:${'AB'.repeat(32)}"`,
      { encrypt: 'on', pin: `sha256:${'ab'.repeat(32)}`, trustServerCertificate: false },
    ],
    [
      `pin: "SHA256:${Array(32).fill('0f').join(':')}"`,
      { encrypt: 'on', pin: `sha256:${'0f'.repeat(32)}`, trustServerCertificate: false },
    ],
  ])('takes tls: { %s }', (text, tls) => {
    expect(manifestOf(SALES.replace('encrypt: true', text)).sources[0]?.tls).toEqual(tls)
  })

  it.each(['CORP\\svc-dms', 'svc-dms@corp.example', 'dms reader'])('takes %s as dms-login', (name) => {
    expect(manifestOf(SALES.replace('    tls', `    dms-login: ${name}\n    tls`)).sources[0]?.dmsLogin).toBe(name)
  })

  it('has flows of its own', () => {
    const flow =
      '{ name: redirect, direction: outbound, protocol: tcp, ports: [1433, 11000-11999], peer: Sql.WestEurope }'
    expect(manifestOf(SALES.replace('  egress', `  flows:\n    - ${flow}\n  egress`)).dms.flows).toEqual([
      {
        name: 'redirect',
        direction: 'outbound',
        protocol: 'tcp',
        ports: [
          [1433, 1433],
          [11000, 11999],
        ],
        peer: 'Sql.WestEurope',
        location: { path: PATH, line: 10, column: 7 },
      },
    ])
  })

  it('is laid over the file that it extends, with places in both', () => {
    const estate = '.github/estate.yml'
    expect(readExtends(PATH, WAVE)).toBe(estate)
    const group = `${SUBSCRIPTION}/resourceGroups/rg-mig/providers`
    const tls = { ...TLS, ca: 'certs/root.pem' }
    expect(manifestOf(WAVE, { path: estate, text: ESTATE })).toEqual({
      path: PATH,
      files: [PATH, estate, 'certs/root.pem'],
      name: 'Wave 2',
      scenario: 'sql-server-to-azure-sql-database',
      generation: 'classic',
      migration: 'offline',
      dms: {
        subnetId: `${group}/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-dms`,
        serviceId: `${group}/Microsoft.DataMigration/services/dms-weu`,
        egress: [],
        nsgPorts: 'seed',
        flows: [],
        runtimeHosts: [],
        schemaMigration: false,
        location: at(4, 1, estate),
      },
      sources: [
        {
          name: 'erp01',
          server: { text: 'sql01.corp.example\\ERP', host: 'sql01.corp.example', instance: 'ERP' },
          login: sqlLogin('DMS_PASSWORD'),
          tls,
          databases: [
            { name: 'Sales', as: 'Sales', target: 'erp', location: at(8, 64) },
            { name: 'Orders', as: 'Orders', target: 'erp', location: at(8, 71) },
          ],
          share: 'fs01',
          location: at(8, 5),
        },
        {
          name: 'erp02',
          server: { text: 'sql02.corp.example,14331', host: 'sql02.corp.example', port: 14331 },
          login: sqlLogin('DMS_PASSWORD'),
          tls,
          databases: [{ name: 'CRM', as: 'Crm', target: 'crm', location: at(9, 81) }],
          share: 'fs02',
          location: at(9, 5),
        },
      ],
      targets: [
        {
          name: 'erp',
          resourceId: `${group}/Microsoft.Sql/servers/erp`,
          login: sqlLogin('ERP_PASSWORD'),
          tls: TLS,
          location: at(6, 12, estate),
        },
        {
          name: 'crm',
          resourceId: `${group}/Microsoft.Sql/servers/crm`,
          login: sqlLogin('CRM_PASSWORD'),
          tls: TLS,
          location: at(6, 95, estate),
        },
      ],
      shares: [
        {
          name: 'fs01',
          path: '\\\\fs01.corp.example\\dms',
          host: 'fs01.corp.example',
          port: 445,
          login: uploadLogin,
          location: at(7, 11, estate),
        },
        {
          name: 'fs02',
          path: '\\\\fs02.corp.example\\dms',
          host: 'fs02.corp.example',
          port: 445,
          login: uploadLogin,
          location: at(6, 11),
        },
      ],
      containers: [
        {
          name: 'main',
          url: 'https://stmig.blob.core.windows.net/backups',
          sas: { secret: 'BACKUP_SAS' },
          location: at(8, 15, estate),
        },
      ],
      tools: {},
      attestations: [],
      waivers: [],
      location: at(1, 1),
    })
  })

  it('merges defaults into a source, unless its login is another one', () => {
    const estate = { path: 'estate.yml', text: ESTATE }
    const text = WAVE.replace(
      'ERP, databases',
      'ERP, tls: { server-name: erp }, login: { user: own, password: "${OWN}" }, databases',
    )
    const [first] = manifestOf(text, estate).sources
    expect(first?.login).toEqual({ kind: 'sql', user: 'own', password: { secret: 'OWN' } })
    expect(first?.tls).toEqual({ ...TLS, ca: 'certs/root.pem', serverName: 'erp' })
  })

  it('uses the only target under any name', () => {
    const text = SALES.replace('target:\n', 'targets:\n  main:\n').replace(/^ {2}(?=resource|endpoint|login)/gm, '    ')
    const shareLogin = text.replace('    login: { windows', '  login: { windows')
    const manifest = manifestOf(shareLogin)
    expect(manifest.targets.map(({ name, location }) => [name, location.line])).toEqual([['main', 18]])
    expect(manifest.sources[0]?.databases.map(({ target }) => target)).toEqual(['main', 'main'])
  })

  it('means the same with CRLF line ends and a byte order mark', () => {
    expect(manifestOf(`\ufeff${SALES.replaceAll('\n', '\r\n')}`)).toEqual(manifestOf(SALES))
  })
})

const MODERN = SALES.replace('generation: classic', 'generation: modern')
  .replace(/ {2}subnet: .*\n/, '')
  .replace('services/dms-weu', 'sqlMigrationServices/dms-weu')
  .replace('  nsg-ports: seed\n', '')
  .replace('data-migration-assistant: { version: "5.8" }, ', '')

describe('a manifest of the current service', () => {
  const vm = '/providers/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm-sales'
  const machine = MODERN.replace('azure-sql-database\n', 'sql-server-on-azure-vm\n').replace(
    '/providers/Microsoft.Sql/servers/sqlsales',
    vm,
  )

  it('names the service, the hosts of its runtime and what a person knows of it', () => {
    const text = MODERN.replace(
      '  egress',
      '  runtime-hosts: [shir01.corp.example, 10.1.2.3]\n  schema-migration: true\n  egress',
    ).replace('tools: {', 'tools: { integration-runtime: { version: "5.50" },')
    const { generation, migration, dms, tools } = manifestOf(text)
    expect({ generation, migration, ...dms }).toMatchObject({
      generation: 'modern',
      migration: 'offline',
      serviceId: `${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.DataMigration/sqlMigrationServices/dms-weu`,
      runtimeHosts: ['shir01.corp.example', '10.1.2.3'],
      schemaMigration: true,
    })
    expect(tools.integrationRuntime?.version).toBe('5.50')
  })

  it('goes to a virtual machine, online too, and with a Windows login', () => {
    const text = machine
      .replace('cutover', 'migration: online\ncutover')
      .replace(
        '{ user: dms, password: "${TARGET_PASSWORD}" }',
        '{ windows: CORP\\svc, password: "${TARGET_PASSWORD}" }',
      )
    const { scenario, migration, targets } = manifestOf(text)
    expect({ scenario, migration, target: targets[0] }).toMatchObject({
      scenario: 'sql-server-to-sql-server-on-azure-vm',
      migration: 'online',
      target: { resourceId: expect.stringContaining(vm) as unknown, login: { kind: 'windows' } },
    })
  })

  it('needs no SAS, and knows the folder of a database', () => {
    const text = MODERN.replace(', sas: "${BACKUP_SAS}" }', ' }').replace(
      '{ name: Orders, as: OrdersNew }',
      '{ name: Orders, folder: erp-orders }',
    )
    const { containers, sources } = manifestOf(text)
    expect(containers[0]).toEqual({
      name: 'default',
      url: 'https://stmig.blob.core.windows.net/backups',
      location: expect.anything() as unknown,
    })
    expect(sources[0]?.databases.map(({ folder }) => folder)).toEqual([undefined, 'erp-orders'])
  })

  it('completes the short id of the service by its generation', () => {
    const azure = `azure: { subscription: ${SUBSCRIPTION.split('/').at(-1) ?? ''}, resource-group: rg-mig }\n`
    const short = (text: string): string =>
      text.replace(/ {2}service: .*/, '  service: dms-weu').replace('dms:', `${azure}dms:`)
    expect(manifestOf(short(MODERN)).dms.serviceId).toMatch(/\/sqlMigrationServices\/dms-weu$/)
    expect(manifestOf(short(SALES)).dms.serviceId).toMatch(/\/services\/dms-weu$/)
  })

  it.each([
    [
      'no service',
      MODERN.replace(/ {2}service: .*\n/, ''),
      '6:1 dms must give the `service`, the id of a Microsoft.DataMigration/sqlMigrationServices',
    ],
    [
      'online to Azure SQL Database',
      MODERN.replace('cutover', 'migration: online\ncutover'),
      '5:12 migration cannot be online to Azure SQL Database: the service migrates to it offline only',
    ],
    [
      'tables of a virtual machine',
      machine.replace('  egress', '  schema-migration: true\n  egress'),
      '8:21 dms.schema-migration is for sql-server-to-azure-sql-database: elsewhere whole databases are restored',
    ],
    [
      'five hosts',
      MODERN.replace('  egress', '  runtime-hosts: [a, b, c, d, e]\n  egress'),
      '8:18 dms.runtime-hosts must be a list of at most 4 hosts: a runtime has no more nodes',
    ],
    [
      'no host',
      MODERN.replace('  egress', "  runtime-hosts: ['http://a']\n  egress"),
      /^8:19 dms\.runtime-hosts\[0\] must be a host name or an address/,
    ],
  ])('is refused with %s', (_name, text, expected) => {
    const problems = problemsOf(text)
    if (typeof expected === 'string') expect(problems).toEqual([expected])
    else expect(problems).toEqual([expect.stringMatching(expected)])
  })
})

describe('single faults', () => {
  const noTarget = SALES.replace(/^target:\n(?: {2}.*\n)+/m, '')
  it.each<[string, string, string | string[]]>([
    ['empty', '', '1:1 the file is empty'],
    ['comments only', '# nothing\n', '1:1 the file is empty'],
    [
      'no map',
      '- a\n',
      '1:1 the manifest must be a map with `version`, `extends`, `name`, `scenario`, `generation`, `migration`, `cutover`, `azure`, `dms`, `defaults`, `sources`, `target`, `targets`, `share`, `shares`, `container`, `containers`, `tools`, `attestations`, `waivers`',
    ],
    ['two documents', `${SALES}---\na: 1\n`, '31:1 a manifest is one YAML document: a second one begins here'],
    ['YAML 1.1', `%YAML 1.1\n---\n${SALES}`, '1:1 a manifest is YAML 1.2: leave the %YAML line out'],
    [
      'bad indentation',
      SALES.replace('    server:', '     server:'),
      [
        '12:11 a value that goes on over lines cannot stand here: put it on lines of its own, or in quotes',
        '12:11 a key must stand on one line; is a colon missing above?',
      ],
    ],
    [
      'unquoted @',
      SALES.replace('"@dba-lead"', '@dba-lead'),
      '28:73 a text that begins with "@" or a backtick must stand in quotes',
    ],
    [
      'unknown key',
      SALES.replace('    server:', '    sever:'),
      '13:5 sources[0].sever is not a known key; did you mean "server"?',
    ],
    [
      'unknown key, far from any',
      SALES.replace('  nsg-ports: seed', '  colour: red'),
      '10:3 dms.colour is not a known key; known here: subnet, service, egress, nsg-ports, flows, runtime-hosts, schema-migration',
    ],
    [
      'unknown key beside a password',
      SALES.replace(
        '{ user: dms, password: "${SALES_PASSWORD}" }',
        '{ user: dms, password: "${SALES_PASSWORD}", hunter2 }',
      ),
      '14:56 sources[0].login holds an unknown key; known here: user, windows, entra, password',
    ],
    ['unknown key __proto__', `${SALES}__proto__: 1\n`, '31:1 unknown key "__proto__"'],
    [
      'duplicate key',
      SALES.replace('  egress', '  nsg-ports: seed\n  egress'),
      '11:3 duplicate key: it stands at line 9, column 3 already',
    ],
    ['alias', SALES.replace('name: sales', 'name: *a'), '12:11 YAML aliases are not supported: write the value itself'],
    [
      'anchor',
      SALES.replace('name: sales', 'name: &a sales'),
      '12:14 YAML anchors are not supported: write the value itself',
    ],
    ['tag', SALES.replace('name: sales', 'name: !env sales'), '12:16 YAML tags (!name) are not supported'],
    [
      'merge key',
      SALES.replace('    server:', '    <<: {}\n    server:'),
      '13:5 sources[0] holds an unknown key; known here: name, server, login, dms-login, tls, databases, target, share',
    ],
    [
      'tab from double quotes',
      SALES.replace('CORP\\dms-upload', '"CORP\\tina"'),
      '24:21 the text holds a tab (U+0009): in double quotes a backslash begins an escape, use single quotes',
    ],
    [
      'line break in a name',
      SALES.replace('Sales to Azure SQL Database', '|\n  a\n  b'),
      '2:7 the text holds a line break (U+000A): remove it',
    ],
    [
      'bad escape',
      SALES.replace('sql01.corp.example\\SALES', '"sql01\\SALES"'),
      '13:13 a backslash in double quotes begins an escape, and this one means nothing: use single quotes',
    ],
    ['no version', SALES.replace('version: 1\n', ''), '1:1 version is missing: it must be 1'],
    ['other version', SALES.replace('version: 1', 'version: 2'), '1:10 version must be 1'],
    [
      'no name',
      SALES.replace(/name: Sales.*\n/, ''),
      '1:1 name is missing: it must be a text, in at most 500 characters',
    ],
    [
      'scenario misspelt',
      SALES.replace('azure-sql-database\n', 'azur-sql-database\n'),
      '3:11 scenario must be one of sql-server-to-azure-sql-database, sql-server-to-azure-sql-managed-instance, sql-server-to-sql-server-on-azure-vm; did you mean "sql-server-to-azure-sql-database"?',
    ],
    [
      'managed instance',
      SALES.replace('azure-sql-database\n', 'azure-sql-managed-instance\n'),
      '18:13 target.resource must be the id of a Microsoft.Sql/managedInstances, to which sql-server-to-azure-sql-managed-instance goes',
    ],
    [
      'virtual machine',
      SALES.replace('azure-sql-database\n', 'sql-server-on-azure-vm\n'),
      [
        '3:11 scenario cannot be sql-server-to-sql-server-on-azure-vm under `generation: classic`; it is `generation: modern`',
        '18:13 target.resource must be the id of a Microsoft.SqlVirtualMachine/sqlVirtualMachines, to which sql-server-to-sql-server-on-azure-vm goes',
      ],
    ],
    [
      'modern',
      SALES.replace('generation: classic', 'generation: modern'),
      [
        '7:3 dms.subnet has no meaning under `generation: modern`: the service of `generation: modern` stands in no subnet; `dms.runtime-hosts` say where its runtime is',
        '8:12 dms.service must be a full Azure resource id of Microsoft.DataMigration/sqlMigrationServices, or short `<name>` or `sqlMigrationServices/<name>` with `azure`',
        '10:3 dms.nsg-ports has no meaning under `generation: modern`: the service of `generation: modern` stands in no subnet',
        '26:10 tools.data-migration-assistant has no meaning under `generation: modern`: it belongs to `generation: classic`; give the assessment in `tools.assessment`',
      ],
    ],
    [
      'online',
      SALES.replace('cutover', 'migration: online\ncutover'),
      '5:12 migration cannot be online under `generation: classic`; online is `generation: modern`',
    ],
    [
      'flows, each fault of each at its place',
      SALES.replace(
        '  egress',
        "  flows:\n    - { name: a, direction: out, protocol: icmp, ports: [0, 9-8, x], peer: sql.corp.example }\n    - { name: a, direction: inbound, protocol: any, ports: [], peer: '*' }\n  egress",
      ),
      [
        '10:29 dms.flows[0].direction must be one of inbound, outbound',
        '10:44 dms.flows[0].protocol must be one of tcp, udp, any',
        '10:58 dms.flows[0].ports[0] must be a port from 1 to 65535, or a range of them like 11000-11999',
        '10:61 dms.flows[0].ports[1] must be a port from 1 to 65535, or a range of them like 11000-11999; this one is reversed, write 8-9',
        '10:66 dms.flows[0].ports[2] must be a port from 1 to 65535, or a range of them like 11000-11999',
        '10:76 dms.flows[0].peer must be an address, a CIDR prefix or a service tag; security groups know no host names, so give its address',
        '11:15 dms.flows[1].name repeats the name that stands at .github/dms-preflight.yml:10:15; names differ by more than letter case',
        '11:60 dms.flows[1].ports must hold at least one port',
        '11:70 dms.flows[1].peer must be an address, a CIDR prefix or a service tag; for every address write 0.0.0.0/0 or ::/0',
      ],
    ],
    [
      'a container without a SAS, and a folder',
      SALES.replace(', sas: "${BACKUP_SAS}" }', ' }').replace('as: OrdersNew', 'folder: orders'),
      [
        '16:40 sources[0].databases[1].folder belongs to `generation: modern`',
        '25:1 container.sas is missing: it must be there, because the classic service works with the SAS of the container',
      ],
    ],
    [
      'a container that nothing names, and folders in folders',
      MODERN.replace('{ url: https://stmig.blob.core.windows.net/backups, sas: "${BACKUP_SAS}" }', '{}').replace(
        'as: OrdersNew',
        'folder: a/b',
      ),
      [
        '14:48 sources[0].databases[1].folder must be the name of one folder, without slashes: the service takes no folders in folders',
        '23:1 container.url is missing: it must be there, because without a SAS nothing else says where the container is',
      ],
    ],
    [
      'runtime hosts',
      SALES.replace('  egress', '  runtime-hosts: []\n  egress'),
      '9:3 dms.runtime-hosts belongs to `generation: modern`',
    ],
    [
      'windows login of a logical server',
      SALES.replace(
        '{ user: dms, password: "${TARGET_PASSWORD}" }',
        '{ windows: CORP\\svc, password: "${TARGET_PASSWORD}" }',
      ),
      '20:12 target.login.windows is not possible: Azure SQL takes no Windows logins. The login must be { user: <SQL login>, password: "${NAME}" } or { entra: true }',
    ],
    [
      'two accounts in a login',
      SALES.replace('user: dms', 'user: dms, windows: CORP\\svc'),
      '14:12 sources[0].login names user and windows: it must name one account',
    ],
    [
      'no account in a login',
      SALES.replace('user: dms, ', ''),
      '14:5 sources[0].login.user is missing: it must be { user: <SQL login>, password: "${NAME}" }, { windows: <DOMAIN\\user>, password: "${NAME}" } or { entra: true }',
    ],
    [
      'a password beside entra',
      SALES.replace('user: dms, password: "${TARGET', 'entra: true, password: "${TARGET'),
      "20:25 target.login.password has no place beside `entra: true`: the run's Azure identity has no password here",
    ],
    [
      'entra: false',
      SALES.replace('{ user: dms, password: "${TARGET_PASSWORD}" }', '{ entra: false }'),
      '20:19 target.login.entra must be true, or left out',
    ],
    [
      'entra without encryption',
      SALES.replace('{ user: dms, password: "${SALES_PASSWORD}" }', '{ entra: true }').replace(
        'encrypt: true',
        'encrypt: false',
      ),
      '15:21 sources[0].tls.encrypt must not be false with `entra: true`: a token is never sent without encryption',
    ],
    [
      'entra with any certificate',
      SALES.replace('{ user: dms, password: "${SALES_PASSWORD}" }', '{ entra: true }').replace(
        'encrypt: true',
        'trust-server-certificate: true',
      ),
      '15:12 sources[0].tls.trust-server-certificate is not possible with `entra: true`: a token is only sent to a server whose certificate is verified; use `ca` or `pin`',
    ],
    [
      'a tab in dms-login',
      SALES.replace('    tls', '    dms-login: "CORP\tina"\n    tls'),
      '15:16 the text holds a tab (U+0009): in double quotes a backslash begins an escape, use single quotes',
    ],
    [
      'dms-login with two backslashes',
      SALES.replace('    tls', '    dms-login: CORP\\a\\b\n    tls'),
      '15:16 sources[0].dms-login must be the name of a login: a SQL login, DOMAIN\\user or user@domain',
    ],
    [
      'short pin',
      SALES.replace('encrypt: true', 'pin: "sha256:00"'),
      '15:17 sources[0].tls.pin must be "sha256:" and the 64 hexadecimal digits of the fingerprint, colons between them or not',
    ],
    [
      'pin and ca',
      SALES.replace('encrypt: true', `ca: certs/root.pem, pin: "sha256:${'0'.repeat(64)}"`),
      '15:32 sources[0].tls.pin takes one certificate, whatever its issuer and name: leave out ca',
    ],
    [
      'pin without encryption',
      SALES.replace('encrypt: true', `encrypt: false, pin: "sha256:${'0'.repeat(64)}"`),
      '15:28 sources[0].tls.pin has no meaning with `encrypt: false`: there is no certificate then',
    ],
    [
      'strict and trust',
      SALES.replace('encrypt: true', 'encrypt: strict, trust-server-certificate: true'),
      '15:29 sources[0].tls.trust-server-certificate is not possible with `encrypt: strict`, which always verifies: use `ca` or `pin`',
    ],
    [
      'encrypt yes',
      SALES.replace('encrypt: true', 'encrypt: yes'),
      '15:21 sources[0].tls.encrypt must be true, strict or false',
    ],
    [
      'all databases',
      SALES.replace(/databases: .*/, 'databases: { all: true, except: [Scratch] }'),
      '16:16 sources[0].databases is not supported yet as { all: true }; it must be a list of databases: names, or { name, as, target }',
    ],
    [
      'no databases',
      SALES.replace(/databases: .*/, 'databases: []'),
      '16:16 sources[0].databases must be a list of databases: names, or { name, as, target }; it has none',
    ],
    [
      'empty databases',
      SALES.replace(/databases: .*/, 'databases:'),
      '16:5 sources[0].databases must be a list of databases: names, or { name, as, target }, but nothing stands here',
    ],
    [
      'a number as a database',
      SALES.replace('[Sales,', '[2024,'),
      '16:17 sources[0].databases[0] must be the name of a database, or { name, as, target }; put it in quotes',
    ],
    [
      'a number as a name',
      SALES.replace('name: sales', 'name: 2024'),
      '12:11 sources[0].name must be a name of at most 128 characters, without "/" and without spaces around it; put it in quotes',
    ],
    [
      'a slash in a name',
      SALES.replace('name: sales', 'name: a/b'),
      '12:11 sources[0].name must be a name of at most 128 characters, without "/" and without spaces around it',
    ],
    [
      'managed instance id',
      SALES.replace('Microsoft.Sql/servers/', 'Microsoft.Sql/managedInstances/'),
      '18:13 target.resource must be the id of a Microsoft.Sql/servers, to which sql-server-to-azure-sql-database goes',
    ],
    [
      'id of a database',
      SALES.replace('servers/sqlsales', 'servers/sqlsales/databases/a'),
      '18:13 target.resource must be a full Azure resource id of Microsoft.Sql/servers or Microsoft.Sql/managedInstances or Microsoft.SqlVirtualMachine/sqlVirtualMachines, or short `servers/<name>` or `managedInstances/<name>` or `sqlVirtualMachines/<name>` with `azure`',
    ],
    [
      'short id without azure',
      SALES.replace(/resource: .*/, 'resource: servers/sqlsales'),
      '18:13 target.resource is a short id: `azure` must give the subscription and the resource-group that complete it',
    ],
    [
      'placeholder',
      SALES.replace(/(resource: \/subscriptions\/)[^/]*/, '$1<id>'),
      "18:13 target.resource must hold the subscription's id, a GUID, after /subscriptions/",
    ],
    [
      'no target',
      noTarget,
      '1:1 target is missing: it must give the `resource` and the `login` of the server to which the databases go',
    ],
    [
      'no resource',
      SALES.replace(/ {2}resource: .*\n/, ''),
      '17:1 target.resource is missing: it must be the Azure resource id of the server',
    ],
    [
      'no login',
      SALES.replace(/ {4}login: .*\n/, ''),
      '12:5 sources[0].login is missing: it must be { user: <SQL login>, password: "${NAME}" }, { windows: <DOMAIN\\user>, password: "${NAME}" } or { entra: true } (here or in defaults.source)',
    ],
    [
      'no password',
      SALES.replace(', password: "${SALES_PASSWORD}"', ''),
      '14:5 sources[0].login.password is missing: it must be "${NAME}", the environment variable that holds the password',
    ],
    [
      'no user',
      SALES.replace('user: dms, password: "${TARGET', 'password: "${TARGET'),
      '20:3 target.login.user is missing: it must be { user: <SQL login>, password: "${NAME}" } or { entra: true }',
    ],
    [
      'a target and targets.default',
      `${SALES}targets: { default: {} }\n`,
      [
        '17:1 target is the short form of targets.default, which stands at line 31: give one of them',
        '31:12 targets.default.resource is missing: it must be the Azure resource id of the server',
        '31:12 targets.default.login is missing: it must be { user: <SQL login>, password: "${NAME}" } or { entra: true }',
      ],
    ],
    [
      'a wrong target',
      SALES.replace('as: OrdersNew', 'target: defualt'),
      '16:48 sources[0].databases[1].target must be the name of one of the targets; did you mean "default"?',
    ],
    [
      'a wrong share',
      SALES.replace('    tls', '    share: fs9\n    tls'),
      '15:12 sources[0].share must be the name of one of the shares; there are: default',
    ],
    [
      'an ambiguous target',
      noTarget.replace(
        'sources:',
        `targets:\n  a: { resource: ${SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Sql/servers/a, login: { user: u, password: "\${P}" } }\n  b: { resource: ${SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Sql/servers/b, login: { user: u, password: "\${P}" } }\nsources:`,
      ),
      '15:5 sources[0].target is missing: it must say which of the targets its databases go to: a, b',
    ],
    [
      'no subnet, no service',
      SALES.replace(/ {2}(subnet|service): .*\n/g, ''),
      '6:1 dms must give the `subnet` of DMS, or its `service`',
    ],
    [
      'no dms',
      SALES.replace(/dms:\n(?: {2}.*\n)+/, ''),
      '1:1 dms is missing: it must be a map with `subnet`, `service`, `egress`, `nsg-ports`, `flows`, `runtime-hosts`, `schema-migration`',
    ],
    [
      'a private address',
      SALES.replace('203.0.113.7', '10.0.1.4'),
      '9:12 dms.egress[0] must be a public IPv4 or IPv6 address; this one is not public',
    ],
    [
      'a prefix',
      SALES.replace('203.0.113.7', '203.0.113.0/24'),
      '9:12 dms.egress[0] must be a public IPv4 or IPv6 address, one address without a prefix',
    ],
    [
      'multicast',
      SALES.replace('203.0.113.7', '"ff02::1"'),
      '9:12 dms.egress[0] must be a public IPv4 or IPv6 address; this one is not public',
    ],
    [
      'nsg-ports misspelt',
      SALES.replace('nsg-ports: seed', 'nsg-ports: sead'),
      '10:14 dms.nsg-ports must be one of seed, current; did you mean "seed"?',
    ],
    [
      'a bad duration',
      SALES.replace('duration: 6h', 'duration: 6 hours'),
      '5:51 cutover.duration must be a duration: 30 or 30s (seconds), 15m, 6h or 30d',
    ],
    [
      'a bad instant',
      SALES.replace('20:00:00Z', '20:00:00'),
      '5:19 cutover.start must name its zone: add Z for UTC, or an offset like +01:00',
    ],
    [
      'cutover without start',
      SALES.replace(/start: [^,]*,/, ''),
      '5:1 cutover.start is missing: it must be a date (2026-12-01) or an instant with its zone (2026-12-01T20:00:00Z)',
    ],
    [
      'a version as a number',
      SALES.replace('"5.8"', '5.8'),
      '26:47 tools.data-migration-assistant.version must be a version in quotes, like "5.8"',
    ],
    [
      'a path out of the workspace',
      SALES.replace('migration/dma.json', '../dma.json'),
      '26:78 tools.assessment.report must not leave the workspace',
    ],
    [
      'an unknown check',
      SALES.replace('lets-dms-in', 'let-dms-in'),
      '28:14 attestations[0].check must be the id of a check; did you mean "source/firewall-appliance-lets-dms-in"?',
    ],
    [
      'nobody',
      SALES.replace(', by: "@release-lead"', ''),
      '30:5 waivers[0].by is missing: it must be the person who answers for it, in at most 500 characters',
    ],
    [
      'no reason',
      SALES.replace(' reason: private endpoint only,', ''),
      '30:5 waivers[0].reason is missing: it must be a reason, in at most 500 characters',
    ],
    [
      'no end',
      SALES.replace(', expires: 2026-12-01', ''),
      '30:5 waivers[0].expires is missing: it must be a date (2026-12-01) or an instant with its zone (2026-12-01T20:00:00Z)',
    ],
    [
      'too long after on',
      SALES.replace('expires: 2026-12-20', 'expires: 2027-11-22'),
      '28:111 attestations[0].expires must be at most a year (366 days) after `on`',
    ],
    [
      'too long from now',
      SALES.replace('expires: 2026-12-01', 'expires: 2027-11-23'),
      '30:110 waivers[0].expires must be at most a year (366 days) after now',
    ],
    [
      'a look in the future',
      SALES.replace('on: 2026-11-20', 'on: 2026-11-25').replace('expires: 2026-12-20', 'expires: 2026-12-21'),
      '28:90 attestations[0].on must not lie in the future',
    ],
    [
      'a fingerprint of another shape',
      SALES.replace('expires: 2026-12-01 }', 'expires: 2026-12-01, fingerprint: 3f2a9c1d }'),
      '30:135 waivers[0].fingerprint must be a fingerprint as the report prints it, like sha256:3f2a9c1d5e6f7081',
    ],
    [
      'a SAS in the URL',
      SALES.replace('/backups', '/backups?sig=hunter2'),
      '25:19 container.url must be https://<account>.blob.<suffix>/<container>, without a query: the SAS belongs in `sas`',
    ],
    [
      'a share account without a domain',
      SALES.replace('CORP\\dms-upload', 'dms-upload'),
      '24:21 share.login.windows must be a Windows account: DOMAIN\\user, plain or in single quotes, or user@domain',
    ],
    ['a bad port', SALES.replace('port: 445', 'port: 0'), '23:9 share.port must be a port, a number from 1 to 65535'],
  ])('%s', (_name, text, expected) => expect(problemsOf(text)).toEqual([expected].flat()))

  it('names that differ by letter case only are reported with both places', () => {
    const second = '  - { name: SALES, server: b, login: { user: u, password: "${P}" }, databases: [A, a] }\n'
    expect(problemsOf(SALES.replace('target:\n', `${second}target:\n`))).toEqual([
      `17:13 sources[1].name repeats the name that stands at ${PATH}:12:11; names differ by more than letter case`,
      `17:84 sources[1].databases[1] repeats the name that stands at ${PATH}:17:81; names differ by more than letter case`,
    ])
  })

  it('takes an end of exactly 366 days', () => {
    const text = SALES.replace('expires: 2026-12-20', 'expires: 2027-11-21').replace(
      'expires: 2026-12-01',
      'expires: 2027-11-22',
    )
    expect(problemsOf(text)).toEqual([])
  })

  it('refuses more than 1 MiB, counted in bytes', () => {
    expect(problemsOf(`${SALES}# ${'x'.repeat(1024 * 1024)}`)).toEqual(['1:1 the file is larger than 1 MiB'])
    expect(problemsOf(`${SALES}# ${'ä'.repeat(600 * 1024)}`)).toEqual(['1:1 the file is larger than 1 MiB'])
    expect(problemsOf(`${SALES}# ${'x'.repeat(1000 * 1024)}`)).toEqual([])
  })
})

describe('extends', () => {
  const estate = { path: '.github/estate.yml', text: ESTATE }

  it('reports each problem in the file where the value stands', () => {
    const text = ESTATE.replace('${ERP_PASSWORD}', 'hunter2')
      .replace('target: erp', 'target: epr')
      .replace('fs01.corp', 'fs 01.corp')
    expect(problemsOf(WAVE.replace('target: crm', 'target: crn'), { ...estate, text })).toEqual([
      '9:111 sources[1].databases[0].target must be the name of one of the targets; did you mean "crm"?',
      '.github/estate.yml:5:111 defaults.source.target must be the name of one of the targets; did you mean "erp"?',
      '.github/estate.yml:6:72 targets.erp.login.password must be exactly "${NAME}", the name of an environment variable (capital letters, digits and _) that holds the secret; the secret itself must not stand in a manifest',
      '.github/estate.yml:7:25 shares.fs01.path must be `\\\\host\\share` or `\\\\host\\share\\folder`: a host name has letters, digits, "-" and "." only',
    ])
  })

  it.each([
    [
      'sources',
      `${ESTATE}sources: []\n`,
      '9:1 an extended file has no sources: they belong to the manifest that extends it',
    ],
    [
      'another extends',
      `${ESTATE}extends: a.yml\n`,
      '9:1 an extended file cannot extend another one: there is one level only',
    ],
    ['no version', ESTATE.replace('version: 1', ''), '3:1 version is missing: it must be 1'],
    ['another version', ESTATE.replace('version: 1', 'version: 3'), '2:10 version must be 1'],
    ['a list', '- a', '1:1 an extended file must be a map'],
    ['nothing', '', '1:1 the file is empty'],
  ])('an extended file with %s is refused', (_name, text, problem) =>
    expect(problemsOf(WAVE, { ...estate, text })).toContainEqual(`.github/estate.yml:${problem}`),
  )

  it.each([
    ['../../estate.yml', 'extends must not leave the workspace'],
    ['/etc/estate.yml', 'extends must be relative, not absolute'],
    ['//host/share/estate.yml', 'extends must be a path inside the workspace, not a UNC path'],
    ['dms-preflight.yml', 'extends must not name the manifest itself'],
    ['missing.yml', 'extends names a file that could not be read'],
  ])('%s is refused', (name, problem) => {
    const text = WAVE.replace('estate.yml', name)
    expect(problemsOf(text)).toEqual([`2:10 ${problem}`])
    expect(readExtends(PATH, text)).toBe(name === 'missing.yml' ? '.github/missing.yml' : undefined)
  })

  it('names no file where there is none', () => {
    for (const text of [SALES, '', '[', 'extends: [a]', 'extends:']) expect(readExtends(PATH, text)).toBeUndefined()
    expect(readExtends('waves/2.yml', 'extends: ../estate.yml')).toBe('estate.yml')
  })
})

describe('a managed instance', () => {
  const instance = (text: string): string => text.replace('azure-sql-database\n', 'azure-sql-managed-instance\n')

  it('is what that scenario goes to, by its full id', () => {
    const text = instance(SALES).replace('Microsoft.Sql/servers/sqlsales', 'Microsoft.Sql/managedInstances/mi-erp')
    expect(problemsOf(text)).toEqual([])
  })

  it('may be named by its short id', () => {
    const text = instance(SALES)
      .replace(/resource: \/subscriptions.*Microsoft\.Sql\/servers\/sqlsales/, 'resource: managedInstances/mi-erp')
      .replace(
        'version: 1\n',
        `version: 1\nazure: { subscription: ${SUBSCRIPTION.slice('/subscriptions/'.length)}, resource-group: rg-mig }\n`,
      )
    expect(problemsOf(text)).toEqual([])
  })

  it('has no place in the other scenario, nor a logical server here', () => {
    expect(problemsOf(instance(SALES))).toHaveLength(1)
  })
})

describe('fifteen faults at once', () => {
  const text = `version: 2
nmae: Sales to Azure SQL Database
scenario: sql-server-to-sql-server-on-azure-vm
generation: classic
migration: online
dms:
  subnet: vnet-hub/snet-dms
  egress: [10.0.0.4]
  nsg-ports: seeds
sources:
  - name: sales
    server: "sql01.corp.example;Password=hunter2"
    login: { user: dms, password: hunter2 }
    databases: [Sales, Sales, { name: Orders, target: mian }]
  - name: Sales
    server: sql02,99999
    login: { user: "CORP\\tina", password: "\${GITHUB_TOKEN}" }
    databases: [Hr]
    databases: [Hr2]
targets:
  main: &main { resource: servers/sqlsales, login: { user: dms, password: "\${TARGET_PASSWORD}" } }
  other: *main
waivers:
  - { check: target/server-firewall-admit-dms, reason: later, by: "@lead", expires: 2036-01-01 }
`

  it('are all reported, in their order, without a secret', () => {
    const secretForm =
      'must be exactly "${NAME}", the name of an environment variable (capital letters, digits and _) that holds the secret; the secret itself must not stand in a manifest'
    const serverForm = 'must be `host`, `host,port` or `host\\instance`'
    const short = 'is a short id: `azure` must give the subscription and the resource-group that complete it'
    const problems = problemsOf(text)
    expect(problems).toEqual([
      '1:10 version must be 1',
      '2:1 nmae is not a known key; did you mean "name"?',
      '3:11 scenario cannot be sql-server-to-sql-server-on-azure-vm under `generation: classic`; it is `generation: modern`',
      '5:12 migration cannot be online under `generation: classic`; online is `generation: modern`',
      `7:11 dms.subnet ${short}`,
      '8:12 dms.egress[0] must be a public IPv4 or IPv6 address; this one is not public',
      '9:14 dms.nsg-ports must be one of seed, current; did you mean "seed"?',
      '11:5 sources[0].target is missing: it must say which of the targets its databases go to: main, other',
      `12:13 sources[0].server ${serverForm}; a ";" begins the rest of a connection string, leave that out`,
      `13:35 sources[0].login.password ${secretForm}`,
      `14:24 sources[0].databases[1] repeats the name that stands at ${PATH}:14:17; names differ by more than letter case`,
      '14:55 sources[0].databases[2].target must be the name of one of the targets; did you mean "main"?',
      '15:5 sources[1].target is missing: it must say which of the targets its databases go to: main, other',
      `15:11 sources[1].name repeats the name that stands at ${PATH}:11:11; names differ by more than letter case`,
      '16:13 sources[1].server must have a port from 1 to 65535 after the comma',
      '17:20 the text holds a tab (U+0009): in double quotes a backslash begins an escape, use single quotes',
      '17:43 sources[1].login.password must not name a variable that begins with GITHUB_: the runner sets those',
      '19:5 duplicate key: it stands at line 18, column 5 already',
      '21:15 YAML anchors are not supported: write the value itself',
      `21:27 targets.main.resource ${short}`,
      '22:10 YAML aliases are not supported: write the value itself',
      '24:14 waivers[0].check must be the id of a check; did you mean "target/server-firewall-admits-dms"?',
      '24:85 waivers[0].expires must be at most a year (366 days) after now',
    ])
    expect(problems.join('\n')).not.toContain('hunter2')
  })
})

describe('a flood of faults', () => {
  it('is cut, and says so', () => {
    const text = SALES.replace('[203.0.113.7]', `[${'10.0.0.4,'.repeat(500)}]`)
    const problems = problemsOf(text)
    expect(problems).toHaveLength(201)
    expect(problems.at(-1)).toBe('0:0 300 more problems are not shown')
  })

  it.each([
    ['flow lists', '['.repeat(1_000_000)],
    ['flow maps', '{a: '.repeat(250_000)],
    ['block lists', '- '.repeat(50_000)],
    ['block maps', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ])('%s nested too deep are one problem', (_name, text) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^\d+:\d+ the file is nested more than 32 levels deep$/)
  })

  it.each([
    ['a list of 200,000 wrong items', `sources: [{ databases: [${'1,'.repeat(200_000)}] }]`],
    ['50,000 keys', Array.from({ length: 50_000 }, (_, index) => `a${index}: 1\n`).join('')],
    ['50,000 duplicate keys', 'a: 1\n'.repeat(50_000)],
    ['50,000 aliases', `a: [${'*a,'.repeat(50_000)}]`],
    ['20,000 broken escapes', `a: [${'"\\q",'.repeat(20_000)}]`],
    ['500,000 closing brackets', ']'.repeat(500_000)],
  ])('%s come to an end', (_name, text) => {
    const problems = problemsOf(text)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(201)
  })
})

describe('the name of a database on the target', () => {
  const withDatabases = (databases: string) => SALES.replace('[Sales, { name: Orders, as: OrdersNew }]', databases)

  it.each(["['Sales Archive', 'Sales#1']", "[{ name: 'a/b', as: ab }, { name: 'ends. ', as: ends }]"])(
    'may be one of %s',
    (databases) => {
      expect(problemsOf(withDatabases(databases))).toEqual([])
    },
  )

  it.each(['a/b', 'a<b', 'a*b', 'a%b', 'a&b', 'a:b', 'a\\b', 'a?b', 'a.', 'a '])(
    'is not %j, with its place',
    (name) => {
      expect(problemsOf(withDatabases(`[Sales, '${name}']`))).toEqual([
        expect.stringMatching(/^16:24 .*is no name that a database of Azure SQL can have.*; give it another one/s),
      ])
      expect(problemsOf(withDatabases(`[{ name: Orders, as: '${name}' }]`))).toEqual([
        expect.stringMatching(/^16:37 .*is no name that a database of Azure SQL can have[^;]*$/s),
      ])
      expect(problemsOf(withDatabases(`[{ name: '${name}' }]`))).toEqual([expect.stringMatching(/^16:25 /)])
    },
  )

  it.each(["['']", `[{ name: Orders, as: '${'x'.repeat(129)}' }]`])('is not %.40s', (databases) => {
    expect(problemsOf(withDatabases(databases))).toHaveLength(1)
  })
})
