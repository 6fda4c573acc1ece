import { expect, it } from '@jest/globals'
import { findSamba } from '../../lab/smb/samba.ts'
import { describeCases } from './rig.ts'
import { SHARE_CASES } from './verdicts/share-cases.ts'

// A world here is nothing without its file server.
const hasSamba = findSamba()
if (hasSamba) describeCases('verdicts on the share', SHARE_CASES)

it('has worlds to play where Samba is', () => {
  expect(SHARE_CASES.length).toBeGreaterThan(hasSamba ? 30 : 0)
})
