import { describeCases } from './rig.ts'
import { RUNTIME_CASES } from './verdicts/runtime-cases.ts'

describeCases('verdicts on the modern service and its runtime', RUNTIME_CASES)
