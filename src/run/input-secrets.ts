import { Secret } from '../domain/secret.ts'
import type { Env } from '../inputs/input-reader.ts'

/** Read before the inputs are checked, so that even a wrong input's message cannot show one. */
const SECRET_INPUTS = ['INPUT_CLIENT-SECRET', 'INPUT_GITHUB-TOKEN', 'INPUT_RECEIPT-KEY']

/** What the runner hands to a job so that it may ask for tokens: of GitHub, and of the machine's managed identity. */
const RUNNER_SECRETS = ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'IDENTITY_HEADER']

/** Proxies are often named with a password, which errors of network libraries repeat. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

export function inputSecrets(env: Env): Secret[] {
  const given = [...SECRET_INPUTS, ...RUNNER_SECRETS].flatMap((name) => {
    const value = env[name]?.trim()
    return value === undefined || value === '' ? [] : [new Secret(name, value)]
  })
  return [...given, ...PROXY_VARIABLES.flatMap((name) => proxySecrets(name, env[name] ?? ''))]
}

/** Cut out by hand: a proxy that is no URL is where the password shows up. */
function proxySecrets(name: string, value: string): Secret[] {
  const account = /^(?:[a-z0-9+.-]+:\/\/)?([^/]*)@/i.exec(value)?.[1]
  const password = account?.slice(account.indexOf(':') + 1)
  return [account, password].flatMap((part) => (part === undefined || part === '' ? [] : [new Secret(name, part)]))
}
