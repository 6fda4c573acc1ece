import { describeCases } from './rig.ts'
import { SQLDB_CASES } from './verdicts/sqldb-cases.ts'

describeCases('verdicts on Azure SQL Database with the current service', SQLDB_CASES)
