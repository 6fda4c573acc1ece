import { seen, type Observed } from '../../domain/observed.ts'
import type { GitHubPort, Issue, IssueSearch } from '../../ports/github-port.ts'
import { decodeComment, decodeIssue, decodeIssues } from './decode.ts'
import { lastPageOf, PAGE_SIZE } from './pages.ts'
import type { Call } from './request.ts'

const MOST_PAGES = 30

type IssueCalls = Pick<GitHubPort, 'findIssues' | 'readIssue' | 'createIssue' | 'updateIssue' | 'commentOnIssue'>

/** https://docs.github.com/rest/issues/issues */
export function issueCalls(call: Call, base: string): IssueCalls {
  return {
    findIssues: (creator, isWanted) => findIssues(call, base, creator, isWanted),
    readIssue: (number) =>
      call({ operation: 'read-issue', method: 'GET', path: `${base}/issues/${number}` }, ({ data }) =>
        decodeIssue(data),
      ),
    createIssue: (title, body) =>
      call({ operation: 'create-issue', method: 'POST', path: `${base}/issues`, body: { title, body } }, ({ data }) =>
        decodeIssue(data),
      ),
    updateIssue: (number, { reason, ...change }) =>
      call(
        {
          operation: 'update-issue',
          method: 'PATCH',
          path: `${base}/issues/${number}`,
          body: { ...change, ...(reason === undefined ? {} : { state_reason: reason }) },
        },
        ({ data }) => decodeIssue(data),
      ),
    commentOnIssue: (number, body) =>
      call(
        { operation: 'comment-on-issue', method: 'POST', path: `${base}/issues/${number}/comments`, body: { body } },
        ({ data }) => decodeComment(data),
      ),
  }
}

/** All pages, so that a second issue of ours is found as well. The server's filter is not relied upon for more than speed. */
async function findIssues(
  call: Call,
  base: string,
  creator: string,
  isWanted: (issue: Issue) => boolean,
): Promise<Observed<IssueSearch>> {
  const wanted: Issue[] = []
  let last = 1
  let page = 1
  for (; page <= last && page <= MOST_PAGES; page += 1) {
    const path = `${base}/issues?state=all&creator=${encodeURIComponent(creator)}&sort=created&direction=desc&per_page=${PAGE_SIZE}&page=${page}`
    const read = await call({ operation: 'list-issues', method: 'GET', path }, (answer) => {
      const items = decodeIssues(answer.data)
      return items === undefined ? undefined : { items, last: lastPageOf(answer, page) }
    })
    if (!read.ok) return read
    last = read.value.last
    wanted.push(...read.value.items.filter(isWanted))
  }
  const issues = [...new Map(wanted.map((issue) => [issue.number, issue])).values()]
  return seen({ issues: issues.sort((a, b) => a.number - b.number), complete: page > last })
}
