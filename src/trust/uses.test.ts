import { describe, expect, it } from '@jest/globals'
import { NO_ALLOWED_HOSTS, parseAllowedHosts, type AllowedHosts } from '../domain/allowed-hosts.ts'
import type { Manifest, TlsSettings } from '../domain/manifest.ts'
import { parseManifest } from '../manifest/parse-manifest.ts'
import { createPermit, neededSecrets, type PermitTerms } from './permit.ts'
import { describeUse, differences, indexUses, isAsStrict, usesOf, type Use } from './uses.ts'

const RG = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers'
const TEXT = `version: 1
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
function parse(text: string): Manifest {
  const parsed = parseManifest({ path: 'm.yml', text, now: Date.parse('2026-11-22'), checkIds: [] })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}
const TRUSTED = parse(TEXT)
const changed = (from: string, to: string): Manifest => {
  if (!TEXT.includes(from)) throw new Error(from)
  return parse(TEXT.replace(from, () => to))
}

function termsOf(lines = '', more: Partial<PermitTerms> = {}): PermitTerms {
  const allowed: AllowedHosts = lines === '' ? NO_ALLOWED_HOSTS : parseAllowedHosts(lines).allowed
  return {
    trusted: false,
    refName: 'main',
    trustedUses: indexUses(usesOf(TRUSTED)),
    allowed,
    isSameFile: () => true,
    ...more,
  }
}
/** Owners of the uses that are refused, with what they are. */
const refusedBy = (manifest: Manifest, terms = termsOf()): string[] => {
  const permit = createPermit(manifest, terms)
  return permit.uses.flatMap((use) => (permit.grantOf(use).granted ? [] : [`${use.owner} ${use.kind}`]))
}

describe('the uses of a manifest', () => {
  it('are every server, share, container and resource', () => {
    expect(usesOf(TRUSTED).map(({ owner, kind }) => `${owner} ${kind}`)).toEqual([
      'source:sales sql',
      'source:erp sql',
      'target:default sql',
      'target:default azure',
      'share:default share',
      'container:default blob',
      'container:default azure',
      'dms azure',
      'dms azure',
    ])
    expect(usesOf(TRUSTED).map(describeUse).join('\n')).toContain(
      'sql02.corp.example\\ERP as CORP\\svc with ERP_PASSWORD',
    )
  })

  it('are all covered by themselves, and none by nothing', () => {
    expect(refusedBy(TRUSTED)).toEqual([])
    expect(refusedBy(TRUSTED, termsOf('', { trustedUses: indexUses([]) }))).toHaveLength(9)
    expect(refusedBy(TRUSTED, termsOf('', { trustedUses: indexUses([]), trusted: true }))).toEqual([])
  })
})

const ALTERED: [what: string, from: string, to: string, refused: string[]][] = [
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
describe('one element altered', () => {
  it.each(ALTERED)('%s: that use alone is refused', (_, from, to, refused) => {
    expect(refusedBy(changed(from, to))).toEqual(refused)
  })

  it.each<[string, string, string]>([
    ['stricter TLS', 'ca: certs/root.pem', 'ca: certs/root.pem, encrypt: strict'],
    ['no authority of its own', '    tls: { ca: certs/root.pem }\n', ''],
    ['letter case of a host', 'sql01.corp.example', 'SQL01.Corp.Example'],
    ['letter case of an id', 'managedInstances/mi,', 'MANAGEDINSTANCES/MI,'],
    ['another database', 'databases: [Sales]', 'databases: [Sales, Other]'],
    ['another name of the source', 'name: sales', 'name: shop'],
  ])('%s: nothing is refused', (_, from, to) => {
    expect(refusedBy(changed(from, to))).toEqual([])
  })

  it('a changed authority under the same path is another one', () => {
    expect(refusedBy(TRUSTED, termsOf('', { isSameFile: () => false }))).toEqual(['source:sales sql'])
  })

  it('says what differs', () => {
    const permit = createPermit(changed('user: dms, password: "${SALES', 'user: sa, password: "${SALES'), termsOf())
    expect(permit.uses.map((use) => permit.grantOf(use))[0]).toEqual({
      granted: false,
      why: 'sql01.corp.example,1444 as sa with SALES_PASSWORD: not done, because no manifest of main has it with this user.',
      missing: expect.stringContaining('merge it there first'),
    })
  })
})

describe('the settings of TLS', () => {
  const PIN = `sha256:${'a'.repeat(64)}`
  const on: TlsSettings = { encrypt: 'on', trustServerCertificate: false }
  const kinds: Record<string, TlsSettings> = {
    off: { ...on, encrypt: 'off' },
    blind: { ...on, trustServerCertificate: true },
    on,
    ca: { ...on, ca: 'a.pem' },
    other: { ...on, ca: 'b.pem' },
    pin: { ...on, pin: PIN },
    pin2: { ...on, pin: PIN.replace('a', 'b') },
    name: { ...on, serverName: 'a.example' },
    strict: { ...on, encrypt: 'strict' },
    strictCa: { ...on, encrypt: 'strict', ca: 'a.pem' },
  }
  // Row: what the trusted manifest has; the list: what may stand in its place.
  it.each<[string, string]>([
    ['off', 'off blind on ca other pin pin2 name strict strictCa'],
    ['blind', 'blind on ca other pin pin2 name strict strictCa'],
    ['on', 'on strict'],
    ['ca', 'on ca strict strictCa'],
    ['pin', 'pin'],
    ['name', 'name'],
    ['strict', 'strict'],
    ['strictCa', 'strict strictCa'],
  ])('trusted %s: %s', (trusted, expected) => {
    const fine = Object.keys(kinds).filter((kind) => isAsStrict(kinds[kind]!, kinds[trusted]!, () => true))
    expect(fine.join(' ')).toBe(expected)
  })

  it('are a partial order: as strict as something as strict is as strict', () => {
    const all = Object.values(kinds)
    for (const a of all)
      for (const b of all)
        for (const c of all) {
          const same = () => true
          if (isAsStrict(a, b, same) && isAsStrict(b, c, same)) expect(isAsStrict(a, c, same)).toBe(true)
        }
  })
})

describe('allowed-hosts', () => {
  it.each<[string, string, string, string[]]>([
    ['a host', 'sql01.evil.example', 'sql01.evil.example', []],
    ['another host', 'sql01.good.example', 'sql01.evil.example', ['source:sales sql']],
    ['its own secret', 'SALES_PASSWORD=*.evil.example', 'sql01.evil.example', []],
    [
      'another secret',
      'ERP_PASSWORD=*.evil.example\nERP_PASSWORD=sql02.corp.example',
      'sql01.evil.example',
      ['source:sales sql'],
    ],
  ])('%s', (_, lines, host, refused) => {
    expect(refusedBy(changed('sql01.corp.example', host), termsOf(lines))).toEqual(refused)
  })

  it('lets a whole altered use of an allowed host be made', () => {
    for (const [what, from, to] of ALTERED.filter(([, , , refused]) => refused.join() === 'source:sales sql')) {
      const hosts = '*.corp.example\n*.evil.example'
      expect([what, refusedBy(changed(from, to), termsOf(hosts))]).toEqual([what, []])
    }
  })

  it('lets resources be read, but sends no login to a host that only they name', () => {
    const manifest = changed('managedInstances/mi,', 'managedInstances/other,')
    expect(refusedBy(manifest, termsOf(RG.replace('/providers', '')))).toEqual(['target:default sql'])
    const terms = termsOf(`${RG.replace('/providers', '')}\n**.database.windows.net`)
    const permit = createPermit(manifest, terms)
    const use = permit.uses.find(({ kind, owner }) => kind === 'sql' && owner === 'target:default') as Use
    expect(permit.grantOf(use).granted).toBe(false)
    expect(permit.grantOf(use, 'other.abc.database.windows.net')).toEqual({ granted: true })
    expect(permit.grantOf(use, 'other.evil.example').granted).toBe(false)
    expect(neededSecrets(permit, terms)).toContain('TARGET_PASSWORD')
  })

  it('binds a secret in a trusted run, too', () => {
    const trusted = { trusted: true }
    expect(refusedBy(TRUSTED, termsOf('SALES_PASSWORD=*.sales.example', trusted))).toEqual(['source:sales sql'])
    expect(refusedBy(TRUSTED, termsOf('SALES_PASSWORD=sql01.corp.example', trusted))).toEqual([])
    const permit = createPermit(TRUSTED, termsOf('SALES_PASSWORD=10.0.0.0/8', trusted))
    expect(permit.grantOf(permit.uses[0]!)).toMatchObject({ granted: true, ranges: [{}] })
    expect(permit.grantOf(permit.uses[1]!)).toEqual({ granted: true })
  })
})

describe('the secrets of an untrusted run', () => {
  it('are only those of uses that may be made', () => {
    const manifest = changed('sql01.corp.example', 'sql01.evil.example')
    expect(neededSecrets(createPermit(manifest, termsOf()), termsOf())).toEqual([
      'ERP_PASSWORD',
      'TARGET_PASSWORD',
      'SHARE_PASSWORD',
      'BACKUP_SAS',
    ])
  })
})

describe('a difference', () => {
  it('of kinds is one', () => {
    const uses = usesOf(TRUSTED)
    for (const one of uses)
      for (const other of uses) {
        if (one.kind !== other.kind) expect(differences(one, other, () => true)).not.toEqual([])
      }
  })
})
