import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createAuthority } from '../../lab/certificates.ts'
import { startIdTokenIssuer, type IdTokenIssuer } from '../../lab/github/id-token.ts'
import { createSigningKey } from '../../lab/github/signing-keys.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import { PULL_REQUEST, type Stage } from '../../lab/stage.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import type { Receipt } from '../../src/domain/receipt.ts'
import { sha256 } from '../../src/receipt/canonical-json.ts'
import { Secret } from '../../src/domain/secret.ts'
import { receiptText } from '../../src/receipt/parse-receipt.ts'
import { isoSecond } from '../../src/receipt/receipt-schema.ts'
import { git } from '../git-rig.ts'
import { keyedReceipt } from '../receipt-fixtures.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportFiles, surfacesOf } from './action.ts'
import { findSecrets } from './secret-forms.ts'

const NAME = 'dms-preflight-receipt.json'
const KEY = 'correct-horse-battery-staple-4711-0815'

const theatre = createTheatre()
let stage: Stage
let issuer: IdTokenIssuer
let folder = ''
let authorities = ''
/** The receipts of the two gates: keyless, and signed by KEY. */
let keyless: ActionRun
let keyed: ActionRun

beforeAll(async () => {
  stage = await theatre.stage(readyStory())
  const authority = await createAuthority()
  issuer = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
  issuer.options = { issuer: issuer.serverIssuer }
  folder = mkdtempSync(path.join(tmpdir(), 'dms-preflight-receipt-'))
  authorities = path.join(folder, 'authorities.pem')
  writeFileSync(authorities, `${stage.authority}\n${authority.certificate}`)
  keyless = await gate({ inputs: { receipt: NAME } })
  keyed = await gate({ inputs: { receipt: NAME, 'receipt-key': KEY }, idToken: false })
}, 60_000)
afterAll(async () => {
  await theatre.close()
  await issuer.close()
  rmSync(folder, { recursive: true })
})

interface Start {
  inputs?: Record<string, string>
  env?: Record<string, string | undefined>
  files?: ActionStart['files']
  /** Whether the job has `permissions: id-token: write`. */
  idToken?: boolean
  event?: string
}

async function start({
  inputs = {},
  env = {},
  files = {},
  idToken = true,
  event = 'workflow_dispatch',
}: Start): Promise<ActionRun> {
  const request = {
    ACTIONS_ID_TOKEN_REQUEST_URL: issuer.url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
  }
  const run = await stage.run(ENTRY, {
    eventName: event,
    event: event === 'pull_request' ? PULL_REQUEST : { repository: PULL_REQUEST.repository },
    inputs,
    files,
    env: {
      GITHUB_SERVER_URL: issuer.serverUrl,
      NODE_EXTRA_CA_CERTS: authorities,
      ...(idToken ? request : {}),
      ...env,
    },
  })
  return theatre.keep(run)
}

const gate = start

/** The receipt lies in RUNNER_TEMP, as `download-artifact` may have put it there. Undefined: it is missing. */
async function verify(text: string | undefined, changes: Start = {}): Promise<ActionRun> {
  const temp = mkdtempSync(path.join(folder, 'temp-'))
  const file = path.join(temp, NAME)
  if (text !== undefined) writeFileSync(file, text)
  const inputs = { mode: 'verify', receipt: file, ...changes.inputs }
  return start({ idToken: false, ...changes, inputs, env: { RUNNER_TEMP: temp, ...changes.env } })
}

const textOf = (run: ActionRun): string => readFileSync(path.join(run.workspace, NAME), 'utf8')
const receiptOf = (run: ActionRun): Receipt => JSON.parse(textOf(run)) as Receipt
const errorsOf = (run: ActionRun): string =>
  run.annotations
    .filter(({ level }) => level === 'error')
    .map(({ message }) => message)
    .join('\n')

function expectRefused(run: ActionRun, words: RegExp): void {
  expect([run.code, errorsOf(run)]).toEqual([1, expect.stringMatching(words)])
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({
    status: 'undetermined',
    ready: 'false',
    'ready-until': '',
    receipt: '',
    pass: '0',
  })
  expect(run.summary).toContain('## ⛔ Receipt refused')
  expect(run.summary).toContain('**Next:**')
}

