import { endGroup, startGroup } from '@actions/core'
import { neutraliseCommands, visible } from '../render/escape.ts'
import { redacted, type Redact } from './redacted.ts'

export interface Log {
  /** Any number of lines; none of them can act as a workflow command. */
  write(text: string): void
  /** Lines that GitHub shows folded under their title. */
  group(title: string, text: string): void
}

/** The step's log on standard output. */
export function createLog(redact: Redact): Log {
  const print = redacted(redact, (text) => process.stdout.write(`${text}\n`))
  const open = redacted(redact, startGroup)
  const write = (text: string): void => {
    print(plainLines(text, redact))
  }
  return {
    write,
    group(title, text) {
      open(plainLines(title, redact))
      write(text)
      endGroup()
    },
  }
}

/** Redacted before as well: what makes text harmless may cut a secret in two, which would not be found afterwards. */
export function plainLines(text: string, redact: Redact): string {
  return neutraliseCommands(visible(redact(text)))
}
