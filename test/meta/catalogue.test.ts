import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { Disproof } from '../../src/checks/define.ts'
import { SALES } from '../manifests.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'
import { planChecks } from '../../src/plan/plan.ts'
import { MANIFEST } from '../fixtures.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const IDS = CATALOGUE.map(({ meta }) => meta.id)

/** Microsoft's list of 2018, row by row, and the checks that prove it. */
const ROWS_OF_2018: Readonly<Record<string, readonly string[]>> = {
  C1: ['network/dms-vnet-uses-resource-manager', 'network/dms-vnet-has-site-to-site-connectivity'],
  C2: ['network/nsg-allows-dms-ports'],
  C3: ['source/firewall-appliance-lets-dms-in'],
  C4: ['source/windows-firewall-lets-dms-in'],
  C5: ['source/tcp-ip-is-enabled'],
  D1: ['target/sql-database-exists'],
  D2: ['tools/data-migration-assistant-is-current'],
  D3: ['source/engine-port-is-reachable'],
  D4: ['source/sql-browser-is-reachable'],
  D5: ['target/server-firewall-admits-dms'],
  D6: ['source/login-has-control-server'],
  D7: ['target/login-has-control-database'],
  M1: ['target/managed-instance-exists'],
  M2: ['share/smb-port-is-reachable'],
  M3: ['source/engine-port-is-reachable'],
  M4: ['source/sql-browser-is-reachable'],
  M5: ['source/login-is-sysadmin', 'target/login-is-sysadmin'],
  M6: ['share/exists'],
  M7: ['share/service-account-can-write', 'share/computer-account-can-read-and-write'],
  M8: ['share/windows-user-has-full-control'],
  M9: ['storage/container-exists', 'storage/sas-has-all-permissions'],
}

/** What later pages of Microsoft ask for, the managed instance first of all. */
const FURTHER_ROWS: Readonly<Record<string, readonly string[]>> = {
  TOPO: ['network/target-is-connected'],
  MISTORE: ['storage/is-reachable-from-target'],
  SASKIND: ['storage/sas-has-all-permissions'],
  LOOPBACK: ['share/is-not-on-source'],
  MISIZE: ['target/has-free-storage'],
  TDE: ['target/has-tde-certificates'],
  NOFS: ['source/has-no-filestream'],
  CONT: ['target/allows-contained-databases'],
  CHK: ['source/backups-have-checksums'],
  DBPERM: ['source/login-can-read-definitions', 'target/login-is-db-owner', 'target/login-can-migrate-schema'],
  DBSHAPE: [
    'source/tables-fit-limits',
    'source/lob-tables-are-rehearsed',
    'source/names-are-supported',
    'source/computed-columns-are-known',
    'source/defaulted-nulls-are-decided',
    'source/cdc-is-off',
    'target/collation-matches',
    'target/size-fits',
    'target/tables-are-there',
  ],
  TGTDB: ['target/database-names-are-free'],
  SRCVER: ['source/version-is-supported'],
  PORT: ['source/port-matches-instance'],
  LOGINS: ['source/logins-can-be-migrated'],
  ASSESS: ['tools/assessment-is-clean'],
  NSGOUT: ['network/nsg-allows-source-ports'],
  SVCEP: ['network/service-endpoints-are-set'],
  SUBNET: ['network/dms-subnet-is-usable'],
  RP: ['azure/provider-is-registered'],
  'RBAC-CREATE': ['azure/identity-has-roles'],
  ROLES: ['azure/identity-has-roles'],
  MIMSI: ['target/identity-can-read-container'],
  LIMIT4: ['service/activity-fits-limits'],
  FULL: ['source/recovery-model-is-full', 'source/log-chain-is-unbroken'],
  '1LOG': ['source/has-one-log-file'],
  DOWNTIME: ['service/window-is-agreed'],
  CUTOVER: ['service/window-is-agreed'],
  REGION: ['service/regions-match'],
  SHIR: ['service/runtime-is-online', 'service/runtime-is-current', 'service/runtime-is-kept-up-to-date'],
  SHIRHOST: ['service/runtime-host-is-suitable'],
  SHIRNET: [
    'service/runtime-reaches-azure',
    'source/runtime-can-connect',
    'share/runtime-can-connect',
    'target/runtime-can-connect',
  ],
  VMIAAS: [
    'target/virtual-machine-exists',
    'target/virtual-machine-is-running',
    'target/iaas-agent-is-full',
    'target/version-is-not-older',
  ],
  'SVCACCT-N': ['share/service-account-can-write', 'share/windows-user-can-read'],
  FLAT: ['storage/folders-are-flat', 'target/version-is-not-older'],
  LASTBK: ['storage/last-backup-is-newest'],
  BKSET: ['storage/one-backup-per-file'],
}

