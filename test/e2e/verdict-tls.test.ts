import { describeCases } from './rig.ts'
import { TLS_CASES } from './verdicts/tls-cases.ts'

describeCases('verdicts on certificates', TLS_CASES)
