import type { GitHubPort } from '../../ports/github-port.ts'
import { decodePullRequest, decodePullRequests } from './decode.ts'
import { PAGE_SIZE } from './pages.ts'
import type { Call } from './request.ts'

/**
 * https://docs.github.com/rest/pulls/pulls. By branch, because `commits/{sha}/pulls` does not know the commits of forks.
 * Of one branch only a few pull requests can be open, one for each base: they fit one page.
 */
export function pullRequestCalls(call: Call, base: string): Pick<GitHubPort, 'listPullRequests' | 'readPullRequest'> {
  return {
    listPullRequests: ({ owner, branch }) =>
      call(
        {
          operation: 'list-pull-requests',
          method: 'GET',
          path: `${base}/pulls?state=open&head=${encodeURIComponent(`${owner}:${branch}`)}&per_page=${PAGE_SIZE}`,
        },
        ({ data }) => decodePullRequests(data),
      ),
    readPullRequest: (number) =>
      call({ operation: 'read-pull-request', method: 'GET', path: `${base}/pulls/${number}` }, ({ data }) =>
        decodePullRequest(data),
      ),
  }
}
