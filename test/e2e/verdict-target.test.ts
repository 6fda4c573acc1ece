import { describeCases } from './rig.ts'
import { TARGET_CASES } from './verdicts/target-cases.ts'

describeCases('verdicts on the target', TARGET_CASES)
