import { describe, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { findNamespaces } from '../../../test/matrix/namespaces.ts'

const ROOT = pathToFileURL(join(import.meta.dirname, '../../../')).href

const SCRIPT = `
const [connect, state, identity] = await Promise.all(
  ['lab/azure/connect.ts', 'lab/azure/state.ts', 'lab/azure/identity-endpoint.ts'].map((file) => import(process.env.ROOT + file)))
const azure = state.azureState([])
const lab = await connect.openAzure(azure)
const listen = { host: '169.254.169.254', port: 80 }
const endpoint = process.env.WITH_IMDS === 'yes' ? await identity.startIdentityEndpoint(lab.server, azure, { form: 'imds', listen }) : undefined
const start = performance.now()
const signedIn = await lab.arm({ credential: { kind: 'managed-identity' } }).signIn()
console.log(JSON.stringify({ signedIn, ms: performance.now() - start, requests: endpoint?.requests ?? [] }))
await endpoint?.close()
await lab.server.close()
`

interface Played {
  signedIn: unknown
  ms: number
  requests: unknown[]
}

const ip = findNamespaces()
if (ip === undefined) {
  it('is not tried without network namespaces', () => {
    expect(process.getuid?.() === 0 && process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1').toBe(false)
  })
} else testIn(ip)

function testIn(program: string): void {
  describe('a runner that no variable tells where the Instance Metadata Service is', () => {
    it('signs in with the identity of its machine, where that answers at 169.254.169.254', async () => {
      const { signedIn, requests } = await playIn(program, 'yes')
      expect(signedIn).toMatchObject({ ok: true, value: { kind: 'managed-identity' } })
      expect(requests).toMatchObject([{ path: '/metadata/identity/oauth2/token', clientId: null }])
    })

    it('hears at once that there is none, where nothing does', async () => {
      const { signedIn, ms } = await playIn(program, 'no')
      expect(signedIn).toMatchObject({ ok: false, failure: { kind: 'unreachable' } })
      expect(JSON.stringify(signedIn)).toContain('169.254.169.254:80')
      expect(ms).toBeLessThan(3_000)
    })
  })
}

/** In a network namespace of its own, which has nothing but a loopback. */
async function playIn(program: string, withImds: string): Promise<Played> {
  const name = `dmsp-${String(process.pid)}-imds`
  execFileSync(program, ['netns', 'add', name])
  try {
    execFileSync(program, ['-n', name, 'link', 'set', 'lo', 'up'])
    if (withImds === 'yes') execFileSync(program, ['-n', name, 'address', 'add', '169.254.169.254/32', 'dev', 'lo'])
    const env = { PATH: process.env['PATH'], ROOT, WITH_IMDS: withImds }
    const node = [process.execPath, '--no-warnings', '--input-type=module', '-e', SCRIPT]
    return await new Promise((resolve, reject) => {
      execFile(program, ['netns', 'exec', name, ...node], { env }, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Played)
        else reject(new Error(stderr, { cause: error }))
      })
    })
  } finally {
    execFileSync(program, ['netns', 'del', name])
  }
}
