import { describe, expect, it } from '@jest/globals'
import { observeShare, runShare, shareManifest, WITHOUT_SHARE } from '../../../../test/share-fixtures.ts'
import check from './check.ts'

const FILE_SERVER = 'fs01.corp.example'
const SQL_SERVER = 'sql01.corp.example'
const named = (host: string) => shareManifest({ path: `\\\\${host}\\backup`, host })

describe('share/is-not-on-source', () => {
  it.each<[string, string, Record<string, readonly string[]>, string, RegExp]>([
    [
      'two machines',
      FILE_SERVER,
      { [FILE_SERVER]: ['10.9.0.4'], [SQL_SERVER]: ['10.9.0.5', 'fd00::5'] },
      'pass',
      /^fs01\.corp\.example \(10\.9\.0\.4\) has no name and no address in common with sql01\.corp\.example \(10\.9\.0\.5, fd00::5\)/,
    ],
    [
      'one name, in another letter case',
      'SQL01.corp.example',
      {},
      'fail',
      /on the host of sales \(both are named SQL01\.corp\.example\); .*by the full name SQL01/,
    ],
    [
      'one address',
      FILE_SERVER,
      { [FILE_SERVER]: ['10.9.0.4', '10.9.0.5'], [SQL_SERVER]: ['10.9.0.5'] },
      'fail',
      /sales \(fs01\.corp\.example and sql01\.corp\.example are both 10\.9\.0\.5\)/,
    ],
    [
      'an address in its place',
      'fd00:0::5',
      { [SQL_SERVER]: ['fd00::5'] },
      'fail',
      /an address passes the loopback check/,
    ],
    ['a short alias', 'files', { files: ['10.9.0.5'], [SQL_SERVER]: ['10.9.0.5'] }, 'fail', /by files where that is/],
    [
      'no address of the share',
      FILE_SERVER,
      { [SQL_SERVER]: ['10.9.0.5'] },
      'unknown',
      /no address for fs01\.corp\.example \(ENOTFOUND/,
    ],
    ['no address of the source', FILE_SERVER, { [FILE_SERVER]: ['10.9.0.4'] }, 'unknown', /no address for sql01/],
    ['a name without addresses', FILE_SERVER, { [FILE_SERVER]: [], [SQL_SERVER]: ['10.9.0.5'] }, 'unknown', /fs01/],
  ])('%s', async (_which, host, names, verdict, summary) => {
    const judgement = await runShare(check, { world: { names }, manifest: named(host) })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('looks at the sources of this share only', async () => {
    const [one] = shareManifest().sources
    const other = { ...one!, name: 'erp', share: 'fs02', server: { text: FILE_SERVER, host: FILE_SERVER } }
    const manifest = shareManifest({}, { sources: [one!, other] })
    const world = { names: { [FILE_SERVER]: ['10.9.0.4'], [SQL_SERVER]: ['10.9.0.5'] } }
    expect(await runShare(check, { world, manifest })).toMatchObject({ verdict: 'pass' })
  })

  it.each<[string, string[], string, RegExp]>([
    ['on it', ['10.9.0.4'], 'fail', /on a host of the integration runtime \(.*both 10\.9\.0\.4\).*2049/],
    ['elsewhere', ['10.9.0.7'], 'pass', /sql01\.corp\.example \(10\.9\.0\.5\); shir01\.corp\.example \(10\.9\.0\.7\)/],
  ])('looks at the hosts of the runtime: %s', async (_which, addresses, verdict, summary) => {
    const { dms } = shareManifest()
    const manifest = shareManifest({}, { generation: 'modern', dms: { ...dms, runtimeHosts: ['shir01.corp.example'] } })
    const names = { [FILE_SERVER]: ['10.9.0.4'], [SQL_SERVER]: ['10.9.0.5'], 'shir01.corp.example': addresses }
    const judgement = await runShare(check, { world: { names }, manifest })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('is not left out where the manifest names no share', async () => {
    expect(await observeShare(check, { manifest: WITHOUT_SHARE }).observed).toMatchObject({
      failure: { kind: 'missing-input' },
    })
  })
})
