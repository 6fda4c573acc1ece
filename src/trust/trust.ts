import type { Observed } from '../domain/observed.ts'
import type { BlobAnswer } from '../ports/github-port.ts'

export interface Trust {
  trusted: boolean
  /** A sentence: why, and for an untrusted run what to do. */
  reason: string
}

/** Where a run comes from, as GitHub's variables say. */
export interface RunOrigin {
  /** GITHUB_EVENT_NAME; empty outside GitHub. */
  eventName: string
  /** GITHUB_REF, `refs/heads/main`. */
  ref: string
  /** GITHUB_SHA. */
  sha: string
}

/** A file in use: git's blob ids that it may have here, and what the trusted ref holds at that path. */
export interface FileFacts {
  path: string
  here: Observed<{ found: boolean; shas: readonly string[] }>
  trusted: Observed<BlobAnswer>
}

/**
 * Only these run on their own ref's files. Events around pull requests, `workflow_run` and others name the default
 * branch in GITHUB_REF while the workspace may hold somebody else's files, so for them only the files count.
 */
const EVENTS_OF_A_REF: ReadonlySet<string> = new Set(['push', 'schedule', 'workflow_dispatch'])

/**
 * The full name of the trusted ref: a branch when it is not written in full, so that a tag of the same name, which
 * whoever may push can make, is never taken for it. A commit stays as it is.
 */
export function fullRefName(trustedRef: string): string {
  return trustedRef.startsWith('refs/') || isCommit(trustedRef) ? trustedRef : `refs/heads/${trustedRef}`
}

/** True when the run is of the trusted ref itself, whatever its files are. `trustedRef` as `fullRefName` gives it. */
export function isOnTrustedRef({ eventName, ref, sha }: RunOrigin, trustedRef: string): boolean {
  if (!EVENTS_OF_A_REF.has(eventName)) return false
  return ref === trustedRef || (isCommit(trustedRef) && sha.toLowerCase() === trustedRef.toLowerCase())
}

/** Trusted: on the trusted ref itself, or every file in use equals that ref's. What cannot be read is not trusted. */
export function decideTrust(origin: RunOrigin, trustedRef: Observed<string>, files: readonly FileFacts[]): Trust {
  if (!trustedRef.ok) return untrusted(`The trusted ref is not known: ${words(trustedRef)}`)
  const name = shortName(trustedRef.value)
  if (isOnTrustedRef(origin, trustedRef.value)) return { trusted: true, reason: `This run is of ${name} itself.` }
  if (files.length === 0) return untrusted(`There is no manifest to compare with ${name}.`)
  const doubts = files.flatMap((file) => doubtsOf(file, name))
  if (doubts.length === 0) return { trusted: true, reason: `The files in use equal those of ${name}.` }
  const [first = '', ...others] = doubts
  return untrusted(
    others.length === 0 ? first : `${first} ${others.length} more of its files are not those of ${name} either.`,
  )
}

/** True when git's blob id of the file here is that of the trusted ref. */
export function isEqual({ here, trusted }: FileFacts): boolean {
  return here.ok && here.value.found && trusted.ok && trusted.value.found && here.value.shas.includes(trusted.value.sha)
}

function doubtsOf(file: FileFacts, name: string): string[] {
  const { path, here, trusted } = file
  if (!trusted.ok) return [`\`${path}\` of ${name} could not be read: ${words(trusted)}`]
  if (!here.ok) return [`\`${path}\` could not be read here: ${words(here)}`]
  if (!trusted.value.found) {
    return [
      `${name} has no \`${path}\` that could be trusted (${trusted.value.message.replace(/\.$/, '')}). To begin, merge it there first, in a change of its own, and give the job \`contents: read\`.`,
    ]
  }
  if (!isEqual(file)) {
    return [`\`${path}\` differs from that of ${name}. It counts as soon as it is merged there.`]
  }
  return []
}

function words({ failure }: Extract<Observed<unknown>, { ok: false }>): string {
  return failure.missing === undefined ? failure.message : `${failure.message} Missing: ${failure.missing}.`
}

function untrusted(reason: string): Trust {
  return { trusted: false, reason }
}

/** As people write it. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/heads\//, '')
}

function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/i.test(ref)
}