/** They carry root causes, and every other check rests on them. */
const FOUNDATION = [
  ...['source', 'target'].flatMap((side) =>
    ['name-resolves', 'engine-port-is-reachable', 'tls-is-acceptable', 'login-is-accepted'].map(
      (name) => `${side}/${name}`,
    ),
  ),
  'share/login-is-accepted',
  'azure/sign-in-works',
]

/** Which answers are themselves the fact asked, by what the check asks; every other failure to look decides nothing. */
const DECIDING: readonly [RegExp, readonly Disproof[]][] = [
  [/-is-reachable$/, ['connect-outcome']],
  [/\/name-resolves$/, ['no-such-name']],
  [/[-/]exists?$/, ['not-there']],
  [/\/login-is-accepted$/, ['login-refused']],
  [/\/tls-is-acceptable$/, ['tls-refused']],
  // The virtual network and the DMS subnet in it exist.
  [/^network\/dms-vnet-uses-resource-manager$/, ['not-there']],
  // The runtime's way to a storage account.
  [/^service\/runtime-reaches-azure$/, ['connect-outcome']],
  // A login that may not open the database at all does not control it.
  [/^target\/login-(?:has-control-database|is-db-owner)$/, ['login-refused']],
]

describe('the catalogue', () => {
  it('has one folder for each check, with a test, and the folder is the id', () => {
    const folders = readdirSync(path.join(ROOT, 'src/checks'), { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('/check.ts'))
      .map((file) => path.posix.dirname(file))
    expect([...IDS].sort()).toEqual(folders.sort())
    expect(folders.filter((folder) => !existsSync(path.join(ROOT, 'src/checks', folder, 'check.test.ts')))).toEqual([])
    expect(IDS.filter((id) => !/^[a-z]+\/[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([])
  })

  it('gives every check a ref of its own, and shows them in that order', () => {
    const refs = CATALOGUE.map(({ meta }) => meta.ref)
    expect(refs.filter((ref) => !/^DMSP-\d{3}$/.test(ref))).toEqual([])
    expect(new Set(refs).size).toBe(refs.length)
    expect([...refs].sort()).toEqual(refs)
  })

  it('has a check for every row of the list of 2018, and the foundation under them', () => {
    expect(Object.keys(ROWS_OF_2018)).toHaveLength(21)
    for (const [row, ids] of [...Object.entries(ROWS_OF_2018), ...Object.entries(FURTHER_ROWS)]) {
      const proving = CATALOGUE.filter(({ meta }) => meta.source.rows.includes(row)).map(({ meta }) => meta.id)
      expect([row, ...proving.sort()]).toEqual([row, ...[...ids].sort()])
    }
    expect(FOUNDATION.filter((id) => !IDS.includes(id))).toEqual([])
    for (const { meta } of CATALOGUE.filter(({ meta: { id } }) => FOUNDATION.includes(id))) {
      expect([meta.id, meta.severity]).toEqual([meta.id, 'required'])
    }
  })

  it.each(Object.entries({ ...ROWS_OF_2018, ...FURTHER_ROWS }))(
    'is mapped in docs/prerequisites.md, and the page of each check is there: %s',
    (row, ids) => {
      const page = readFileSync(path.join(ROOT, 'docs/prerequisites.md'), 'utf8')
      const cells = (page.split('\n').find((line) => line.startsWith(`| ${row} |`)) ?? '').split('|')
      expect(cells[2]?.trim()).toMatch(/.{10}/)
      const links = [...(cells[3] ?? '').matchAll(/\[`([^`]+)`\]\(([^)]+)\)/g)].map(([, id = '', link = '']) => ({
        id,
        link,
      }))
      expect(links.map(({ id }) => id).sort()).toEqual([...ids].sort())
      expect(links.filter(({ link }) => !existsSync(path.join(ROOT, 'docs', link)))).toEqual([])
    },
  )

  it('needs only what there is, in an order that exists', () => {
    const needs = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.needs.map(({ id }) => id)]))
    for (const [id, needed] of needs) expect([id, needed.filter((other) => !IDS.includes(other))]).toEqual([id, []])
    const isLoop = (id: string, above: readonly string[]): boolean =>
      above.includes(id) || (needs.get(id) ?? []).some((other) => isLoop(other, [...above, id]))
    expect(IDS.filter((id) => isLoop(id, []))).toEqual([])
  })

  it.each(['small', 'documented'])('makes plans in which nothing waits for itself: %s manifest', (kind) => {
    const parsed = parseManifest({ path: 'm.yml', text: SALES, now: Date.parse('2026-11-22T12:00:00Z'), checkIds: IDS })
    if (!parsed.ok) throw new Error('the manifest of the fixture is wrong')
    const { checks } = planChecks(kind === 'small' ? MANIFEST : parsed.manifest, CATALOGUE)
    expect(checks.length).toBeGreaterThan(20)
    const done = new Set<number>()
    for (let before = -1; before < done.size;) {
      before = done.size
      checks.forEach(({ needs }, place) => {
        if (needs.every(({ on }) => on.every((other) => done.has(other)))) done.add(place)
      })
    }
    expect(done.size).toBe(checks.length)
  })

  it('lets only those answers decide that are the fact asked', () => {
    for (const { meta } of CATALOGUE) {
      const expected = DECIDING.filter(([pattern]) => pattern.test(meta.id)).flatMap(([, answers]) => answers)
      expect([meta.id, ...(meta.disprovedBy ?? [])]).toEqual([meta.id, ...expected])
    }
  })

  it('says what, why, from where in the documentation, and what to do', () => {
    for (const { meta } of CATALOGUE) {
      expect([meta.id, meta.title.length <= 100 && meta.title.length > 0]).toEqual([meta.id, true])
      expect(meta.title).not.toMatch(/[.!]$|`/)
      expect(meta.why).toMatch(/\.$/)
      expect(meta.remedy).toMatch(/\.$/)
      expect(meta.source.url).toMatch(/^https:\/\/learn\.microsoft\.com\/(?!en-us\/)/)
      expect(meta.source.verified).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(meta.source.title).not.toBe('')
      expect(meta.verdicts.length).toBeGreaterThan(0)
      expect(new Set(meta.verdicts).size).toBe(meta.verdicts.length)
      expect(meta.scenarios.length * meta.generations.length).toBeGreaterThan(0)
    }
  })

  it('never lets a firewall check fail', () => {
    for (const id of ['source/firewall-appliance-lets-dms-in', 'source/windows-firewall-lets-dms-in']) {
      expect(CATALOGUE.find(({ meta }) => meta.id === id)?.meta.verdicts).not.toContain('fail')
    }
  })
})

describe('the tests of the checks', () => {
  it('produce every verdict that a check says it can give and no other, each failure with a remedy', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dms-preflight-verdicts-'))
    const record = path.join(folder, 'verdicts')
    writeFileSync(record, '')
    const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js')
    const setup = path.join(import.meta.dirname, 'record-verdicts.ts')
    const options = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', jest]
    const done = spawnSync(
      process.execPath,
      [...options, '--setupFilesAfterEnv', setup, '--', String.raw`src/checks/.*/check\.test\.ts$`],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, RECORDED_VERDICTS: record, JEST_WORKER_ID: undefined } },
    )
    const lines = readFileSync(record, 'utf8').split('\n')
    rmSync(folder, { recursive: true })
    expect([done.status, done.status === 0 ? '' : done.stderr]).toEqual([0, ''])
    for (const { meta } of CATALOGUE) {
      const own = path.join(ROOT, 'src/checks', meta.id, 'check.test.ts')
      const produced = lines.map((line) => line.split('\t')).filter(([file, id]) => file === own && id === meta.id)
      const verdicts = new Set(produced.map(([, , verdict]) => verdict))
      expect([meta.id, ...[...verdicts].sort()]).toEqual([meta.id, ...[...meta.verdicts].sort()])
      const bare = produced.filter(
        ([, , verdict = '', remedy]) => /^(fail|manual)$/.test(verdict) && remedy !== 'with remedy',
      )
      expect([meta.id, bare]).toEqual([meta.id, []])
    }
  }, 60_000)
})
