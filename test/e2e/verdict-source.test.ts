import { describeCases } from './rig.ts'
import { SOURCE_CASES } from './verdicts/source-cases.ts'

describeCases('verdicts on the source', SOURCE_CASES)
