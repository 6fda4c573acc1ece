import { isPrivateAddress } from '../domain/address.ts'
import type { Target } from '../domain/manifest.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { Observed } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import type { HostAnswer } from './engine-endpoint.ts'
import { boundText } from './foreign-text.ts'

const MACHINE_TYPE = 'microsoft.sqlvirtualmachine/sqlvirtualmachines'

export function isVirtualMachine({ resourceId }: Pick<Target, 'resourceId'>): boolean {
  return parseResourceId(resourceId)?.type.toLowerCase() === MACHINE_TYPE
}

/**
 * Azure gives a virtual machine no name to connect to. Its registration names the machine, that names its network
 * interfaces, and the first private address of the primary one is where the SQL Server is looked for.
 */
export async function readMachineHost({ arm }: Pick<Ports, 'arm'>, target: Target): Promise<HostAnswer> {
  const registration = await arm.sqlVirtualMachine(target.resourceId)
  if (!registration.ok) return unreadable(registration)
  if (!registration.value.found) return absent(registration.value.message)
  const { virtualMachineId } = registration.value.value
  if (virtualMachineId === undefined) return unnamed(`Azure names no machine for ${target.resourceId}`)
  const machine = await arm.virtualMachine(virtualMachineId)
  if (!machine.ok) return unreadable(machine)
  if (!machine.value.found) return absent(machine.value.message)
  const [card] = machine.value.value.networkInterfaceIds
  if (card === undefined) return unnamed(`Azure names no network interface of the machine ${virtualMachineId}`)
  const holder = await arm.addressHolder(card)
  // The machine is there and was read: no check of it would say what is missing here.
  if (!holder.ok) {
    const { kind, message, missing } = holder.failure
    const what = missing === undefined ? message : `${message} (missing: ${missing})`
    return { known: false, problem: 'unnamed', kind, message: boundText(`${what}; or ${GIVE_ENDPOINT}`) }
  }
  if (!holder.value.found) return unnamed(`the network interface ${card} is not there`)
  const [address] = holder.value.value.addresses
  if (address === undefined) return unnamed(`the network interface ${card} has no private address`)
  if (!isPrivateAddress(address)) {
    const message = `Azure tells ${boundText(address)} for ${card}, which is no private address; no credential goes there unless the manifest gives it as the target's endpoint`
    return { known: false, problem: 'untrusted', kind: 'untrusted-host', message: boundText(message) }
  }
  return { known: true, server: { text: address, host: address }, from: 'azure' }
}

const GIVE_ENDPOINT = "give the target's endpoint in the manifest (target.endpoint)"

function unreadable(answer: Extract<Observed<unknown>, { ok: false }>): HostAnswer {
  const { kind, message } = answer.failure
  return { known: false, problem: 'unreadable', kind, message: boundText(message) }
}

function absent(message: string): HostAnswer {
  return { known: false, problem: 'absent', kind: 'not-found', message: boundText(message) }
}

function unnamed(gap: string): HostAnswer {
  return { known: false, problem: 'unnamed', kind: 'missing-input', message: boundText(`${gap}; ${GIVE_ENDPOINT}`) }
}
