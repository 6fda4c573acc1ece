import { describeCases } from './rig.ts'
import { WELL_CASES } from './verdicts/well-cases.ts'

describeCases('verdicts where all is well', WELL_CASES)
