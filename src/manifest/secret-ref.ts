import type { SecretRef } from '../domain/manifest.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

const PREFIXES = ['ACTIONS_', 'GITHUB_', 'RUNNER_', 'INPUT_', 'NODE_'] as const
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'] as const

export const SECRET_FORM =
  'must be exactly "${NAME}", the name of an environment variable (capital letters, digits and _) that holds the secret; the secret itself must not stand in a manifest'

/** The variable that `${NAME}` names. The problem never repeats the text: it may be the secret itself. */
export function parseSecretRef(text: string): Parsed<SecretRef> {
  const name = /^\$\{([A-Z][A-Z0-9_]{0,254})\}$/.exec(text)?.[1]
  if (name === undefined) return refused(SECRET_FORM)
  const prefix = PREFIXES.find((start) => name.startsWith(start))
  if (prefix !== undefined) return refused(`must not name a variable that begins with ${prefix}: the runner sets those`)
  if (PROXIES.some((proxy) => proxy === name)) return refused(`must not name the proxy variable ${name}`)
  return parsed({ secret: name })
}
