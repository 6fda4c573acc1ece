import { describe, expect, it } from '@jest/globals'
import { ALTERED, alterWave, parseWave, SCOPE } from '../../test/trust/waves.ts'
import { NO_ALLOWED_HOSTS, parseAllowedHosts, type AllowedHosts } from '../domain/allowed-hosts.ts'
import type { Manifest, TlsSettings } from '../domain/manifest.ts'
import { createPermit, neededSecrets, type PermitTerms } from './permit.ts'
import { describeUse, differences, indexUses, isAsStrict, usesOf, type Use } from './uses.ts'

const TRUSTED = parseWave()
const changed = alterWave

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
    expect(refusedBy(manifest, termsOf(SCOPE))).toEqual(['target:default sql'])
    const terms = termsOf(`${SCOPE}\n**.database.windows.net`)
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

describe('a container without a SAS', () => {
  const without = (manifest: Manifest): Manifest => ({
    ...manifest,
    containers: manifest.containers.map(({ name, url = '', resourceId = '', location }) => ({
      ...{ name, url, resourceId, location },
    })),
  })

  it('is another use than the one with it, and needs no secret', () => {
    const manifest = without(TRUSTED)
    expect(refusedBy(manifest)).toEqual(['container:default blob'])
    expect(refusedBy(manifest, termsOf('', { trustedUses: indexUses(usesOf(manifest)) }))).toEqual([])
    expect(neededSecrets(createPermit(manifest, termsOf()), termsOf())).not.toContain('BACKUP_SAS')
    expect(usesOf(manifest).map(describeUse).join('\n')).toMatch(/backups with the run's Azure identity/)
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
