import { describeCases } from './rig.ts'
import { AZURE_CASES } from './verdicts/azure-cases.ts'

describeCases('verdicts on Azure', AZURE_CASES)
