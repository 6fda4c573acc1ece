/**
 * What a check is made on. `kind` and `name` are shown; `key` identifies it within one manifest.
 * `within` holds the keys of what it is a part of (a database is within its server, everything is within its manifest).
 */
export interface Subject<Spec = unknown> {
  kind: SubjectKind
  name: string
  key: string
  within: readonly string[]
  spec: Spec
}

export const SUBJECT_KINDS = [
  'manifest',
  'sql-server',
  'target',
  'database',
  'nsg-port',
  'flow',
  'share',
  'container',
] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

export function subjectKey(kind: SubjectKind, name: string): string {
  return `${kind}:${name}`
}
