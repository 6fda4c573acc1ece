import { FROM_KINDS, type FromId, type FromKind } from '../domain/from-id.ts'
import { isGuid, parseResourceId } from '../domain/resource-id.ts'
import type { InputReader } from './input-reader.ts'

const EXPECTED =
  "the full Azure resource id of a Microsoft.DataMigration/sqlMigrationServices or services, a virtual network's subnet, a Microsoft.Sql/servers (or a database of it), managedInstances or SqlVirtualMachine/sqlVirtualMachines, or a storage account (or a container of it)"
const MOST_LINES = 50

/** Kinds of which one run takes a single one, and the words for it. */
const SINGLE: readonly (readonly [readonly FromKind[], string])[] = [
  [['service', 'classic-service'], 'service'],
  [['subnet'], 'subnet'],
  [['storage-account', 'container'], 'storage account or container'],
]
const TARGETS: readonly (readonly FromKind[])[] = [['server', 'database'], ['managed-instance'], ['virtual-machine']]

/** The ids, each once. A line is named by its number: what stands there is not repeated. */
export function readFrom(reader: InputReader): FromId[] {
  const lines = reader.raw('from').split(/\r?\n/)
  const given = lines.flatMap((line, index) => (line.trim() === '' ? [] : [{ text: line.trim(), line: index + 1 }]))
  if (given.length === 0) reader.refuse('from', `is missing: \`mode: init\` needs, one a line, ${EXPECTED}`)
  if (given.length > MOST_LINES) reader.refuse('from', `must hold at most ${MOST_LINES} ids`)
  const found = given.slice(0, MOST_LINES).flatMap(({ text, line }) => {
    const id = parseResourceId(text)
    const kind = id && FROM_KINDS[id.type.toLowerCase() as keyof typeof FROM_KINDS]
    if (id !== undefined && kind !== undefined && isGuid(id.subscription)) return { kind, id }
    reader.refuse('from', `holds in line ${line} no id to start from: it must be ${EXPECTED}`)
    return []
  })
  const unique = [...new Map(found.map((one) => [one.id.text.toLowerCase(), one])).values()]
  refuseMixtures(reader, unique)
  return unique
}

function refuseMixtures(reader: InputReader, from: readonly FromId[]): void {
  const has = (kinds: readonly FromKind[]): FromId[] => from.filter(({ kind }) => kinds.includes(kind))
  for (const [kinds, words] of SINGLE) {
    if (has(kinds).length > 1) reader.refuse('from', `must name one ${words} at most`)
  }
  if (TARGETS.filter((kinds) => has(kinds).length > 0).length > 1) {
    reader.refuse('from', 'must name targets of one kind: a manifest migrates to one of them')
  }
  if (has(['virtual-machine']).length > 0 && has(['classic-service']).length > 0) {
    reader.refuse(
      'from',
      'must not name a classic service together with a virtual machine, to which it does not migrate',
    )
  }
}
