import { defineCheck, type Judgement } from '../../define.ts'
import { readMachine, vmScript, type MachineEvidence } from '../../machine-facts.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

const EXISTS = 'target/virtual-machine-exists'

export default defineCheck<TargetSpec, MachineEvidence, 'arm'>({
  meta: {
    id: 'target/virtual-machine-is-running',
    ref: 'DMSP-131',
    title: 'The target virtual machine is running',
    team: 'azure',
    scenarios: ['sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS works on the machine through the SQL IaaS Agent: on one that is stopped or deallocated it cannot start the migration.',
    source: {
      title: 'Known issues, limitations, and troubleshooting',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['VMIAAS'],
    },
    remedy: 'Start the virtual machine, and see that no schedule stops it during the migration.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: (ports, { spec }) => readMachine(ports, spec),
  judge: (evidence, { name }) => judgePower(evidence, name),
})

const GOING_DOWN = ['stopped', 'stopping', 'deallocated', 'deallocating']

function judgePower(evidence: MachineEvidence, subject: string): Judgement {
  if (evidence.outcome !== 'there') {
    const summary = 'Not known: there is no machine whose state Azure could tell'
    return { verdict: 'blocked', summary, blockedBy: [{ id: EXISTS, subject }] }
  }
  const { machine, registration } = evidence
  const expected = `the virtual machine ${machine.name} is running`
  const power = (machine.statuses ?? []).flatMap((code) => /^PowerState\/(.+)$/i.exec(code)?.[1] ?? [])[0]
  const actual = `the virtual machine ${machine.name} is ${power ?? 'in a state that Azure does not tell'}`
  const summary = actual.replace(/^the/, 'The')
  if (power?.toLowerCase() === 'running') return { verdict: 'pass', proof: 'direct', summary, expected, actual }
  const scripts = registration.machineId === null ? [] : [vmScript(registration.machineId, 'start')]
  if (power !== undefined && GOING_DOWN.includes(power.toLowerCase())) {
    const text =
      'Start it, and look whether auto-shutdown or an automation stops it again before the migration has ended.'
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts } }
  }
  const message = `${summary}: that does not prove that it runs, and may pass`
  const text = 'Wait until the machine has started, then run this again.'
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts },
  }
}
