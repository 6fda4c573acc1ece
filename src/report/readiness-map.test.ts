import { describe, expect, it } from '@jest/globals'
import { check, manifest, nsgFails, portPasses } from '../../test/golden/fixtures.ts'
import { summarise } from '../../test/golden/reports.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { mapLines, nodeDetails, nodeState, nodeTitle } from '../render/map-words.ts'
import { disclose } from './disclose.ts'
import { readinessMap, stateOf } from './readiness-map.ts'

function reportOf(...manifests: (readonly CheckResult[])[]): Report {
  return summarise({
    manifests: manifests.map((results, place) => ({ manifest: manifest({ name: `Wave ${String(place)}` }), results })),
  })
}

function linesOf(...manifests: (readonly CheckResult[])[]): string[] {
  const map = readinessMap(reportOf(...manifests))
  return map === undefined ? [] : mapLines(map)
}

const nsg = (port: number, more: Partial<CheckResult> = {}): CheckResult =>
  check({
    ...nsgFails,
    verdict: 'pass',
    subject: { kind: 'nsg-port', name: `snet-dms:${String(port)}` },
    evidence: { answer: 'allowed', decidingRules: [], subnet: 'snet-dms', nsg: { name: 'nsg-dms' } },
    ...more,
  })
const port = (name: string, more: Partial<CheckResult> = {}): CheckResult =>
  check({
    ...portPasses,
    subject: { kind: 'sql-server', name },
    evidence: { host: `${name}.corp.example`, port: 49823, outcome: 'open' },
    summary: `TCP 49823 of ${name}.corp.example is open`,
    ...more,
  })
const onTarget = (id: string, more: Partial<CheckResult> = {}): CheckResult =>
  check({ id: `target/${id}`, subject: { kind: 'target', name: 'default' }, evidence: { server: 'sqlsales' }, ...more })

