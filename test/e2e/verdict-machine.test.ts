import { describeCases } from './rig.ts'
import { MACHINE_CASES } from './verdicts/machine-cases.ts'

describeCases('verdicts on SQL Server on a virtual machine', MACHINE_CASES)
