import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { azureState, LAB_SUBSCRIPTION, type Fault } from '../../../lab/azure/state.ts'
import type { Json } from '../../domain/json.ts'
import type { Observed } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'

// Every way in which Azure Resource Manager and the sign-in service are known to refuse, over the wire.
const network = virtualNetwork({ resourceGroup: 'rg' }, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const state = azureState([network])
const OBJECT_ID = 'f42ef584-c092-4e08-866a-4a3826bb5f9b'
const TENANT = '02f67472-dd13-437c-bf76-3c07959d38c0'

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  state.faults = []
})

interface Expected {
  /** A cause, or what is not there. */
  kind: CauseKind | 'resource' | 'parent' | 'resource-group'
  says: RegExp
  missing?: string | RegExp
  script?: string | RegExp
  /** Requests in all; default: one, since another try would not help. */
  tries?: number
}

type Answer = Omit<Fault, 'match'>

async function askWith(match: string, answer: Answer): Promise<{ outcome: Observed<unknown>; tries: number }> {
  state.faults = [{ match, ...answer }]
  const start = lab.server.requests.length
  const arm = lab.arm({ timeoutMs: 2_000 })
  const outcome = match === '/token$' ? await arm.signIn() : await arm.virtualNetwork(network.id)
  const tries = lab.server.requests.slice(start).filter(({ path }) => new RegExp(match).test(path)).length
  return { outcome, tries }
}

function expectRefusal({ outcome, tries }: { outcome: Observed<unknown>; tries: number }, expected: Expected): void {
  const { kind, says, missing, script } = expected
  expect(tries).toBe(expected.tries ?? 1)
  if (outcome.ok) {
    expect(outcome.value).toMatchObject({ found: false, missing: kind, message: expect.stringMatching(says) })
    return
  }
  const { failure } = outcome
  expect(failure).toMatchObject({ kind, message: expect.stringMatching(says) })
  if (missing === undefined) expect(failure.missing).toBeUndefined()
  else expect(failure.missing).toMatch(missing)
  const scripts = failure.scripts?.map(({ code }) => code).join('\n')
  if (script === undefined) expect(scripts).toBeUndefined()
  else expect(scripts).toMatch(script)
  expect(failure.message.length).toBeLessThan(2_000)
  expect(failure.message).not.toMatch(/\n|Trace ID/)
}

