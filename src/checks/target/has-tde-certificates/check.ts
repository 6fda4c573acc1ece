import { parseResourceId } from '../../../domain/resource-id.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { isVirtualMachine } from '../../machine-host.ts'
import {
  judgeMigratedDatabase,
  observeMigratedDatabase,
  unseenFact,
  type InstanceAnswered,
  type MigratedEvidence,
  type SourceAnswered,
} from '../../migrated-database.ts'
import { quoteInComment } from '../../quote-identifier.ts'
import { CERTIFICATES, type CertificateRow } from '../../statements/certificates.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'

type Evidence = MigratedEvidence<CertificateRow>

const ID = 'target/has-tde-certificates'
/** Beyond, a list says nothing of what it lacks. */
const CERTIFICATES_LIMIT = 1000

export default defineCheck<MigratedDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-055',
    title: 'The target has the certificate of an encrypted database',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [
      { id: 'source/login-is-accepted' },
      { id: 'source/database-is-readable' },
      { id: 'target/login-is-accepted' },
    ],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'manual', 'not-applicable', 'unknown', 'blocked'],
    why: 'The backup of a database with transparent data encryption (TDE) can be restored only where the certificate that protects its key, with its private key, is already.',
    source: {
      title: 'Migrate a certificate of a TDE-protected database to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/azure/azure-sql/managed-instance/tde-certificate-migrate',
      verified: '2026-11-26',
      rows: ['TDE', 'P23-007', 'P25-007', 'P26-006', 'COM-006'],
    },
    remedy:
      'Export the certificate with its private key from the source, and upload it to the managed instance or create it in master of the virtual machine.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, subject) =>
    observeMigratedDatabase(ports, subject, ID, CERTIFICATES, (rows) =>
      rows
        .slice(0, CERTIFICATES_LIMIT)
        .map(({ name, thumbprint, isUsable }) => ({ name: boundName(name), thumbprint, isUsable })),
    ),
  judge: (evidence, subject) =>
    judgeMigratedDatabase(evidence, subject, (source, instance) => judgeKey(source, instance, subject.spec)),
})

/** Whatever its state: while a key is there, a backup holds it, and the restore asks for what protects it. */
function judgeKey(
  source: SourceAnswered,
  { host, port, rows, server }: InstanceAnswered<CertificateRow>,
  { database, target, manifest }: MigratedDatabaseSpec,
): Judgement {
  const { encryption, notSeen } = source.facts
  const what = `The database ${database.name} on ${source.host}:${String(source.port)}`
  const at = `${host}:${String(port)}`
  const expected = `${at} has the certificate that protects the encryption key of ${database.name}, if there is one`
  if (encryption === null) {
    return notSeen.some(({ fact }) => fact === 'encryption keys')
      ? unseenFact(source, 'encryption keys', what, expected)
      : { verdict: 'not-applicable', summary: `${what} has no encryption key: it is not encrypted` }
  }
  const state = STATES[encryption.state] ?? `in encryption state ${String(encryption.state)}`
  const { thumbprint } = encryption
  const needed = `${what} is ${state}, its key protected by ${thumbprint === null ? 'something that the server does not name' : `the certificate ${thumbprint}`}`
  const same = rows.filter((row) => row.thumbprint.toLowerCase() === thumbprint?.toLowerCase())
  const found = same.find(({ isUsable }) => isUsable === 1) ?? same[0]
  if (found !== undefined && isVirtualMachine(target) && found.isUsable !== 1)
    return judgeKeyless(found, { needed, at, expected })
  if (found !== undefined) {
    const actual = `${at} lists that certificate as ${found.name}`
    return { verdict: 'pass', proof: 'direct', summary: `${needed}; ${actual}`, expected, actual }
  }
  if (isVirtualMachine(target)) {
    return judgeMissing(thumbprint, {
      needed,
      at,
      expected,
      seesAll: server.controlServer === 1 && rows.length < CERTIFICATES_LIMIT,
      seen: rows.length,
    })
  }
  // By Microsoft's own page an uploaded certificate is not visible in sys.certificates: its absence proves nothing.
  return {
    verdict: 'manual',
    summary: `${needed}; ${at} does not list it, as it does not list uploaded certificates: only whoever uploaded it knows`,
    expected,
    remediation: {
      text: `Back the certificate up with its private key, make a .pfx file of both, upload it, and attest it here; RESTORE FILELISTONLY of a backup of the database on the instance confirms it.${manifest.generation === 'classic' ? CLASSIC_UPLOAD : ''}`,
      scripts: [{ language: 'powershell', code: uploadScript(target.resourceId) }],
    },
  }
}

