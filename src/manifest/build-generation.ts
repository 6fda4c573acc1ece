import type { Draft } from './draft.ts'
import type { Path } from './tree.ts'

/** Keys that only one generation of the service knows, and what stands in their place in the other one. */
const CLASSIC_ONLY: readonly (readonly [Path, string])[] = [
  [
    ['dms', 'subnet'],
    'the service of `generation: modern` stands in no subnet; `dms.runtime-hosts` say where its runtime is',
  ],
  [['dms', 'nsg-ports'], 'the service of `generation: modern` stands in no subnet'],
  [['dms', 'flows'], 'the service of `generation: modern` stands in no subnet'],
  [
    ['tools', 'data-migration-assistant'],
    'it belongs to `generation: classic`; give the assessment in `tools.assessment`',
  ],
]
const MODERN_ONLY: readonly Path[] = [
  ['dms', 'runtime-hosts'],
  ['dms', 'schema-migration'],
  ['tools', 'integration-runtime'],
]
const DATABASE = 'sql-server-to-azure-sql-database'
const VIRTUAL_MACHINE = 'sql-server-to-sql-server-on-azure-vm'

/** What the generation does not know, and the migrations that it cannot make. */
export function refuseOtherGeneration(draft: Draft): void {
  const { generation, scenario, migration, dms } = draft.file
  if (generation === 'modern') {
    for (const [path, reason] of CLASSIC_ONLY) {
      if (draft.hasKey(path)) draft.refuseKey(path, `has no meaning under \`generation: modern\`: ${reason}`)
    }
    if (migration === 'online' && scenario === DATABASE) {
      draft.refuseValue(
        ['migration'],
        'cannot be online to Azure SQL Database: the service migrates to it offline only',
      )
    }
    if (dms?.['schema-migration'] === true && scenario !== undefined && scenario !== DATABASE) {
      draft.refuseValue(['dms', 'schema-migration'], `is for ${DATABASE}: elsewhere whole databases are restored`)
    }
  }
  if (generation !== 'classic') return
  for (const path of MODERN_ONLY) {
    if (draft.hasKey(path)) draft.refuseKey(path, 'belongs to `generation: modern`')
  }
  if (migration === 'online') {
    draft.refuseValue(['migration'], 'cannot be online under `generation: classic`; online is `generation: modern`')
  }
  if (scenario === VIRTUAL_MACHINE) {
    draft.refuseValue(
      ['scenario'],
      `cannot be ${VIRTUAL_MACHINE} under \`generation: classic\`; it is \`generation: modern\``,
    )
  }
}