const error = (code: string, message = 'Some words.'): Json => ({ error: { code, message } })
const denied = (action: string, scope: string): Json =>
  error(
    'AuthorizationFailed',
    `The client '${OBJECT_ID}' with object id '${OBJECT_ID}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )
const READ = 'Microsoft.Network/virtualNetworks/read'
const POST = 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action'
const html = { 'content-type': 'text/html' }
const PAGE = '<!DOCTYPE html><html><body>Blocked by the proxy</body></html>'
const later = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()

const ARM: readonly (readonly [name: string, answer: () => Answer, expected: Expected])[] = [
  [
    '401, token not accepted',
    () => ({ status: 401, body: error('ExpiredAuthenticationToken') }),
    { kind: 'auth', says: /clock of this runner/ },
  ],
  [
    '401, tenant of another directory',
    () => ({
      status: 401,
      body: error(
        'InvalidAuthenticationTokenTenant',
        `The access token is from the wrong issuer 'https://sts.windows.net/${state.tenantId}/'. It must match the tenant 'https://sts.windows.net/${TENANT}/' associated with this subscription.`,
      ),
    }),
    { kind: 'auth', says: /another tenant than the subscription/, missing: `tenant-id: ${TENANT}` },
  ],
  ['401, empty', () => ({ status: 401, body: '' }), { kind: 'auth', says: /no body/ }],
  ['401, web page', () => ({ status: 401, body: PAGE, headers: html }), { kind: 'protocol', says: /web page.*proxy/ }],
  [
    '403, a read that Reader holds',
    () => ({ status: 403, body: denied(READ, network.id) }),
    {
      kind: 'forbidden',
      says: /lacks a role/,
      missing: `${READ} on ${network.id}`,
      script: `az role assignment create --assignee ${OBJECT_ID} --role Reader --scope ${network.id}`,
    },
  ],
  [
    '403, an action that Reader lacks',
    () => ({ status: 403, body: denied(POST, network.id) }),
    {
      kind: 'forbidden',
      says: /lacks a role/,
      missing: `${POST} on ${network.id}`,
      script: new RegExp(
        `^az role definition create .*"Actions":\\["${POST}"\\],"AssignableScopes":\\["/subscriptions/${LAB_SUBSCRIPTION}"\\].*\naz role assignment create --assignee ${OBJECT_ID} --role 'dms-preflight listNetworkManagerEffectiveSecurityAdminRules' --scope ${network.id}$`,
      ),
    },
  ],
  [
    '403, at a place where no role can be assigned',
    () => ({
      status: 403,
      body: denied(
        'Microsoft.Network/locations/serviceTags/read',
        `/subscriptions/${LAB_SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope`,
      ),
    }),
    {
      kind: 'forbidden',
      says: /lacks a role/,
      missing: /locations\/serviceTags\/read on/,
      script: new RegExp(`--scope /subscriptions/${LAB_SUBSCRIPTION}$`),
    },
  ],
  [
    '403, linked scope',
    () => ({
      status: 403,
      body: error(
        'LinkedAuthorizationFailed',
        `The client has permission to perform action 'A/a/read' on scope '/subscriptions/x', however, it does not have permission to perform action(s) 'B/b/join/action' on the linked scope(s) '/subscriptions/y' (respectively).`,
      ),
    }),
    {
      kind: 'forbidden',
      says: /what the object is linked to/,
      missing: 'B/b/join/action on /subscriptions/y',
      script: /"Actions":\["B\/b\/join\/action"\]/,
    },
  ],
  [
    '403, deny assignment',
    () => ({
      status: 403,
      body: error(
        'DenyAssignmentAuthorizationFailed',
        `The client with object id '${OBJECT_ID}' has permission to perform action '${READ}' on scope '${network.id}'; however, the access is denied because of the deny assignment.`,
      ),
    }),
    { kind: 'forbidden', says: /no role outweighs/, missing: /which a deny assignment forbids/ },
  ],
  [
    '403, empty',
    () => ({ status: 403, body: '' }),
    {
      kind: 'forbidden',
      says: /no body/,
      missing: `${READ} on ${network.id}`,
      script: `--assignee ${state.objectId} --role Reader`,
    },
  ],
  ['403, web page', () => ({ status: 403, body: PAGE, headers: html }), { kind: 'protocol', says: /web page.*proxy/ }],
  [
    '404, resource',
    () => ({ status: 404, body: error('ResourceNotFound') }),
    { kind: 'resource', says: /ResourceNotFound/ },
  ],
  [
    '404, parent',
    () => ({ status: 404, body: error('ParentResourceNotFound') }),
    { kind: 'parent', says: /ParentResourceNotFound/ },
  ],
  [
    '404, group',
    () => ({ status: 404, body: error('ResourceGroupNotFound') }),
    { kind: 'resource-group', says: /ResourceGroupNotFound/ },
  ],
  [
    '404, subscription',
    () => ({
      status: 404,
      body: error('SubscriptionNotFound', `The subscription '${LAB_SUBSCRIPTION}' could not be found.`),
    }),
    {
      kind: 'not-found',
      says: /subscription id is wrong.*no role in it.*another tenant/,
      missing: `a role of this identity in subscription ${LAB_SUBSCRIPTION}`,
    },
  ],
  [
    '404, subscription in other words',
    () => ({ status: 404, body: error('InvalidSubscriptionId') }),
    { kind: 'not-found', says: /subscription id is wrong/, missing: /a role of this identity/ },
  ],
  [
    '404, web page',
    () => ({ status: 404, body: PAGE, headers: html }),
    { kind: 'protocol', says: /decides nothing.*web page/ },
  ],
  ['404, empty', () => ({ status: 404, body: '' }), { kind: 'protocol', says: /decides nothing.*no body/ }],
  [
    '409, provider not registered',
    () => ({
      status: 409,
      body: error(
        'MissingSubscriptionRegistration',
        "The subscription is not registered to use namespace 'Microsoft.Network'.",
      ),
    }),
    {
      kind: 'insufficient',
      says: /not registered/,
      missing: 'registration of Microsoft.Network',
      script: `az provider register --namespace Microsoft.Network --subscription ${LAB_SUBSCRIPTION}`,
    },
  ],
  [
    '409, something else',
    () => ({ status: 409, body: error('AnotherOperationInProgress') }),
    { kind: 'insufficient', says: /cannot be read/ },
  ],
  [
    '429, seconds in the header',
    () => ({ status: 429, body: error('TooManyRequests'), headers: { 'retry-after': '17' } }),
    { kind: 'throttled', says: /asks to wait 17 s/ },
  ],
  [
    '429, date in the header',
    () => ({ status: 429, body: '', headers: { 'retry-after': new Date(Date.now() + 61_000).toUTCString() } }),
    { kind: 'throttled', says: /asks to wait (59|6\d) s/ },
  ],
  [
    '429, milliseconds in the header',
    () => ({ status: 429, body: '', headers: { 'x-ms-retry-after-ms': '17000' } }),
    { kind: 'throttled', says: /asks to wait 17 s/ },
  ],
  [
    '429, seconds in the text',
    () => ({
      status: 429,
      body: error(
        'SubscriptionRequestsThrottled',
        "Number of 'read' requests for subscription 'x' actor 'y' exceeded. Please try again after '10' seconds.",
      ),
    }),
    { kind: 'throttled', says: /asks to wait 10 s/ },
  ],
  [
    '429, seconds in nested details',
    () => ({
      status: 429,
      body: {
        error: {
          code: 'RetryableError',
          message: 'A retryable error occurred.',
          details: [{ code: 'X', message: 'The call can be retried in 11 seconds.' }],
        },
      },
    }),
    { kind: 'throttled', says: /asks to wait 11 s/ },
  ],
  [
    '429, an instant in plain text',
    () => ({ status: 429, body: `Please retry after '${later(100)}' UTC.`, headers: { 'content-type': 'text/plain' } }),
    { kind: 'throttled', says: /asks to wait (9\d|100) s/ },
  ],
  [
    '429, capital letters and zero',
    () => ({ status: 429, body: { Code: 'TooManyRequests', Message: 'Too many.' }, headers: { 'retry-after': '0' } }),
    { kind: 'throttled', says: /3 tries.*TooManyRequests: Too many/, tries: 3 },
  ],
  [
    '429, flat',
    () => ({ status: 429, body: { code: 'TooManyRequests', message: "Please try again after '0' seconds." } }),
    { kind: 'throttled', says: /3 tries/, tries: 3 },
  ],
  [
    '500',
    () => ({ status: 500, body: error('InternalServerError', 'An error occurred.') }),
    { kind: 'server-error', says: /3 tries.*run it again later/, tries: 3 },
  ],
  [
    '502, web page',
    () => ({ status: 502, body: PAGE, headers: html }),
    { kind: 'server-error', says: /web page/, tries: 3 },
  ],
  [
    '503, the time ran out inside',
    () => ({ status: 503, body: error('ServerTimeout') }),
    { kind: 'server-error', says: /timed out inside Azure/, tries: 3 },
  ],
  ['504, empty', () => ({ status: 504, body: '' }), { kind: 'server-error', says: /no body/, tries: 3 }],
  [
    '400, type or version unknown',
    () => ({ status: 400, body: error('NoRegisteredProviderFound') }),
    { kind: 'protocol', says: /does not know the resource type or the api-version/ },
  ],
  [
    '302',
    () => ({ status: 302, body: '', headers: { location: 'https://evil.example/' } }),
    { kind: 'untrusted-host', says: /redirects are not followed.*evil\.example/ },
  ],
  ['200, web page', () => ({ status: 200, body: PAGE, headers: html }), { kind: 'protocol', says: /not JSON.*proxy/ }],
]

describe('Azure Resource Manager', () => {
  it.each(ARM)('%s', async (_, answer, expected) => {
    expectRefusal(await askWith('^/subscriptions', answer()), expected)
  })
})

const aad = (code: number, sentence = 'Words of the service.'): Json => ({
  error: 'invalid_client',
  error_description: `AADSTS${String(code)}: ${sentence}\r\nTrace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 2026-11-26 10:00:00Z`,
  error_codes: [code],
})
const BY_SECRET = 'client-id, tenant-id and client-secret'

const SIGN_IN: readonly (readonly [code: number, kind: CauseKind, says: RegExp])[] = [
  [7000215, 'auth', /client secret is wrong. Next: make a new one.*its value, not its id/],
  [7000222, 'auth', /client secret has expired. Next: make a new one/],
  [700016, 'auth', /not in this tenant. Next: check client-id and tenant-id/],
  [90002, 'auth', /tenant does not exist in this cloud. Next: check tenant-id and the input environment/],
  [900023, 'auth', /neither an id nor a domain name/],
  [50034, 'auth', /account does not exist in this tenant/],
  [7000112, 'auth', /application is disabled/],
  [7000229, 'auth', /no service principal/],
  [90038, 'auth', /of another cloud/],
  [500011, 'auth', /does not know the resource/],
  [53003, 'auth', /conditional access/],
  [500021, 'auth', /a proxy on the way.*other tenants/],
  [700024, 'auth', /not valid at this time. Next: set the clock/],
  [50012, 'auth', /signature/],
  [700222, 'auth', /where one of GitHub belongs/],
  [65001, 'auth', /consent/],
]

describe('the sign-in service', () => {
  it.each(SIGN_IN)('AADSTS%i', async (code, kind, says) => {
    expectRefusal(await askWith('/token$', { status: 401, body: aad(code) }), { kind, says, missing: BY_SECRET })
  })

  it.each<readonly [string, Answer, Expected]>([
    ['busy', { status: 503, body: aad(90033) }, { kind: 'server-error', says: /busy/, tries: 3 }],
    [
      'throttled',
      { status: 429, body: aad(50196), headers: { 'retry-after': '60' } },
      { kind: 'throttled', says: /too many sign-ins.*60 s/ },
    ],
    ['HTML', { status: 403, body: PAGE, headers: html }, { kind: 'protocol', says: /proxy/ }],
    ['empty', { status: 400, body: '' }, { kind: 'protocol', says: /not that of a sign-in service/ }],
    [
      'unknown code',
      { status: 400, body: aad(1234567) },
      { kind: 'auth', says: /AADSTS1234567: the sign-in was refused/, missing: BY_SECRET },
    ],
  ])('%s', async (_, answer, expected) => {
    expectRefusal(await askWith('/token$', answer), expected)
  })
})

// Recordings of real answers, kept outside the repository: whoever has them runs these tests, too.
const SHARED = join(import.meta.dirname, '../../../../shared')
const SAMPLES = join(SHARED, 'samples/arm/errors')
const isRequired = process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1' && existsSync(SHARED)

const RECORDED: Readonly<Record<string, Expected>> = {
  'arm/400-no-registered-provider': { kind: 'protocol', says: /does not know the resource type/ },
  'arm/403-linked': {
    kind: 'forbidden',
    says: /linked to/,
    missing: /subnets\/join\/action in the linked subscription .*does not see/,
  },
  'arm/403-sql': {
    kind: 'forbidden',
    says: /lacks a role/,
    missing:
      'Microsoft.Sql/servers/auditingSettings/read on /subscriptions/subscription-id/resourceGroups/j1dev/providers/Microsoft.Sql/servers/server-4-purview/auditingSettings/default',
    script: `--assignee ${OBJECT_ID} --role Reader --scope /subscriptions/subscription-id/resourceGroups/j1dev/providers/Microsoft.Sql/servers/server-4-purview/auditingSettings/default`,
  },
  'arm/403-subscription': {
    kind: 'forbidden',
    says: /lacks a role/,
    missing: 'Microsoft.Resources/subscriptions/read on /subscriptions/193f89dc-6225-4a80-bacb-96b32fbf6dd0',
    script: '--role Reader --scope /subscriptions/193f89dc-6225-4a80-bacb-96b32fbf6dd0',
  },
  'arm/404-container': { kind: 'resource', says: /ContainerNotFound/ },
  'arm/404-parent': { kind: 'parent', says: /clitest\.privatedns/ },
  'arm/404-resource-dms': { kind: 'resource', says: /dmsclitest000003/ },
  'arm/404-resourcegroup': { kind: 'resource-group', says: /cli_rg_nowait_test000001/ },
  'arm/404-subscription': {
    kind: 'not-found',
    says: /subscription id is wrong/,
    missing: `subscription ${LAB_SUBSCRIPTION}`,
  },
  'arm/409-mi-nondelegated': { kind: 'insufficient', says: /MiCreateFailedNonDelegatedSubnet/ },
  'arm/409-missing-registration': {
    kind: 'insufficient',
    says: /not registered/,
    missing: 'registration of Microsoft.DevTestLab',
    script: 'az provider register --namespace Microsoft.DevTestLab',
  },
  'arm/409-operation-not-allowed': { kind: 'insufficient', says: /OperationNotAllowed/ },
  'arm/429-resource-requests-throttled': { kind: 'throttled', says: /asks to wait 372 s/ },
  'arm/429-retryable': { kind: 'throttled', says: /asks to wait 11 s/ },
  'arm/500-network': { kind: 'server-error', says: /InternalServerError/, tries: 3 },
  'arm/503-servertimeout': { kind: 'server-error', says: /timed out inside Azure/, tries: 3 },
  'aad/aadsts7000215': { kind: 'auth', says: /client secret is wrong/, missing: BY_SECRET },
  'aad/aadsts90002': { kind: 'auth', says: /tenant does not exist/, missing: BY_SECRET },
  'aad/aadsts70021-federated': {
    kind: 'auth',
    says: /no federated credential fits/,
    missing: /a federated credential of application/,
  },
}

if (existsSync(SAMPLES)) {
  describe('recorded refusals', () => {
    const files = ['arm', 'aad'].flatMap((folder) =>
      readdirSync(join(SAMPLES, folder)).map((name) => `${folder}/${name.replace(/\.json$/, '')}`),
    )
    it.each(files)('%s', async (file) => {
      const { response } = JSON.parse(readFileSync(join(SAMPLES, `${file}.json`), 'utf8')) as {
        response: { status: number; headers: Record<string, string>; body: Json }
      }
      const { status, headers, body } = response
      const expected = RECORDED[file]
      if (expected === undefined) throw new Error(`nobody expected ${file}`)
      expectRefusal(
        await askWith(file.startsWith('aad/') ? '/token$' : '^/subscriptions', { status, headers, body }),
        expected,
      )
    })
  })
} else {
  it('recorded refusals are not here', () => {
    console.warn(`left out: no recorded answers at ${SAMPLES}`)
    expect(isRequired).toBe(false)
  })
}
