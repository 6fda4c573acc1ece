import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { readAzCalls, writeFakeAz } from '../../lab/azure/fake-az.ts'
import { startIdentityEndpoint } from '../../lab/azure/identity-endpoint.ts'
import { LAB_SQL_LOGIN, LAB_SQL_SUFFIX } from '../../lab/azure/state.ts'
import { createAuthority, type Authority } from '../../lab/certificates.ts'
import { GITHUB_ISSUER, LAB_SUBJECT, startIdTokenIssuer, type IdTokenIssuer } from '../../lab/github/id-token.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { createTheatre, ENTRY, reportOf, surfacesOf } from './action.ts'
import { findSecrets } from './secret-forms.ts'

const AUDIENCE = 'api://AzureADTokenExchange'

/** The target's login is the run's Azure identity, so that a run needs tokens of both kinds. */
const STORY = changeStory(salesStory({ fixed: true }), {
  manifest: { '{ user: dms, password: "${TARGET_PASSWORD}" }': '{ entra: true }' },
  target: {
    state: {
      logins: [{ user: LAB_SQL_LOGIN, kind: 'entra', password: '' }],
      databases: [
        { name: 'Sales', owners: [LAB_SQL_LOGIN] },
        { name: 'OrdersNew', owners: [LAB_SQL_LOGIN] },
      ],
    },
  },
})
/** What the stage gives beside: a secret would be picked first. */
const NO_SECRET = { 'client-secret': '' }
const NO_IDS = { ...NO_SECRET, 'client-id': '', 'tenant-id': '' }

const theatre = createTheatre()
let authority: Authority
let issuer: IdTokenIssuer
let folder: string
beforeAll(async () => {
  authority = await createAuthority()
  issuer = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dms-preflight-sign-in-'))
})
afterEach(async () => {
  await theatre.close()
  await rm(folder, { recursive: true })
})
afterAll(() => issuer.close())

interface Played {
  run: ActionRun
  stage: Stage
  signIn: CheckResult
  target: CheckResult
}

async function play(stage: Stage, start: Partial<ActionStart>): Promise<Played> {
  const run = theatre.keep(await stage.run(ENTRY, start))
  const results = reportOf(run).manifests.flatMap(({ checks }) => checks)
  const find = (id: string): CheckResult => {
    const result = results.find((one) => one.id === id)
    if (result === undefined) throw new Error(`no ${id}\n${run.stdout}\n${run.stderr}`)
    return result
  }
  return { run, stage, signIn: find('azure/sign-in-works'), target: find('target/login-is-accepted') }
}

/** Trusts both authorities: of the stage, and of GitHub's service for ID tokens. */
async function envOf(stage: Stage, more: Record<string, string>): Promise<Record<string, string>> {
  const file = join(folder, 'authorities.pem')
  await writeFile(file, `${stage.authority}\n${authority.certificate}`)
  return { NODE_EXTRA_CA_CERTS: file, ...more }
}

const idTokenEnv = (): Record<string, string> => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: issuer.url,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
})

/** The run read Azure and logged in to the target with its own identity, and no token is on any surface. */
function expectWorks({ run, stage, signIn, target }: Played, kind: string, tokens: Record<string, string>): void {
  const { clientId, tenantId, objectId } = stage.azureState
  expect(signIn).toMatchObject({ verdict: 'pass', evidence: { kind, clientId, tenantId, objectId } })
  expect(target.verdict).toBe('pass')
  expect(run.outputs['status']).toBe('ready-with-conditions')
  const secrets = {
    ...tokens,
    ...Object.fromEntries([...stage.azureState.sqlTokens.keys()].map((token) => ['sql', token])),
  }
  expect(findSecrets(surfacesOf(run, stage), secrets)).toEqual([])
  for (const secret of Object.values(secrets)) expect(run.masks).toContain(secret)
}

