import type { Observed } from '../domain/observed.ts'
import type { ArmAnswer } from '../ports/arm-port.ts'
import type { SqlVirtualMachineResource, VirtualMachineResource } from '../ports/machine-resources.ts'
import type { AddressHolder } from '../ports/network-resources.ts'
import type { HostBook } from './pick-grant.ts'

/**
 * Follows the way by which Azure tells where the SQL Server of a virtual machine is: its registration names the machine, the
 * machine its network interfaces, and those have the addresses. A login may go there, as far as the use of the registration
 * is granted.
 */
export interface MachineHosts {
  noteRegistration: Note<SqlVirtualMachineResource>
  noteMachine: Note<VirtualMachineResource>
  noteAddresses: Note<AddressHolder>
}
type Note<T> = (id: string, answer: Observed<ArmAnswer<T>>) => Observed<ArmAnswer<T>>

export function createMachineHosts(told: HostBook['told']): MachineHosts {
  /** Machine or network interface -> the registrations that led to it. */
  const ledTo = new Map<string, Set<string>>()
  const add = (to: string, registrations: Iterable<string>): void => {
    for (const one of registrations) ledTo.set(lower(to), (ledTo.get(lower(to)) ?? new Set()).add(one))
  }
  const noting =
    <T>(note: (id: string, value: T) => void): Note<T> =>
    (id, answer) => {
      if (answer.ok && answer.value.found) note(id, answer.value.value)
      return answer
    }
  return {
    noteRegistration: noting((id, { virtualMachineId }) => {
      if (virtualMachineId !== undefined) add(virtualMachineId, [lower(id)])
    }),
    noteMachine: noting((id, { networkInterfaceIds }) => {
      for (const card of networkInterfaceIds) add(card, ledTo.get(lower(id)) ?? [])
    }),
    noteAddresses: noting((id, { addresses }) => {
      for (const address of addresses) {
        for (const one of ledTo.get(lower(id)) ?? []) {
          told.set(address.toLowerCase(), (told.get(address.toLowerCase()) ?? new Set()).add(one))
        }
      }
    }),
  }
}

function lower(id: string): string {
  return id.replace(/\/+$/, '').toLowerCase()
}
