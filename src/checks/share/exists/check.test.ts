import { describe, expect, it } from '@jest/globals'
import {
  CONNECTED,
  DENIED,
  ntStatus,
  observeShare,
  OPENED,
  runShare,
  shareManifest,
  SILENT,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import type { ShareAnswer } from '../../../ports/share-port.ts'
import check from './check.ts'

const NOT_THERE = ntStatus('STATUS_BAD_NETWORK_NAME', '0xC00000CC', 'there is no share of that name')
const noShare: ShareAnswer = { outcome: 'refused', reason: 'no-such-share', status: NOT_THERE }
const folder = (reason: 'no-such-folder' | 'not-a-folder' | 'access-denied' | 'dfs'): ShareAnswers => ({
  openFolder: { outcome: 'refused', reason, status: DENIED },
})
const nightly = shareManifest({ path: String.raw`\\fs01.corp.example\backup\nightly` })
const root = shareManifest()
const short = shareManifest({ path: String.raw`\\fs01.corp.example\backup`, host: 'fs01' })

describe('share/exists', () => {
  it.each<[string, ShareAnswers, typeof root, string, RegExp]>([
    ['there', {}, root, 'pass', /^\\\\fs01\.corp\.example\\backup: it is there, and 5 GiB are free for CORP\\upload$/],
    ['a folder', {}, nightly, 'pass', /backup\\nightly: it is there/],
    ['there and closed', folder('access-denied'), root, 'pass', /it does not tell its free space/],
    ['there, and then silent', { openFolder: SILENT }, root, 'pass', /it does not tell its free space/],
    [
      'no such share',
      { openShare: noShare },
      root,
      'fail',
      /is not there: fs01.* has no share backup: .*STATUS_BAD_NETWORK_NAME/,
    ],
    ['a printer', { openShare: { ...CONNECTED, kind: 'printer' } as ShareAnswer }, root, 'fail', /is a printer/],
    ['no such folder', folder('no-such-folder'), nightly, 'fail', /the share backup has no folder nightly/],
    ['a file', folder('not-a-folder'), nightly, 'fail', /has no folder nightly/],
    ['a closed folder', folder('access-denied'), nightly, 'unknown', /does not let CORP\\upload look at the folder/],
    [
      'a closed share',
      { openShare: { outcome: 'refused', reason: 'access-denied', status: DENIED } },
      root,
      'unknown',
      /was not seen: .* look at the share backup: access is denied/,
    ],
    [
      'DFS',
      { openShare: { outcome: 'refused', reason: 'dfs', status: DENIED } },
      root,
      'unknown',
      /leads through DFS, which is not followed/,
    ],
    ['DFS further on', folder('dfs'), nightly, 'unknown', /leads through DFS/],
  ])('%s', async (_which, answers, manifest, verdict, summary) => {
    const judgement = await runShare(check, { answers, manifest })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('says that a name has no domain', async () => {
    const world = { names: { fs01: ['10.9.0.4'] }, ports: { '10.9.0.4:445': 'open' as const } }
    expect(await runShare(check, { manifest: short, world })).toMatchObject({
      verdict: 'pass',
      summary: expect.stringMatching(/fs01 is a name without a domain/),
    })
  })

  it('counts no bytes that were not told', async () => {
    const answers = { openFolder: { ...OPENED, freeBytes: 0 } }
    expect(await runShare(check, { answers })).toMatchObject({ summary: expect.stringMatching(/and 0 bytes are free/) })
  })

  it('hands on that it could not look', async () => {
    const failed = [
      observeShare(check, { answers: { openShare: SILENT } }),
      observeShare(check, { answers: { openFolder: SILENT }, manifest: nightly }),
    ]
    for (const { observed } of failed) expect(await observed).toMatchObject({ failure: { kind: 'timeout' } })
  })
})
