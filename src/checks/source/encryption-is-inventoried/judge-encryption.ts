import type { CauseKind } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'
import { describeNotSeen, type NotSeen, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import type { SourceSpec } from '../../subjects.ts'

/** Why the keys of a database are not all seen. */
export type KeyGap = { kind: CauseKind; why: string; missing: string | null }

/** `tde`: the thumbprint of what protects the key of an encrypted database; `keys`: the first of `count`. */
export type DatabaseKeys = {
  database: string
  tde: string | null
  count: number
  keys: { kind: string; name: string; store: string | null }[]
  gap: KeyGap | null
}

export type Evidence = SourceFacts<{ databases: DatabaseKeys[]; notSeen: NotSeen[] }>

/** What encrypted a backup lies in master of the source, and not in the database. */
export const BACKUP_KEY = 'a certificate or key of its backups,'

const DATABASES_NAMED = 10
const KEYS_NAMED = 5

export function judgeEncryption(evidence: Evidence, name: string, { manifest }: SourceSpec): Judgement {
  if (evidence.outcome !== 'answered') return judgeNoLogin(evidence, name, manifest.name)
  const { host, port, databases, notSeen } = evidence
  const at = `${host}:${String(port)}`
  const expected = `it is known how every key and certificate of the databases on ${at} gets to the target`
  const holding = databases.filter(({ tde, count }) => tde !== null || count > 0)
  const gaps = databases.filter(({ gap }) => gap !== null)
  const unseen = `${gaps.map(describeGap).join('')}${describeNotSeen(notSeen)}`
  if (holding.length > 0) {
    const more =
      holding.length > DATABASES_NAMED ? `; and ${String(holding.length - DATABASES_NAMED)} more databases` : ''
    const summary = `On ${at} ${holding.slice(0, DATABASES_NAMED).map(describe).join('; ')}${more}${unseen}`
    return { verdict: 'manual', summary, expected, remediation: { text: textFor(holding), scripts: [LIST_KEYS] } }
  }
  if (gaps.length > 0 || notSeen.length > 0) {
    const message = `No key or certificate was seen in the databases on ${at}, and not everything could be seen${unseen}`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: gaps[0]?.gap?.kind ?? 'forbidden', message },
      remediation: {
        text: 'Grant VIEW DEFINITION in the databases and VIEW SERVER STATE to the login, or have a sysadmin list the keys.',
        scripts: [LIST_KEYS],
      },
    }
  }
  const count = databases.length === 1 ? 'the database' : `the ${String(databases.length)} databases`
  const summary = `There is neither transparent data encryption nor a key or certificate in ${count} on ${at}${manifest.scenario === 'sql-server-to-azure-sql-database' ? '' : ', nor an encrypted backup in its history'}`
  return { verdict: 'not-applicable', summary }
}

function describe({ database, tde, count, keys }: DatabaseKeys): string {
  const shown = keys
    .slice(0, KEYS_NAMED)
    .map(({ kind, name, store }) => `${kind} ${name}${store === null ? '' : ` in ${store}`}`)
  const more = count > shown.length ? [`${String(count - shown.length)} more`] : []
  const parts = [...(tde === null ? [] : [`transparent data encryption (${tde})`]), ...shown, ...more]
  return `${database} has ${parts.join(', ')}`
}

function describeGap({ database, gap }: DatabaseKeys): string {
  if (gap === null) return ''
  return `; the keys of ${database} were not all seen: ${gap.why}${gap.missing === null ? '' : ` (missing: ${gap.missing})`}`
}

function textFor(holding: readonly DatabaseKeys[]): string {
  const kinds = new Set(holding.flatMap(({ keys }) => keys.map(({ kind }) => kind)))
  const names = holding.flatMap(({ keys }) => keys.map(({ name }) => name))
  return [
    'Write down for each who holds it and how it gets to the target, try it once, and attest it with the place where that is written.',
    ...(holding.some(({ tde }) => tde !== null)
      ? [
          'TDE: the certificate with its private key has to be on a managed instance or virtual machine before the restore.',
        ]
      : []),
    ...(kinds.has(BACKUP_KEY)
      ? [
          'Encrypted backups: the target restores them only with the certificate or key that encrypted them, and its private key; or make the backups of the migration without encryption.',
        ]
      : []),
    ...(kinds.has('column master key')
      ? [
          'Always Encrypted: the applications need the store of the column master keys from their new place; nothing of it is in the database.',
        ]
      : []),
    ...(names.includes('##MS_DatabaseMasterKey##')
      ? [
          'Database master key: back it up with a password; on the target open it with that password and encrypt it by the service master key there.',
        ]
      : []),
  ].join(' ')
}

const LIST_KEYS = {
  language: 'tsql',
  code: [
    '-- in each database',
    'SELECT name, key_algorithm FROM sys.symmetric_keys;',
    'SELECT name, subject, expiry_date, thumbprint FROM sys.certificates;',
    'SELECT DISTINCT database_name, key_algorithm, encryptor_thumbprint FROM msdb.dbo.backupset; -- 2014 and later',
    'SELECT name, key_store_provider_name, key_path FROM sys.column_master_keys; -- 2016 and later',
  ].join('\n'),
} as const
