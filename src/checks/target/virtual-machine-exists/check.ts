import { defineCheck, type Judgement } from '../../define.ts'
import {
  machineName,
  readMachine,
  sqlVmScript,
  vmScript,
  type MachineEvidence,
  type RegistrationFacts,
} from '../../machine-facts.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

export default defineCheck<TargetSpec, MachineEvidence, 'arm'>({
  meta: {
    id: 'target/virtual-machine-exists',
    ref: 'DMSP-130',
    title: 'The target virtual machine exists and is registered for SQL Server',
    team: 'azure',
    scenarios: ['sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    disprovedBy: ['not-there'],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS restores into the SQL Server of a virtual machine that is registered with the SQL IaaS Agent extension; it makes neither. The registration is a resource of its own and outlives a machine that was deleted.',
    source: {
      title: 'Register Windows SQL Server VM with SQL IaaS Agent extension',
      url: 'https://learn.microsoft.com/azure/azure-sql/virtual-machines/windows/sql-agent-extension-manually-register-single-vm',
      verified: '2026-11-26',
      rows: ['VMIAAS', 'COM-003'],
    },
    remedy: 'Create the virtual machine with SQL Server, and register it with the SQL IaaS Agent extension.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: (ports, { spec }) => readMachine(ports, spec),
  judge: (evidence, { spec }) => judgeMachine(evidence, spec),
})

function judgeMachine(evidence: MachineEvidence, spec: TargetSpec): Judgement {
  const name = machineName(spec)
  const expected = `the SQL virtual machine ${name} is there, its last operation has succeeded, and so is the machine under it`
  switch (evidence.outcome) {
    case 'not-registered': {
      const { missing, message } = evidence.gap
      const gap =
        missing === 'resource-group'
          ? 'its resource group is not there'
          : 'the resource group has no SQL virtual machine of that name'
      return {
        verdict: 'fail',
        proof: 'direct',
        summary: `SQL virtual machine ${name} is not there: ${gap}. A virtual machine alone is not enough: DMS finds it by its registration`,
        expected,
        actual: `${gap} (${message})`,
        remediation: {
          text: 'Register the virtual machine, or correct the name in the manifest; without a machine, create one with an image of SQL Server, which registers it.',
          scripts: [sqlVmScript(spec, 'create', { '--location': '<REGION>', '--license-type': '<PAYG or AHUB>' })],
        },
      }
    }
    case 'no-machine': {
      const actual = `SQL virtual machine ${name} is registered, and the machine ${evidence.registration.machineId ?? ''} under it is not there (${evidence.gap.message})`
      const text =
        'Delete the registration that was left behind, and name the SQL virtual machine of a machine that is there.'
      return {
        verdict: 'fail',
        proof: 'direct',
        summary: actual,
        expected,
        actual,
        remediation: { text, scripts: [sqlVmScript(spec, 'show')] },
      }
    }
    case 'unnamed': {
      const message = `SQL virtual machine ${name} is there (${describe(evidence.registration)}), and Azure does not name the machine under it`
      return unsure(message, expected, spec)
    }
    case 'there':
      return judgeState(evidence, expected, spec)
  }
}

function judgeState(
  { registration, machine }: Extract<MachineEvidence, { outcome: 'there' }>,
  expected: string,
  spec: TargetSpec,
): Judgement {
  const size = machine.size === null ? '' : `, ${machine.size}`
  const actual = `SQL virtual machine ${machineName(spec)} is there (${describe(registration)}), on the machine ${machine.name} in ${machine.location}${size}, provisioning ${machine.provisioningState ?? 'not told'}`
  const states = [registration.provisioningState, machine.provisioningState].map((state) => state?.toLowerCase())
  if (states.every((state) => state === 'succeeded')) {
    return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
  }
  const broken = states.find((state) => state === 'failed' || state === 'deleting' || state === 'canceled')
  if (broken === undefined)
    return unsure(`${actual}: that does not prove a usable machine, and may pass`, expected, spec)
  const text =
    'Look in the activity log of both resources why the last operation failed; repair or repeat the registration.'
  const scripts = [
    sqlVmScript(spec, 'show'),
    ...(registration.machineId === null ? [] : [vmScript(registration.machineId, 'get-instance-view')]),
  ]
  return { verdict: 'fail', proof: 'direct', summary: actual, expected, actual, remediation: { text, scripts } }
}

function unsure(message: string, expected: string, spec: TargetSpec): Judgement {
  const text =
    'Wait until the last operation has ended, then run this again; the activity log tells of one that failed.'
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [sqlVmScript(spec, 'show')] },
  }
}

function describe({ provisioningState, image, edition, licenseType }: RegistrationFacts): string {
  const parts = [image, edition, licenseType].filter((part) => part !== null)
  return [...parts, `provisioning ${provisioningState ?? 'not told'}`].join(', ')
}
