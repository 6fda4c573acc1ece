import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { FoundTarget, InitFacts } from '../../src/domain/init-facts.ts'
import { parseManifest, type ParsedManifest } from '../../src/manifest/parse-manifest.ts'
import { renderManifest } from '../../src/render/manifest-text.ts'

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-mig/providers'
const TARGETS = {
  'sql-server-to-azure-sql-database': 'Microsoft.Sql/servers',
  'sql-server-to-azure-sql-managed-instance': 'Microsoft.Sql/managedInstances',
  'sql-server-to-sql-server-on-azure-vm': 'Microsoft.SqlVirtualMachine/sqlVirtualMachines',
} as const

/** Names as Azure may tell them, and as nobody should. */
const foreign = fc.oneof(
  fc.constantFrom('sql-sales', 'true', '1e3', '# x', 'a: b', 'x\ny: 1', '\u2028sources: []', '\u0085', '"', "'", ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const segment = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}[a-z0-9]$/)

const facts: fc.Arbitrary<InitFacts> = fc
  .record({
    scenario: fc.option(fc.constantFrom(...(Object.keys(TARGETS) as (keyof typeof TARGETS)[])), { nil: undefined }),
    wantsClassic: fc.boolean(),
    names: fc.uniqueArray(segment, { minLength: 1, maxLength: 3 }),
    about: foreign,
    shown: foreign,
    databases: fc.array(foreign, { maxLength: 4 }),
    hasService: fc.boolean(),
    hosts: fc.uniqueArray(fc.constantFrom('SHIR01', 'shir02.corp.example', '10.0.0.4', 'yes'), { maxLength: 4 }),
    container: fc.option(
      fc.record({
        name: fc.option(
          segment.filter((name) => !/[._]/.test(name)),
          { nil: undefined },
        ),
        hasUrl: fc.boolean(),
      }),
      { nil: undefined },
    ),
  })
  .map(({ scenario, wantsClassic, names, about, shown, databases, hasService, hosts, container }) => {
    const isClassic = wantsClassic && scenario !== 'sql-server-to-sql-server-on-azure-vm'
    const type = isClassic ? 'services' : 'sqlMigrationServices'
    const targets: FoundTarget[] =
      scenario === undefined
        ? []
        : names.map((name) => ({
            id: `${GROUP}/${TARGETS[scenario]}/${name}`,
            name: shown || name,
            about,
            endpoint: about,
            databases,
          }))
    return {
      generation: isClassic ? ('classic' as const) : ('modern' as const),
      ...(scenario === undefined ? {} : { scenario }),
      ...(hasService || isClassic
        ? { service: { id: `${GROUP}/Microsoft.DataMigration/${type}/dms`, about, runtimeHosts: hosts } }
        : {}),
      ...(isClassic ? { subnet: { id: `${GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s`, about } } : {}),
      targets,
      ...(container === undefined || scenario === 'sql-server-to-azure-sql-database'
        ? {}
        : {
            container: {
              id: `${GROUP}/Microsoft.Storage/storageAccounts/stmig`,
              about,
              ...(container.hasUrl ? { blobEndpoint: 'https://stmig.blob.core.windows.net/' } : {}),
              ...(container.name === undefined ? {} : { name: container.name }),
            },
          }),
    }
  })

function parse(text: string): ParsedManifest {
  return parseManifest({ path: 'm.yml', text, now: Date.parse('2026-11-26T12:00:00Z'), checkIds: [] })
}

const SOURCE = '{ name: s, server: sql01, login: { entra: true }, databases: [A]'
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/^( *login:)$/gm, '$1 { entra: true }'],
  [/^( *scenario:)$/m, '$1 sql-server-to-azure-sql-database'],
  [/^( *resource:)$/m, `$1 ${GROUP}/Microsoft.Sql/servers/srv`],
  [/^( *service:)$/m, `$1 ${GROUP}/Microsoft.DataMigration/sqlMigrationServices/dms`],
  [/^( *url:)$/m, '$1 https://stmig.blob.core.windows.net/backups'],
]

describe('the manifest of mode init', () => {
  it('is refused exactly at what is open, and sound once that is answered, whatever Azure tells', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const text = renderManifest(given, '2026-11-26')
        const lines = text.split('\n')
        const open = parse(text)
        expect(open.ok).toBe(false)
        for (const { location, message } of open.ok ? [] : open.problems) {
          const line = (location?.line ?? 0) - 1
          // The open key has nothing behind it, and the TODO above it.
          expect([message, lines[line]]).toEqual([message, expect.stringMatching(/^ *[a-z]+:$/)])
          expect(lines.slice(Math.max(0, line - 2), line).join('\n')).toContain('# TODO: ')
        }
        // As the example says.
        const target = /^# {4}target: (.*) {3}# of/m.exec(text)?.[1]
        const source = `sources: [${SOURCE}${target === undefined ? '' : `, target: ${target}`} }]`
        const answered = ANSWERS.reduce((left, [place, answer]) => left.replace(place, answer), text).replace(
          /^sources:$/m,
          () => source,
        )
        const sound = parse(answered)
        expect(sound.ok ? [] : sound.problems).toEqual([])
        if (!sound.ok) return
        const { manifest } = sound
        expect(manifest.generation).toBe(given.generation)
        expect(manifest.targets).toHaveLength(Math.max(1, given.targets.length))
        if (given.generation === 'modern') expect(manifest.dms.runtimeHosts).toEqual(given.service?.runtimeHosts ?? [])
      }),
      { numRuns: 200 },
    )
  })
})
