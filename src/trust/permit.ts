import { isInScopes, matchHost, rulesFor, type AllowedHosts } from '../domain/allowed-hosts.ts'
import type { AddressRange } from '../domain/address.ts'
import type { Manifest } from '../domain/manifest.ts'
import {
  describeUse,
  differences,
  placeOf,
  secretOf,
  usesOf,
  type IsSameFile,
  type Use,
  type UseIndex,
} from './uses.ts'

/** What the decision on a use rests on. */
export interface PermitTerms {
  /** Of the whole run: then every use may be made, save for a secret that is bound to other hosts. */
  trusted: boolean
  /** Short name of the trusted ref; empty where it is not known. */
  refName: string
  /** The uses of every manifest of the trusted ref. */
  trustedUses: UseIndex
  allowed: AllowedHosts
  isSameFile: IsSameFile
}

/** `ranges`: only if every address of the host lies in them. */
export type Grant =
  { granted: true; ranges?: readonly AddressRange[] } | { granted: false; why: string; missing: string }

/** What one manifest may do. */
export interface Permit {
  /** Of the whole run. */
  trusted: boolean
  uses: readonly Use[]
  /** `host`: what Azure named, for a use whose host the manifest leaves to it. */
  grantOf: (use: Use, host?: string) => Grant
}

export function createPermit(manifest: Manifest, terms: PermitTerms): Permit {
  const uses = usesOf(manifest)
  // Estates ask the same again and again.
  const known = new Map<Use, Map<string, Grant>>()
  return {
    trusted: terms.trusted,
    uses,
    grantOf(use, host = '') {
      const ofUse = known.get(use) ?? new Map<string, Grant>()
      known.set(use, ofUse)
      const grant = ofUse.get(host) ?? decide(use, host === '' ? undefined : host, terms)
      ofUse.set(host, grant)
      return grant
    },
  }
}

/** Pure: may this use be made? */
function decide(use: Use, told: string | undefined, terms: PermitTerms): Grant {
  const { allowed, trusted } = terms
  if (use.kind === 'azure') {
    const isCovered = trusted || isMatched(use, terms) || isInScopes(allowed.scopes, use.resourceId)
    return isCovered ? { granted: true } : refused(use, terms)
  }
  const host = use.host ?? told
  const secret = secretOf(use)
  const { rules, isBound } = rulesFor(allowed, secret)
  const match = host === undefined ? undefined : matchHost(rules, host)
  // A container whose place only its SAS knows is looked at when that is known.
  if (isBound && match === undefined && host !== undefined) return boundElsewhere(use, secret ?? '', host)
  const mayBe = isBound ? match : {}
  if (trusted || isMatched(use, terms)) return { granted: true, ...mayBe }
  return match === undefined ? refused(use, terms) : { granted: true, ...match }
}

function isMatched(use: Use, { trustedUses, isSameFile }: PermitTerms): boolean {
  return trustedUses.at(placeOf(use)).some((one) => differences(use, one, isSameFile).length === 0)
}

function boundElsewhere(use: Use, secret: string, host: string): Grant {
  return {
    granted: false,
    why: `${describeUse(use)}: not done, because \`allowed-hosts\` binds ${secret} to other hosts than ${host}.`,
    missing: `a line ${secret}=${host} in the input \`allowed-hosts\`, if that is meant`,
  }
}

function refused(use: Use, { trustedUses, refName, isSameFile }: PermitTerms): Grant {
  const ref = refName === '' ? 'the trusted ref' : refName
  const nearest = [...trustedUses.of(use.owner), ...trustedUses.at(placeOf(use))]
    .filter(({ kind }) => kind === use.kind)
    .map((one) => differences(use, one, isSameFile))
    .sort((left, right) => left.length - right.length)[0]
  const isNear = nearest !== undefined && use.kind !== 'azure' && nearest.length <= 2
  const how = isNear ? ` with this ${nearest.join(' and ')}` : ''
  const place = use.kind === 'azure' ? use.resourceId : 'its host'
  return {
    granted: false,
    why: `${describeUse(use)}: not done, because no manifest of ${ref} has it${how}.`,
    missing: `the same in the manifest of ${ref} (merge it there first), or ${place} in the input \`allowed-hosts\``,
  }
}

/** The variables of the secrets that a manifest may need: those of uses that are granted, or may be once Azure tells a name. */
export function neededSecrets({ uses, grantOf }: Permit, { allowed }: PermitTerms): string[] {
  const secrets = uses.flatMap((use) => {
    const secret = secretOf(use)
    if (secret === undefined) return []
    if (grantOf(use).granted) return [secret]
    const isOpen = use.kind === 'sql' && use.host === undefined && rulesFor(allowed, secret).rules.length > 0
    const isRead = isOpen && uses.some((one) => one.kind === 'azure' && one.owner === use.owner && grantOf(one).granted)
    return isRead ? [secret] : []
  })
  return [...new Set(secrets)]
}
