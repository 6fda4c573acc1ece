import { describeCases } from './rig.ts'
import { SQLDB_UNSEEN_CASES } from './verdicts/sqldb-unseen-cases.ts'

describeCases('verdicts on Azure SQL Database that tells too little', SQLDB_UNSEEN_CASES)
