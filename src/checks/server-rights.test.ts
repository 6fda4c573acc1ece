import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { findPrincipal, hasRight, standingOf, type ServerSecurity } from './server-rights.ts'

const SYSADMIN = 3
const LOGIN = 10
const IDS = [LOGIN, 11, 12, 13, SYSADMIN]
const id = fc.constantFrom(...IDS)

const security: fc.Arbitrary<ServerSecurity> = fc.record({
  principals: fc.constant([
    { id: 2, name: 'public', type: 'R', isDisabled: 0 as const },
    { id: SYSADMIN, name: 'sysadmin', type: 'R', isDisabled: 0 as const },
    { id: LOGIN, name: 'dms', type: 'S', isDisabled: 0 as const },
    ...[11, 12, 13].map((one) => ({ id: one, name: `role${one}`, type: 'R', isDisabled: 0 as const })),
  ]),
  members: fc.array(fc.record({ role: fc.constantFrom(11, 12, 13, SYSADMIN), member: id }), { maxLength: 8 }),
  permissions: fc.array(
    fc.record({
      grantee: fc.constantFrom(2, LOGIN, 11, 12, 13),
      permission: fc.constantFrom('CONTROL SERVER', 'CONNECT SQL'),
      state: fc.constantFrom('G', 'W', 'D', 'R'),
    }),
    { maxLength: 8 },
  ),
})

function standing(of: ServerSecurity) {
  const principal = findPrincipal('DMS', of.principals)
  if (principal === undefined) throw new Error('the login is there')
  return standingOf(principal, of)
}

/** Roles of the login by walking every path, to compare with. */
function rolesByPaths(of: ServerSecurity, member: number, seen: readonly number[] = []): number[] {
  return of.members
    .filter((one) => one.member === member && !seen.includes(one.role))
    .flatMap(({ role }) => [role, ...rolesByPaths(of, role, [...seen, role])])
}

describe('standingOf', () => {
  it('finds every role that a path leads to, cycles or not', () => {
    fc.assert(
      fc.property(security, (of) => {
        const roles = new Set(rolesByPaths(of, LOGIN))
        const { isSysadmin, roles: found } = standing(of)
        expect(isSysadmin).toBe(roles.has(SYSADMIN))
        expect(found.length).toBe(new Set([...roles].filter((role) => role !== LOGIN)).size)
      }),
    )
  })

  it('never gives a right for a denial', () => {
    fc.assert(
      fc.property(security, fc.constantFrom(2, LOGIN, 11, 12, 13), (of, grantee) => {
        const denied = {
          ...of,
          permissions: [...of.permissions, { grantee, permission: 'CONTROL SERVER', state: 'D' }],
        }
        if (hasRight(standing(denied), 'CONTROL SERVER')) expect(hasRight(standing(of), 'CONTROL SERVER')).toBe(true)
        if (grantee === LOGIN && !standing(of).isSysadmin)
          expect(hasRight(standing(denied), 'CONTROL SERVER')).toBe(false)
      }),
    )
  })

  it('lets nothing keep a sysadmin from a right', () => {
    fc.assert(
      fc.property(security, (of) => {
        const member = { ...of, members: [...of.members, { role: SYSADMIN, member: LOGIN }] }
        expect(hasRight(standing(member), 'CONTROL SERVER')).toBe(true)
        expect(hasRight(standing(member), 'sysadmin')).toBe(true)
      }),
    )
  })

  it('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(security, (of) => {
        const turned = { ...of, members: of.members.toReversed(), permissions: of.permissions.toReversed() }
        expect([...standing(turned).roles].sort()).toEqual([...standing(of).roles].sort())
        expect(hasRight(standing(turned), 'CONTROL SERVER')).toBe(hasRight(standing(of), 'CONTROL SERVER'))
      }),
    )
  })
})

describe('findPrincipal', () => {
  const principals = ['dms', 'DMS'].map((name, place) => ({ id: place, name, type: 'S', isDisabled: 0 as const }))
  it('prefers the same letter case, and takes no role for a login', () => {
    expect(findPrincipal('DMS', principals)?.id).toBe(1)
    expect(findPrincipal('Dms', principals)?.id).toBe(0)
    expect(findPrincipal('sysadmin', [{ id: 3, name: 'sysadmin', type: 'R', isDisabled: 0 }])).toBeUndefined()
  })
})
