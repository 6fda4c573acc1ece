import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import {
  machineName,
  readMachine,
  readRegistration,
  sqlVmScript,
  type MachineFacts,
  type RegistrationFacts,
} from '../../machine-facts.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

/** The extension as the machine itself reports it, a detail: null where the machine could not be read. */
type Evidence =
  | { registered: false; message: string }
  | { registered: true; registration: RegistrationFacts; agent: MachineFacts['agent'] | null }

const EXISTS = 'target/virtual-machine-exists'

export default defineCheck<TargetSpec, Evidence, 'arm'>({
  meta: {
    id: 'target/iaas-agent-is-full',
    ref: 'DMSP-132',
    title: 'The SQL IaaS Agent extension of the virtual machine is in full mode',
    team: 'azure',
    scenarios: ['sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS restores through the SQL IaaS Agent, and takes no machine whose extension is in another mode than Full. Since 2023 nobody chooses the mode: Azure finds it by itself, and only old or unsupported registrations have another one.',
    source: {
      title: 'Automate management with the Windows SQL Server IaaS Agent extension',
      url: 'https://learn.microsoft.com/azure/azure-sql/virtual-machines/windows/sql-server-iaas-agent-extension-automate-management',
      verified: '2026-11-26',
      rows: ['VMIAAS', 'P25-002', 'P26-011'],
    },
    remedy:
      'Update the registration, or unregister the machine and register it anew; the extension takes a default instance, or a single named one, and no failover cluster instance.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: async (ports, { spec }) => {
    const read = await readRegistration(ports, spec)
    if (!read.ok) return read
    if (!read.value.found) return seen<Evidence>({ registered: false, message: read.value.gap.message })
    const machine = await readMachine(ports, spec)
    const agent = machine.ok && machine.value.outcome === 'there' ? machine.value.machine.agent : null
    return seen<Evidence>({ registered: true, registration: read.value.registration, agent })
  },
  judge: (evidence, { name, spec }) => judgeMode(evidence, name, spec),
})

function judgeMode(evidence: Evidence, subject: string, spec: TargetSpec): Judgement {
  const name = machineName(spec)
  if (!evidence.registered) {
    const summary = `Not known: the SQL virtual machine ${name} is not registered (${evidence.message})`
    return { verdict: 'blocked', summary, blockedBy: [{ id: EXISTS, subject }] }
  }
  const { registration, agent } = evidence
  const expected = `the registration of ${name} is in full mode, and its extension works`
  const mode = registration.sqlManagement
  const failure = agent?.statuses.find((code) => /^ProvisioningState\/failed/i.test(code))
  const actual = `the registration of ${name} is ${mode === null ? 'in a mode that Azure does not tell' : `in the mode ${mode}`}${describeAgent(agent)}`
  const summary = actual.replace(/^the/, 'The')
  if (mode !== null && mode.toLowerCase() !== 'full') {
    const text =
      'Modes can no longer be set: updating the registration lets Azure look again, and registering anew (deleting the registration leaves the machine as it is) puts it into full mode. Several named instances without a default one, a failover cluster instance, or an agent without access to SQL Server keep it out.'
    const licenseType = registration.licenseType ?? '<PAYG or AHUB>'
    const scripts = [
      sqlVmScript(spec, 'update', { '--license-type': licenseType }),
      sqlVmScript(spec, 'delete', { '--yes': [] }),
      sqlVmScript(spec, 'create', { '--license-type': licenseType }),
    ]
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts } }
  }
  if (failure !== undefined) {
    const text =
      'Repair the extension: in the portal, Repair in the settings of the SQL virtual machine; or take it off the machine and register anew.'
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${summary}: the extension itself has failed`,
      expected,
      actual,
      remediation: { text, scripts: [sqlVmScript(spec, 'show')] },
    }
  }
  if (mode === null) {
    const text =
      'Look at the SQL virtual machine in the portal (Extension health status), or update its registration so that Azure looks again.'
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary,
      expected,
      cause: { kind: 'insufficient', message: summary },
      remediation: { text, scripts: [sqlVmScript(spec, 'show', { '--expand': '*' })] },
    }
  }
  return { verdict: 'pass', proof: 'direct', summary, expected, actual }
}

function describeAgent(agent: MachineFacts['agent']): string {
  if (agent === null) return ''
  const states = agent.statuses.map((code) => code.replace(/^ProvisioningState\//i, '')).join(', ')
  return `, and the machine reports the extension ${agent.name}${states === '' ? '' : ` (${states})`}`
}
