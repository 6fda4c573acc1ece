import { mapSeen, seen } from '../../domain/observed.ts'
import type { GitHubPort, IssueComment } from '../../ports/github-port.ts'
import { decodeComment, decodeComments } from './decode.ts'
import { lastPageOf, PAGE_SIZE, searchPages, type Page } from './pages.ts'
import type { Call } from './request.ts'

/** Twelve times the comments that GitHub takes in one conversation (2,500 since 2022; older ones and servers have more). */
const MOST_PAGES = 300

type CommentCalls = Pick<
  GitHubPort,
  'findComments' | 'readComment' | 'createComment' | 'updateComment' | 'deleteComment'
>

/** https://docs.github.com/rest/issues/comments: those of pull requests too; the list is oldest first and takes no order. */
export function commentCalls(call: Call, base: string): CommentCalls {
  return {
    async findComments(pullRequest, isWanted, from = 1) {
      const found = await searchPages<IssueComment>({
        read: (page) =>
          call(
            {
              operation: 'list-comments',
              method: 'GET',
              path: `${base}/issues/${pullRequest}/comments?per_page=${PAGE_SIZE}&page=${page}`,
            },
            (answer): Page<IssueComment> | undefined => {
              const items = decodeComments(answer.data)
              return items === undefined ? undefined : { items, last: lastPageOf(answer, page) }
            },
          ),
        isWanted,
        from,
        mostPages: MOST_PAGES,
      })
      return mapSeen(found, ({ items, lastPage, complete }) => ({ comments: items, lastPage, complete }))
    },
    readComment: (id) =>
      call({ operation: 'read-comment', method: 'GET', path: `${base}/issues/comments/${id}` }, ({ data }) =>
        decodeComment(data),
      ),
    createComment: (pullRequest, body) =>
      call(
        { operation: 'create-comment', method: 'POST', path: `${base}/issues/${pullRequest}/comments`, body: { body } },
        ({ data }) => decodeComment(data),
      ),
    updateComment: (id, body) =>
      call(
        { operation: 'update-comment', method: 'PATCH', path: `${base}/issues/comments/${id}`, body: { body } },
        ({ data }) => decodeComment(data),
      ),
    async deleteComment(id) {
      const deleted = await call(
        { operation: 'delete-comment', method: 'DELETE', path: `${base}/issues/comments/${id}` },
        () => true as const,
      )
      return deleted.ok || deleted.failure.kind !== 'not-found' ? deleted : seen(true as const)
    },
  }
}
