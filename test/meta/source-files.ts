import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const SOURCE = path.resolve(import.meta.dirname, '../../src')
/** What `src` is made of, tests apart, by path. */
export const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => [file, readFileSync(path.join(SOURCE, file), 'utf8')]),
)
/** Paths in src whose text has the pattern in it. */
export const filesWith = (pattern: RegExp): string[] =>
  [...FILES].filter(([, text]) => pattern.test(text)).map(([file]) => file)
