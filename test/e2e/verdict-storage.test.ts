import { describeCases } from './rig.ts'
import { STORAGE_CASES } from './verdicts/storage-cases.ts'

describeCases('verdicts on the backup container', STORAGE_CASES)
