import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import type { Disclosure } from '../report/disclose.ts'

/** `auto` shows everything only where GitHub says that strangers cannot read it. */
export async function disclosureOf({
  context,
  inputs,
  github,
}: {
  context: RunContext
  inputs: Inputs | undefined
  github: GitHubPort | undefined
}): Promise<Disclosure> {
  const wanted = inputs?.disclose ?? 'auto'
  if (wanted !== 'auto') return wanted
  const facts = context.visibility === undefined ? await github?.repository() : undefined
  const visibility = context.visibility ?? (facts?.ok === true ? facts.value.visibility : undefined)
  return visibility === 'private' || visibility === 'internal' ? 'full' : 'names'
}
