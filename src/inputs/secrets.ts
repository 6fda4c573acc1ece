import type { Login, Manifest } from '../domain/manifest.ts'
import { Secret } from '../domain/secret.ts'
import type { Env } from './input-reader.ts'

/** Names of the environment variables that a manifest's logins and containers name; each once, in their order. */
export function secretNames(manifest: Manifest): string[] {
  const logins = [...manifest.sources, ...manifest.targets, ...manifest.shares].flatMap(({ login }) =>
    loginSecret(login),
  )
  return [...new Set([...logins, ...manifest.containers.flatMap(({ sas }) => sas?.secret ?? [])])]
}

/** The secrets of those variables; one that is unset or empty is absent. */
export function readSecrets(env: Env, names: readonly string[]): ReadonlyMap<string, Secret> {
  const secrets = new Map<string, Secret>()
  for (const name of names) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value !== undefined && value !== '') secrets.set(name, new Secret(name, value))
  }
  return secrets
}

function loginSecret(login: Login): string[] {
  return login.kind === 'entra' ? [] : [login.password.secret]
}
