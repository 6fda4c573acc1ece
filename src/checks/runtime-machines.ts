import { parseAddress } from '../domain/address.ts'
import { normalHost } from '../domain/host.ts'

/** The longest NetBIOS name: Windows cuts the name of a machine to it. */
const NETBIOS_CHARS = 15

/**
 * Whether two names are of one machine, without a lookup: the same name or address; or, where one of them is a short
 * name, the same first label. Two full names of different domains are two machines.
 */
export function isSameMachine(one: string, other: string): boolean {
  const [left, right] = [one, other].map((name) => normalHost(name)?.replace(/\.$/, '') ?? name.toLowerCase())
  if (left === undefined || right === undefined || left === '' || right === '') return false
  if (left === right) return true
  if (isAddress(left) || isAddress(right)) return false
  return (!left.includes('.') || !right.includes('.')) && shortName(left) === shortName(right)
}

function shortName(host: string): string {
  return (host.split('.')[0] ?? '').slice(0, NETBIOS_CHARS)
}

function isAddress(host: string): boolean {
  return parseAddress(host) !== undefined
}
