import { describeCases } from './rig.ts'
import { MODERN_BACKUP_CASES } from './verdicts/modern-backup-cases.ts'

describeCases('verdicts on backups for the current service', MODERN_BACKUP_CASES)
