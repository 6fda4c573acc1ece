import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { PermissionSet, Plane } from '../../src/domain/azure-permissions.ts'
import {
  decideAccess,
  type AccessWorld,
  type DenyAssignment,
  type RoleAssignment,
  type RoleDefinition,
} from '../../src/domain/role-assignments.ts'

// A small cloud, written down by its edges: the oracle climbs them and never looks at the text of an id.
const SUBSCRIPTION = '/subscriptions/s'
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts/a`
const CONTAINER = `${ACCOUNT}/blobServices/default/containers/c`
const OTHER_GROUP = `${SUBSCRIPTION}/resourceGroups/rg2`
const TWIN = `${GROUP}/providers/Microsoft.Storage/storageAccounts/ab`
const ABOVE: Readonly<Record<string, string | undefined>> = {
  '/': undefined,
  '/providers/Microsoft.Management/managementGroups/m': '/',
  [SUBSCRIPTION]: '/providers/Microsoft.Management/managementGroups/m',
  [GROUP]: SUBSCRIPTION,
  [OTHER_GROUP]: SUBSCRIPTION,
  [ACCOUNT]: GROUP,
  [TWIN]: GROUP,
  [CONTAINER]: ACCOUNT,
}
const SCOPES = Object.keys(ABOVE)
/** Where something can be done. */
const PLACES = SCOPES.filter((scope) => scope.startsWith('/subscriptions/'))

const ACTIONS = ['X/read', 'X/write', 'X/y/read', 'Y/read', 'Y/delete'] as const
const PATTERNS = ['*', '*/read', 'X/*', 'X/*/read', 'x/READ', 'Y/*', 'Y/delete', '*/write', 'X/y*'] as const

const ME = 'aaaaaaaa-0000-0000-0000-000000000001'
const MY_GROUP = 'aaaaaaaa-0000-0000-0000-000000000002'
const STRANGER = 'aaaaaaaa-0000-0000-0000-000000000003'
const OTHER_TEAM = 'aaaaaaaa-0000-0000-0000-000000000004'
const EVERYONE = '00000000-0000-0000-0000-000000000000'
const TYPES: Readonly<Record<string, string>> = {
  [ME]: 'ServicePrincipal',
  [MY_GROUP]: 'Group',
  [STRANGER]: 'User',
  [OTHER_TEAM]: 'Group',
  [EVERYONE]: 'SystemDefined',
}

const patterns = (maxLength: number): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom<string>(...PATTERNS), { maxLength })
const set: fc.Arbitrary<PermissionSet> = fc.record({
  actions: patterns(2),
  notActions: patterns(1),
  dataActions: patterns(2),
  notDataActions: patterns(1),
})
const letters = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(text, text.toUpperCase(), text === '/' ? text : `${text}/`)
const scope = fc.constantFrom(...SCOPES).chain(letters)
const roles = ['r1', 'r2', 'r3'] as const
const definitions = fc.tuple(set, set, set).map((sets): RoleDefinition[] =>
  sets.map((one, index) => ({
    id: `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${roles[index] ?? ''}`,
    name: roles[index] ?? '',
    permissions: [one],
  })),
)
const assignment = fc
  .record({
    principalId: fc.constantFrom(ME, MY_GROUP, STRANGER, ME.toUpperCase()),
    role: fc.constantFrom(...roles),
    scope,
    isConditional: fc.boolean(),
  })
  .map(({ principalId, role, scope: at, isConditional }): RoleAssignment => ({
    principalId,
    roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role.toUpperCase()}`,
    scope: at,
    ...(isConditional ? { condition: "@Resource[...] StringEquals 'c'" } : {}),
  }))
const principals = (ids: readonly string[], minLength: number): fc.Arbitrary<{ id: string; type: string }[]> =>
  fc.array(
    fc.constantFrom(...ids).map((id) => ({ id, type: TYPES[id] ?? '' })),
    { minLength, maxLength: 2 },
  )
const deny: fc.Arbitrary<DenyAssignment> = fc.record({
  name: fc.constantFrom('d1', 'd2'),
  scope,
  permissions: fc.array(set, { minLength: 1, maxLength: 2 }),
  principals: principals([ME, MY_GROUP, STRANGER, OTHER_TEAM, EVERYONE], 1),
  excludePrincipals: principals([ME, MY_GROUP, STRANGER, OTHER_TEAM], 0),
  doNotApplyToChildScopes: fc.boolean(),
  isConditional: fc.boolean(),
})
const world = fc.record({
  assignments: fc.array(assignment, { maxLength: 3 }),
  definitions,
  denies: fc.array(deny, { maxLength: 2 }),
  knowsGroups: fc.boolean(),
})
const wanted = fc.record({
  action: fc.constantFrom<string>(...ACTIONS),
  plane: fc.constantFrom<Plane>('control', 'data'),
  scope: fc.constantFrom(...PLACES),
})

