import { describe, expect, it } from '@jest/globals'
import { judgeAnswer, type Asked } from './arm-errors.ts'
import type { HttpAnswer } from './probe-error.ts'

const ID = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Sql/servers/s'
const OBJECT_ID = 'f42ef584-c092-4e08-866a-4a3826bb5f9b'
const asked: Asked = { what: ID, id: ID, clientId: 'client', objectId: 'object' }

function answer(status: number, body: unknown, more: Partial<HttpAnswer> = {}): HttpAnswer {
  return {
    status,
    url: `https://management.azure.com${ID}?api-version=1`,
    contentType: 'application/json',
    location: undefined,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    tries: 1,
    waitMs: undefined,
    ...more,
  }
}
const arm = (code: string, message = 'some words'): unknown => ({ error: { code, message } })

describe('an answer that is the fact asked', () => {
  it.each([
    ['ResourceNotFound', 'resource'],
    ['ParentResourceNotFound', 'parent'],
    ['ResourceGroupNotFound', 'resource-group'],
    ['resourcegroupnotfound', 'resource-group'],
  ])('404 %s', (code, missing) => {
    expect(judgeAnswer(answer(404, arm(code)), asked)).toMatchObject({ absent: { found: false, missing } })
  })

  it('a plain NotFound counts only when it names what was asked', () => {
    const named = answer(404, arm('NotFound', `Resource ${ID.toUpperCase()} not found.`))
    expect(judgeAnswer(named, asked)).toMatchObject({ absent: { missing: 'resource' } })
    expect(judgeAnswer(answer(404, arm('NotFound')), asked)).toMatchObject({ failure: { kind: 'protocol' } })
  })

  it('is not taken from another status than 404', () => {
    expect(judgeAnswer(answer(400, arm('ResourceNotFound')), asked)).toMatchObject({ failure: { kind: 'protocol' } })
    expect(judgeAnswer(answer(500, arm('ResourceNotFound')), asked)).toMatchObject({
      failure: { kind: 'server-error' },
    })
  })
})

describe('an answer that decides nothing', () => {
  it.each([
    ['unknown subscription', 404, arm('SubscriptionNotFound'), 'not-found'],
    ['malformed subscription', 400, arm('InvalidSubscriptionId'), 'not-found'],
    ['unknown api-version', 400, arm('NoRegisteredProviderFound'), 'protocol'],
    ['unknown type', 404, arm('InvalidResourceType'), 'protocol'],
    ['unregistered provider', 409, arm('MissingSubscriptionRegistration'), 'insufficient'],
    ['conflict', 409, arm('AnotherOperationInProgress'), 'insufficient'],
    ['token of another tenant', 401, arm('InvalidAuthenticationTokenTenant'), 'auth'],
    ['no body at 401', 401, '', 'auth'],
    ['web page at 404', 404, '<html><body>not found</body></html>', 'protocol'],
    ['empty 404', 404, '', 'protocol'],
    ['other JSON at 404', 404, { status: 'nothing here' }, 'protocol'],
    ['flat body of Microsoft.Sql', 429, { code: 'TooManyRequests', message: 'slow down' }, 'throttled'],
    ['capital letters', 429, { Code: 'TooManyRequests', Message: 'slow down' }, 'throttled'],
    ['plain text', 429, "Please retry after '2023-11-27T09:04:57Z' UTC.", 'throttled'],
    ['server error', 503, arm('ServerTimeout'), 'server-error'],
    ['gateway page', 502, '<html>', 'server-error'],
    ['redirect', 302, '', 'untrusted-host'],
    ['unknown 4xx', 418, 'teapot', 'protocol'],
  ] as const)('%s', (_, status, body, kind) => {
    const judged = judgeAnswer(answer(status, body), asked)
    expect(judged).toMatchObject({ failure: { kind } })
    expect(JSON.stringify(judged)).toContain('management.azure.com')
  })

  it('says how long Azure asks to wait, and how often it was tried', () => {
    const judged = judgeAnswer(answer(429, arm('TooManyRequests'), { waitMs: 371_200, tries: 3 }), asked)
    expect(judged).toMatchObject({ failure: { message: expect.stringMatching(/372 s/) } })
    expect(judged).toMatchObject({ failure: { message: expect.stringMatching(/3 tries/) } })
  })

  it('does not repeat a long or many-lined text', () => {
    const judged = judgeAnswer(answer(418, `a\n::error::b${'x'.repeat(5000)}`), asked)
    const message = 'failure' in judged ? judged.failure.message : ''
    expect(message.length).toBeLessThan(1000)
    expect(message).not.toContain('\n')
  })
})

describe('403', () => {
  const failed = (scope: string, objectId = OBJECT_ID): unknown =>
    arm(
      'AuthorizationFailed',
      `The client '${objectId}' with object id '${objectId}' does not have authorization to perform action 'Microsoft.Sql/servers/read' over scope '${scope}' or the scope is invalid.`,
    )

  it('names action, scope and the command that helps', () => {
    expect(judgeAnswer(answer(403, failed(ID)), asked)).toMatchObject({
      failure: {
        kind: 'forbidden',
        missing: `Microsoft.Sql/servers/read on ${ID}`,
        scripts: [
          { language: 'bash', code: `az role assignment create --assignee ${OBJECT_ID} --role Reader --scope ${ID}` },
        ],
      },
    })
  })

  it('takes nothing into a script that is no scope and no id', () => {
    const judged = judgeAnswer(answer(403, failed('/subscriptions/x; rm -rf $HOME', 'me; id')), asked)
    expect(judged).toMatchObject({
      failure: { scripts: [{ code: `az role assignment create --assignee object --role Reader --scope ${ID}` }] },
    })
  })

  it('quotes a scope with a space or a parenthesis', () => {
    const scope = '/subscriptions/a/resourceGroups/rg(1)'
    const judged = judgeAnswer(answer(403, failed(scope)), asked)
    expect(judged).toMatchObject({ failure: { scripts: [{ code: expect.stringContaining(`--scope '${scope}'`) }] } })
  })

  it('falls back to what was asked, and to the client id', () => {
    const judged = judgeAnswer(answer(403, 'Forbidden'), { ...asked, objectId: undefined })
    expect(judged).toMatchObject({
      failure: {
        missing: `Microsoft.Sql/servers/read on ${ID}`,
        scripts: [{ code: expect.stringContaining('--assignee client ') }],
      },
    })
  })

  it('names the action on the linked scope', () => {
    const message = `The client has permission to perform action 'A/a' on scope '/subscriptions/x', however, it does not have permission to perform action(s) 'B/join/action' on the linked scope(s) '/subscriptions/y' (respectively).`
    const judged = judgeAnswer(answer(403, arm('LinkedAuthorizationFailed', message)), asked)
    expect(judged).toMatchObject({ failure: { missing: 'B/join/action on /subscriptions/y' } })
  })
})

it('an unregistered provider comes with the command that registers it', () => {
  expect(judgeAnswer(answer(409, arm('MissingSubscriptionRegistration')), asked)).toMatchObject({
    failure: { scripts: [{ code: expect.stringContaining('az provider register --namespace Microsoft.Sql') }] },
  })
})
