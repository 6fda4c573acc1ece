import { describeCases } from './rig.ts'
import { WAY_CASES } from './verdicts/way-cases.ts'

describeCases('verdicts on the way to the source', WAY_CASES)
