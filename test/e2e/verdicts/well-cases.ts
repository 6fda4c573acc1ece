import type { Case } from '../expectation.ts'
import { doesNotApply, isAttested, passes } from '../expectation.ts'
import { elsewhere, ready } from './worlds.ts'

const PORTS = 'network/nsg-allows-dms-ports'
const FIREWALLS = ['source/firewall-appliance-lets-dms-in', 'source/windows-firewall-lets-dms-in']

const direct = { proof: 'direct' } as const
const proxy = { proof: 'proxy' } as const
const port = (number: number) => ({ subject: `snet-dms:${String(number)}` })

/** Worlds in which all is well; what each check says then, and how far it can be proven. */
export const WELL_CASES: readonly Case[] = [
  {
    world: 'all is well, seen from the DMS subnet',
    story: ready(),
    expected: [
      passes('source/name-resolves', /localhost resolves to .*127\.0\.0\.1/, direct),
      doesNotApply('source/sql-browser-is-reachable', /the manifest gives its port/),
      passes('source/engine-port-is-reachable', /is open after \d+ ms(;|$)/, direct),
      passes('source/tls-is-acceptable', /TLSv1\.2, certificate for localhost.*issued by CN=Lab Root CA/, direct),
      passes('source/login-is-accepted', /dms in the database master \(accepted as dms, encrypted\)/, direct),
      passes('source/login-has-control-server', /dms has CONTROL SERVER .*sysadmin: no/, direct),
      passes('source/version-is-supported', /is SQL Server 2019: version 15\.0\.4385/, direct),
      passes('source/port-matches-instance', /is the default instance on SQL01/, direct),
      passes('source/database-is-readable', /ONLINE and dms may open it \(recovery model FULL/, direct),
      passes('source/logins-can-be-migrated', /no enabled Windows login .*\(1 SQL login, 0 Windows/, direct),
      passes('source/tcp-ip-is-enabled', /answers on TCP \d+ as version 15\.0\.4385/, direct),
      ...FIREWALLS.map((id) => passes(id, /lets DMS in: a connection from .*127\.0\.0\.1/, direct)),
      passes('target/name-resolves', /localhost resolves to .*127\.0\.0\.1/, direct),
      passes('target/engine-port-is-reachable', /is open after \d+ ms(;|$)/, direct),
      passes('target/tls-is-acceptable', /encrypts: TLSv1\.2/, direct),
      passes('target/login-is-accepted', /accepts dms in the database Sales/, direct),
      passes('target/login-has-control-database', /dms has CONTROL on the database .*db_owner: yes/, direct),
      passes('azure/sign-in-works', /Azure accepted the sign-in of client bbbbbbbb-/),
      passes('target/sql-database-exists', /Database \w+ on sqlsales is Online \(GP_Gen5\)/),
      passes('target/server-firewall-admits-dms', /virtual network rule dms of sqlsales admits snet-dms/),
      passes('target/server-firewall-is-closed-to-other-tenants', /none of the 1 firewall rules/),
      passes('network/dms-vnet-uses-resource-manager', /vnet-hub \(westeurope\) .*holds subnet snet-dms/),
      passes('network/dms-vnet-has-site-to-site-connectivity', /cn-headquarters of gateway vgw-hub is Connected/),
      passes(
        PORTS,
        /tcp 443 to ServiceBus\.WestEurope, .*AzureMonitor\.WestEurope: allowed by .*AllowDmsToServices/,
        port(443),
      ),
      passes(PORTS, /53 to AzurePlatformDNS/, port(53)),
      passes(PORTS, /9354 to ServiceBus\.WestEurope: allowed/, port(9354)),
      passes(PORTS, /445 to VirtualNetwork: allowed/, port(445)),
      passes(PORTS, /12000 to AzureCloud\.westeurope: allowed/, port(12_000)),
      passes(
        'azure/provider-is-registered',
        /Microsoft\.DataMigration is Registered in subscription 11111111-/,
        direct,
      ),
      passes('azure/identity-has-roles', /client bbbbbbbb-.*may create and run DMS at subscription/, proxy),
      passes('network/dms-subnet-is-usable', /snet-dms \(127\.0\.0\.0\/8\) is not delegated, .*free IPv4/, direct),
      passes('network/service-endpoints-are-set', /Microsoft\.Sql, .*Microsoft\.ServiceBus are on for snet-dms/),
      passes('service/activity-fits-limits', /sales has 2 databases for target default fit one activity each/),
      doesNotApply('service/dms-is-online', /names no DMS service/),
      passes('service/dms-is-offered-in-region', /in westeurope \(Standard_1vCores, .*the virtual network vnet-hub/),
      passes('tools/assessment-is-clean', /covers Azure SQL Database: 2 databases of the manifest without a blocker/),
      passes('tools/data-migration-assistant-is-current', /4\.3 or later wrote migration\/dma\.json: .*RdsSqlServer/),
    ],
  },
  {
    world: 'all is well, seen from elsewhere',
    story: elsewhere(),
    expected: [
      passes('source/name-resolves', /not verified to stand where DMS will/, proxy),
      passes(
        'source/engine-port-is-reachable',
        /open after .*not in the DMS subnet snet-dms \(10\.1\.2\.0\/24\)/,
        proxy,
      ),
      passes('source/login-is-accepted', /accepts dms/, direct),
      ...FIREWALLS.map((id) => isAttested(id, /is open to .*nobody has vouched/)),
      passes('target/name-resolves', /not verified to stand where DMS will/, proxy),
      passes('target/engine-port-is-reachable', /not in the DMS subnet snet-dms/, proxy),
      passes('target/login-has-control-database', /has CONTROL/, direct),
      isAttested('tools/data-migration-assistant-is-current', /5\.8 is stated in the manifest/),
    ],
  },
]
