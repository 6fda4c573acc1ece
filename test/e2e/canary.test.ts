import { afterAll, describe, expect, it, jest } from '@jest/globals'
import path from 'node:path'
import type { Json } from '../../src/domain/json.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import { PULL_REQUEST, type Stage } from '../../lab/stage.ts'
import { changeStory, type Change } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import type { GitHubState } from '../../lab/github/state.ts'
import type { SqlMessage } from '../../src/ports/sql-port.ts'
import { createTheatre, ENTRY, surfacesOf } from './action.ts'
import { ENCODINGS, findSecrets } from './secret-forms.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SOURCE_ENTRY = path.join(ROOT, 'src/main.ts')
const DEFECTIVE_RENDERERS = ['--import', path.join(import.meta.dirname, 'secret-in-renderer.ts')]
const REDACTION_OFF = ['--import', path.join(import.meta.dirname, 'redaction-off.ts')]

/** One for each field that takes a secret; the two that travel in HTTP headers and URLs keep to what those can hold. */
const CANARIES = {
  'client-secret': `Cl1ent'x]y;%41&<ü "q">#`,
  'github-token': `ghs_T0ken'x]y;%41&<z "q">`,
  'receipt-key': `R3ceipt'x]y;%41&<ö✓ "q">|\`*_ 0123456789abcdef`,
  SALES_PASSWORD: `S0urce'x]y;%41&<ü✓ "q">|\`*_`,
  TARGET_PASSWORD: `T4rget"x]'y;%zz&lt;<é> @org ::error::q`,
  SHARE_PASSWORD: `Sh4re\\x]y;%41&<ß "q" ##[x]`,
  BACKUP_SAS: `sv=2024-11-04&sr=c&sp=rwdl&se=2027-01-01T00%3A00%3A00Z&sig=C4nary%2Bx%2Fy%3D%3D`,
}
const { 'client-secret': clientSecret, 'github-token': githubToken, 'receipt-key': receiptKey, ...passwords } = CANARIES
const INPUTS = { 'github-token': githubToken, receipt: 'receipt.json', 'receipt-key': receiptKey }
const EVERYTHING = Object.values(CANARIES).join(' and ')

/** The sales story with all of them in use, and a share and a container beside. */
const STORAGE = `share: { path: '\\\\fs01.corp.example\\dms', login: { windows: 'CORP\\dms', password: "\${SHARE_PASSWORD}" } }
container: { url: https://stmig.blob.core.windows.net/backups, sas: "\${BACKUP_SAS}" }
attestations:`

function canaryStory(source: Partial<Change['source'] & object> = {}, target: Change['target'] = {}) {
  return changeStory(salesStory({ fixed: false }), {
    secrets: passwords,
    manifest: { 'attestations:': STORAGE },
    source: { state: { logins: [{ user: 'dms', password: CANARIES.SALES_PASSWORD }], ...source.state } },
    target: { state: { logins: [{ user: 'dms', password: CANARIES.TARGET_PASSWORD }], ...target.state } },
  })
}

interface Scene {
  name: string
  source?: SqlMessage
  target?: SqlMessage
  azure?: { match: string; status: number; body: Json }
  github?: GitHubState
  inputs?: Record<string, string>
  /** Of the secrets above those that this scene's servers say in public. */
  echoes: readonly (keyof typeof CANARIES)[]
}

const ALL = Object.keys(CANARIES) as (keyof typeof CANARIES)[]
const said = (number: number, message: string): SqlMessage => ({ number, state: 1, severity: 14, message })
const armBody = (message: string): Json => ({ error: { code: 'AuthorizationFailed', message } })
/** A text whose end is cut within the secret, wherever between 400 and 600 characters a limit stands. */
const straddling = (secret: string): string =>
  Array.from({ length: 40 }, () => `${secret} `)
    .join('')
    .slice(0, 3000)

const SCENES: Scene[] = [
  { name: 'accepts them all', echoes: [] },
  {
    name: 'is refused, and every server quotes what it was sent',
    source: said(18456, `Login failed for user 'dms'. Password was ${CANARIES.SALES_PASSWORD}.`),
    target: said(18456, `Login failed, ${CANARIES.TARGET_PASSWORD}, ${encodeURIComponent(CANARIES.TARGET_PASSWORD)}`),
    azure: { match: '/providers/', status: 403, body: armBody(`No role: ${EVERYTHING}`) },
    echoes: ['SALES_PASSWORD', 'TARGET_PASSWORD', 'client-secret'],
  },
  {
    name: 'meets a sign-in and a GitHub that quote them',
    azure: {
      match: '/oauth2/',
      status: 401,
      body: { error: 'invalid_client', error_description: `AADSTS7000215: ${EVERYTHING}` },
    },
    github: {
      faults: [{ match: /^POST .*comments/, status: 403, body: { message: `Not with ${githubToken}: ${EVERYTHING}` } }],
    },
    echoes: ['client-secret', 'github-token'],
  },
  {
    name: 'gets texts that are cut in the middle of a secret',
    source: said(18456, straddling(CANARIES.SALES_PASSWORD)),
    azure: { match: '/providers/', status: 403, body: armBody(straddling(clientSecret)) },
    echoes: ['SALES_PASSWORD', 'client-secret'],
  },
  { name: 'is named after one', inputs: { title: `Move with ${CANARIES.SALES_PASSWORD}` }, echoes: ['SALES_PASSWORD'] },
]

