import { parseResourceId } from '../../../domain/resource-id.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import {
  judgeMigratedDatabase,
  observeMigratedDatabase,
  unseenFact,
  type InstanceAnswered,
  type MigratedEvidence,
  type SourceAnswered,
} from '../../migrated-database.ts'
import { CERTIFICATES, type CertificateRow } from '../../statements/certificates.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'

type Evidence = MigratedEvidence<CertificateRow>

const ID = 'target/has-tde-certificates'
const CERTIFICATES_LIMIT = 200

export default defineCheck<MigratedDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-055',
    title: 'The managed instance has the certificate of an encrypted database',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [
      { id: 'source/login-is-accepted' },
      { id: 'source/database-is-readable' },
      { id: 'target/login-is-accepted' },
    ],
    vantage: 'server',
    verdicts: ['pass', 'manual', 'not-applicable', 'unknown', 'blocked'],
    why: 'The backup of a database with transparent data encryption (TDE) can be restored only where the certificate that protects its key was uploaded before.',
    source: {
      title: 'Migrate a certificate of a TDE-protected database to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/azure/azure-sql/managed-instance/tde-certificate-migrate',
      verified: '2026-11-26',
      rows: ['TDE'],
    },
    remedy: 'Export the certificate with its private key from the source and upload it to the managed instance.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, subject) =>
    observeMigratedDatabase(ports, subject, ID, CERTIFICATES, (rows) =>
      rows.slice(0, CERTIFICATES_LIMIT).map(({ name, thumbprint }) => ({ name: boundName(name), thumbprint })),
    ),
  judge: (evidence, subject) =>
    judgeMigratedDatabase(evidence, subject, (source, instance) => judgeKey(source, instance, subject.spec)),
})

/** Whatever its state: while a key is there, a backup holds it, and the restore asks for what protects it. */
function judgeKey(
  source: SourceAnswered,
  { host, port, rows }: InstanceAnswered<CertificateRow>,
  { database, target }: MigratedDatabaseSpec,
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
  const found = rows.find((row) => row.thumbprint.toLowerCase() === thumbprint?.toLowerCase())
  if (found !== undefined) {
    const actual = `${at} lists that certificate as ${found.name}`
    return { verdict: 'pass', proof: 'direct', summary: `${needed}; ${actual}`, expected, actual }
  }
  // By Microsoft's own page an uploaded certificate is not visible in sys.certificates: its absence proves nothing.
  return {
    verdict: 'manual',
    summary: `${needed}; ${at} does not list it, as it does not list uploaded certificates: only whoever uploaded it knows`,
    expected,
    remediation: {
      text: 'Back the certificate up with its private key, make a .pfx file of both, upload it, and attest it here; RESTORE FILELISTONLY of a backup of the database on the instance confirms it. DMS (classic) uploads it itself only where the Windows user of the share is the built-in administrator account, with User Account Control off.',
      scripts: [{ language: 'powershell', code: uploadScript(target.resourceId) }],
    },
  }
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
