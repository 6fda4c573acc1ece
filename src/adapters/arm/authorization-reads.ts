import { unseen, type Observed } from '../../domain/observed.ts'
import { isGuid } from '../../domain/resource-id.ts'
import type { ArmPort } from '../../ports/arm-port.ts'
import { boundText } from '../bounded-text.ts'
import { decodeBody, decodeItems } from './decode.ts'
import { decodeDenyAssignment, decodeRoleAssignment, decodeRoleDefinition } from './decode-authorization.ts'
import { isScope, type Ways } from './further-reads.ts'

const AUTHORIZATION_VERSION = '2022-04-01'
const ROLE =
  /^(?:\/subscriptions\/[0-9a-f-]{36})?\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f-]{36}$/i

type AuthorizationReads = Pick<ArmPort, 'roleAssignments' | 'roleDefinition' | 'denyAssignments'>

/** Who may do what, by https://learn.microsoft.com/rest/api/authorization (2022-04-01). */
export function createAuthorizationReads({ at }: Pick<Ways, 'at'>): AuthorizationReads {
  return {
    roleAssignments: async (scope, principalId) => {
      const base = scope.replace(/\/$/, '')
      if (!isScope(base)) return noScope(scope)
      if (!isGuid(principalId)) {
        return unseen('missing-input', `"${boundText(principalId)}" is not the object id of an identity.`, {
          missing: 'the object id of the identity, a GUID',
        })
      }
      const path = `${base}/providers/Microsoft.Authorization/roleAssignments`
      // With those of every group that the identity is in, directly or by another group:
      // https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
      const filter = `assignedTo('${principalId.toLowerCase()}')`
      return at(
        path,
        async (rest) => decodeItems(path, await rest.list(path, AUTHORIZATION_VERSION, filter), decodeRoleAssignment),
        filter,
      )
    },
    roleDefinition: async (id) => {
      const path = id.replace(/\/$/, '')
      if (!ROLE.test(path)) {
        return unseen('missing-input', `"${boundText(id)}" is not the id of a role of Azure.`, {
          missing: 'the id of a role definition',
        })
      }
      return at(path, async (rest) =>
        decodeBody(path, await rest.get(path, AUTHORIZATION_VERSION), decodeRoleDefinition),
      )
    },
    denyAssignments: async (scope) => {
      const base = scope.replace(/\/$/, '')
      if (!isScope(base)) return noScope(scope)
      const path = `${base}/providers/Microsoft.Authorization/denyAssignments`
      return at(path, async (rest) =>
        decodeItems(path, await rest.list(path, AUTHORIZATION_VERSION, 'atScope()'), decodeDenyAssignment),
      )
    },
  }
}

function noScope(scope: string): Observed<never> {
  return unseen('missing-input', `"${boundText(scope)}" is no scope of Azure.`, { missing: 'the id of a scope' })
}
