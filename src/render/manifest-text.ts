import { parseContainerUrl } from '../domain/container-url.ts'
import type { FoundTarget, InitFacts } from '../domain/init-facts.ts'
import type { Scenario } from '../domain/manifest.ts'
import { cut, oneLine } from './escape.ts'

const SCHEMA = 'https://raw.githubusercontent.com/dms-preflight/dms-preflight/v1/docs/manifest.schema.json'
const NAMES: Readonly<Record<Scenario, string>> = {
  'sql-server-to-azure-sql-database': 'Azure SQL Database',
  'sql-server-to-azure-sql-managed-instance': 'Azure SQL Managed Instance',
  'sql-server-to-sql-server-on-azure-vm': 'SQL Server on an Azure VM',
}
/** Databases that the example of a source names. */
const MOST_DATABASES = 100
const LONGEST_NAME = 100

/**
 * A manifest with everything that Azure told, and comments with examples for all that it cannot tell. What is open has
 * no value and a TODO above it, so that the manifest is refused exactly there.
 */
export function renderManifest(facts: InitFacts, date: string): string {
  return [
    `# yaml-language-server: $schema=${SCHEMA}`,
    `# Written by dms-preflight (mode: init) on ${date} from what Azure tells. What has no value needs one: see TODO.`,
    'version: 1',
    ...headLines(facts),
    '',
    ...dmsLines(facts),
    '',
    ...sourceLines(facts),
    '',
    ...targetLines(facts),
    ...backupLines(facts),
    '',
    ...endLines(facts),
    '',
  ].join('\n')
}

function headLines({ targets, scenario, generation, subnet, service }: InitFacts): string[] {
  const to = targets.length === 1 ? targets[0]?.name : scenario && NAMES[scenario]
  return [
    `name: ${quoted(cut(`SQL Server to ${oneLine(to ?? 'Azure')}`, 200))}`,
    ...(scenario === undefined
      ? [`# TODO: where the databases go: ${Object.keys(NAMES).join(', ')}`, 'scenario:']
      : [`scenario: ${scenario}`]),
    ...(generation === 'classic'
      ? [
          `# ${service === undefined && subnet !== undefined ? 'A subnet is where only the classic service stands' : 'The service that was named is the classic one'}: it was retired on 2026-03-15, and no`,
          '# migration can run with it any more. `mode: convert` writes this manifest for the service of today.',
        ]
      : []),
    `generation: ${generation}`,
    ...(generation === 'modern' && scenario !== 'sql-server-to-azure-sql-database'
      ? ['# migration: online   # writes stop at the cutover only; default: offline']
      : []),
    '# cutover: { start: 2026-12-05T20:00:00Z, duration: 6h }',
  ]
}

function dmsLines({ generation, service, subnet, scenario }: InitFacts): string[] {
  const lines = ['dms:']
  if (service !== undefined) lines.push(comment(service.about), `  service: ${quoted(service.id)}`)
  else if (generation === 'modern') {
    lines.push(
      '  # TODO: the id of the Microsoft.DataMigration/sqlMigrationServices that will run the migration',
      '  service:',
    )
  }
  if (generation === 'classic') {
    if (subnet !== undefined) lines.push(comment(subnet.about), `  subnet: ${quoted(subnet.id)}`)
    return [...lines, '  # egress: [203.0.113.7]   # public addresses under which DMS appears, if any']
  }
  const hosts = service?.runtimeHosts ?? []
  lines.push(
    ...(hosts.length > 0
      ? [
          '  # as Azure names the nodes of the integration runtime',
          `  runtime-hosts: [${hosts.map(quoted).join(', ')}]`,
        ]
      : ['  # runtime-hosts: [shir01.corp.example]   # of the self-hosted integration runtime, if it has one']),
    '  # egress: [203.0.113.7]   # public addresses under which those hosts appear, if any',
  )
  if (scenario === undefined || scenario === 'sql-server-to-azure-sql-database') {
    lines.push('  # schema-migration: true   # the service also makes the tables on the target')
  }
  return lines
}

function sourceLines({ targets }: InitFacts): string[] {
  const databases = [...new Set(targets.flatMap((target) => target.databases))]
  const shown = databases.slice(0, MOST_DATABASES).map((name) => quoted(oneLine(name)))
  return [
    '# TODO: the SQL Servers whose databases move, and the login that DMS will use there. Passwords are names of environment',
    '# variables of the step, never the passwords themselves.',
    'sources:',
    '#  - name: sales',
    '#    server: sql01.corp.example\\SALES   # or host, or "host,port"',
    `#    login: { user: dms, password: "\${SALES_PASSWORD}" }   # or { windows: 'CORP\\svc-dms', password: "\${...}" }`,
    ...(targets.length > 1 ? [`#    target: ${quoted(namesOf(targets)[0] ?? '')}   # of the \`targets\` below`] : []),
    ...(shown.length === 0
      ? ['#    databases: [Sales, { name: Orders, as: OrdersNew }]']
      : [
          `#    databases: [${shown.join(', ')}]   # as they are called on the target; other names: { name: Orders, as: OrdersNew }`,
        ]),
  ]
}

