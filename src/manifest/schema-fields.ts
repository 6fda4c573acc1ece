import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import { INSTANT_FORM, parseInstantMs } from './instant.ts'
import type { Parsed } from './parsed.ts'
import { text } from './schema-parts.ts'
import { parseSecretRef, SECRET_FORM } from './secret-ref.ts'

const LONGEST_TEXT = 500

export function problemOf(result: Parsed<unknown>): string | undefined {
  return result.ok ? undefined : result.problem
}

export function prose(what: string, description: string, examples: string[] = []) {
  const form = `must be ${what}, in at most ${LONGEST_TEXT} characters`
  return text(form, { description, ...(examples.length === 0 ? {} : { examples }) }, (value) =>
    value.trim() === '' || value.length > LONGEST_TEXT ? form : undefined,
  )
}

/** Names become parts of `<source>/<database>`, so a slash in them would make two subjects look alike. */
export const NAME_FORM = 'must be a name of at most 128 characters, without "/" and without spaces around it'

export function isName(value: string): boolean {
  return value !== '' && value.length <= 128 && value.trim() === value && !value.includes('/')
}

export function name(description: string, examples: string[] = []) {
  const meta = { description, ...(examples.length === 0 ? {} : { examples }) }
  return text(NAME_FORM, meta, (value) => (isName(value) ? undefined : NAME_FORM))
}

const DATABASE_FORM = 'must be the name of a database, in at most 128 characters'

export function databaseName(description: string) {
  return text(DATABASE_FORM, { description }, (value) => {
    return value.length > 128 || value.trim() === '' ? DATABASE_FORM : undefined
  })
}

export function filePath(description: string, examples: string[]) {
  return text('must be the path of a file in the workspace', { description, examples }, (value) => {
    const result = resolveWorkspacePath('', value)
    return result.ok ? undefined : result.problem
  })
}

export function instant(description: string, examples: string[]) {
  return text(INSTANT_FORM, { description, examples }, (value) => problemOf(parseInstantMs(value, 'start')))
}

export const Password = text(
  SECRET_FORM,
  {
    description: 'The environment variable that holds the password, as "${NAME}"; never the password itself.',
    pattern: '^\\$\\{[A-Z][A-Z0-9_]*\\}$',
    examples: ['${SALES_PASSWORD}'],
  },
  (value) => problemOf(parseSecretRef(value)),
)
