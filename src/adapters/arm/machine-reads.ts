import type { ArmPort } from '../../ports/arm-port.ts'
import { decodeBody } from './decode.ts'
import { decodeSqlVirtualMachine, decodeVirtualMachine } from './decode-machine.ts'
import type { Ways } from './further-reads.ts'
import { readResourceId, resourcePath } from './resource-id.ts'

const SQL_MACHINE_VERSION = '2023-10-01'
const COMPUTE_VERSION = '2024-07-01'

/** What the checks of a virtual machine as target read. */
export function createMachineReads({ get, at }: Ways): Pick<ArmPort, 'sqlVirtualMachine' | 'virtualMachine'> {
  return {
    sqlVirtualMachine: (id) =>
      get('Microsoft.SqlVirtualMachine/sqlVirtualMachines', id, SQL_MACHINE_VERSION, decodeSqlVirtualMachine),
    virtualMachine: async (id) => {
      const resource = readResourceId(id, 'Microsoft.Compute/virtualMachines')
      if (!resource.ok) return resource
      const path = resourcePath(resource.value)
      return at(path, async (rest) =>
        decodeBody(id, await rest.get(path, COMPUTE_VERSION, 'instanceView'), decodeVirtualMachine),
      )
    },
  }
}
