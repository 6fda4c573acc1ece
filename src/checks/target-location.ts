import { mapSeen, unseen, type Observed } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { ArmAnswer, ArmPort } from '../ports/arm-port.ts'

type Read = (arm: ArmPort, id: string) => Promise<Observed<ArmAnswer<{ location: string }>>>

/** By resource type, in lower case: who tells where a target of that type is. */
const READERS: Readonly<Record<string, Read>> = {
  'microsoft.sql/servers': (arm, id) => arm.sqlServer(id),
  'microsoft.sql/managedinstances': (arm, id) => arm.managedInstance(id),
  'microsoft.sqlvirtualmachine/sqlvirtualmachines': (arm, id) => arm.sqlVirtualMachine(id),
}

/** The region of a target, as Azure writes it. */
export async function locationOfTarget(arm: ArmPort, resourceId: string): Promise<Observed<ArmAnswer<string>>> {
  const read = READERS[parseResourceId(resourceId)?.type.toLowerCase() ?? '']
  if (read === undefined) return unseen('unsupported', `Where ${resourceId} is cannot be asked of Azure yet.`)
  return mapSeen(await read(arm, resourceId), (answer) =>
    answer.found ? { found: true, value: answer.value.location } : answer,
  )
}
