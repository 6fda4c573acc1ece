import { createHash } from 'node:crypto'
import type { Authored } from '../ports/github-port.ts'
import { hiddenMarker } from '../render/escape.ts'

/** What makes a comment or an issue the same one in the next run: title, manifests, workflow and job. */
export function talkIdentity(parts: {
  title: string
  manifests: readonly string[]
  workflow: string
  job: string
}): string {
  const text = JSON.stringify([parts.title, parts.manifests.toSorted(), parts.workflow, parts.job])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The first line of everything that we write for an identity. */
export function markerOf(identity: string, kind: 'comment' | 'issue' = 'comment'): string {
  return hiddenMarker(kind === 'issue' ? `dms-preflight-issue:${identity}` : `dms-preflight:${identity}`)
}

export function isMarked({ body }: { body: string }, marker: string): boolean {
  return linesOf(body)[0] === marker
}

/** Apps are `name[bot]`, which no user can be called. */
export function isWrittenBy({ author, isBot }: Authored, login: string): boolean {
  return isBot === login.endsWith('[bot]') && author.toLowerCase() === login.toLowerCase()
}

/** GitHub may give line ends back as CRLF. */
export function linesOf(body: string): string[] {
  return body.trimEnd().split(/\r?\n/)
}

const STATE_NAME = 'dms-preflight-state '

/** The second line: what this run leaves for the next one; invisible. */
export function stateLineOf(state: string): string {
  return hiddenMarker(`${STATE_NAME}${state}`)
}

/** What the second line holds; empty when it is none of ours. */
export function stateOf(body: string): string {
  const line = linesOf(body)[1] ?? ''
  return line.startsWith(`<!-- ${STATE_NAME}`) && line.endsWith(' -->')
    ? line.slice(`<!-- ${STATE_NAME}`.length, -' -->'.length)
    : ''
}

/** What readers see, in the form in which it is compared. */
export function visibleOf(body: string): string {
  return linesOf(body).slice(2).join('\n').trim()
}
