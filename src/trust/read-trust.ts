import { isJsonObject } from '../domain/json.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import {
  decideTrust,
  fullRefName,
  isEqual,
  isOnTrustedRef,
  type FileFacts,
  type RunOrigin,
  type Trust,
} from './trust.ts'

export interface TrustQuestion {
  origin: RunOrigin
  /** The parsed file of GITHUB_EVENT_PATH. */
  event: unknown
  /** The input `trusted-ref`; empty: the default branch. */
  trustedRef: string
  /** Every file in use, relative to the root of the repository, with forward slashes. */
  files: readonly string[]
}

export interface TrustPorts {
  github: Pick<GitHubPort, 'repository' | 'readBlobSha'>
  /** Git's blob ids that a file of the workspace may have. */
  readShas(path: string): Promise<Observed<{ found: boolean; shas: readonly string[] }>>
}

/** The decision, and what it rests on. */
export interface TrustFacts extends Trust {
  /** Full name of the trusted ref, or why it is not known. */
  ref: Observed<string>
  /** True when the run is of the trusted ref itself; then no file was compared. */
  isOnRef: boolean
  /** The files in use that equal those of the trusted ref. */
  equal: ReadonlySet<string>
}

/** Asks GitHub no more than it takes: nothing on the trusted ref, else one list for each folder of the files. */
export async function readTrust(question: TrustQuestion, ports: TrustPorts): Promise<TrustFacts> {
  const { origin } = question
  const ref =
    origin.eventName === ''
      ? unseen('missing-input', 'this is not a run of GitHub Actions.')
      : await readTrustedRef(question, ports.github)
  const isOnRef = ref.ok && isOnTrustedRef(origin, ref.value)
  const files = ref.ok && !isOnRef ? await readFacts(question.files, ref.value, ports) : []
  const equal = new Set(files.filter(isEqual).map(({ path }) => path))
  return { ...decideTrust(origin, ref, files), ref, isOnRef, equal }
}

function readFacts(paths: readonly string[], ref: string, ports: TrustPorts): Promise<FileFacts[]> {
  const read = [...new Set(paths)].map(async (path) => {
    const [here, trusted] = await Promise.all([ports.readShas(path), ports.github.readBlobSha(path, ref)])
    return { path, here, trusted }
  })
  return Promise.all(read)
}

async function readTrustedRef(
  { trustedRef, event }: TrustQuestion,
  github: Pick<GitHubPort, 'repository'>,
): Promise<Observed<string>> {
  if (trustedRef !== '') return seen(fullRefName(trustedRef))
  const repository = isJsonObject(event) && isJsonObject(event['repository']) ? event['repository'] : {}
  const named = repository['default_branch']
  if (typeof named === 'string' && named !== '') return seen(fullRefName(named))
  const facts = await github.repository()
  return facts.ok ? seen(fullRefName(facts.value.defaultBranch)) : facts
}
