import { isInRanges } from '../domain/allowed-hosts.ts'
import { unseen, type Observed } from '../domain/observed.ts'
import type { Grant, Permit } from './permit.ts'
import { hostPlace, type ShareUse, type SqlUse, type Use, type UseIndex } from './uses.ts'

/** What the ports told on the way, and later questions build on. */
export interface HostBook {
  uses: UseIndex
  /** Address -> the hosts that were found to have it, by granted look-ups. */
  named: Map<string, Set<string>>
  /** `address port` that SQL Server Browser told of an instance that may be asked for. */
  browsed: Set<string>
  /** Host in lower case -> ids, in lower case, of the resources for which Azure told it. */
  told: Map<string, Set<string>>
}

/** The uses that lead to a host: by the manifest's own words, or because Azure says that a server of it is there. */
export function usesAtHost({ uses, told }: HostBook, host: string): Exclude<Use, { kind: 'azure' }>[] {
  const resources = [...(told.get(host.toLowerCase()) ?? [])]
  const all = [...uses.at(hostPlace(host)), ...resources.flatMap((id) => uses.at(`server of ${id}`))]
  return all.flatMap((use) => (use.kind === 'azure' ? [] : [use]))
}

/** The failure of a use that is not granted. */
export function refuseUse({ why, missing }: Extract<Grant, { granted: false }>): {
  ok: false
  failure: { kind: 'untrusted-host'; message: string; missing: string }
} {
  return { ok: false, failure: { kind: 'untrusted-host', message: why, missing } }
}

/** No use of the manifest asks for this: it would be a mistake of a check, and is refused like everything unknown. */
export function refuseUnknown(what: string): Observed<never> {
  return unseen('untrusted-host', `${what} is no use that the manifest declares, so nothing was sent there.`)
}

/** The first of some uses that is granted for an address; else why the first one is not. */
export function pickGrant(
  permit: Permit,
  uses: readonly Use[],
  what: string,
  { host, address }: { host: string; address?: string },
): { ok: true; grant: Extract<Grant, { granted: true }> } | Extract<Observed<never>, { ok: false }> {
  let refusal: Extract<Observed<never>, { ok: false }> | undefined
  for (const use of uses) {
    const grant = permit.grantOf(use, host)
    if (!grant.granted) refusal ??= refuseUse(grant)
    else if (address === undefined || grant.ranges === undefined || isInRanges(grant.ranges, address)) {
      return { ok: true, grant }
    } else refusal ??= outOfRange(host, address)
  }
  return refusal ?? (refuseUnknown(what) as Extract<Observed<never>, { ok: false }>)
}

export function outOfRange(host: string, address: string): Extract<Observed<never>, { ok: false }> {
  return unseen(
    'untrusted-host',
    `${host} has the address ${address}, which lies in no prefix of \`allowed-hosts\`; nothing was sent to it.`,
    { missing: `a prefix that holds every address of ${host}, or its name, in the input \`allowed-hosts\`` },
  )
}

/** TCP ports of a server in Azure: its own, and that of the public endpoint of a managed instance. */
export const AZURE_PORTS: readonly number[] = [1433, 3342]

export function isPortOf(use: SqlUse | ShareUse, address: string, port: number, book: HostBook): boolean {
  if (use.port === 'azure') return AZURE_PORTS.includes(port)
  if (typeof use.port === 'number') return use.port === port
  return book.browsed.has(`${address} ${port}`)
}
