import { describeCases } from './rig.ts'
import { MODERN_FURTHER_CASES } from './verdicts/modern-further-cases.ts'

describeCases('verdicts on what else the current service asks', MODERN_FURTHER_CASES)
