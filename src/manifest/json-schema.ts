import * as z from 'zod'
import { ManifestFile } from './schema.ts'

/**
 * The JSON schema of manifests for editors, from the same definition that reads them. A file with `extends` may leave
 * to the other file what a manifest needs; a file without `sources` is one that others extend.
 */
export function manifestJsonSchema(): Record<string, unknown> {
  const { required, ...schema } = z.toJSONSchema(ManifestFile, { target: 'draft-7', io: 'input' })
  const needed = (required ?? []).filter((key) => key !== 'version')
  return {
    ...schema,
    title: 'dms-preflight manifest',
    description: 'Prerequisites of a SQL Server to Azure migration, as dms-preflight checks them.',
    required: ['version'],
    anyOf: [
      { required: needed, anyOf: [{ required: ['target'] }, { required: ['targets'] }] },
      { required: ['extends', 'sources'] },
      { not: { required: ['sources'] } },
    ],
  }
}
