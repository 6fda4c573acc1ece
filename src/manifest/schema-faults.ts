import type * as z from 'zod'
import { ManifestFile } from './schema.ts'
import type { KeyFault } from './schema-parts.ts'
import { SECRET_FORM } from './secret-ref.ts'
import { isBad, type Path, plainValue, treeAt, type Tree } from './tree.ts'

/** One thing that the schema refuses. `phrase` follows the name of the place that `path` is. */
export interface SchemaFault {
  kind: 'missing' | 'key' | 'value'
  path: Path
  phrase: string
  /** The phrase is about the map around the key, and the key is not shown. */
  isAboutMap?: boolean
  /** The key that was meant, probably: that one is not missing then. */
  meant?: Path
}

/** Everything that the schema refuses in a tree, except at places that are bad already. */
export function findSchemaFaults(tree: Tree): SchemaFault[] {
  const issues = findIssues(plainValue(tree))
  if (issues === undefined) return [{ kind: 'value', path: [], phrase: 'holds more faults than can be listed' }]
  const faults = issues
    .flatMap((issue) => leafIssues(issue, []))
    .filter(({ path }) => !isBad(tree, path))
    .flatMap(({ issue, path }) => faultsOf(issue, path, tree))
  const meant = new Set(faults.map((fault) => JSON.stringify(fault.meant)))
  return faults.filter(({ kind, path }) => kind !== 'missing' || !meant.has(JSON.stringify(path)))
}

/** Undefined: more than a call takes arguments, which is how zod hands issues on, so that it throws a RangeError. */
function findIssues(value: unknown): z.core.$ZodIssue[] | undefined {
  try {
    return ManifestFile.safeParse(value).error?.issues ?? []
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface LeafIssue {
  issue: z.core.$ZodIssue
  path: Path
}

/** The issues of the alternative that fits the value's shape; the union's own issue when none does. */
function leafIssues(issue: z.core.$ZodIssue, around: Path): LeafIssue[] {
  const path = [...around, ...issue.path.filter((step) => typeof step !== 'symbol')]
  if (issue.code !== 'invalid_union') return [{ issue, path }]
  const fitting = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys' || inner.code === 'custom'),
  )
  return fitting === undefined ? [{ issue, path }] : fitting.flatMap((inner) => leafIssues(inner, path))
}

function faultsOf(issue: z.core.$ZodIssue, path: Path, tree: Tree): SchemaFault[] {
  if (issue.code === 'unrecognized_keys') return keyFaults(issue, path)
  const value = treeAt(tree, path)
  if (value === undefined) return [{ kind: 'missing', path, phrase: `is missing: it ${issue.message}` }]
  return [{ kind: 'value', path, phrase: `${issue.message}${hint(issue, value)}` }]
}

function keyFaults(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): SchemaFault[] {
  // Written by strictMap, in the order of the keys.
  const faults = JSON.parse(issue.message) as KeyFault[]
  return issue.keys.flatMap((key, index): SchemaFault[] => {
    const fault = faults[index]
    if (fault === undefined) return []
    const { phrase, isKeyShown, near } = fault
    const meant = near === undefined ? {} : { meant: [...path, near] }
    return [{ kind: 'key', path: [...path, key], phrase, ...(isKeyShown ? {} : { isAboutMap: true }), ...meant }]
  })
}

function hint(issue: z.core.$ZodIssue, value: Tree): string {
  if (value.kind !== 'scalar' || typeof value.value === 'string') return ''
  if (value.value === null) return ', but nothing stands here'
  const isQuoteMissing = wantsTextOnly(issue) && issue.message !== SECRET_FORM && !issue.message.includes('in quotes')
  return isQuoteMissing ? '; put it in quotes' : ''
}

function wantsTextOnly(issue: z.core.$ZodIssue): boolean {
  const issues = issue.code === 'invalid_union' ? issue.errors.flat() : [issue]
  const wanted = issues.flatMap((one) => (one.code === 'invalid_type' ? one.expected : []))
  return wanted.includes('string') && !wanted.some((type) => type === 'number' || type === 'int')
}
