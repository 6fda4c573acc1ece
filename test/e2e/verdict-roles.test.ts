import { describeCases } from './rig.ts'
import { ROLES_CASES } from './verdicts/roles-cases.ts'

describeCases('verdicts on rights for the current service', ROLES_CASES)
