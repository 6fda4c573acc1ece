import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from './github/answers.ts'
import { refusal, type Answer, type Book } from './github/replies.ts'
import { firstIssues } from './github/issues.ts'
import type { GitHubComment, GitHubFault, GitHubIssue, GitHubRequest, GitHubState } from './github/state.ts'

export interface LabGitHub {
  /** What GITHUB_API_URL points to. */
  url: string
  /** Every request in its order. */
  requests: GitHubRequest[]
  /** The comments as they stand, oldest first; live. */
  comments: GitHubComment[]
  /** The issues as they stand, oldest first; live. */
  issues: GitHubIssue[]
  /** The state given, which may be changed while the lab runs. */
  state: GitHubState
  close(): Promise<void>
}

/** A small GitHub over plain HTTP on 127.0.0.1: one repository, its files, pull requests and comments. */
export async function startGitHub(state: GitHubState = {}): Promise<LabGitHub> {
  const requests: GitHubRequest[] = []
  const book: Book = { comments: [], issues: firstIssues(state), nextId: 1001 }
  for (const { issue = 7, body, user = { login: 'octocat', id: 583_231, type: 'User' as const } } of state.comments ??
    []) {
    const at = new Date(Date.UTC(2026, 10, 1) + book.nextId * 1000).toISOString()
    book.comments.push({ id: book.nextId, issue, body, user, createdAt: at, updatedAt: at })
    book.nextId += 1
  }
  const passGate = createGates(state)
  const spent = new Map<GitHubFault, number>()
  const server = createServer((request, response) => {
    void serve(request, response)
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const { method = 'GET', url = '/', headers } = request
    requests.push({ method, url, headers, body })
    const line = `${method} ${url}`
    const fault = nextFault(line)
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false })
    if (fault?.reset === true) {
      if (fault.afterwards === true) reply(request, body)
      response.destroy()
      return
    }
    if (fault !== undefined) {
      if (fault.afterwards === true) reply(request, body)
      send(response, {
        status: fault.status,
        body: fault.body,
        ...(fault.headers === undefined ? {} : { headers: fault.headers }),
      })
      return
    }
    const result = reply(request, body)
    await passGate(line)
    send(response, result)
  }

  function nextFault(line: string): GitHubFault | undefined {
    const fault = state.faults?.find(
      (candidate) => candidate.match.test(line) && (spent.get(candidate) ?? 0) < (candidate.times ?? Infinity),
    )
    if (fault !== undefined) spent.set(fault, (spent.get(fault) ?? 0) + 1)
    return fault
  }

  function reply(request: IncomingMessage, body: string): Answer {
    const token = /^(?:token|bearer) (.*)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) return refusal(401, 'Requires authentication')
    if (state.token !== undefined && token !== state.token) return refusal(401, 'Bad credentials')
    const origin = `http://${request.headers.host ?? ''}`
    const asked = {
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', origin),
      body: parseBody(body),
      origin,
    }
    return answer(state, book, asked)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    comments: book.comments,
    issues: book.issues,
    state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function createGates(state: GitHubState): (line: string) => Promise<void> {
  const waiting = new Map<object, (() => void)[]>()
  const opened = new Set<object>()
  return (line) =>
    new Promise((resolve) => {
      const gate = state.gates?.find((candidate) => candidate.match.test(line) && !opened.has(candidate))
      if (gate === undefined) {
        resolve()
        return
      }
      const held = [...(waiting.get(gate) ?? []), resolve]
      waiting.set(gate, held)
      if (held.length < gate.count) return
      opened.add(gate)
      for (const release of held) release()
    })
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json; charset=utf-8', ...headers })
  response.end(body === undefined ? '' : isText ? body : JSON.stringify(body))
}

function parseBody(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
