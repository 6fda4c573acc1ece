import { createRedactor } from '../domain/redact.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { Secret } from '../domain/secret.ts'
import { isWeakSecret } from '../domain/weak-secret.ts'
import { maskSecrets } from '../sinks/masks.ts'
import type { Redact } from '../sinks/redacted.ts'
import { OWN_WORDS } from './own-words.ts'

const isWeak = (text: string): boolean => isWeakSecret(text, OWN_WORDS)

/** The secrets that the run knows so far. */
export interface KnownSecrets {
  /** Masks them before they are used for the first time. */
  learn: (secrets: readonly Secret[]) => void
  /** For finished text, in which words of ours stand beside foreign ones: all but the weak ones. */
  redactText: Redact
  /** For foreign text before anything is made of it: all of them, the weak ones where they stand alone. */
  redactForeign: Redact
  /** One for each secret that is not masked because our own outputs could not be told from it. */
  warnings(): ReportProblem[]
}

export function createKnownSecrets(environment: NodeJS.ProcessEnv): KnownSecrets {
  const known: Secret[] = []
  const weak = new Set<string>()
  let strongest = createRedactor([])
  let all = createRedactor([])
  return {
    learn(secrets) {
      maskSecrets(secrets, environment, isWeak)
      known.push(...secrets)
      for (const secret of secrets) if (secret.reveal().trim() !== '' && isWeak(secret.reveal())) weak.add(secret.name)
      const values = known.map((secret) => secret.reveal())
      strongest = createRedactor(values.filter((value) => !isWeak(value)))
      all = createRedactor(values, isWeak)
    },
    redactText: (text) => strongest(text),
    redactForeign: (text) => all(text),
    warnings: () => [...weak].map((name) => ({ severity: 'warning', message: weakWords(name) })),
  }
}

function weakWords(name: string): string {
  return (
    `The secret \`${name}\` is too short or too common a word to be masked: job outputs and reports could not be told ` +
    'from it. It is replaced in what servers say, but the log is not searched for it. If it is a secret of GitHub, the ' +
    'runner masks it all the same and drops every job output that contains it. Use a longer one.'
  )
}