const CLASSIC_UPLOAD =
  ' DMS (classic) uploads it itself only where the Windows user of the share is the built-in administrator account, with User Account Control off.'

/** A SQL Server of a virtual machine lists its own certificates and keys to whoever controls it. */
function judgeMissing(
  thumbprint: string | null,
  {
    needed,
    at,
    expected,
    seesAll,
    seen,
  }: { needed: string; at: string; expected: string; seesAll: boolean; seen: number },
): Judgement {
  const lists = `${at} lists ${String(seen)} certificates and keys in master, and not that one`
  if (thumbprint !== null && seesAll) {
    const text =
      'Back the certificate up with its private key at the source, copy both files, and create it in master of the target; delete the copies afterwards. A key of a provider (EKM) needs the same provider and key there.'
    const scripts = [{ language: 'tsql' as const, code: copyScript(thumbprint) }]
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${needed}; ${lists}`,
      expected,
      actual: lists,
      remediation: { text, scripts },
    }
  }
  const message = seesAll
    ? `${needed}, so what ${at} would need is not known`
    : `${needed}; ${lists}, and may not show all of them`
  const cause = { kind: seesAll ? ('insufficient' as const) : ('forbidden' as const), message }
  const text =
    'Look as a sysadmin whether master of the target has it, or give the login of the target CONTROL SERVER for this run.'
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause, remediation: { text, scripts: [] } }
}

/** Without its private key under the master key of `master`, a certificate opens no database: error 33101. */
function judgeKeyless(
  { name, thumbprint }: CertificateRow,
  { needed, at, expected }: { needed: string; at: string; expected: string },
): Judgement {
  const actual = `${at} lists that certificate as ${name}, without its private key or with one that is not protected by the master key of master (error 33101)`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${needed}; ${actual}`,
    expected,
    actual,
    remediation: {
      text: 'Drop it from master of the target, unless something else there uses it, and create it again with its private key. A master key must be there first, which protects that key.',
      scripts: [{ language: 'tsql', code: copyScript(thumbprint) }],
    },
  }
}

function copyScript(thumbprint: string): string {
  return [
    `-- at the source, in master: the certificate with the thumbprint ${quoteInComment(thumbprint)}`,
    "BACKUP CERTIFICATE [<name>] TO FILE = N'<path>.cer'",
    "  WITH PRIVATE KEY (FILE = N'<path>.pvk', ENCRYPTION BY PASSWORD = N'<password of the file>');",
    '-- at the target, in master (once, if it has none: CREATE MASTER KEY)',
    "CREATE CERTIFICATE [<name>] FROM FILE = N'<path>.cer'",
    "  WITH PRIVATE KEY (FILE = N'<path>.pvk', DECRYPTION BY PASSWORD = N'<password of the file>');",
  ].join('\n')
}

const STATES: Readonly<Record<number, string>> = {
  0: 'not encrypted, with a key',
  1: 'not encrypted, with a key',
  2: 'being encrypted',
  3: 'encrypted',
  4: 'encrypted, its key being changed',
  5: 'being decrypted',
  6: 'encrypted, its protection being changed',
}

function uploadScript(resourceId: string): string {
  const id = parseResourceId(resourceId)
  const word = (text: string): string => `'${text.replaceAll("'", "''")}'`
  return [
    "$blob = [Convert]::ToBase64String([IO.File]::ReadAllBytes('<CERTIFICATE.PFX>')) | ConvertTo-SecureString -AsPlainText -Force",
    "$password = Read-Host -Prompt 'Password of the file' -AsSecureString",
    `Add-AzSqlManagedInstanceTransparentDataEncryptionCertificate -ResourceGroupName ${word(id?.resourceGroup ?? '<GROUP>')} -ManagedInstanceName ${word(id?.name ?? '<INSTANCE>')} -PrivateBlob $blob -Password $password`,
  ].join('\n')
}
