// The machines of the lab's Azure, bare and with every option in every one of its forms.
import { sqlVirtualMachine, virtualMachine } from './machine-resources.ts'
import { BARE, forms, id, PLACE, type Forms, type Spec } from './specimen-forms.ts'

type SqlSpec = Spec<typeof sqlVirtualMachine>
type MachineSpec = Spec<typeof virtualMachine>

const CARD = id('networkInterfaces', 'nic')
const storage = { data: 'F:\\data', log: 'G:\\log', tempDb: 'D:\\tempDb' }
const full: SqlSpec = {
  machine: '/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm',
  sqlManagement: 'Full',
  leastPrivilegeMode: 'NotSet',
  licenseType: 'AHUB',
  edition: 'Web',
  provisioningState: 'Updating',
  storage,
}
const machine: MachineSpec = {
  networkInterfaces: [CARD, `${CARD}-2`],
  power: 'running',
  agent: 'succeeded',
  size: 'Standard_D2s_v3',
  dataDisksGb: [1024, 512],
}

export const MACHINE_SPECIMENS = {
  sqlVirtualMachine: [
    sqlVirtualMachine(BARE, 'vm'),
    ...forms({ Full: true, LightWeight: true, NoAgent: true } satisfies Forms<SqlSpec['sqlManagement']>).map(
      (sqlManagement) => sqlVirtualMachine(PLACE, `vm-${sqlManagement}`, { ...full, sqlManagement }),
    ),
    ...forms({ Enabled: true, NotSet: true } satisfies Forms<SqlSpec['leastPrivilegeMode']>).map((leastPrivilegeMode) =>
      sqlVirtualMachine(PLACE, `vm-mode-${leastPrivilegeMode}`, { ...full, leastPrivilegeMode }),
    ),
    ...forms({ PAYG: true, AHUB: true, DR: true } satisfies Forms<SqlSpec['licenseType']>).map((licenseType) =>
      sqlVirtualMachine(PLACE, `vm-${licenseType}`, { ...full, licenseType }),
    ),
    ...forms({ Developer: true, Express: true, Standard: true, Enterprise: true, Web: true } satisfies Forms<
      SqlSpec['edition']
    >).map((edition) => sqlVirtualMachine(PLACE, `vm-${edition}`, { ...full, edition })),
  ],
  virtualMachine: [
    virtualMachine(BARE, 'vm', { networkInterfaces: [CARD] }),
    ...forms({ running: true, stopped: true, deallocated: true, deallocating: true, starting: true } satisfies Forms<
      MachineSpec['power']
    >).map((power) => virtualMachine(PLACE, `vm-${power}`, { ...machine, power })),
    ...forms({ succeeded: true, failed: true, none: true } satisfies Forms<MachineSpec['agent']>).map((agent) =>
      virtualMachine(PLACE, `vm-agent-${agent}`, { ...machine, agent }),
    ),
  ],
}