/** Two whole runs, on a machine that has other things to do. */
const TIMEOUT_MS = 60_000
jest.setTimeout(TIMEOUT_MS)

const theatre = createTheatre()
afterAll(() => theatre.close())

async function play(scene: Scene, entry: string, changes: Partial<ActionStart> = {}): Promise<[ActionRun, Stage]> {
  const refusal = (refuseAll: SqlMessage | undefined) => (refuseAll === undefined ? {} : { state: { refuseAll } })
  const stage = await theatre.stage(canaryStory(refusal(scene.source), refusal(scene.target)), {
    github: { token: githubToken, ...scene.github },
    azure: (state) => {
      state.clientSecret = clientSecret
      if (scene.azure !== undefined) state.faults = [scene.azure]
    },
  })
  const run = await stage.run(entry, { ...changes, inputs: { ...INPUTS, ...scene.inputs } })
  return [theatre.keep(run), stage]
}

describe.each(SCENES)('a run that $name', (scene) => {
  it('shows no secret anywhere', async () => {
    const [run, stage] = await play(scene, ENTRY)
    expect(Object.keys(surfacesOf(run, stage))).toEqual(expect.arrayContaining(SURFACES))
    expect(run.outputs['status']).toMatch(/^(not-ready|undetermined)$/)
    expect(run.summary.length).toBeGreaterThan(500)
    expect(findSecrets(surfacesOf(run, stage), CANARIES)).toEqual([])
    for (const secret of Object.values(CANARIES)) expect(run.masks).toContain(secret)
    if (scene.echoes.length > 0) expect(run.summary + run.stdout).toContain('***')
  })
})

describe('a secret in every input that is none', () => {
  // Whether an input is taken, wrong or not known yet: what it holds is shown only where it is no secret.
  it.each([
    [{ 'receipt-key': receiptKey }],
    [{ 'receipt-key': receiptKey, receipt: 'out/receipt.json', mode: 'verify', 'fail-on': CANARIES.SALES_PASSWORD }],
    [{ 'report-directory': `../${CANARIES.SALES_PASSWORD}`, title: receiptKey, 'receipt-key': receiptKey }],
    [{ environment: `https://${encodeURIComponent(clientSecret)}.example/`, 'trusted-ref': githubToken }],
    [
      {
        manifest: `.github/dms-preflight.yml\n${CANARIES.TARGET_PASSWORD}`,
        timeout: clientSecret,
        vantage: githubToken,
      },
    ],
  ])('is not shown: %#', async (inputs: Record<string, string>) => {
    const [run, stage] = await play({ name: '', echoes: [], inputs }, ENTRY)
    expect(run.stderr).toBe('')
    const known = {
      ...CANARIES,
      ...(inputs['receipt-key'] === undefined ? {} : { 'receipt-key': receiptKey }),
    }
    expect(findSecrets(surfacesOf(run, stage), known)).toEqual([])
  })
})

describe('a run that logs in with a token', () => {
  const token = 'eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJjYW5hcnki.c2lnbmF0dXJlLW9mLWNhbmFyeQ-_'
  const secrets = { ...CANARIES, token }

  async function playWithToken(entry: string, changes: Partial<ActionStart> = {}) {
    const byToken = { '{ user: dms, password: "${TARGET_PASSWORD}" }': '{ entra: true }' }
    const refuseAll = said(18456, `Login failed for user '<token-identified principal>'. Token was ${token}.`)
    const stage = await theatre.stage(changeStory(canaryStory({}, { state: { refuseAll } }), { manifest: byToken }), {
      github: { token: githubToken },
      azure: (state) => {
        state.clientSecret = clientSecret
        state.sqlToken = token
      },
    })
    const run = await stage.run(entry, { ...changes, inputs: INPUTS })
    return { run: theatre.keep(run), surfaces: surfacesOf(run, stage) }
  }

  it('masks it as soon as it has it, and shows it nowhere', async () => {
    const { run, surfaces } = await playWithToken(ENTRY)
    expect(run.masks).toContain(token)
    expect(run.summary + run.stdout).toContain('Token was ***')
    expect(findSecrets(surfaces, secrets)).toEqual([])
  })

  it('would be found out without redaction', async () => {
    const { surfaces } = await playWithToken(SOURCE_ENTRY, { nodeOptions: REDACTION_OFF })
    expect(findSecrets(surfaces, secrets).join('\n')).toContain(': token, ')
  })
})

