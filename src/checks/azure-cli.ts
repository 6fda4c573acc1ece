import type { Script } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'

/** One `az` command for bash, one option a line; every value that bash could read in another way is quoted. */
export function azScript(command: string, options: Readonly<Record<string, string | readonly string[]>>): Script {
  const lines = Object.entries(options).map(([option, values]) =>
    [option, ...(typeof values === 'string' ? [values] : values).map(quoteBash)].join(' '),
  )
  return { language: 'bash', code: [command, ...lines].join(' \\\n  ') }
}

/** The options by which `az` finds the resource group of a resource; none when the id is no resource's. */
export function groupOptions(resourceId: string): Record<string, string> {
  const id = parseResourceId(resourceId)
  return id === undefined ? {} : { '--subscription': id.subscription, '--resource-group': id.resourceGroup }
}

/** A text as one word of bash. */
export function quoteBash(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
