import type { Check } from '../src/checks/define.ts'
import { PLAN_ROWS } from '../src/domain/plan-rows.ts'

/** Microsoft's list of 2018, in its order. M3 and M4 are D3 and D4 again, for the other target. */
export const LIST_OF_2018: Readonly<Record<string, string>> = {
  C1: 'A virtual network of the Resource Manager model with site-to-site connectivity, by ExpressRoute or VPN',
  C2: 'Its security group does not block 443, 53, 9354, 445 and 12000',
  C3: 'A firewall appliance in front of the source lets DMS in',
  C4: 'Windows Firewall is configured for the database engine',
  C5: 'TCP/IP is enabled',
  D1: 'Azure SQL Database: the target database exists',
  D2: 'Azure SQL Database: Data Migration Assistant 3.3 or later',
  D3: 'Azure SQL Database: Windows Firewall lets DMS reach the engine, TCP 1433 by default',
  D4: 'Azure SQL Database: SQL Browser, UDP 1434, for named instances with dynamic ports',
  D5: "Azure SQL Database: the server's firewall admits the DMS subnet",
  D6: 'Azure SQL Database: the source login has CONTROL SERVER',
  D7: 'Azure SQL Database: the target login has CONTROL DATABASE',
  M1: 'Managed instance: it exists',
  M2: 'Managed instance: firewalls let DMS reach the share, TCP 445',
  M3: 'Managed instance: Windows Firewall lets DMS reach the engine, TCP 1433 by default',
  M4: 'Managed instance: SQL Browser, UDP 1434, for named instances with dynamic ports',
  M5: 'Managed instance: the logins of source and target are sysadmin',
  M6: 'Managed instance: a network share for the backups',
  M7: 'Managed instance: the service account can write to it, the computer account can read and write',
  M8: 'Managed instance: a Windows user with full control of it',
  M9: 'Managed instance: a blob container, and a SAS with read, write, delete and list',
}

/** What later pages, tutorials and known issues of Microsoft ask for beside it. */
export const FURTHER_ROWS: Readonly<Record<string, string>> = {
  SRCVER: 'The version of the source is supported',
  PORT: 'An instance that listens elsewhere than on 1433 is asked there',
  LOGINS: 'Logins that would be left behind are known',
  ASSESS: 'Every database was assessed, without a blocker',
  NSGOUT: 'The security group lets DMS out to the ports of the sources',
  SVCEP: 'Service endpoints, where ExpressRoute or forced tunnelling calls for them',
  SUBNET: 'The subnet of DMS is not delegated and has no other service in it',
  TOPO: 'DMS and the managed instance are in one network, or in peered ones',
  RP: 'The resource provider Microsoft.DataMigration is registered',
  'RBAC-CREATE': 'Whoever creates and runs DMS has the roles for it',
  LIMIT4: 'The databases fit into the limits of activities and services',
  MISTORE: 'DMS and the managed instance reach the storage account',
  SASKIND: 'The SAS is for the container, not for the account',
  LOOPBACK: 'The share is not on the source itself, or its loopback check lets it through',
  MISIZE: 'The managed instance has room for the databases',
  TGTDB: 'No database of the instance has the name of one that comes',
  TDE: 'The certificates of encrypted databases are on the target',
  NOFS: 'No FILESTREAM and no file tables',
  CONT: 'Contained databases are allowed on the target',
  CHK: 'Backups are made with checksums',
  FULL: 'Online: full recovery model, and a log chain without a gap',
  '1LOG': 'Online: one log file for each database',
  REGION: 'The service, the target and the storage account are in one region',
  ROLES: 'Whoever runs the current service has the rights that Microsoft lists for it',
  MIMSI: 'The identity of the managed instance reads the container, where it is used',
  SHIR: 'The integration runtime is registered and online, and of a version that can do it',
  SHIRHOST: 'The host of the runtime is its own, and large enough',
  SHIRNET: 'The runtime reaches what it needs in Azure',
  DBPERM: 'Azure SQL Database: the logins have the roles that the current service asks for',
  DBSHAPE: 'Azure SQL Database: collation, size, names, tables and columns can be taken over',
  BKSET: 'One backup in each file',
  FLAT: 'One flat folder for each database in the container',
  LASTBK: 'Offline: the last backup that is named is the newest one',
  'SVCACCT-N': 'The service account reads and writes the share, the Windows user reads it',
  VMIAAS: 'Virtual machine: it runs, with the SQL IaaS Agent in full mode, and its SQL Server is not older',
  DOWNTIME: 'Offline: the outage is agreed, from the start of the migration on',
  CUTOVER: 'Online: the cutover is agreed, with the last log backup',
}

/** Not there yet. */
const PENDING = [
  ...['REGION', 'ROLES', 'MIMSI', 'SHIR', 'SHIRHOST', 'SHIRNET', 'BKSET', 'FLAT', 'LASTBK'],
  ...['SVCACCT-N', 'VMIAAS', 'DOWNTIME', 'CUTOVER'],
]

/** The page that maps every row to its checks; throws when one has lost them, or a check names one that is not known. */
export function renderRowsPage(checks: readonly Check[]): string {
  const known = new Set([...Object.keys(LIST_OF_2018), ...Object.keys(FURTHER_ROWS), ...PLAN_ROWS.map(({ id }) => id)])
  for (const { meta } of checks) {
    const stranger = meta.source.rows.find((row) => !known.has(row))
    if (stranger !== undefined) throw new Error(`${meta.id} names the row ${stranger}, which is in no list`)
  }
  return [
    '# Prerequisites and their checks',
    '',
    "Every row of Microsoft's list of prerequisites of 2018, and of what its later pages ask for, with the checks that prove",
    'it. Generated from the catalogue; a test fails when a row loses its check. What each verdict rests on stands on the page',
    'of the check. `manual` in the last column: there are worlds in which only a person can vouch.',
    '',
    '## The list of 2018',
    '',
    ...table(LIST_OF_2018, checks),
    '',
    '## Further prerequisites',
    '',
    ...table(FURTHER_ROWS, checks),
    '',
  ].join('\n')
}

function table(rows: Readonly<Record<string, string>>, checks: readonly Check[]): string[] {
  const lines = Object.entries(rows).flatMap(([row, text]) => {
    const proving = checks.filter(({ meta }) => meta.source.rows.includes(row))
    if (proving.length === 0 && PENDING.includes(row)) return []
    if (proving.length === 0) throw new Error(`no check proves the row ${row}`)
    const ids = proving.map(({ meta: { id } }) => `[\`${id}\`](checks/${id}.md)`).join(', ')
    const verdicts = [...new Set(proving.flatMap(({ meta }) => meta.verdicts))]
    return `| ${row} | ${text} | ${ids} | ${verdicts.includes('manual') ? 'yes' : ''} |`
  })
  return ['| Row | Prerequisite | Checks | `manual` |', '| --- | --- | --- | --- |', ...lines]
}
