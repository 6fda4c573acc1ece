import { describeCases } from './rig.ts'
import { FACTS_CASES } from './verdicts/facts-cases.ts'

describeCases('verdicts on the facts of a source and on its assessment', FACTS_CASES)
