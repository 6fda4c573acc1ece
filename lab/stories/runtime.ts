import { resource, resourceId } from '../azure/place.ts'
import { sqlDatabase, sqlServer } from '../azure/data-resources.ts'
import { salesSource, salesTarget, SALES, SALES_PASSWORD, SQL_SERVER, TARGET_PASSWORD } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

const SERVICES = 'Microsoft.DataMigration/sqlMigrationServices'
export const MIGRATION_SERVICE = resourceId(SALES, SERVICES, 'dms-sales')

export interface RuntimeStoryOptions {
  /** `dms.runtime-hosts` */
  hosts?: readonly string[]
  probe?: boolean
  secrets?: Readonly<Record<'SALES_PASSWORD' | 'TARGET_PASSWORD', string>>
}

/** The sales migration with the service of today, whose runtime copies the rows. */
export function runtimeStory({ hosts, probe = false, secrets }: RuntimeStoryOptions = {}): Story {
  const { SALES_PASSWORD: own = SALES_PASSWORD, TARGET_PASSWORD: other = TARGET_PASSWORD } = secrets ?? {}
  const source = salesSource({ controlServer: true })
  const target = salesTarget()
  return {
    name: 'runtime',
    title: 'Sales moves to Azure SQL Database, by the service of today',
    azure: [
      resource(SALES, SERVICES, ['dms-sales'], { provisioningState: 'Succeeded', integrationRuntimeState: 'Online' }),
      sqlServer(SALES, 'sqlsales'),
      sqlDatabase(SALES, 'sqlsales', 'Sales'),
      sqlDatabase(SALES, 'sqlsales', 'OrdersNew'),
    ],
    servers: {
      source: { state: { ...source, logins: source.logins.map((login) => ({ ...login, password: own })) } },
      target: { state: { ...target, logins: target.logins.map((login) => ({ ...login, password: other })) } },
    },
    secrets: { SALES_PASSWORD: own, TARGET_PASSWORD: other },
    // The lab's runner is one of GitHub's, whose addresses prove nothing unless the workflow says where it stands.
    inputs: {
      ...(probe ? { 'probe-through-runtime': 'true' } : {}),
      ...(hosts === undefined ? {} : { vantage: 'runtime-host' }),
    },
    files: (ports) => ({ [MANIFEST_PATH]: runtimeManifest(ports, hosts) }),
    expected: { status: 'undetermined', exitCode: 1, failing: [] },
    look: [],
  }
}

export function runtimeManifest(ports: Ports, hosts?: readonly string[]): string {
  return `version: 1
name: Sales to Azure SQL Database
scenario: sql-server-to-azure-sql-database
generation: modern
dms:
  service: ${MIGRATION_SERVICE}
${hosts === undefined ? '' : `  runtime-hosts: [${hosts.map((host) => `"${host}"`).join(', ')}]\n`}sources:
  - name: sales
    server: localhost,${String(ports.sql['source'])}
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: ${SQL_SERVER}
  endpoint: localhost,${String(ports.sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
`
}
