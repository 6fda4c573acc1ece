import { describeCases } from './rig.ts'
import { DMS_CASES } from './verdicts/dms-cases.ts'

describeCases('verdicts on DMS', DMS_CASES)
