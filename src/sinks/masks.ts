import { setSecret } from '@actions/core'
import type { Secret } from '../domain/secret.ts'

/** Shorter lines of a secret (`{`, `--`) would mask half of the log. */
const SHORTEST_LINE_CHARS = 4

/**
 * Tells the runner what to mask: each secret, each of its lines, and their base64 and URL forms. Only on a runner:
 * anywhere else the command itself would show the secret. What `isWeak` calls so is not masked: the runner would take it out
 * of our own outputs and drop them.
 */
export function maskSecrets(
  secrets: readonly Secret[],
  environment: NodeJS.ProcessEnv,
  isWeak: (form: string) => boolean = () => false,
): void {
  if (environment['GITHUB_ACTIONS'] !== 'true') return
  const forms = new Set(secrets.flatMap((secret) => formsOf(secret.reveal())))
  for (const form of forms) if (!isWeak(form)) setSecret(form)
}

function formsOf(value: string): string[] {
  if (value.trim() === '') return []
  const lines = value.split(/\r\n|\r|\n/).map((line) => line.trim())
  const parts = [value, value.trim(), ...lines.filter((line) => line.length >= SHORTEST_LINE_CHARS)]
  return parts.flatMap((part) => {
    const bytes = Buffer.from(part, 'utf8')
    return [part, bytes.toString('base64'), bytes.toString('base64url'), percentEncoded(part)]
  })
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text // Half of a character: no URL can hold it.
  }
}