/** Wherever a renderer writes something, by the names of `surfacesOf`. */
const SURFACES = [
  'standard output',
  'summary',
  'annotations',
  'comment',
  'file report.json',
  'file report.md',
  'file junit.xml',
  'file report.sarif',
]

describe.each(['SALES_PASSWORD', 'SHARE_PASSWORD', 'BACKUP_SAS'] as const)(
  'renderers that write %s by mistake',
  (name) => {
    const [quiet] = SCENES
    const surfacesWith = async (...options: string[]) => {
      if (quiet === undefined) throw new Error('No scene')
      const [run, stage] = await play(quiet, SOURCE_ENTRY, { nodeOptions: options, env: { LAB_PLANTED: name } })
      return surfacesOf(run, stage)
    }

    it('are seen by the test on every surface', async () => {
      const found = findSecrets(await surfacesWith(...DEFECTIVE_RENDERERS, ...REDACTION_OFF), CANARIES).join('\n')
      for (const surface of SURFACES) expect(found).toContain(`${surface}: ${name}, `)
    })

    it('show nothing, because each surface is redacted once more in its own escaping', async () => {
      const surfaces = await surfacesWith(...DEFECTIVE_RENDERERS)
      expect(findSecrets(surfaces, CANARIES)).toEqual([])
      for (const surface of SURFACES)
        expect([surface, surfaces[surface]]).toEqual([surface, expect.stringContaining('***')])
    })
  },
)

describe('a scheduled run with a tracking issue', () => {
  const inputs = { 'tracking-issue': 'true', title: `Move with ${CANARIES.SALES_PASSWORD}` }
  const start = { eventName: 'schedule', event: { repository: PULL_REQUEST.repository } }
  const echoing = { ...SCENES[1], name: '', echoes: [], inputs } satisfies Scene

  it('shows no secret in title, body and hidden state', async () => {
    const [run, stage] = await play(echoing, ENTRY, start)
    expect(run.outputs['issue-url']).toContain('/issues/')
    expect(stage.github.issues[0]?.title).toContain('***')
    expect(stage.github.issues[0]?.body).toMatch(/Move with (?:\\?\*){3}/)
    expect(findSecrets(surfacesOf(run, stage), CANARIES)).toEqual([])
  })

  it('would be found out in the issue without redaction, and is redacted there when a renderer plants one', async () => {
    const env = { LAB_PLANTED: 'SHARE_PASSWORD' }
    const planted = { ...start, env, nodeOptions: [...DEFECTIVE_RENDERERS, ...REDACTION_OFF] }
    const [shown, seen] = await play(echoing, SOURCE_ENTRY, planted)
    const found = findSecrets({ issue: surfacesOf(shown, seen)['issue'] ?? '' }, CANARIES).join('\n')
    for (const name of ['SALES_PASSWORD', 'SHARE_PASSWORD']) expect(found).toContain(`issue: ${name}, `)
    const [run, stage] = await play(echoing, SOURCE_ENTRY, { ...planted, nodeOptions: DEFECTIVE_RENDERERS })
    expect(findSecrets(surfacesOf(run, stage), CANARIES)).toEqual([])
  })
})

describe('the detector', () => {
  it.each(SCENES.filter(({ echoes }) => echoes.length > 0))(
    'finds what a run without redaction shows: $name',
    async (scene) => {
      const [run, stage] = await play(scene, SOURCE_ENTRY, { nodeOptions: REDACTION_OFF })
      const found = findSecrets(surfacesOf(run, stage), CANARIES)
      for (const name of scene.echoes) expect(found.join('\n')).toContain(`: ${name}, `)
    },
  )

  const planted = ALL.flatMap((name) => Object.keys(ENCODINGS).map((encoding) => ({ name, encoding })))

  it.each(planted)('finds $name planted $encoding', ({ name, encoding }) => {
    for (const code of ENCODINGS[encoding]?.(CANARIES[name]) ?? []) {
      const found = findSecrets({ summary: `before ${code} after` }, CANARIES)
      expect(found.some((finding) => finding.startsWith(`summary: ${name}, `))).toBe(true)
    }
  })

  it('finds the beginning of one, and nothing in a text that has been cleaned', () => {
    expect(findSecrets({ log: `pwd ${CANARIES.SALES_PASSWORD.slice(0, 9)}…` }, CANARIES)).toEqual([
      'log: SALES_PASSWORD, the beginning of it',
    ])
    expect(findSecrets({ log: 'Login of *** failed: ***' }, CANARIES)).toEqual([])
  })
})
