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

/** Who wrote something. */
export interface Authored {
  /** Login of the author; apps end in `[bot]`. Empty for deleted accounts. */
  author: string
  isBot: boolean
}

export interface IssueComment extends Authored {
  id: number
  body: string
  url: string
}

/** What a search through the pages of a list gave. */
export interface CommentSearch {
  /** Those that were wanted, oldest first. */
  comments: readonly IssueComment[]
  /** Number of the last page that there is; a later search may begin there. */
  lastPage: number
  /** False: there are more pages than are read, and none of those that were read has what was wanted. */
  complete: boolean
}

/** A pull request as far as it tells to which commits it belongs. */
export interface PullRequestFacts {
  number: number
  isOpen: boolean
  headSha: string
  headRef: string
  /** `owner/name`; absent when the fork was deleted. */
  headRepository?: string
  baseRef: string
  /** `owner/name` */
  baseRepository: string
}

export interface Issue extends Authored {
  number: number
  title: string
  body: string
  isOpen: boolean
  url: string
}

export interface IssueSearch {
  /** Those that were wanted, oldest first. */
  issues: readonly Issue[]
  /** False: there are more pages than are read. */
  complete: boolean
}

/** What is to be different; what is left out stays. */
export interface IssueChange {
  title?: string
  body?: string
  state?: 'open' | 'closed'
  /** Of closing. */
  reason?: 'completed' | 'not_planned'
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
  /** Comments of a pull request (or issue), page by page from `fromPage` until one that holds a wanted one; 300 at most. */
  findComments(
    pullRequest: number,
    isWanted: (comment: IssueComment) => boolean,
    fromPage?: number,
  ): Promise<Observed<CommentSearch>>
  readComment(id: number): Promise<Observed<IssueComment>>
  createComment(pullRequest: number, body: string): Promise<Observed<IssueComment>>
  updateComment(id: number, body: string): Promise<Observed<IssueComment>>
  /** A comment that is gone already counts as deleted. */
  deleteComment(id: number): Promise<Observed<true>>
  /** Open pull requests from this branch of this owner's repository or fork, of whatever commit; at most 100. */
  listPullRequests(head: { owner: string; branch: string }): Promise<Observed<readonly PullRequestFacts[]>>
  readPullRequest(number: number): Promise<Observed<PullRequestFacts>>
  /** Issues (no pull requests) that this account opened, open and closed, newest pages first; 30 pages at most. */
  findIssues(creator: string, isWanted: (issue: Issue) => boolean): Promise<Observed<IssueSearch>>
  readIssue(number: number): Promise<Observed<Issue>>
  createIssue(title: string, body: string): Promise<Observed<Issue>>
  updateIssue(number: number, change: IssueChange): Promise<Observed<Issue>>
  commentOnIssue(number: number, body: string): Promise<Observed<IssueComment>>
}
