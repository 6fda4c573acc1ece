import { ADD_FILE, COMMON_GROUPS, readEntries, type AccountFact, type SecurityFact } from './folder-security.ts'
import { describeMask } from './share-rights.ts'

/**
 * Whether the list of permissions of the folder surely keeps the account from making a file, in whatever groups it is.
 * That it lets the account in is never concluded: groups, and the permissions of the share itself, are not seen.
 */
export function surelyKeepsOut(security: SecurityFact, { sid }: AccountFact): boolean {
  if (security.state !== 'told' || security.isCut || security.entries === null) return false
  return (readEntries(security.entries, sid).surelyDenied & ADD_FILE) !== 0
}

/** What the list says of the account by name, and of everybody, as a clause. */
export function describeEntries(security: SecurityFact, { account, sid }: AccountFact): string {
  if (security.state !== 'told') return `the permissions of the folder could not be read (${security.why})`
  const { entries } = security
  if (entries === null) return 'the folder has no list of permissions, which lets everybody in'
  if (entries.length === 0) return 'the list of permissions of the folder is empty, which lets nobody in'
  const { given, denied } = readEntries(entries, sid)
  const own =
    given === 0 && denied === 0
      ? [`no entry names ${account}, who may come in by a group`]
      : [
          ...(given === 0 ? [] : [`${account} is given ${describeMask(given)} by name`]),
          ...(denied === 0 ? [] : [`${account} is denied ${hex(denied)} by name`]),
        ]
  const groups = [...COMMON_GROUPS].flatMap(([group, name]) => {
    const all = readEntries(entries, group)
    return [
      ...(all.given === 0 ? [] : [`${name} is given ${describeMask(all.given)}`]),
      ...(all.denied === 0 ? [] : [`${name} is denied ${hex(all.denied)}`]),
    ]
  })
  return `in the permissions of the folder ${[...own, ...groups].join(', ')}; those of the share itself are not seen`
}

function hex(mask: number): string {
  return `0x${mask.toString(16).toUpperCase().padStart(8, '0')}`
}
