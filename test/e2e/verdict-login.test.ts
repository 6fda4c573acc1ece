import { describeCases } from './rig.ts'
import { LOGIN_CASES } from './verdicts/login-cases.ts'

describeCases('verdicts on logins and TLS of other kinds', LOGIN_CASES)
