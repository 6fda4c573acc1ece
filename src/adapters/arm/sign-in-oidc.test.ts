import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { azureState } from '../../../lab/azure/state.ts'
import { createAuthority } from '../../../lab/certificates.ts'
import { GITHUB_ISSUER, LAB_SUBJECT, startIdTokenIssuer, type IdTokenIssuer } from '../../../lab/github/id-token.ts'
import { Secret } from '../../domain/secret.ts'
import type { ArmPortOptions } from './arm-port.ts'
import type { OidcCredential } from './credential.ts'

const AUDIENCE = 'api://AzureADTokenExchange'
const network = virtualNetwork({ resourceGroup: 'rg' }, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const state = azureState([network])
const { clientId, tenantId, objectId } = state

let lab: AzureLab
let issuer: IdTokenIssuer
let ca: string
beforeAll(async () => {
  lab = await openAzure(state)
  const authority = await createAuthority()
  issuer = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
  ca = `${lab.ca}\n${authority.certificate}`
})
afterAll(async () => {
  await lab.server.close()
  await issuer.close()
})
afterEach(() => {
  state.faults = []
  state.federatedCredentials = []
  issuer.options = {}
  for (const log of [issuer.audiences, issuer.tokens]) log.length = 0
})

function trust(changes: Partial<{ issuer: string; subject: string; audience: string }> = {}): void {
  state.federatedCredentials = [{ issuer: GITHUB_ISSUER, subject: LAB_SUBJECT, audience: AUDIENCE, ...changes }]
}

function signInWith(changes: Partial<OidcCredential> = {}, options: Partial<ArmPortOptions> = {}) {
  const request = { url: issuer.url, token: new Secret('ACTIONS_ID_TOKEN_REQUEST_TOKEN', issuer.requestToken) }
  const credential = { kind: 'oidc' as const, clientId, tenantId, request, ...changes }
  return lab.arm({ credential, ca, ...options })
}

const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})

describe('sign-in by the ID token of GitHub', () => {
  it('exchanges it for a token that reads Azure, and names what it signed in as', async () => {
    trust()
    const arm = signInWith()
    expect(await arm.signIn()).toEqual({ ok: true, value: { kind: 'oidc', clientId, tenantId, objectId } })
    expect(await arm.virtualNetwork(network.id)).toMatchObject({ ok: true, value: { found: true } })
    expect(issuer.audiences).toEqual([AUDIENCE])
  })

  it('gets a new ID token for the SQL servers: one lives for minutes', async () => {
    trust()
    const arm = signInWith()
    expect(await arm.signIn()).toMatchObject({ ok: true })
    expect(await arm.sqlToken()).toMatchObject({ ok: true, value: { account: objectId } })
    expect(issuer.tokens).toHaveLength(2)
  })

  it('says every secret before it is used: request token, ID token, access token', async () => {
    trust()
    const learned: string[] = []
    const arm = signInWith({}, { learnSecret: (secret) => void learned.push(secret.reveal()) })
    const signedIn = await arm.signIn()
    expect(learned).toEqual([issuer.requestToken, issuer.tokens[0], expect.stringMatching(/^eyJ/)])
    expect(learned.some((secret) => JSON.stringify(signedIn).includes(secret))).toBe(false)
  })

  it.each([
    ['api://AzureADTokenExchangeUSGov', undefined],
    ['api://AzureADTokenExchangeChina', undefined],
    ['api://AzureADTokenExchange', 'api://mine'],
  ])('asks for the audience %s of the cloud, or for the one of the input (%s)', async (idTokenAudience, audience) => {
    trust({ audience: audience ?? idTokenAudience })
    const arm = signInWith(audience === undefined ? {} : { audience }, { cloud: { ...lab.cloud, idTokenAudience } })
    expect(await arm.signIn()).toMatchObject({ ok: true })
    expect(issuer.audiences).toEqual([audience ?? idTokenAudience])
  })

  it('says that `permissions: id-token: write` is missing, and asks nobody', async () => {
    const start = lab.server.requests.length
    const refused = await lab.arm({ credential: { kind: 'oidc', clientId, tenantId }, ca }).signIn()
    expect(refused).toMatchObject(failed('no-credential', /the workflow lacks `permissions: id-token: write`/))
    expect(refused).toMatchObject({
      failure: {
        missing: expect.stringContaining('`permissions: id-token: write`'),
        scripts: [{ language: 'yaml', code: expect.stringContaining('id-token: write') }],
      },
    })
    expect(lab.server.requests.slice(start).filter(({ path }) => path.endsWith('/token'))).toEqual([])
  })
})

