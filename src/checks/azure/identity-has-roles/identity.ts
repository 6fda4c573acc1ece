import { seen, type Observed } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { boundText } from '../../foreign-text.ts'

/** Whom Azure took this run for. */
export type IdentityFact = { clientId?: string; objectId?: string }

export async function readIdentity(arm: ArmPort): Promise<Observed<IdentityFact>> {
  const identity = await arm.signIn()
  if (!identity.ok) return identity
  const { clientId, objectId } = identity.value
  return seen({
    ...(clientId === undefined ? {} : { clientId: boundText(clientId) }),
    ...(objectId === undefined ? {} : { objectId: boundText(objectId) }),
  })
}

/** A managed identity may have no client id that is known, an application no object id. */
export function describeIdentity({ clientId, objectId }: IdentityFact): string {
  if (clientId === undefined) return `object ${objectId ?? 'unnamed'}`
  return `client ${clientId}${objectId === undefined ? '' : ` (object ${objectId})`}`
}
