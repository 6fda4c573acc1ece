import type { Script } from '../domain/observed.ts'
import { seen, type Observed } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { Ports } from '../ports/ports.ts'
import { azScript, groupOptions } from './azure-cli.ts'
import { boundText } from './foreign-text.ts'
import type { TargetSpec } from './subjects.ts'

type Missing = { missing: 'resource' | 'parent' | 'resource-group'; message: string }

/** What Azure tells of a registration with the SQL IaaS Agent extension. */
export type RegistrationFacts = {
  provisioningState: string | null
  machineId: string | null
  sqlManagement: string | null
  leastPrivilegeMode: string | null
  image: string | null
  edition: string | null
  licenseType: string | null
}

/** What Azure tells of the machine itself; statuses null: the instance view was left out. */
export type MachineFacts = {
  name: string
  location: string
  size: string | null
  provisioningState: string | null
  statuses: string[] | null
  /** Of the SQL IaaS Agent extension as the machine reports it. */
  agent: { name: string; statuses: string[] } | null
}

export type MachineEvidence =
  | { outcome: 'not-registered'; gap: Missing }
  | { outcome: 'unnamed'; registration: RegistrationFacts }
  | { outcome: 'no-machine'; registration: RegistrationFacts; gap: Missing }
  | { outcome: 'there'; registration: RegistrationFacts; machine: MachineFacts }

const AGENT_TYPE = 'microsoft.sqlserver.management.sqliaasagent'
const WORD = 60
const STATUSES_LIMIT = 10

/** The registration alone. */
export async function readRegistration(
  { arm }: Pick<Ports, 'arm'>,
  { target }: TargetSpec,
): Promise<Observed<{ found: false; gap: Missing } | { found: true; registration: RegistrationFacts }>> {
  const answer = await arm.sqlVirtualMachine(target.resourceId)
  if (!answer.ok) return answer
  if (!answer.value.found) {
    const { missing, message } = answer.value
    return seen({ found: false, gap: { missing, message: boundText(message) } })
  }
  const one = answer.value.value
  return seen({
    found: true,
    registration: {
      provisioningState: word(one.provisioningState),
      machineId: one.virtualMachineId === undefined ? null : boundText(one.virtualMachineId),
      sqlManagement: word(one.sqlManagement),
      leastPrivilegeMode: word(one.leastPrivilegeMode),
      image: word(one.imageOffer),
      edition: word(one.imageSku),
      licenseType: word(one.licenseType),
    },
  })
}

/** The registration and the machine under it. */
export async function readMachine(ports: Pick<Ports, 'arm'>, spec: TargetSpec): Promise<Observed<MachineEvidence>> {
  const read = await readRegistration(ports, spec)
  if (!read.ok) return read
  if (!read.value.found) return seen({ outcome: 'not-registered', gap: read.value.gap })
  const { registration } = read.value
  if (registration.machineId === null) return seen({ outcome: 'unnamed', registration })
  const answer = await ports.arm.virtualMachine(registration.machineId)
  if (!answer.ok) return answer
  if (!answer.value.found) {
    const { missing, message } = answer.value
    return seen({ outcome: 'no-machine', registration, gap: { missing, message: boundText(message) } })
  }
  const { name, location, vmSize, provisioningState, statuses, extensions } = answer.value.value
  const agent = extensions.find(({ type }) => type?.toLowerCase() === AGENT_TYPE)
  return seen({
    outcome: 'there',
    registration,
    machine: {
      name: boundText(name, WORD),
      location: boundText(location, WORD),
      size: word(vmSize),
      provisioningState: word(provisioningState),
      statuses: statuses === undefined ? null : bound(statuses),
      agent: agent === undefined ? null : { name: boundText(agent.name, WORD), statuses: bound(agent.statuses) },
    },
  })
}

function word(text: string | undefined): string | null {
  return text === undefined ? null : boundText(text, WORD)
}

function bound(codes: readonly string[]): string[] {
  return codes.slice(0, STATUSES_LIMIT).map((code) => boundText(code, WORD))
}

export function machineName({ target }: TargetSpec): string {
  return parseResourceId(target.resourceId)?.name ?? target.name
}

/** A command on the registration. */
export function sqlVmScript(spec: TargetSpec, command: string, more: Parameters<typeof azScript>[1] = {}): Script {
  return azScript(`az sql vm ${command}`, {
    ...groupOptions(spec.target.resourceId),
    '--name': machineName(spec),
    ...more,
  })
}

/** A command on the machine itself, which may be in another resource group. */
export function vmScript(machineId: string, command: string, more: Parameters<typeof azScript>[1] = {}): Script {
  return azScript(`az vm ${command}`, {
    ...groupOptions(machineId),
    '--name': parseResourceId(machineId)?.name ?? '<VM>',
    ...more,
  })
}
