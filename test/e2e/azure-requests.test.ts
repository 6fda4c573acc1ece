import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { firewallRule, sqlDatabase, sqlServer, virtualNetworkRule } from '../../lab/azure/data-resources.ts'
import type { AzureRequest } from '../../lab/azure/server.ts'
import type { ArmResource } from '../../lab/azure/state.ts'
import type { ActionRun } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { DMS_SUBNET, SALES, salesManifest, salesStory } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH, type Ports } from '../../lab/stories/story.ts'
import { actionOf } from '../../src/adapters/arm/read-actions.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const ROLE = JSON.parse(readFileSync(path.join(ROOT, 'docs/azure-role.json'), 'utf8')) as { Actions: string[] }

/** Targets of their own, so that there is far more to ask than the burst lets through at once. */
const WAVES = 45
/** Every wave stands in two manifests, whose ids differ in letter case. */
const MANIFESTS = 2 * WAVES
const PER_SECOND = 20
const BURST = 100
/** A request is counted where it arrives, not where it was let go. */
const JITTER = 8

const resources: ArmResource[] = Array.from({ length: WAVES }, (_, wave) => `sqlwave${String(wave)}`).flatMap(
  (name) => [
    sqlServer(SALES, name),
    sqlDatabase(SALES, name, 'Sales'),
    sqlDatabase(SALES, name, 'OrdersNew'),
    firewallRule(SALES, name, 'office', '203.0.113.10'),
    virtualNetworkRule(SALES, name, 'dms', { subnet: DMS_SUBNET }),
  ],
)

function manifests(ports: Ports): Record<string, string> {
  const files: Record<string, string> = {}
  for (let wave = 0; wave < WAVES; wave += 1) {
    const text = salesManifest(ports)
      .replace('name: Sales to Azure SQL Database', `name: Wave ${String(wave)}`)
      .replace('/servers/sqlsales', `/servers/sqlwave${String(wave)}`)
    const other = text
      .replace('name: Wave', 'name: Again')
      .replaceAll('/resourceGroups/', '/RESOURCEGROUPS/')
      .replaceAll('/virtualNetworks/vnet-hub', '/VirtualNetworks/VNET-HUB')
      .replaceAll('/servers/sqlwave', '/Servers/SQLWAVE')
    files[`.github/waves/${String(wave)}.yml`] = text
    files[`.github/waves/${String(wave)}-again.yml`] = other
  }
  return files
}

const story = changeStory(salesStory({ fixed: true }), {
  azure: (state) => void (state.resources = [...state.resources, ...resources]),
  files: manifests,
})

describe('a run over many manifests', () => {
  const theatre = createTheatre()
  let stage: Stage
  let run: ActionRun
  let asked: AzureRequest[]

  beforeAll(async () => {
    stage = await theatre.stage(story)
    const manifest = `${MANIFEST_PATH}\n.github/waves/*.yml`
    run = theatre.keep(await stage.run(ENTRY, { inputs: { manifest, comment: 'never' }, timeoutMs: 120_000 }))
    asked = stage.azure.requests.filter(({ path: url }) => url.startsWith('/subscriptions'))
  }, 150_000)
  afterAll(() => theatre.close())

  it('reads them all', () => {
    const { manifests: reports, status } = reportOf(run)
    expect(reports).toHaveLength(MANIFESTS + 1)
    expect(status).toBe('ready-with-conditions')
    expect(asked.length).toBeGreaterThan(BURST + 4 * PER_SECOND)
  })

  it('asks for each object once, in whatever letters the manifests name it', () => {
    const objects = asked.map(
      ({ method, path: url, query }) => `${method} ${url.toLowerCase().replace(/\/$/, '')}${query}`,
    )
    expect(objects.filter((object, at) => objects.indexOf(object) !== at)).toEqual([])
  })

  it('keeps to 20 requests a second, after a burst of 100', () => {
    const times = stage.azure.requests.map(({ at }) => at)
    const excesses = times.flatMap((from, first) =>
      times.slice(first).map((to, more) => more + 1 - BURST - JITTER - ((to - from) / 1000) * PER_SECOND),
    )
    expect(Math.max(...excesses)).toBeLessThanOrEqual(0)
  })

  it('only reads: nothing but GET, and POST for a token and for the reads that Azure offers so', () => {
    const others = stage.azure.requests.filter(({ method }) => method !== 'GET')
    const unknown = others.filter(
      ({ method, path: url }) =>
        method !== 'POST' ||
        !/\/(?:oauth2\/v2\.0\/token|listNetworkManagerEffectiveSecurityAdminRules|listMonitoringData)$/.test(url),
    )
    expect(unknown).toEqual([])
    expect(others.filter(({ path: url }) => url.endsWith('/token'))).toHaveLength(1)
  })

  it('takes no action that the documented role lacks', () => {
    const held = new Set(ROLE.Actions.map((action) => action.toLowerCase()))
    const actions = new Set(asked.map(({ method, path: url }) => actionOf(method, decodeURIComponent(url)) ?? url))
    expect(actions.size).toBeGreaterThan(8)
    expect([...actions].filter((action) => !held.has(action.toLowerCase()))).toEqual([])
  })
})
