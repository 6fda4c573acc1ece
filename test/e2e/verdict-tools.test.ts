import { describeCases } from './rig.ts'
import { TOOLS_CASES } from './verdicts/tools-cases.ts'

describeCases('verdicts on tools', TOOLS_CASES)
