import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setStage, type Stage } from '../../lab/stage.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import { salesStory, TARGET_PASSWORD } from '../../lab/stories/sales.ts'
import type { Report } from '../../src/domain/report.ts'
import { ENTRY } from './rig.ts'

let stage: Stage
beforeAll(async () => {
  stage = await setStage(salesStory({ fixed: true }))
})
afterAll(() => stage.close())

const ON_MAIN = { eventName: 'push', event: {} }

describe('a manifest that nobody trusted has approved', () => {
  it('is no oracle for the secrets that it names: not even the redactor knows them', async () => {
    const guess = TARGET_PASSWORD.slice(0, 6)
    // Another user of the target: that use is not the trusted manifest's, so its secret is not even read.
    const text = (stage.files[MANIFEST_PATH] ?? '')
      .replace(/^name: .*$/m, `name: "${guess}... ${TARGET_PASSWORD}"`)
      .replace(/^(target:[^]*?user: )\w+/m, '$1guessed')
    expect(text).toContain('user: guessed')
    const run = await stage.run(ENTRY, { files: { [MANIFEST_PATH]: text } })
    expect(run.outputs['status']).toBe('undetermined')
    expect(run.masks.join('\n')).not.toContain(TARGET_PASSWORD)
    // What the pull request wrote comes back as it was written, right or wrong.
    expect(run.stdout).toContain(`${guess}...`)
    await run.dispose()
  })
})

describe('an odd environment', () => {
  it('with a proxy that is no URL leaves a report, and shows no password of it', async () => {
    const run = await stage.run(ENTRY, {
      ...ON_MAIN,
      inputs: { 'trusted-ref': 'main', 'max-parallel': '1', disclose: 'full' },
      env: { HTTPS_PROXY: 'http://user:s3cr3tProxyPw@proxy:999999' },
    })
    const seen = run.stdout.replace(/^::add-mask::.*$/gm, '') + run.stderr + run.summary
    expect(seen).not.toContain('s3cr3tProxyPw')
    expect(run.outputs['status']).toBe('undetermined')
    expect(Number(run.outputs['pass'])).toBeGreaterThan(5)
    await run.dispose()
  })

  it('with verification switched off for everything still verifies, and says so', async () => {
    const tokens = (): number => stage.azure.requests.filter(({ path: asked }) => asked.includes('/oauth2/')).length
    const before = tokens()
    const run = await stage.run(ENTRY, {
      ...ON_MAIN,
      inputs: { 'trusted-ref': 'main', disclose: 'full' },
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: undefined },
    })
    expect(run.outputs['ready']).toBe('false')
    expect(run.stdout).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 was ignored')
    expect(tokens()).toBe(before)
    await run.dispose()
  })

  it('without a workspace asks for a checkout', async () => {
    const run = await stage.run(ENTRY, { env: { GITHUB_WORKSPACE: undefined } })
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('check the repository out')
    expect(run.stdout).not.toContain('Please report it')
    await run.dispose()
  })

  it('with an event that is no JSON still asks GitHub', async () => {
    const run = await stage.run(ENTRY, { env: { GITHUB_EVENT_PATH: '/etc/hostname' } })
    expect(run.stdout).not.toContain('could not be loaded')
    await run.dispose()
  })
})

describe('report.json', () => {
  it('stays JSON whatever the secrets are', async () => {
    const run = await stage.run(ENTRY, {
      ...ON_MAIN,
      inputs: { 'trusted-ref': 'main', disclose: 'full' },
      env: { SALES_PASSWORD: 'true', TARGET_PASSWORD: '1' },
    })
    const report = JSON.parse(await readFile(path.join(run.workspace, run.outputs['report'] ?? ''), 'utf8')) as Report
    expect(report.run.trusted).toBe(true)
    const total = String(report.manifests.flatMap(({ checks }) => checks).length)
    expect(run.outputs).toMatchObject({ status: report.status, ready: 'false', total })
    await run.dispose()
  })

  it('of an earlier run is gone when the inputs are wrong', async () => {
    const stale = 'dms-preflight-report/report.json'
    const run = await stage.run(ENTRY, { inputs: { timeout: 'x' }, files: { [stale]: '{"ready":true}' } })
    expect(run.code).toBe(1)
    await expect(stat(path.join(run.workspace, stale))).rejects.toThrow('ENOENT')
    await run.dispose()
  })
})

describe('an estate without measure', () => {
  it('is refused before it exhausts the runner', async () => {
    const names = Array.from({ length: 30_000 }, (_, number) => `d${number}`).join(',')
    const text = (stage.files[MANIFEST_PATH] ?? '').replace(/databases: .*/, `databases: [${names}]`)
    const run = await stage.run(ENTRY, {
      ...ON_MAIN,
      inputs: { 'trusted-ref': 'main' },
      files: { [MANIFEST_PATH]: text },
    })
    expect([run.code, run.outputs['status']]).toEqual([1, 'undetermined'])
    expect(run.stdout).toContain('at most 50000 make one run')
    await run.dispose()
  })
})
