import type { Manifest } from '../../src/domain/manifest.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'

const RG = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers'
export const SCOPE = RG.replace('/providers', '')

/** A wave with every kind of use: ports and instances, passwords, Windows and Entra logins, a share, a container. */
export const WAVE_TEXT = `version: 1
name: Wave
scenario: sql-server-to-azure-sql-managed-instance
generation: classic
dms: { subnet: ${RG}/Microsoft.Network/virtualNetworks/vnet/subnets/dms, service: ${RG}/Microsoft.DataMigration/services/dms }
sources:
  - name: sales
    server: sql01.corp.example,1444
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales]
  - { name: erp, server: 'sql02.corp.example\\ERP', login: { windows: 'CORP\\svc', password: "\${ERP_PASSWORD}" }, databases: [Erp] }
target: { resource: ${RG}/Microsoft.Sql/managedInstances/mi, login: { user: dms, password: "\${TARGET_PASSWORD}" } }
share: { path: '\\\\fs01.corp.example\\dms\\in', login: { windows: 'CORP\\up', password: "\${SHARE_PASSWORD}" } }
container: { url: https://stmig.blob.core.windows.net/backups, sas: "\${BACKUP_SAS}", resource: ${RG}/Microsoft.Storage/storageAccounts/stmig }
`

/** One element of a use altered: what, from, to, and the uses (`owner kind`) that are then others than the trusted ones. */
export const ALTERED: readonly [what: string, from: string, to: string, refused: readonly string[]][] = [
  ['the secret', '${SALES_PASSWORD}', '${TARGET_PASSWORD}', ['source:sales sql']],
  ['the user', 'user: dms, password: "${SALES', 'user: sa, password: "${SALES', ['source:sales sql']],
  ['the host', 'sql01.corp.example', 'sql01.evil.example', ['source:sales sql']],
  ['the host by a dot', 'sql01.corp.example', 'sql01.corp.example.', ['source:sales sql']],
  ['the port', ',1444', ',1445', ['source:sales sql']],
  ['the port left out', ',1444', '', ['source:sales sql']],
  ['the instance', '\\ERP', '\\EVIL', ['source:erp sql']],
  ['the kind of login', "windows: 'CORP\\svc'", 'user: svc', ['source:erp sql']],
  ['encryption off', 'ca: certs/root.pem', 'encrypt: false', ['source:sales sql']],
  ['verification off', 'ca: certs/root.pem', 'trust-server-certificate: true', ['source:sales sql']],
  ['another authority', 'certs/root.pem', 'certs/evil.pem', ['source:sales sql']],
  ['another name', 'ca: certs/root.pem', 'server-name: evil.example', ['source:sales sql']],
  ['a pin of its own', 'ca: certs/root.pem', `pin: "sha256:${'a'.repeat(64)}"`, ['source:sales sql']],
  ['an endpoint', 'managedInstances/mi,', 'managedInstances/mi, endpoint: evil.example,', ['target:default sql']],
  ['the target', 'managedInstances/mi,', 'managedInstances/other,', ['target:default sql', 'target:default azure']],
  ['the subnet', 'subnets/dms', 'subnets/other', ['dms azure']],
  ['the service', 'services/dms', 'services/other', ['dms azure']],
  ['the host of the share', 'fs01.corp.example', 'fs02.corp.example', ['share:default share']],
  ['the share', 'example\\dms\\in', 'example\\c$\\in', ['share:default share']],
  ['the folder', '\\dms\\in', '\\dms\\out', ['share:default share']],
  ['the container', '/backups', '/other', ['container:default blob']],
  ['the account', 'stmig.blob', 'stevil.blob', ['container:default blob']],
  ['the SAS', '${BACKUP_SAS}', '${SALES_PASSWORD}', ['container:default blob']],
  ['the url left out', 'url: https://stmig.blob.core.windows.net/backups, ', '', ['container:default blob']],
  ['the storage account', 'storageAccounts/stmig', 'storageAccounts/stevil', ['container:default azure']],
]

export function parseWave(text = WAVE_TEXT): Manifest {
  const parsed = parseManifest({ path: 'm.yml', text, now: Date.parse('2026-11-22'), checkIds: [] })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

export function alterWave(from: string, to: string): Manifest {
  if (!WAVE_TEXT.includes(from)) throw new Error(`The wave does not hold ${from}`)
  return parseWave(WAVE_TEXT.replace(from, () => to))
}