describe('the action signs in', () => {
  it('by client secret, as soon as one is given, whatever else there is', async () => {
    const stage = await theatre.stage(STORY)
    await writeFakeAz(folder, { tokens: {} })
    const env = await envOf(stage, { ...idTokenEnv(), PATH: folder })
    const asked = issuer.audiences.length
    expectWorks(await play(stage, { env }), 'secret', { secret: stage.azureState.clientSecret })
    expect(issuer.audiences.length).toBe(asked)
    expect(await readAzCalls(folder)).toEqual([])
  })

  it("by GitHub's ID token, when a client-id is given and no secret", async () => {
    const stage = await theatre.stage(STORY, {
      azure: (state) =>
        (state.federatedCredentials = [{ issuer: GITHUB_ISSUER, subject: LAB_SUBJECT, audience: AUDIENCE }]),
    })
    const start = issuer.tokens.length
    const played = await play(stage, { inputs: NO_SECRET, env: await envOf(stage, idTokenEnv()) })
    const [first = '', second = ''] = issuer.tokens.slice(start)
    expectWorks(played, 'oidc', { request: issuer.requestToken, first, second })
  })

  it("by the runner's Azure CLI, when nothing is given", async () => {
    const stage = await theatre.stage(STORY)
    const arm = stage.azure.issueToken(`${stage.azure.url}/.default`)
    const sql = stage.azure.issueToken(`https://${LAB_SQL_SUFFIX}/.default`)
    // The audience of a cloud that is named by its URL ends as its metadata writes it.
    await writeFakeAz(folder, { tokens: { [`${stage.azure.url}/`]: arm, [`https://${LAB_SQL_SUFFIX}`]: sql } })
    const env = await envOf(stage, { PATH: [folder, process.env['PATH']].join(delimiter) })
    expectWorks(await play(stage, { inputs: NO_IDS, env }), 'cli', { arm, sql })
    const calls = await readAzCalls(folder)
    expect(calls).toHaveLength(2)
    for (const call of calls) {
      expect(call.cwd).toBe(process.platform === 'win32' ? process.env['SystemRoot'] : '/')
      expect(Object.keys(call.env).filter((name) => /^INPUT_|^ACTIONS_|^SALES_PASSWORD$/.test(name))).toEqual([])
    }
  })

  it('by the managed identity of its machine, when it is asked for', async () => {
    const stage = await theatre.stage(STORY)
    const endpoint = await startIdentityEndpoint(stage.azure, stage.azureState, { form: 'app-service' })
    const env = await envOf(stage, endpoint.env)
    const played = await play(stage, { inputs: { ...NO_IDS, 'auth-type': 'managed-identity' }, env })
    await endpoint.close()
    expectWorks(played, 'managed-identity', { header: endpoint.env['IDENTITY_HEADER'] ?? '' })
  })
})

describe('the action does not sign in', () => {
  it('without `permissions: id-token: write`, says so in these words, and tries nothing else', async () => {
    const stage = await theatre.stage(STORY)
    await writeFakeAz(folder, { tokens: {} })
    const { run, signIn, target } = await play(stage, { inputs: NO_SECRET, env: await envOf(stage, { PATH: folder }) })
    expect(signIn).toMatchObject({ verdict: 'unknown', cause: { kind: 'no-credential' } })
    expect(run.summary + run.stdout).toContain('permissions: id-token: write')
    expect(signIn.remediation?.scripts).toEqual([
      { language: 'yaml', code: expect.stringContaining('id-token: write') },
    ])
    expect(target).toMatchObject({ verdict: 'unknown', cause: { kind: 'no-credential' } })
    expect(run.code).toBe(1)
    expect(stage.azure.requests.filter(({ path }) => path.startsWith('/subscriptions'))).toEqual([])
    expect(await readAzCalls(folder)).toEqual([])
  })

  it('with a subject that no federated credential has, and shows the one that GitHub sent', async () => {
    const subject = 'repo:acme@583231/db@1309247986:environment:dms-preflight'
    issuer.options = { subject }
    const trusted = { issuer: GITHUB_ISSUER, subject: 'repo:acme/db:environment:dms-preflight', audience: AUDIENCE }
    const stage = await theatre.stage(STORY, { azure: (state) => (state.federatedCredentials = [trusted]) })
    const { run, signIn } = await play(stage, { inputs: NO_SECRET, env: await envOf(stage, idTokenEnv()) })
    issuer.options = {}
    expect(signIn).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'auth', message: expect.stringMatching(/AADSTS700213/) },
    })
    const code = signIn.remediation?.scripts.map((script) => script.code).join('\n')
    expect(code).toContain(`"subject":"${subject}"`)
    expect(code).toContain(`az ad app federated-credential create --id ${stage.azureState.clientId}`)
    expect(run.summary).toContain(subject)
    const tokens = { request: issuer.requestToken, idToken: issuer.tokens.at(-1) ?? '' }
    expect(findSecrets(surfacesOf(run, stage), tokens)).toEqual([])
  })

  it('with a wrong secret, and then tries nothing else', async () => {
    const stage = await theatre.stage(STORY)
    await writeFakeAz(folder, { tokens: {} })
    const asked = issuer.audiences.length
    const env = await envOf(stage, { ...idTokenEnv(), PATH: folder })
    const { signIn } = await play(stage, { inputs: { 'client-secret': 'wrong~one' }, env })
    expect(signIn).toMatchObject({ verdict: 'unknown', cause: { kind: 'auth' } })
    expect(stage.azure.requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1)
    expect([issuer.audiences.length, await readAzCalls(folder)]).toEqual([asked, []])
  })

  it('where there is neither an identity nor an Azure CLI', async () => {
    const stage = await theatre.stage(STORY)
    const { signIn } = await play(stage, { inputs: NO_IDS, env: await envOf(stage, { PATH: folder }) })
    expect(signIn).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'no-credential', message: expect.stringMatching(/no az on the PATH/) },
    })
  })
})