describe('readinessMap', () => {
  it('leads from the source through the network and DMS to the target', () => {
    const results = [
      port('sales'),
      nsg(443, { verdict: 'fail', summary: 'blocked' }),
      nsg(53),
      nsg(9354),
      onTarget('engine-port-is-reachable', { evidence: { host: 'sqlsales.database.windows.net', port: 1433 } }),
      onTarget('server-firewall-admits-dms', { verdict: 'fail' }),
      onTarget('login-has-control-database', { subject: { kind: 'database', name: 'default/Sales' } }),
      onTarget('login-has-control-database', { subject: { kind: 'database', name: 'default/Orders' } }),
    ]
    expect(linesOf(results)).toEqual([
      'Source sales → Subnet snet-dms: ✔ TCP 49823 by proxy',
      'Subnet snet-dms (✖ 1 fails) → DMS: ✖ 443 · ✔ 53, 9354',
      'DMS → Target sqlsales (✖ 1 fails): ✔ TCP 1433 · ✖ firewall',
    ])
    const map = readinessMap(reportOf(results))
    expect(map?.nodes.map((node) => [nodeTitle(node), nodeDetails(node), nodeState(node), node.state])).toEqual([
      ['Source sales', [], ['✔ 1 check'], 'ok'],
      ['Subnet snet-dms', ['NSG nsg-dms'], ['✖ 1 fails'], 'bad'],
      ['DMS', [], [], 'none'],
      ['Target sqlsales', ['Sales, Orders'], ['✖ 1 fails'], 'bad'],
    ])
    expect(map?.legs.map(({ state }) => state)).toEqual(['ok', 'bad', 'bad'])
  })

  it('has the share and the container where there are any', () => {
    const smb = { kind: 'share', name: 'default' } as const
    const results = [
      port('erp'),
      nsg(443),
      check({ id: 'share/smb-port-is-reachable', subject: smb, evidence: { path: String.raw`\\fs01\dms`, port: 445 } }),
      check({ id: 'share/service-account-can-write', subject: smb, verdict: 'manual' }),
      check({ id: 'storage/sas-has-all-permissions', subject: { kind: 'container', name: 'main' }, verdict: 'fail' }),
      check({
        id: 'storage/is-reachable-from-target',
        subject: { kind: 'container', name: 'main' },
        evidence: { account: 'stmig', container: 'b' },
      }),
      onTarget('managed-instance-exists'),
    ]
    expect(linesOf(results)).toEqual([
      String.raw`Source erp → Share \\fs01\dms`,
      'Source erp → Subnet snet-dms: ✔ TCP 49823 by proxy',
      String.raw`Share \\fs01\dms (? 1 to be vouched for) → Subnet snet-dms: ✔ SMB 445`,
      'Subnet snet-dms → DMS: ✔ 443',
      'DMS → Container main: ✖ SAS',
      'DMS → Target sqlsales',
      'Container main (✖ 1 fails) → Target sqlsales: ✔ network',
    ])
  })

  it('leaves out what does not apply, and goes straight to DMS without a network', () => {
    const none = check({ id: 'share/exists', subject: { kind: 'share', name: 's' }, verdict: 'not-applicable' })
    expect(linesOf([port('sales'), none])).toEqual(['Source sales → DMS: ✔ TCP 49823 by proxy'])
    expect(linesOf([none])).toEqual([])
    expect(linesOf()).toEqual([])
    expect(linesOf([])).toEqual([])
  })

  it('draws more than eight sources as one, and counts how they stand', () => {
    const sources = Array.from({ length: 12 }, (_, place) =>
      port(`s${String(place)}`, place < 3 ? { verdict: 'unknown', cause: { kind: 'timeout', message: 'm' } } : {}),
    )
    expect(linesOf([...sources, nsg(443)])[0]).toBe(
      '12 sources (3 ? undetermined, 9 ✔ ready) → Subnet snet-dms: ? TCP 49823 ×3 unknown · ✔ TCP 49823 ×9 by proxy',
    )
    expect(linesOf([...sources.slice(0, 8), nsg(443)])).toHaveLength(9)
  })

  it('draws once what several manifests name, and apart what only has the same name', () => {
    const shared = [port('sales'), nsg(443, { verdict: 'fail', summary: 'blocked' })]
    expect(linesOf(shared, shared)).toEqual(linesOf(shared))
    const other = port('sales', { evidence: { host: 'elsewhere.corp.example', port: 1433 } })
    expect(linesOf(shared, [other])).toHaveLength(linesOf(shared).length + 1)
    // Without evidence nothing tells whether they are one.
    const unseen = port('sales', { evidence: {} })
    expect(readinessMap(reportOf([unseen], [unseen]))?.nodes.map(nodeTitle)).toEqual(['Sources', 'DMS'])
  })

  it('hides how many there are where several manifests hide their names', () => {
    const report = reportOf([port('sales'), nsg(443)], [port('sales'), port('erp'), nsg(443)])
    const map = readinessMap(disclose(report, 'names', new Map()))
    expect(map === undefined ? [] : mapLines(map)).toEqual([
      'Sources (✔ 3 checks) → Subnets: ✔ TCP by proxy',
      'Subnets (✔ 2 checks) → DMS: ✔ NSG port',
    ])
  })

  it('has the integration runtime in the place of the subnet', () => {
    const on = (id: string, more: Partial<CheckResult> = {}): CheckResult =>
      check({ id: `service/${id}`, subject: { kind: 'manifest', name: 'Wave 0' }, ...more })
    const results = [
      port('sales'),
      on('runtime-is-online', { verdict: 'fail' }),
      on('runtime-reaches-azure', { verdict: 'blocked' }),
      on('dms-is-online'),
      onTarget('engine-port-is-reachable', { evidence: { server: 'sqlsales', host: 'h', port: 1433 } }),
    ]
    expect(linesOf(results)).toEqual([
      'Source sales → Integration runtime: ✔ TCP 49823 by proxy',
      'Integration runtime (✖ 1 fails, … 1 blocked) → DMS: … Azure blocked',
      'DMS → Target sqlsales: ✔ TCP 1433',
    ])
  })

  it('draws no way that this run alone takes', () => {
    const vantage = { place: 'this-runner', verified: false, reason: 'nobody else' }
    const container = { kind: 'container', name: 'default' } as const
    const results = [
      port('sales', { evidence: { host: 'sales.corp.example', port: 49823, vantage } }),
      check({ id: 'service/dms-is-online', subject: { kind: 'manifest', name: 'Wave 0' } }),
      check({
        id: 'storage/container-exists',
        subject: container,
        evidence: { account: 'stmig', container: 'backups' },
      }),
      check({ id: 'storage/is-reachable-from-target', subject: container }),
      onTarget('engine-port-is-reachable', {
        verdict: 'unknown',
        evidence: { server: 'vm-sql', host: '10.0.0.4', port: 1433, vantage },
      }),
    ]
    expect(linesOf(results)).toEqual([
      'Source sales → Container stmig/backups',
      'DMS → Container stmig/backups',
      'DMS → Target vm-sql (? 1 unknown)',
      'Container stmig/backups → Target vm-sql: ✔ network',
    ])
    const map = readinessMap(reportOf(results))
    const shown = new Set(map?.nodes.flatMap((node) => node.results))
    expect(results.map(({ id }) => id).filter((id) => ![...shown].some((one) => one.id === id))).toEqual([])
  })

  it('loses no check: each is on a station', () => {
    const database = check({ id: 'source/database-is-readable', subject: { kind: 'database', name: 'database 1' } })
    const report = reportOf([
      port('a'),
      port('b'),
      database,
      nsg(443),
      check({ id: 'novel/thing', subject: { kind: 'manifest', name: 'Wave 0' } }),
    ])
    const map = readinessMap(report)
    const shown = new Set(map?.nodes.flatMap(({ results }) => results))
    expect(report.manifests.flatMap(({ checks }) => checks).filter((one) => !shown.has(one))).toEqual([])
    // Of which source the database is nothing tells: they are drawn as one.
    expect(map?.nodes.map(nodeTitle)).toEqual(['2 sources', 'Subnet snet-dms', 'DMS'])
  })
})

describe('stateOf', () => {
  it('counts as the gate does', () => {
    const state = (more: Partial<CheckResult>): string => stateOf(check(more))
    expect(state({ verdict: 'fail' })).toBe('bad')
    expect(state({ verdict: 'fail', severity: 'recommended' })).toBe('condition')
    expect(state({ verdict: 'blocked' })).toBe('open')
    expect(state({ verdict: 'waived' })).toBe('condition')
    expect(state({ verdict: 'not-applicable' })).toBe('none')
  })
})
