import { isActionGranted } from '../../../domain/azure-permissions.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { decideDenial, type DenyAssignment, type Holder } from '../../../domain/role-assignments.ts'
import type { Judgement } from '../../define.ts'
import type { DenyFact } from '../../deny-facts.ts'
import { boundText } from '../../foreign-text.ts'
import { unknownByGap } from '../../gap-fact.ts'
import { describeIdentity, type IdentityFact } from './identity.ts'
import { BLOB_READ, MIGRATION_ROLES } from './modern-actions.ts'
import { modernRoleScripts } from './modern-role-scripts.ts'
import { actionsAt, type Finding, type PlaceFact } from './read-modern.ts'

export type ModernEvidence = {
  generation: 'modern'
  identity: IdentityFact
  places: PlaceFact[]
}

/** As many actions as a sentence names; the rest stands in the script. */
const NAMED_ACTIONS = 3
const NAMED_PLACES = 6

export function judgeModern({ identity, places }: ModernEvidence, manifest: Manifest): Judgement {
  const who = describeIdentity(identity)
  const findings = places.flatMap((place) => ('gap' in place ? [] : [findingOf(place, identity, manifest)]))
  const deciding = findings.filter(({ place }) => place !== 'container' && place !== 'subscription')
  const portal = findings.filter(
    ({ place, lacking, open }) => place === 'container' && lacking.length + open.length > 0,
  )
  const lacking = deciding.filter((one) => one.lacking.length > 0)
  const scopes = namePlaces(places)
  const expected = `whoever starts the migration may do at ${scopes} what ${MIGRATION_ROLES[manifest.scenario].url} lists`
  if (lacking.length > 0) {
    return {
      verdict: 'manual',
      summary: `The identity of this run, ${who}, may not run the migration: it lacks ${lacking.map(describeLack).join('; ')}. Whether another identity will, only a person knows`,
      expected,
      remediation: {
        text: `Where this identity only reads, leave it so, and let whoever will start the migration attest to have these rights. Else give it this role, which holds just what the migration takes. Azure's own ${MIGRATION_ROLES[manifest.scenario].builtIn} is made for it as well; Contributor at the same places holds more.`,
        scripts: modernRoleScripts(manifest, places, [...lacking, ...portal]),
      },
    }
  }
  const open = deciding.find((one) => one.open.length > 0)
  if (open !== undefined) return undecided(who, open, expected)
  const gap = places.find((place) => 'gap' in place && place.place !== 'container' && place.place !== 'subscription')
  if (gap !== undefined && 'gap' in gap) {
    const seenNot = `What the identity of this run, ${who}, may do at ${gap.where} was not seen: ${gap.gap.message}`
    return unknownByGap(gap.gap, seenNot, expected)
  }
  const actual = `the identity of this run, ${who}, may run the migration at ${scopes}`
  const notes = notesOf(places, findings, portal)
  const summary = [actual, 'that the migration will be started by this identity is not known', ...notes].join('; ')
  return { verdict: 'pass', proof: 'proxy', summary, expected, actual }
}

/** The places that decide, the first few of an estate by name. */
function namePlaces(places: readonly PlaceFact[]): string {
  const names = places
    .filter(({ place }) => place !== 'container' && place !== 'subscription')
    .map(({ where }) => where)
  const more = names.length - NAMED_PLACES
  return `${names.slice(0, NAMED_PLACES).join(', ')}${more > 0 ? ` and ${more} more places` : ''}`
}

function findingOf(place: Exclude<PlaceFact, { gap: object }>, identity: IdentityFact, manifest: Manifest): Finding {
  const isData = place.place === 'container'
  const plane = isData ? 'data' : 'control'
  const lacking: { action: string; deniedBy: readonly string[] }[] = []
  const open: { action: string; deniedBy: readonly string[] }[] = []
  for (const action of isData ? [BLOB_READ] : actionsAt(manifest, place.place)) {
    const { answer, by } = decideDenial(deniesFor(place.denies, identity), holderOf(identity), {
      action,
      plane,
      scope: place.scope,
    })
    const isGranted = isActionGranted({ granted: place.sets }, action, plane)
    if (!isGranted) lacking.push({ action, deniedBy: [] })
    else if (answer === 'yes') lacking.push({ action, deniedBy: by })
    else if (answer === 'maybe') open.push({ action, deniedBy: by })
  }
  return { place: place.place, where: place.where, lacking, open }
}

/** Azure does not tell of which groups the caller is a member. */
function holderOf({ objectId }: IdentityFact): Holder {
  return { principalId: objectId ?? '', groupIds: [], knowsGroups: false }
}

/** Without an object id, every principal may be the one that asks. */
function deniesFor(denies: readonly DenyFact[], { objectId }: IdentityFact): readonly DenyAssignment[] {
  if (objectId !== undefined) return denies
  const anybody = ({ id }: { id: string }): { id: string } => ({ id })
  return denies.map((deny) => ({
    ...deny,
    principals: deny.principals.map(anybody),
    excludePrincipals: deny.excludePrincipals.map(anybody),
  }))
}

function describeLack({ where, lacking }: Finding): string {
  const named = lacking.slice(0, NAMED_ACTIONS).map(describeAction).join(', ')
  const more = lacking.length - NAMED_ACTIONS
  return `${named}${more > 0 ? ` and ${more} more` : ''} at ${where}`
}

function describeAction({ action, deniedBy }: Finding['lacking'][number]): string {
  return deniedBy.length === 0 ? action : `${action} (denied by the deny assignment ${deniedBy.join(', ')})`
}

function undecided(who: string, { where, open }: Finding, expected: string): Judgement {
  const [first] = open
  const message = boundText(
    `the deny assignment ${first?.deniedBy.join(', ') ?? ''} may take ${first?.action ?? ''} at ${where} from it: that depends on a condition or on groups, which Azure does not tell`,
  )
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether the identity of this run, ${who}, may run the migration is not decided: ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
  }
}

/** What does not decide, and whoever reads the verdict has to know. */
function notesOf(places: readonly PlaceFact[], findings: readonly Finding[], portal: readonly Finding[]): string[] {
  const unread = places.flatMap((place) => ('gap' in place || place.deniesUnread === null ? [] : [place.deniesUnread]))
  const isBroad = places.some((place) => !('gap' in place) && place.sets.some(({ actions }) => actions.includes('*')))
  const cannotCreate = findings.some(
    ({ place, lacking, open }) => place === 'subscription' && lacking.length + open.length > 0,
  )
  return [
    ...(unread[0] === undefined ? [] : [`deny assignments are not read: ${unread[0]}`]),
    ...portal.map(
      ({ where }) =>
        `whoever sets the migration up in the Azure portal also needs Storage Blob Data Reader at ${where}, which it lacks`,
    ),
    ...(cannotCreate ? ['it may not create a service, which only matters while there is none'] : []),
    ...(isBroad ? ['its rights reach further than the migration takes: a role of just these actions would do'] : []),
  ]
}
