import { sharingFiles, type RecordedBackup } from '../../../domain/backup-set.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { describeMention, mention, readBackupRecords, type BackupMention } from '../../recorded-backups.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'storage/one-backup-per-file'
/** Backups that a message lists. */
const LISTED = 5

type SharingMention = BackupMention & { position: number; sharing: 'behind-another' | 'before-another' | 'overwritten' }

type Evidence = {
  host: string
  port: number
  /** Backups on files since the newest full one. */
  onFiles: number
  /** Backups that other programs took, or that went nowhere. */
  elsewhere: number
  striped: number
  isCut: boolean
  sharing: SharingMention[]
  sharingInAll: number
}

export default defineCheck<SourceDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-121',
    title: 'Each backup of the database has a file, or a set of files, of its own',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'The service restores the first backup of a file and ignores what was appended behind it, so that a migration from shared files ends in an old state or with a broken chain.',
    source: {
      title: 'Tutorial: Migrate SQL Server to Azure SQL Managed Instance with DMS',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-managed-instance-online-ads',
      verified: '2026-11-26',
      rows: ['BKSET', 'P23-004', 'P24-003', 'P25-004', 'P26-002'],
    },
    remedy:
      'Write each backup to a new file (a name with the time in it). Several files for one backup are fine, several backups in one file are not.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: async (ports, subject): Promise<Observed<Evidence>> => {
    const records = await readBackupRecords(ports, subject, ID)
    return records.ok ? seen(evidenceOf(records.value)) : records
  },
  judge: (evidence, { spec }) => judgeFiles(evidence, spec.database.name),
})

function evidenceOf({
  host,
  port,
  backups,
  isCut,
}: {
  host: string
  port: number
  backups: readonly RecordedBackup[]
  isCut: boolean
}): Evidence {
  const onFiles = backups.filter(({ device }) => device === 'file')
  const sharing = sharingFiles(onFiles)
  return {
    host,
    port,
    onFiles: onFiles.length,
    elsewhere: backups.length - onFiles.length,
    striped: onFiles.filter(({ files }) => files > 1).length,
    isCut,
    sharing: sharing.slice(0, LISTED).map((one) => ({ ...mention(one), position: one.position, sharing: howOf(one) })),
    sharingInAll: sharing.length,
  }
}

function howOf({ isOverwritten, position }: RecordedBackup): SharingMention['sharing'] {
  if (isOverwritten) return 'overwritten'
  return position > 1 ? 'behind-another' : 'before-another'
}

/** msdb tells what SQL Server wrote. The files themselves are not opened: only a server could read their headers. */
function judgeFiles(evidence: Evidence, name: string): Judgement {
  const { host, port, onFiles, elsewhere, sharing, sharingInAll, isCut } = evidence
  const what = `The database ${name} on ${host}:${String(port)}`
  const expected = `each backup of ${name} since its newest full one in files of its own`
  if (sharingInAll > 0) {
    const listed = sharing.map(describeSharing).join('; ')
    const more = sharingInAll > sharing.length ? `; and ${String(sharingInAll - sharing.length)} more` : ''
    const actual = `${String(sharingInAll)} of ${String(onFiles)} backups share a file: ${listed}${more}`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${what}: ${actual}`,
      expected,
      actual,
      remediation: {
        text: 'Let the backup job choose a new file name each time (INIT on one name overwrites what the migration still needs), and take a new full backup.',
        scripts: [
          {
            language: 'tsql',
            code: `-- a name that no backup has had yet\nBACKUP DATABASE ${quoteIdentifier(name)} TO DISK = N'<folder>\\<database>_<time>.bak' WITH CHECKSUM;`,
          },
        ],
      },
    }
  }
  if (onFiles === 0 || isCut) {
    const others = elsewhere === 0 ? '' : `; ${String(elsewhere)} went to other programs, to tapes or to NUL`
    const message = isCut
      ? `${what}: its history since the last full backup is longer than is read here`
      : `${what}: msdb remembers no backup of it on files${others}, so nothing shows how its backups are written`
    return {
      verdict: 'unknown',
      proof: 'proxy',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation: { text: 'Take a full backup to a file of its own, and run this again.', scripts: [] },
    }
  }
  const { striped } = evidence
  const stripes = striped === 0 ? '' : `, ${String(striped)} of them striped over several files`
  const actual = `${String(onFiles)} ${onFiles === 1 ? 'backup has a file of its own' : 'backups have files of their own'} since the newest full one${stripes}, as msdb remembers`
  return { verdict: 'pass', proof: 'proxy', summary: `${what}: ${actual}`, expected, actual }
}

function describeSharing(one: SharingMention): string {
  const at = one.file === null ? '' : ` in ${one.file}`
  switch (one.sharing) {
    case 'overwritten':
      return `${describeMention(one)}${at} was overwritten by a later backup`
    case 'behind-another':
      return `${describeMention(one)}${at} is number ${String(one.position)} there`
    case 'before-another':
      return `${describeMention(one)}${at} has others behind it`
  }
}
