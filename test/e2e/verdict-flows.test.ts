import { describeCases } from './rig.ts'
import { FLOW_CASES } from './verdicts/flow-cases.ts'

describeCases('verdicts on flows', FLOW_CASES)
