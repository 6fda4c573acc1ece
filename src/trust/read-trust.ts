import { isJsonObject } from '../domain/json.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { decideTrust, fullRefName, isOnTrustedRef, type FileFacts, type RunOrigin, type Trust } from './trust.ts'

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

/** Asks GitHub no more than it takes: nothing on the trusted ref, else one list for each folder of the files. */
export async function readTrust(question: TrustQuestion, ports: TrustPorts): Promise<Trust> {
  const { origin } = question
  if (origin.eventName === '') {
    return decideTrust(origin, unseen('missing-input', 'this is not a run of GitHub Actions.'), [])
  }
  const trustedRef = await readTrustedRef(question, ports.github)
  if (!trustedRef.ok || isOnTrustedRef(origin, trustedRef.value)) return decideTrust(origin, trustedRef, [])
  const files: FileFacts[] = []
  for (const path of new Set(question.files)) {
    files.push({
      path,
      here: await ports.readShas(path),
      trusted: await ports.github.readBlobSha(path, trustedRef.value),
    })
  }
  return decideTrust(origin, trustedRef, files)
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