/** Letter by letter, with all that a `*` can take. */
function means(pattern: string, text: string): boolean {
  const [head, rest] = [pattern[0], pattern.slice(1)]
  if (head === undefined) return text === ''
  if (head === '*') return means(rest, text) || (text !== '' && means(pattern, text.slice(1)))
  return text[0]?.toLowerCase() === head.toLowerCase() && means(rest, text.slice(1))
}

function covers(one: PermissionSet, action: string, plane: Plane): boolean {
  const [yes, no] = plane === 'control' ? [one.actions, one.notActions] : [one.dataActions, one.notDataActions]
  return yes.some((pattern) => means(pattern, action)) && !no.some((pattern) => means(pattern, action))
}

/** The scope itself, what is above it, what is above that, ... */
function climb(from: string): string[] {
  const above = ABOVE[from]
  return above === undefined ? [from] : [from, ...climb(above)]
}

const known = (text: string): string =>
  SCOPES.find((one) => one.toLowerCase() === text.toLowerCase() || `${one}/`.toLowerCase() === text.toLowerCase()) ??
  text

type Cloud = Omit<AccessWorld, 'holder'>
type Worlds = Iterable<{ groups: readonly string[]; holds: (index: number) => boolean }>

/** In one world, in which every condition is settled and every group of the holder is known. */
function may(
  cloud: Cloud,
  { action, plane, scope: at }: { action: string; plane: Plane; scope: string },
  groups: readonly string[],
  holds: (index: number) => boolean,
): boolean {
  const me = new Set([ME, ...groups])
  const reach = climb(at)
  const isDenied = cloud.denies.some(
    (one, index) =>
      (!one.isConditional || holds(index)) &&
      (one.doNotApplyToChildScopes ? known(one.scope) === at : reach.includes(known(one.scope))) &&
      one.principals.some(({ id }) => id === EVERYONE || me.has(id)) &&
      !one.excludePrincipals.some(({ id }) => me.has(id)) &&
      one.permissions.some((set) => covers(set, action, plane)),
  )
  if (isDenied) return false
  return cloud.assignments.some(
    (one, index) =>
      me.has(one.principalId.toLowerCase()) &&
      reach.includes(known(one.scope)) &&
      (one.condition === undefined || holds(cloud.denies.length + index)) &&
      cloud.definitions.some(
        ({ name, permissions }) =>
          one.roleDefinitionId.toLowerCase().endsWith(`/${name}`) &&
          permissions.some((set) => covers(set, action, plane)),
      ),
  )
}

/** Every way in which the unknown can be: conditions that hold or do not, and the team that may hold the holder. */
function* worldsOf(cloud: Cloud, knowsGroups: boolean): Worlds {
  const open = cloud.denies.length + cloud.assignments.length
  for (const groups of knowsGroups ? [[MY_GROUP]] : [[MY_GROUP], [MY_GROUP, OTHER_TEAM]]) {
    for (let bits = 0; bits < 2 ** open; bits += 1)
      yield { groups, holds: (index) => Math.floor(bits / 2 ** index) % 2 === 1 }
  }
}

describe('rights by role assignments', () => {
  const counts: Record<string, number> = {}

  it('are granted where every world grants them, refused where none does, and undecided else', () => {
    fc.assert(
      fc.property(world, wanted, ({ knowsGroups, ...cloud }, asked) => {
        const holder = { principalId: ME, groupIds: [MY_GROUP], knowsGroups }
        const { standing } = decideAccess({ ...cloud, holder }, asked)
        const answers = new Set(
          [...worldsOf(cloud, knowsGroups)].map(({ groups, holds }) => may(cloud, asked, groups, holds)),
        )
        counts[standing] = (counts[standing] ?? 0) + 1
        if (standing === 'granted') expect([...answers]).toEqual([true])
        else if (standing === 'undecided') expect(answers.has(true)).toBe(true)
        else expect([...answers]).toEqual([false])
        // What every world grants is not left open, unless several conditions together would have to tell.
        const isPlain =
          cloud.assignments.every(({ condition }) => condition === undefined) &&
          cloud.denies.every(({ isConditional }) => !isConditional)
        if (isPlain && knowsGroups) expect(standing).not.toBe('undecided')
      }),
      { numRuns: 6000 },
    )
    for (const standing of ['granted', 'not-granted', 'denied', 'undecided']) {
      expect([standing, (counts[standing] ?? 0) > 100]).toEqual([standing, true])
    }
  })

  it('never grow by a deny assignment, nor shrink by a role', () => {
    fc.assert(
      fc.property(world, wanted, deny, assignment, ({ knowsGroups, ...cloud }, asked, further, role) => {
        const all = { ...cloud, holder: { principalId: ME, groupIds: [MY_GROUP], knowsGroups } }
        const before = decideAccess(all, asked).standing
        const denied = decideAccess({ ...all, denies: [...all.denies, further] }, asked).standing
        if (before !== 'granted') expect(denied).not.toBe('granted')
        const more = decideAccess({ ...all, assignments: [...all.assignments, role] }, asked).standing
        if (before === 'granted') expect(more).toBe('granted')
      }),
      { numRuns: 1500 },
    )
  })
})
