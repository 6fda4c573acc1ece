import { networkInterface } from '../azure/appliance-resources.ts'
import { sqlVirtualMachine, virtualMachine } from '../azure/machine-resources.ts'
import { resourceId } from '../azure/place.ts'
import type { ArmResource } from '../azure/state.ts'
import type { SqlState } from '../sql/state.ts'
import { NET, SALES, SALES_PASSWORD, TARGET_PASSWORD } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

const CARD = resourceId(NET, 'Microsoft.Network/networkInterfaces', 'nic-sql')
export const SQL_MACHINE = resourceId(SALES, 'Microsoft.SqlVirtualMachine/sqlVirtualMachines', 'vm-sql')
export const MACHINE_THUMBPRINT = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'

type SqlSpec = NonNullable<Parameters<typeof sqlVirtualMachine>[2]>
type MachineSpec = Omit<Parameters<typeof virtualMachine>[2], 'networkInterfaces'>

/** The registration, the machine under it, and its network interface; the lab's own address is private as well. */
export function sqlMachine(registration: SqlSpec = {}, machine: MachineSpec = {}): ArmResource[] {
  return [
    sqlVirtualMachine(SALES, 'vm-sql', registration),
    virtualMachine(SALES, 'vm-sql', { networkInterfaces: [CARD], dataDisksGb: [1024, 1024], ...machine }),
    networkInterface(NET, 'nic-sql', { subnet: `${CARD}/subnet`, address: '127.0.0.1', machine: 'vm-sql' }),
  ]
}

/** Sales moves to SQL Server on an Azure virtual machine, by backups in a container, through the service of today. */
export function sqlMachineStory(): Story {
  return {
    name: 'sql-machine',
    title: 'Sales moves to SQL Server on an Azure virtual machine',
    azure: sqlMachine(),
    servers: { source: { state: source() }, target: { state: target() } },
    secrets: {
      SALES_PASSWORD,
      TARGET_PASSWORD,
      BACKUP_SAS: 'sv=2024-11-04&sr=c&sp=rl&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D',
    },
    inputs: {},
    files: (ports) => ({ [MANIFEST_PATH]: manifest(ports) }),
    expected: { status: 'undetermined', exitCode: 1, failing: [] },
    look: ['The machine, its agent, its version and its volumes are proven.'],
  }
}

function source(): SqlState {
  return {
    serverName: 'SQL01',
    version: [15, 0, 4385],
    logins: [{ user: 'dms', password: SALES_PASSWORD, sysadmin: true }],
    databases: [{ name: 'Sales', sizeMb: 4096 }, { name: 'Orders' }],
  }
}

function target(): SqlState {
  return {
    serverName: 'VM-SQL',
    version: [16, 0, 4135],
    logins: [{ user: 'dms', password: TARGET_PASSWORD, sysadmin: true }],
    databases: [],
  }
}

function manifest({ sql }: Ports): string {
  return `version: 1
name: Sales to a virtual machine
scenario: sql-server-to-sql-server-on-azure-vm
generation: modern
dms:
  service: ${resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-sales')}
sources:
  - name: sales
    server: localhost,${String(sql['source'])}
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: ${SQL_MACHINE}
  endpoint: localhost,${String(sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
  tls: { ca: certs/root.pem }
container:
  url: https://127.0.0.1:1/stmig/backups
  sas: "\${BACKUP_SAS}"
`
}
