const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001'

/** One of each: the short form. */
export const SALES = `version: 1
name: Sales to Azure SQL Database
scenario: sql-server-to-azure-sql-database
generation: classic
cutover: { start: 2026-12-05T20:00:00Z, duration: 6h }
dms:
  subnet: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-dms
  service: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.DataMigration/services/dms-weu
  egress: [203.0.113.7]
  nsg-ports: seed
sources:
  - name: sales
    server: sql01.corp.example\\SALES
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { encrypt: true }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.Sql/servers/sqlsales
  endpoint: sqlsales.database.windows.net
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
share:
  path: \\\\fs01.corp.example\\dms-backup
  port: 445
  login: { windows: CORP\\dms-upload, password: "\${SHARE_PASSWORD}" }
container: { url: https://stmig.blob.core.windows.net/backups, sas: "\${BACKUP_SAS}" }
tools: { data-migration-assistant: { version: "5.8" }, assessment: { report: migration/dma.json, max-age: 30d } }
attestations:
  - { check: source/firewall-appliance-lets-dms-in, subject: sales, by: "@dba-lead", on: 2026-11-20, expires: 2026-12-20, evidence: "https://..." }
waivers:
  - { check: target/server-firewall-admits-dms, reason: private endpoint only, by: "@release-lead", expires: 2026-12-01 }
`

const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.DataMigration/sqlMigrationServices/dms-weu`

/** For the service of today, to a managed instance: backups of two servers from a share, those of a third in the container. */
export const MODERN = `version: 1
name: Estate to a managed instance
scenario: sql-server-to-azure-sql-managed-instance
generation: modern
migration: online
dms:
  service: ${SERVICE}
  runtime-hosts: [shir01.corp.example, shir02.corp.example]
sources:
  - { name: sales, server: sql01.corp.example, login: { user: dms, password: "\${SALES_PASSWORD}" }, share: fs01, databases: [Sales1] }
  - { name: erp, server: sql02.corp.example, login: { user: dms, password: "\${ERP_PASSWORD}" }, share: fs01, databases: [Erp] }
  - { name: crm, server: sql03.corp.example, login: { user: dms, password: "\${CRM_PASSWORD}" }, databases: [{ name: Sales, folder: sales-full }] }
target:
  resource: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.Sql/managedInstances/mi
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
shares:
  fs01:
    path: \\\\fs01.corp.example\\dms-backup
    login: { windows: CORP\\dms-upload, password: "\${SHARE_PASSWORD}" }
  fs02:
    path: \\\\fs02.corp.example\\dms-backup
    login: { windows: CORP\\dms-upload, password: "\${SHARE_PASSWORD}" }
container: { url: https://stmig.blob.core.windows.net/backups, resource: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.Storage/storageAccounts/stmig, sas: "\${BACKUP_SAS}" }
`

/** The same to Azure SQL Database, with its tables. */
export const MODERN_DATABASE = `version: 1
name: Sales to Azure SQL Database
scenario: sql-server-to-azure-sql-database
generation: modern
dms:
  service: ${SERVICE}
  runtime-hosts: [shir01.corp.example]
  schema-migration: true
sources:
  - { name: sales, server: sql01.corp.example, login: { user: dms, password: "\${SALES_PASSWORD}" }, databases: [Sales] }
target:
  resource: /subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers/Microsoft.Sql/servers/sqlsales
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
`

/** What several waves share. */
export const ESTATE = `# estate.yml has no sources: it is used only through \`extends\`
version: 1
azure: { subscription: ${SUBSCRIPTION}, resource-group: rg-mig }
dms: { service: dms-weu, subnet: vnet-hub/snet-dms }
defaults: { source: { login: { user: dms, password: "\${DMS_PASSWORD}" }, tls: { ca: certs/root.pem }, target: erp, share: fs01 } }
targets: { erp: { resource: servers/erp, login: { user: dms, password: "\${ERP_PASSWORD}" } }, crm: { resource: servers/crm, login: { user: dms, password: "\${CRM_PASSWORD}" } } }
shares: { fs01: { path: \\\\fs01.corp.example\\dms, login: { windows: CORP\\dms-upload, password: "\${SHARE_PASSWORD}" } } }
containers: { main: { url: https://stmig.blob.core.windows.net/backups, sas: "\${BACKUP_SAS}" } }
`

/** One wave of that estate. */
export const WAVE = `version: 1
extends: estate.yml
name: Wave 2
scenario: sql-server-to-azure-sql-database
generation: classic
shares: { fs02: { path: \\\\fs02.corp.example\\dms, login: { windows: CORP\\dms-upload, password: "\${SHARE_PASSWORD}" } } }
sources:
  - { name: erp01, server: sql01.corp.example\\ERP, databases: [Sales, Orders] }
  - { name: erp02, server: "sql02.corp.example,14331", share: fs02, databases: [{ name: CRM, as: Crm, target: crm }] }
`
