import { expect, it } from '@jest/globals'
import { findSamba } from '../../lab/smb/samba.ts'
import { describeCases, expectSound, play } from './rig.ts'
import { SHARE_CASES, TWO_SHARES } from './verdicts/share-cases.ts'

// A world here is nothing without its file server.
const hasSamba = findSamba()
if (hasSamba) describeCases('verdicts on the share', SHARE_CASES)

const TIMEOUT_MS = 60_000

it(
  'tries a refused password on one of two file servers, whichever comes first',
  async () => {
    if (!hasSamba) return
    const played = await play(TWO_SHARES)
    expectSound(played)
    const of = (id: string) => played.results.filter((result) => result.id === id)
    const logins = of('share/login-is-accepted')
    const refused = logins.find(({ verdict }) => verdict === 'fail')
    const withheld = logins.find(({ verdict }) => verdict === 'blocked')
    expect(logins.map(({ subject }) => subject.name).sort()).toEqual(['far', 'near'])
    expect(refused?.summary).toMatch(/refused FILESRV\\upload: .*STATUS_LOGON_FAILURE/)
    expect(withheld?.summary).toMatch(
      /^Not tried: FILESRV\\upload was refused by .*a refused password is not tried again/,
    )
    expect(withheld?.blockedBy).toEqual([{ id: 'share/login-is-accepted', subject: refused?.subject.name }])
    for (const id of ['share/exists', 'share/windows-user-has-full-control']) {
      expect(of(id).map(({ verdict, subject, blockedBy }) => [verdict, subject.name, blockedBy?.[0]?.id])).toEqual(
        of(id).map(({ subject }) => ['blocked', subject.name, 'share/login-is-accepted']),
      )
    }
  },
  TIMEOUT_MS,
)

it('has worlds to play where Samba is', () => {
  expect(SHARE_CASES.length).toBeGreaterThan(hasSamba ? 30 : 0)
})
