import { answerGitObject, blobId } from './git-objects.ts'
import { answerIssue, answerIssues } from './issues.ts'
import { answerPullList, answerPull, isPull } from './pulls.ts'
import { FORBIDDEN, identityOf, isBody, may, pageOf, refusal, type Answer, type Asked, type Book } from './replies.ts'
import type { GitHubComment, GitHubState } from './state.ts'

/** The REST API's answer to one request. */
export function answer(state: GitHubState, book: Book, asked: Asked): Answer {
  const { pathname } = asked.url
  if (pathname === '/user') return answerUser(state)
  if (pathname === '/graphql' && asked.method === 'POST') return answerViewer(state, asked)
  const repository = state.repository ?? 'acme/db'
  const base = `/repos/${repository}`
  if (pathname !== base && !pathname.startsWith(`${base}/`)) return refusal(404, 'Not Found')
  const rest = decodeURIComponent(pathname.slice(base.length))
  if (rest === '') return answerRepository(state, repository)
  if (rest === '/contents' || rest.startsWith('/contents/'))
    return answerContents(state, asked, rest.slice('/contents/'.length))
  if (/^\/(commits|git)\//.test(rest)) {
    if (!may(state, 'contents: read')) return FORBIDDEN('contents: read')
    return answerGitObject(state, rest, asked.url.searchParams.has('recursive')) ?? refusal(404, 'Not Found')
  }
  const list = /^\/issues\/(\d+)\/comments$/.exec(rest)
  if (list !== null) return answerComments(state, book, asked, Number(list[1]))
  const one = /^\/issues\/comments\/(\d+)$/.exec(rest)
  if (one !== null) return answerComment(state, book, asked, Number(one[1]))
  const pull = /^\/pulls\/(\d+)$/.exec(rest)
  if (pull !== null) return answerPull(state, Number(pull[1]))
  if (rest === '/pulls') return answerPullList(state, asked)
  if (rest === '/issues') return answerIssues(state, book, asked)
  const issue = /^\/issues\/(\d+)$/.exec(rest)
  if (issue !== null) return answerIssue(state, book, asked, Number(issue[1]))
  return refusal(404, 'Not Found')
}

function answerUser(state: GitHubState): Answer {
  if (state.identity?.kind !== 'user') return refusal(403, 'Resource not accessible by integration')
  return { status: 200, body: state.identity.user }
}

function answerViewer(state: GitHubState, asked: Asked): Answer {
  if (!String(asked.body['query']).includes('viewer'))
    return { status: 200, body: { errors: [{ message: 'not known here' }] } }
  return { status: 200, body: { data: { viewer: { login: identityOf(state).login } } } }
}

function answerRepository(state: GitHubState, repository: string): Answer {
  const visibility = state.visibility ?? 'private'
  return {
    status: 200,
    body: {
      full_name: repository,
      default_branch: state.defaultBranch ?? 'main',
      private: visibility !== 'public',
      visibility,
    },
  }
}

function answerContents(state: GitHubState, asked: Asked, path: string): Answer {
  if (!may(state, 'contents: read')) return FORBIDDEN('contents: read')
  const ref = (asked.url.searchParams.get('ref') ?? state.defaultBranch ?? 'main').replace(/^refs\/(heads|tags)\//, '')
  const files = state.files?.[ref]
  if (files === undefined) {
    return ref === (state.defaultBranch ?? 'main')
      ? refusal(404, 'Not Found')
      : refusal(404, `No commit found for the ref ${ref}`)
  }
  const content = files[path]
  if (content !== undefined) {
    const bytes = Buffer.from(content)
    return { status: 200, body: { ...entryOf(path, bytes), encoding: 'base64', content: bytes.toString('base64') } }
  }
  const folder = path === '' ? '' : `${path}/`
  const names = new Set(
    Object.keys(files)
      .filter((file) => file.startsWith(folder))
      .map((file) => file.slice(folder.length).split('/')[0] ?? ''),
  )
  if (names.size === 0) return refusal(404, 'Not Found')
  return {
    status: 200,
    body: [...names].map((name) => {
      const file = files[folder + name]
      return file === undefined
        ? { type: 'dir', name, path: folder + name, sha: '0'.repeat(40), size: 0 }
        : entryOf(folder + name, Buffer.from(file))
    }),
  }
}

function entryOf(path: string, bytes: Buffer) {
  return { type: 'file', name: path.split('/').at(-1), path, sha: blobId(bytes), size: bytes.length }
}

function answerComments(state: GitHubState, book: Book, asked: Asked, issue: number): Answer {
  const onPull = isPull(state, issue)
  if (!onPull && !book.issues.some(({ number }) => number === issue)) return refusal(404, 'Not Found')
  const all = book.comments.filter((comment) => comment.issue === issue)
  const area = onPull ? 'pull-requests' : 'issues'
  if (asked.method === 'GET') {
    if (!may(state, `${area}: read`)) return FORBIDDEN(`${area}: read`)
    return pageOf(all, asked, (comment) => shown(state, comment, asked.origin))
  }
  if (asked.method !== 'POST') return refusal(404, 'Not Found')
  if (!may(state, `${area}: write`)) return FORBIDDEN(`${area}: write`)
  const body = asked.body['body']
  if (!isBody(body)) return refusal(422, 'Validation Failed')
  const now = new Date().toISOString()
  const comment = { id: book.nextId, issue, body, user: identityOf(state), createdAt: now, updatedAt: now }
  book.nextId += 1
  book.comments.push(comment)
  return { status: 201, body: shown(state, comment, asked.origin) }
}

function answerComment(state: GitHubState, book: Book, asked: Asked, id: number): Answer {
  const comment = book.comments.find((candidate) => candidate.id === id)
  if (comment === undefined) return refusal(404, 'Not Found')
  if (asked.method === 'GET') return { status: 200, body: shown(state, comment, asked.origin) }
  if (!may(state, 'pull-requests: write')) return FORBIDDEN('pull-requests: write')
  if (asked.method === 'DELETE') {
    book.comments.splice(book.comments.indexOf(comment), 1)
    return { status: 204, body: undefined }
  }
  const body = asked.body['body']
  if (!isBody(body)) return refusal(422, 'Validation Failed')
  comment.body = body
  comment.updatedAt = new Date().toISOString()
  return { status: 200, body: shown(state, comment, asked.origin) }
}

function shown(state: GitHubState, comment: GitHubComment, origin: string) {
  const repository = state.repository ?? 'acme/db'
  return {
    id: comment.id,
    url: `${origin}/repos/${repository}/issues/comments/${String(comment.id)}`,
    html_url: `https://github.com/${repository}/pull/${String(comment.issue)}#issuecomment-${String(comment.id)}`,
    body: comment.body,
    user: comment.user,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: null,
  }
}
