import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { SecurityEntry } from '../ports/share-port.ts'
import type { SqlServer } from '../ports/sql-port.ts'
import { boundName, boundText } from './foreign-text.ts'
import { describeStatus, readFileShare } from './share-place.ts'
import { ACCOUNT_SIDS } from './statements/account-sids.ts'
import type { ShareSpec } from './subjects.ts'

/** An account, and the SID that the source's own domain gives it. */
export type AccountFact = { account: string; sid: string }

/** The permissions of the folder in the file system. Those of the share come on top, and nobody tells them over SMB. */
export type SecurityFact =
  | {
      state: 'told'
      owner: string | null
      /** Null: there is no list, which lets everybody in. */
      entries: SecurityEntry[] | null
      /** Of more entries than are kept; nothing is concluded then. */
      isCut: boolean
    }
  | { state: 'unseen'; why: string }

/** Far more than a folder has whose permissions somebody looks after. */
const ENTRIES_KEPT = 100

export async function readFolderSecurity(
  { net, share }: Pick<Ports, 'net' | 'share'>,
  subject: Pick<Subject<ShareSpec>, 'name' | 'spec'>,
  id: string,
): Promise<SecurityFact> {
  const asked = await readFileShare({ net }, subject, id)
  const answer = asked.ok ? await share.readSecurity(asked.value) : asked
  if (!answer.ok) return { state: 'unseen', why: boundText(answer.failure.message) }
  if (answer.value.outcome === 'refused') return { state: 'unseen', why: describeStatus(answer.value.status) }
  const { owner, entries } = answer.value
  const isCut = (entries?.length ?? 0) > ENTRIES_KEPT
  return { state: 'told', owner: owner ?? null, entries: entries?.slice(0, ENTRIES_KEPT) ?? null, isCut }
}

/** On a connection of its own: where no domain controller answers, nothing else waits for that. */
const LOOKUP_DATABASE = 'tempdb'

/** What the host's domain knows of the accounts under which SQL Server may come; none where it does not tell. */
export async function readAccounts(sql: Ports['sql'], server: SqlServer): Promise<AccountFact[]> {
  const answer = await sql.query(server, LOOKUP_DATABASE, ACCOUNT_SIDS)
  if (!answer.ok) return []
  return answer.value.flatMap(({ account, sid }) => {
    const shown = sid === null ? undefined : sidOfHex(sid)
    return shown === undefined ? [] : [{ account: boundName(account), sid: shown }]
  })
}

/** MS-DTYP 2.4.2.2, as T-SQL shows a varbinary. */
function sidOfHex(hex: string): string | undefined {
  const [, digits] = /^0x((?:[0-9a-f]{2}){8,68})$/i.exec(hex) ?? []
  if (digits === undefined) return undefined
  const bytes = Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  )
  const [revision, count = 0] = bytes
  if (revision !== 1 || bytes.length !== 8 + 4 * count) return undefined
  const authority = bytes.slice(2, 8).reduce((sum, byte) => sum * 256 + byte, 0)
  const parts = Array.from({ length: count }, (_, place) =>
    bytes.slice(8 + 4 * place, 12 + 4 * place).reduceRight((sum, byte) => sum * 256 + byte, 0),
  )
  return ['S-1', String(authority), ...parts.map(String)].join('-')
}

/** Groups that every account of a domain is in when it comes over the network (MS-DTYP 2.4.2.4). */
export const COMMON_GROUPS: ReadonlyMap<string, string> = new Map([
  ['S-1-1-0', 'Everyone'],
  ['S-1-5-2', 'NETWORK'],
  ['S-1-5-11', 'Authenticated Users'],
])

/** Generic rights as the file system maps them (MS-FSA 2.1.5.1.2.1). */
const GENERIC: readonly (readonly [bit: number, mask: number])[] = [
  [0x1000_0000, 0x001f_01ff],
  [0x2000_0000, 0x0012_00a0],
  [0x4000_0000, 0x0012_0116],
  [0x8000_0000, 0x0012_0089],
]
const ALL_RIGHTS = 0x001f_01ff

function rightsOf({ mask }: SecurityEntry): number {
  return GENERIC.reduce((rights, [bit, mapped]) => ((mask & bit) === 0 ? rights : rights | mapped), mask & ALL_RIGHTS)
}

/** What a list says of an account, as far as it can be said without knowing its groups. */
export interface EntriesOfAccount {
  /** By name: what entries for the very account give and deny. */
  given: number
  denied: number
  /** Surely not granted, whatever groups the account is in: denied to it, or to everybody, before anybody is granted it. */
  surelyDenied: number
}

/** Entries count in their order, and the first that speaks of a right decides (MS-DTYP 2.5.3.2). */
export function readEntries(entries: readonly SecurityEntry[], sid: string): EntriesOfAccount {
  let [given, denied, grantedToSomebody, surelyDenied] = [0, 0, 0, 0]
  for (const entry of entries.filter(({ inheritOnly }) => !inheritOnly)) {
    const rights = rightsOf(entry)
    const isOwn = entry.sid === sid
    if (isOwn && entry.kind === 'allow') given |= rights
    if (isOwn && entry.kind === 'deny') denied |= rights
    // Whose groups hold the account is not seen, so any grant before a denial may be its own.
    if (entry.kind === 'allow') grantedToSomebody |= rights
    else if (entry.kind === 'other') grantedToSomebody |= ALL_RIGHTS
    else if (isOwn || COMMON_GROUPS.has(entry.sid)) surelyDenied |= rights & ~grantedToSomebody
  }
  return { given, denied, surelyDenied: entries.length === 0 ? ALL_RIGHTS : surelyDenied }
}

/** FILE_ADD_FILE: without it no file is made in a folder (MS-DTYP 2.4.3, FILE_WRITE_DATA). */
export const ADD_FILE = 0x2