function expectNoReceipt(run: ActionRun, words: RegExp): void {
  expect(() => textOf(run)).toThrow('ENOENT')
  expect(run.outputs['receipt']).toBe('')
  expect(run.summary).toMatch(words)
  const warnings = run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
  expect(warnings).toEqual(expect.arrayContaining([expect.stringMatching(words)]))
}

describe('a gate that is ready', () => {
  it('writes a keyless receipt, for which GitHub gave a token with the hash of it', () => {
    expect([keyless.code, keyless.outputs['status'], keyless.outputs['receipt']]).toEqual([0, 'ready', NAME])
    const { payload, signature } = receiptOf(keyless)
    expect(textOf(keyless)).toBe(receiptText(receiptOf(keyless)))
    expect(signature).toEqual({ kind: 'github-oidc', token: issuer.tokens[0] })
    expect(issuer.audiences[0]).toMatch(/^dms-preflight:sha256:[0-9a-f]{64}$/)
    expect(payload.repository).toEqual({ id: '1309247986', name: 'acme/db' })
    expect(payload.manifest.files.map(({ path }) => path)).toEqual([
      MANIFEST_PATH,
      'certs/root.pem',
      'migration/dma.json',
    ])
    expect(payload.result.report).toBe(sha256(reportFiles(keyless)['report.json'] ?? ''))
    expect(String(payload.result.counts.pass)).toBe(keyless.outputs['pass'])
    expect(Date.parse(payload.notAfter) - Date.parse(payload.issuedAt)).toBeLessThanOrEqual(86_400_000)
    expect(keyless.summary).toContain('🧾 The receipt of this run is `dms-preflight-receipt.json`, witnessed by GitHub')
  })

  it('masks the token, and shows neither it nor the key nor the id of the target anywhere', () => {
    const secrets = { token: issuer.tokens[0] ?? '', request: issuer.requestToken }
    expect(findSecrets(surfacesOf(keyless, stage), secrets)).toEqual([])
    expect(keyless.masks).toEqual(expect.arrayContaining(Object.values(secrets)))
    expect(findSecrets({ ...surfacesOf(keyed, stage), receipt: textOf(keyed) }, { key: KEY })).toEqual([])
    expect(keyed.masks).toContain(KEY)
    expect(textOf(keyless).toLowerCase()).not.toContain('/subscriptions/')
  })

  it('writes one signed by a key without any token', () => {
    expect([keyed.code, keyed.outputs['receipt']]).toEqual([0, NAME])
    expect(receiptOf(keyed).signature.kind).toBe('hmac-sha256')
  })

  it('writes none with neither, and says how to get one', async () => {
    const run = await gate({ inputs: { receipt: NAME }, idToken: false })
    expect([run.code, run.outputs['status']]).toEqual([0, 'ready'])
    expectNoReceipt(run, /No receipt was written: .*id-token: write.*or `?receipt-key/)
  })

  it('writes none for a token that does not fit the run', async () => {
    issuer.options = { issuer: issuer.serverIssuer, claims: { sha: 'b'.repeat(40) } }
    const run = await gate({ inputs: { receipt: NAME } })
    issuer.options = { issuer: issuer.serverIssuer }
    expect(run.code).toBe(0)
    expectNoReceipt(run, /another `sha` than the receipt says/)
  })

  it('writes none where the runner does not say which run it is', async () => {
    const run = await gate({ inputs: { receipt: NAME, 'receipt-key': KEY }, env: { GITHUB_REPOSITORY_ID: undefined } })
    expectNoReceipt(run, /does not say which run this is \(`GITHUB_REPOSITORY_ID`\)/)
  })
})

describe('a receipt beside other files', () => {
  const keyed = { 'receipt-key': KEY }

  it('may lie in the report directory, and is deleted neither by the report nor by its next run', async () => {
    const receipt = 'out/receipt.json'
    const inputs = { ...keyed, receipt, 'report-directory': 'out' }
    const run = await gate({ inputs })
    expect([run.code, run.outputs['receipt'], run.outputs['report']]).toEqual([0, receipt, 'out/report.json'])
    const read = (name: string): string => readFileSync(path.join(run.workspace, name), 'utf8')
    const { payload } = JSON.parse(read(receipt)) as Receipt
    expect(payload.result.report).toBe(sha256(read('out/report.json')))
    const again = await gate({ inputs, files: { [receipt]: read(receipt) } })
    expect([again.code, again.outputs['receipt']]).toEqual([0, receipt])
  })

  it.each([
    ['the manifest', MANIFEST_PATH, /is no receipt; it was left alone/],
    ['a file of the report', './dms-preflight-report/report.json', /is a file of the report/],
  ])('is never %s', async (_, receipt, words) => {
    const run = await gate({ inputs: { ...keyed, receipt, 'fail-on': 'never' } })
    expect([run.code, run.outputs['receipt'], run.outputs['ready']]).toEqual([1, '', 'false'])
    expect(errorsOf(run)).toMatch(words)
    expect(readFileSync(path.join(run.workspace, MANIFEST_PATH), 'utf8')).toBe(stage.files[MANIFEST_PATH])
  })

  it('that cannot be written changes neither the verdict nor the exit code', async () => {
    const run = await gate({ inputs: { ...keyed, receipt: `${MANIFEST_PATH}/receipt.json` } })
    expect([run.code, run.outputs['status'], run.outputs['receipt']]).toEqual([0, 'ready', ''])
    expect(run.summary).toContain('No receipt was written')
    expect(run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('No receipt was written'),
    ])
  })

  it('is none of a run that is not ready, also where that does not fail the step', async () => {
    const inputs = { ...keyed, receipt: NAME, 'fail-on': 'never' }
    const run = await gate({ inputs, env: { SALES_PASSWORD: '' } })
    expect([run.code, run.outputs['receipt']]).toEqual([0, ''])
    expect(run.summary).toContain('No receipt was written: the status is undetermined.')
  })
})

describe('what an earlier run left at the path', () => {
  const stale = { [NAME]: '{"stale":true}' }

  it.each<[string, Start]>([
    ['a wrong input', { inputs: { 'fail-on': 'sometimes' } }],
    ['a wrong mode', { inputs: { mode: 'verifyy' } }],
    ['a wrong manifest', { files: { [MANIFEST_PATH]: 'version: 2' } }],
    ['a run that is not ready', { env: { SALES_PASSWORD: '' } }],
  ])('is gone after %s', async (_, changes) => {
    const run = await gate({
      ...changes,
      inputs: { receipt: NAME, 'receipt-key': KEY, ...changes.inputs },
      files: { ...stale, ...changes.files },
    })
    expect(run.code).toBe(1)
    expect(() => textOf(run)).toThrow('ENOENT')
    expect(run.outputs['receipt']).toBe('')
  })

  it('is gone in an untrusted run, which writes none and warns', async () => {
    const manifest = stage.files[MANIFEST_PATH] ?? ''
    const files = { ...stale, [MANIFEST_PATH]: `${manifest}# another line\n` }
    const run = await gate({
      inputs: { receipt: NAME, 'receipt-key': KEY, 'fail-on': 'never' },
      files,
      event: 'pull_request',
    })
    expect(run.code).toBe(0)
    expectNoReceipt(run, /No receipt was written: this run is not trusted/)
  })

  it('stays when it is a file of the repository, and the step fails', async () => {
    const repository = mkdtempSync(path.join(folder, 'repository-'))
    git(repository, 'init', '-q')
    writeFileSync(path.join(repository, NAME), 'of the repository')
    git(repository, 'add', '.')
    const index = readFileSync(path.join(repository, '.git/index'))
    const run = await gate({
      inputs: { receipt: NAME, 'receipt-key': KEY },
      files: { [NAME]: 'of the repository', '.git/index': index },
    })
    expect([run.code, textOf(run)]).toEqual([1, 'of the repository'])
    expect(errorsOf(run)).toMatch(/is a file of the repository; it was left alone/)
  })
})

describe('`mode: verify`', () => {
  it('accepts the keyless receipt with the keys of the issuer, and asks nobody else', async () => {
    const before = [stage.azure.requests.length, stage.github.requests.length, issuer.audiences.length]
    const logins = Object.values(stage.sql).map(({ connections }) => connections)
    issuer.discoveries.length = 0
    const run = await verify(textOf(keyless))
    expect([run.code, errorsOf(run)]).toEqual([0, ''])
    const { payload } = receiptOf(keyless)
    expect(run.outputs).toEqual({
      ...Object.fromEntries(OUTPUT_NAMES.map((name) => [name, keyless.outputs[name] ?? ''])),
      report: '',
      'comment-url': '',
      'ready-until': payload.notAfter,
      receipt: expect.stringMatching(/dms-preflight-receipt\.json$/),
    })
    expect(run.summary).toContain('## ✅ Receipt accepted')
    for (const name of ['File', 'Form', 'Signature', 'Repository', 'Workflow', 'Commit', 'Manifest', 'Time']) {
      expect(run.summary).toContain(`| ✅ ${name} |`)
    }
    expect(issuer.discoveries).toHaveLength(2)
    expect([stage.azure.requests.length, stage.github.requests.length, issuer.audiences.length]).toEqual(before)
    expect(Object.values(stage.sql).map(({ connections }) => connections)).toEqual(logins)
  })

  it('accepts the one signed by the key, and asks nobody', async () => {
    issuer.discoveries.length = 0
    const run = await verify(textOf(keyed), { inputs: { 'receipt-key': KEY } })
    expect([run.code, run.outputs['ready'], issuer.discoveries]).toEqual([0, 'true', []])
  })

  it('leaves a report that lies in the job alone', async () => {
    const files = { 'dms-preflight-report/report.json': '{}' }
    const run = await verify(textOf(keyed), { inputs: { 'receipt-key': KEY }, files })
    expect([run.code, reportFiles(run)]).toEqual([0, { 'report.json': '{}' }])
  })

  it.each<[string, () => [string | undefined, Start?], RegExp]>([
    ['that is missing', () => [undefined], /is not there.*download its artifact/s],
    [
      'with one byte flipped',
      () => [textOf(keyed).replace('"pass":', '"past":'), { inputs: { 'receipt-key': KEY } }],
      /no receipt as the gate wrote it/,
    ],
    [
      'with another end',
      () => [
        textOf(keyed).replace(/(\d)Z","ref"/, (_, digit: string) => `${String((Number(digit) + 1) % 10)}Z","ref"`),
        { inputs: { 'receipt-key': KEY } },
      ],
      /was altered/,
    ],
    ['signed by another key', () => [textOf(keyed), { inputs: { 'receipt-key': `${KEY}!` } }], /another `receipt-key`/],
    ['signed by a key, in a job without one', () => [textOf(keyed)], /this job has no `receipt-key`/],
    [
      'that is keyless, in a job with a key',
      () => [textOf(keyless), { inputs: { 'receipt-key': KEY } }],
      /this job has a `receipt-key`/,
    ],
    [
      'for another commit',
      () => [textOf(keyless), { env: { GITHUB_SHA: 'b'.repeat(40) } }],
      /It is for the commit a+ of refs\/heads\/main; this run is of b+/,
    ],
    [
      'of another repository',
      () => [textOf(keyless), { env: { GITHUB_REPOSITORY_ID: '7' } }],
      /It is for the repository acme\/db \(id 1309247986\)/,
    ],
    [
      'of another workflow',
      () => [textOf(keyless), { env: { GITHUB_WORKFLOW_REF: 'acme/db/.github/workflows/other.yml@refs/heads/main' } }],
      /It is of the workflow/,
    ],
    [
      'for another manifest',
      () => [
        textOf(keyless),
        { files: { [MANIFEST_PATH]: (stage.files[MANIFEST_PATH] ?? '').replace('Sales', 'sales') } },
      ],
      /`\.github\/dms-preflight\.yml` is not the file/,
    ],
    [
      'of another authority',
      () => [textOf(keyless), { files: { 'certs/root.pem': `${stage.authority}\n` } }],
      /`certs\/root\.pem` is not the file/,
    ],
    [
      'without the manifest',
      () => [textOf(keyless), { inputs: { manifest: 'other.yml' } }],
      /no file matches `other\.yml`/,
    ],
    [
      'where nobody is the issuer',
      () => [textOf(keyless), { env: { GITHUB_SERVER_URL: 'https://localhost:1' } }],
      /another `iss`/,
    ],
  ])('refuses a receipt %s', async (_, arrange, words) => {
    const [text, changes] = arrange()
    expectRefused(await verify(text, { ...changes, inputs: { 'fail-on': 'never', ...changes?.inputs } }), words)
  })

  it.each<[string, number, string, RegExp | undefined]>([
    ['whose end has come', -24 * 3600, '7d', /It ended at \S+Z; it is/],
    ['that is older than this job allows', -61, '60s', /It ended at .*by `receipt-max-age` of this job/],
    ['from a clock that is two minutes ahead', 120, '24h', /It is not valid yet/],
    ['from a clock that is half a minute ahead', 30, '24h', undefined],
    ['that is a minute old', -61, '24h', undefined],
  ])('keeps the time of a receipt %s', async (_, seconds, maxAge, words) => {
    const { payload } = receiptOf(keyed)
    const issuedMs = (Math.floor(Date.now() / 1000) + seconds) * 1000
    const times = { issuedAt: isoSecond(issuedMs), notAfter: isoSecond(issuedMs + 86_400_000) }
    const text = receiptText(keyedReceipt({ ...payload, ...times }, new Secret('receipt-key', KEY)))
    const run = await verify(text, { inputs: { 'receipt-key': KEY, 'receipt-max-age': maxAge } })
    if (words === undefined) expect([run.code, run.outputs['ready']]).toEqual([0, 'true'])
    else expectRefused(run, words)
  })

  it('accepts one after a new key was added, and refuses it when the key that signed it is gone', async () => {
    const [first] = issuer.keys
    issuer.keys.unshift(createSigningKey('next'))
    expect((await verify(textOf(keyless))).code).toBe(0)
    issuer.keys.pop()
    expectRefused(await verify(textOf(keyless)), /no key of that name \(any more\).*run the gate again/s)
    issuer.keys.splice(0, 1, first!)
  }, 60_000)

  it('refuses one when the issuer does not answer, with the cause', async () => {
    issuer.options = { ...issuer.options, discovery: { '/.well-known/jwks': { status: 503 } } }
    expectRefused(await verify(textOf(keyless)), /could not be checked: .* answered 503/)
    issuer.options = { issuer: issuer.serverIssuer }
  })

  it.each<[string, () => ActionStart['files'], RegExp]>([
    [
      'is a link',
      () => ({ [NAME]: { link: 'real.json' }, 'real.json': textOf(keyed), '.git/index': indexOf('other') }),
      /is a link/,
    ],
    ['is a folder', () => ({ [`${NAME}/x`]: '', '.git/index': indexOf('other') }), /is not a regular file/],
    ['is tracked', () => ({ [NAME]: textOf(keyed), '.git/index': indexOf(NAME) }), /is a file of the repository/],
    ['may be tracked', () => ({ [NAME]: textOf(keyed) }), /cannot be told/],
  ])('refuses a receipt in the workspace that %s', async (_, files, words) => {
    const run = await start({
      inputs: { mode: 'verify', receipt: NAME, 'receipt-key': KEY },
      files: files(),
      idToken: false,
    })
    expectRefused(run, words)
  })

  it('accepts one in the workspace that git does not track', async () => {
    const files = { [NAME]: textOf(keyed), '.git/index': indexOf('other') }
    const run = await start({ inputs: { mode: 'verify', receipt: NAME, 'receipt-key': KEY }, files, idToken: false })
    expect([run.code, run.outputs['receipt'], textOf(run)]).toEqual([0, NAME, textOf(keyed)])
  })

  it('wants a path, and a key that is worth the name', async () => {
    const run = await start({ inputs: { mode: 'verify', 'receipt-key': 'short', 'receipt-max-age': '8d' } })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false' })
    for (const words of ['receipt is missing', 'receipt-key must have at least 32', 'receipt-max-age must be']) {
      expect(errorsOf(run)).toContain(words)
    }
  })
})

/** The index of a repository that tracks one file. */
function indexOf(name: string): Buffer {
  const repository = mkdtempSync(path.join(folder, 'repository-'))
  git(repository, 'init', '-q')
  mkdirSync(path.dirname(path.join(repository, name)), { recursive: true })
  writeFileSync(path.join(repository, name), 'x')
  git(repository, 'add', '.')
  return readFileSync(path.join(repository, '.git/index'))
}
