import { describe, expect, it } from '@jest/globals'
import {
  ntStatus,
  observeShare,
  OPEN_WORLD,
  runShare,
  shareManifest,
  withUser,
  WITHOUT_SHARE,
} from '../../../../test/share-fixtures.ts'
import { unseen } from '../../../domain/observed.ts'
import type { ShareLoginAnswer } from '../../../ports/share-port.ts'
import check from './check.ts'

const refused = (name: string): ShareLoginAnswer => ({ outcome: 'refused', status: ntStatus(name) })
const withheld = (manifest?: string): ShareLoginAnswer => ({
  outcome: 'withheld',
  refusedAt: { id: 'source/login-is-accepted', subject: 'erp', ...(manifest === undefined ? {} : { manifest }) },
})

describe('share/login-is-accepted', () => {
  it.each<[string, ShareLoginAnswer, string, RegExp, RegExp]>([
    [
      'accepted',
      { outcome: 'accepted', dialect: '3.1.1', signing: 'AES-GMAC', cipher: 'AES-128-GCM' },
      'pass',
      /^fs01\.corp\.example:445 accepts CORP\\upload: accepted over SMB 3\.1\.1, signed \(AES-GMAC\), encrypted/,
      /./,
    ],
    ['wrong password', refused('STATUS_LOGON_FAILURE'), 'fail', /refused CORP\\upload: it says no/, /event 4625/],
    ['disabled', refused('STATUS_ACCOUNT_DISABLED'), 'fail', /STATUS_ACCOUNT_DISABLED/, /account enabled/],
    ['locked', refused('STATUS_ACCOUNT_LOCKED_OUT'), 'fail', /LOCKED_OUT/, /before it is unlocked/],
    ['guest', { outcome: 'downgraded', to: 'guest' }, 'fail', /did not accept .* as a guest instead/, /guest access/],
    ['anonymous', { outcome: 'downgraded', to: 'anonymous' }, 'fail', /let it in anonymously/, /guest access/],
    ['not at this hour', refused('STATUS_INVALID_LOGON_HOURS'), 'unknown', /says nothing of DMS/, /when the account/],
    ['not from this machine', refused('STATUS_INVALID_WORKSTATION'), 'unknown', /says nothing of DMS/, /Run this/],
  ])('%s', async (_which, logIn, verdict, summary, remedy) => {
    const judgement = await runShare(check, { answers: { logIn } })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    if ('remediation' in judgement) expect(judgement.remediation.text).toMatch(remedy)
  })

  it.each([
    [undefined, /by source\/login-is-accepted \(erp\)/],
    ['Wave 9', /\(erp, in the manifest Wave 9\)/],
  ])('is blocked by the check that was refused: %s', async (manifest, summary) => {
    expect(await runShare(check, { answers: { logIn: withheld(manifest) } })).toMatchObject({
      verdict: 'blocked',
      summary: expect.stringMatching(summary),
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'erp' }],
    })
  })

  it('says in which form a refused user has to be written', async () => {
    const manifest = shareManifest(withUser('upload@corp.example'))
    const judgement = await runShare(check, { answers: { logIn: refused('STATUS_LOGON_FAILURE') }, manifest })
    expect(judgement.verdict === 'fail' && judgement.remediation.text).toMatch(
      /DOMAIN\\user: DMS takes no other form\. /,
    )
  })

  it('hands on that it could not look: NTLM is blocked', async () => {
    const answers = { logIn: unseen('unsupported', 'NTLM is blocked there') }
    expect(await observeShare(check, { answers }).observed).toMatchObject({ failure: { kind: 'unsupported' } })
  })

  it('sends no password where nothing listens, or to no name', async () => {
    const asked: string[] = []
    const silent = await observeShare(check, { world: { ...OPEN_WORLD, ports: {} }, asked }).observed
    const nowhere = await observeShare(check, { world: {}, asked }).observed
    const missing = await observeShare(check, { manifest: WITHOUT_SHARE, asked }).observed
    expect([silent, nowhere, missing]).toMatchObject(
      ['refused', 'dns', 'missing-input'].map((kind) => ({ failure: { kind } })),
    )
    expect(asked).toEqual([])
  })
})