function targetLines({ targets, scenario }: InitFacts): string[] {
  const [only, ...more] = targets
  if (only !== undefined && more.length === 0) return ['target:', ...oneTarget(only, '  ', 1, scenario)]
  if (only === undefined) {
    return [
      'target:',
      '  # TODO: the Azure resource id of the logical server, managed instance or SQL virtual machine',
      '  resource:',
      ...loginLines('  ', 1),
    ]
  }
  return [
    'targets:',
    ...targets.flatMap((target, index) => [
      `  ${quoted(namesOf(targets)[index] ?? '')}:`,
      ...oneTarget(target, '    ', index + 1, scenario),
    ]),
  ]
}

/** One for each target: servers of two groups may have one name. */
function namesOf(targets: readonly FoundTarget[]): string[] {
  const taken = new Set<string>()
  return targets.map(({ name }, index) => {
    const plain = oneLine(name).replaceAll('/', '-').slice(0, LONGEST_NAME).trim()
    const own = plain === '' || taken.has(plain.toLowerCase()) ? `${plain}-${index + 1}` : plain
    taken.add(own.toLowerCase())
    return own
  })
}

function oneTarget(target: FoundTarget, indent: string, number: number, scenario: Scenario | undefined): string[] {
  const { id, about, endpoint } = target
  return [
    comment(endpoint === undefined ? about : `${about}; it answers as ${endpoint}`, indent),
    `${indent}resource: ${quoted(id)}`,
    ...(scenario === 'sql-server-to-sql-server-on-azure-vm'
      ? [`${indent}# endpoint: sqlvm01.corp.example   # host or "host,port", as it is reached from here`]
      : []),
    ...loginLines(indent, number),
  ]
}

function loginLines(indent: string, number: number): string[] {
  const variable = number === 1 ? 'TARGET_PASSWORD' : `TARGET_${number}_PASSWORD`
  return [
    `${indent}# TODO: { user: dms, password: "\${${variable}}" }, or { entra: true } for the Azure identity of the run`,
    `${indent}login:`,
  ]
}

function backupLines({ scenario, container }: InitFacts): string[] {
  if (scenario === undefined || scenario === 'sql-server-to-azure-sql-database') return []
  const share = [
    '# The share for the backups, where they do not lie in the container already.',
    '# share:',
    '#   path: \\\\fs01.corp.example\\dms-backup',
    `#   login: { windows: 'CORP\\dms-upload', password: "\${SHARE_PASSWORD}" }`,
  ]
  if (container === undefined) {
    return ['', ...share, '# container:', ...CONTAINER.map((line) => `#   ${line}`)]
  }
  const { id, about, blobEndpoint, name } = container
  const url = `${blobEndpoint ?? ''}${name ?? ''}`
  const isKnown = parseContainerUrl(url) !== undefined
  return [
    '',
    ...share,
    'container:',
    comment(about),
    `  resource: ${quoted(id)}`,
    ...(isKnown
      ? [`  url: ${quoted(url)}`]
      : [`  # TODO: ${oneLine(blobEndpoint ?? 'https://<account>.blob.<suffix>/')}<container>`, '  url:']),
    '  sas: "${BACKUP_SAS}"',
  ]
}

const CONTAINER = [
  'resource: /subscriptions/<id>/resourceGroups/<rg>/providers/Microsoft.Storage/storageAccounts/<account>',
  'url: https://<account>.blob.core.windows.net/<container>',
  'sas: "${BACKUP_SAS}"',
]

function endLines({ generation }: InitFacts): string[] {
  return [
    '# tools:',
    ...(generation === 'classic'
      ? ['#   data-migration-assistant: { version: "5.8" }']
      : ['#   integration-runtime: { version: "5.50" }   # Azure does not tell it']),
    '#   assessment: { report: migration/assessment.json, max-age: 30d }',
  ]
}

/** Text from outside: it stays on its line, whatever is in it. */
function comment(text: string, indent = '  '): string {
  return `${indent}# ${cut(oneLine(text))}`
}

/** A scalar of YAML: plain where nothing in it could mean something. Every JSON text is one as well. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z/][\w ./-]*[\w/-]$|^[A-Za-z]$/.test(text)
  const isWord = /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain && !isWord ? text : JSON.stringify(text)
}
