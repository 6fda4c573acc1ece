import type { Observed } from '../domain/observed.ts'

/** `found: false`: GitHub has no such file on that ref, or does not show it to this token; `message` says which. */
export type BlobAnswer = { found: true; sha: string } | { found: false; message: string }

/** `text`: UTF-8, with a replacement character for whatever is none. */
export type RepositoryFile = { found: true; sha: string; text: string } | { found: false; message: string }

export interface RepositoryFacts {
  defaultBranch: string
  /** Absent when GitHub did not say, as old servers do: treat it as public. */
  visibility?: 'public' | 'private' | 'internal'
}

export interface IssueComment {
  id: number
  body: string
  /** Login of the author; apps end in `[bot]`. Empty for deleted accounts. */
  author: string
  isBot: boolean
  url: string
}

/**
 * The one repository that the run belongs to. Failures of the server and of the network are ProbeFailures; 403 names
 * the permission that the workflow lacks. 5xx and secondary rate limits are tried again within the time allowed.
 */
export interface GitHubPort {
  repository(): Promise<Observed<RepositoryFacts>>
  /** Git's blob id of a file (`path` with forward slashes) on a branch, tag or commit. */
  readBlobSha(path: string, ref: string): Promise<Observed<BlobAnswer>>
  /** A text file of a branch, tag or commit, by its blob; above 1 MiB it is a ProbeFailure, `unsupported`. */
  readFile(path: string, ref: string): Promise<Observed<RepositoryFile>>
  /**
   * Paths of all regular files at any depth below a folder (empty: the root) of a branch, tag or commit; none when it has
   * no such folder. More than GitHub lists at once (100,000) is a ProbeFailure, `unsupported`.
   */
  listFiles(folder: string, ref: string): Promise<Observed<readonly string[]>>
  /** Id of the commit that a branch, tag or commit stands at. */
  readCommit(ref: string): Promise<Observed<string>>
  /** Login of whose token it is. GITHUB_TOKEN is `github-actions[bot]`. */
  viewer(): Promise<Observed<string>>
  /** All comments of a pull request (or issue), oldest first; at most 10,000. */
  listComments(pullRequest: number): Promise<Observed<readonly IssueComment[]>>
  createComment(pullRequest: number, body: string): Promise<Observed<IssueComment>>
  updateComment(id: number, body: string): Promise<Observed<IssueComment>>
  /** A comment that is gone already counts as deleted. */
  deleteComment(id: number): Promise<Observed<true>>
}
