import { Secret } from '../domain/secret.ts'
import type { Env } from '../inputs/input-reader.ts'

/** Read before the inputs are checked, so that even a wrong input's message cannot show one. */
const SECRET_INPUTS = ['INPUT_CLIENT-SECRET', 'INPUT_GITHUB-TOKEN']

export function inputSecrets(env: Env): Secret[] {
  return SECRET_INPUTS.flatMap((name) => {
    const value = env[name]?.trim()
    return value === undefined || value === '' ? [] : [new Secret(name, value)]
  })
}
