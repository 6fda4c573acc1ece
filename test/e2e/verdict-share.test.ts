import { describe, it } from '@jest/globals'
import { findSamba } from '../../lab/smb/samba.ts'
import { describeCases } from './rig.ts'
import { SHARE_CASES } from './verdicts/share-cases.ts'

const TITLE = 'verdicts on the share'

if (findSamba()) describeCases(TITLE, SHARE_CASES)
else describe.skip(TITLE, () => it.todo('takes Samba'))
