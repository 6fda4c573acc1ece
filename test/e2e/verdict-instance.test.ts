import { describeCases } from './rig.ts'
import { INSTANCE_CASES } from './verdicts/instance-cases.ts'

describeCases('verdicts on a managed instance', INSTANCE_CASES)