describe('a federated credential that does not fit', () => {
  const immutable = 'repo:acme@583231/db@1309247986:environment:dms-preflight'
  it.each([
    [
      'AADSTS700213',
      {},
      { subject: 'repo:acme/other:ref:refs/heads/main' },
      /the Azure portal proposes the form repo:OWNER@ID/,
    ],
    ['AADSTS700213', { subject: immutable }, {}, /this is the immutable form with the ids of owner and repository/],
    ['AADSTS7002138', {}, { subject: LAB_SUBJECT.replace('acme', 'ACME') }, /differs in upper and lower case alone/],
    ['AADSTS700211', { issuer: `${GITHUB_ISSUER}/acme` }, {}, /fits the issuer/],
    ['AADSTS700212', {}, { audience: 'api://other' }, /fits the audience/],
  ] as const)('%s names what GitHub sent: %j', async (code, sent, trusted, hint) => {
    trust(trusted)
    issuer.options = sent
    const [subject, from] = [
      'subject' in sent ? sent.subject : LAB_SUBJECT,
      'issuer' in sent ? sent.issuer : GITHUB_ISSUER,
    ]
    const refused = await signInWith().signIn()
    expect(refused).toMatchObject(failed('auth', new RegExp(code)))
    expect(refused).toMatchObject(failed('auth', hint))
    const failure = refused.ok ? { message: '', scripts: [] } : refused.failure
    expect(failure.message).toContain(
      `GitHub sent the subject ${subject}, the issuer ${from} and the audience ${AUDIENCE}`,
    )
    const script = failure.scripts?.[0]?.code ?? ''
    const parameters = /--parameters '(.*)'$/.exec(script)?.[1] ?? ''
    expect(script).toContain(`az ad app federated-credential create --id ${clientId} `)
    expect(JSON.parse(parameters)).toEqual({
      name: expect.stringMatching(/^github-[A-Za-z0-9-]{3,113}$/),
      issuer: from,
      subject,
      audiences: [AUDIENCE],
    })
  })

  it('of an older code: the same', async () => {
    const description = `AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: '${GITHUB_ISSUER}'.\r\nTrace ID: x`
    const body = { error: 'invalid_request', error_description: description, error_codes: [70021] }
    state.faults = [{ match: '/token$', status: 400, body }]
    expect(await signInWith().signIn()).toMatchObject({
      failure: { kind: 'auth', message: expect.stringContaining(LAB_SUBJECT), scripts: [expect.anything()] },
    })
  })

  it('keeps a hostile subject one word of the script', async () => {
    const subject = `repo:acme/db:environment:Prod 'x'; $(touch /tmp/x) "y" \`z\``
    issuer.options = { subject }
    trust()
    const refused = await signInWith().signIn()
    const code = refused.ok ? '' : (refused.failure.scripts?.[0]?.code ?? '')
    const word = /--parameters (.*)$/.exec(code)?.[1] ?? ''
    expect(word.startsWith("'") && word.endsWith("'")).toBe(true)
    const unquoted = word.slice(1, -1).replaceAll(String.raw`'\''`, "'")
    expect(word.slice(1, -1).replaceAll(String.raw`'\''`, '')).not.toContain("'")
    expect(JSON.parse(unquoted)).toMatchObject({ subject })
  })

  it('proposes no script with a subject that Microsoft Entra ID would not take', async () => {
    issuer.options = { subject: `repo:acme/db:environment:${'x'.repeat(700)}` }
    trust()
    const refused = await signInWith().signIn()
    expect(refused).toMatchObject(failed('auth', /AADSTS700213/))
    expect(refused.ok ? [] : refused.failure.scripts).toBeUndefined()
  })
})

describe("GitHub's ID token service", () => {
  it.each([
    ['refuses', { status: 401, body: { message: 'Not authorized.' } }, 'auth', /answered 401.*Not authorized.*forks/],
    ['has an error', { status: 500, body: '', headers: { 'retry-after': '60' } }, 'server-error', /answered 500/],
    ['is busy', { status: 429, headers: { 'retry-after': '60' } }, 'throttled', /answered 429/],
    ['leads elsewhere', { status: 302, headers: { location: 'https://evil.example/' } }, 'untrusted-host', /Redirects/],
    ['shows a page', { status: 200, body: '<html>' }, 'protocol', /no token/],
    ['gives nothing', { status: 200, body: { count: 0 } }, 'protocol', /no token/],
  ] as const)('%s', async (_, fault, kind, message) => {
    trust()
    issuer.options = { fault }
    expect(await signInWith().signIn()).toMatchObject(failed(kind, message))
    expect(issuer.audiences).toHaveLength(1)
  })

  it('gets its token over TLS alone', async () => {
    const request = { url: issuer.url.replace('https:', 'http:'), token: new Secret('T', issuer.requestToken) }
    expect(await signInWith({ request }).signIn()).toMatchObject(failed('protocol', /no https URL/))
    expect(issuer.audiences).toEqual([])
  })

  it('is not shown, nor is its token, in what others say', async () => {
    trust()
    const echo = (): string => `got ${issuer.requestToken} and ${issuer.tokens[0] ?? ''}`
    issuer.options = { fault: { status: 400, body: { message: echo() } } }
    expect(await signInWith().signIn()).toMatchObject(failed('protocol', /got \*\*\* and/))
  })

  it('is told apart from a sign-in service that is not there', async () => {
    const request = { url: issuer.url.replace(/:\d+/, ':1'), token: new Secret('T', issuer.requestToken) }
    expect(await signInWith({ request }).signIn()).toMatchObject(
      failed('refused', /GitHub's ID token service at localhost:1/),
    )
  })
})
