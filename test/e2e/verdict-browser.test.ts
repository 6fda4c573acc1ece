import { describeCases } from './rig.ts'
import { BROWSER_CASES } from './verdicts/browser-cases.ts'

// SQL Server Browser has one port on a machine, so these worlds follow one another.
describeCases('verdicts with SQL Server Browser', BROWSER_CASES, 1)
