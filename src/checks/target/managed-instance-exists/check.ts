import { GENERATIONS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

type Facts = {
  there: true
  state?: string
  provisioningState?: string
  subnetId?: string
  vCores?: number
  storageSizeInGB?: number
  skuName?: string
}

type Evidence = Facts | { there: false; missing: 'resource' | 'parent' | 'resource-group'; message: string }

/** What an instance does not leave by itself; out of every other state it comes, or it does not, within hours. */
const UNUSABLE = ['stopped', 'stopping', 'deleting', 'deleted', 'failed', 'disabled']

export default defineCheck<TargetSpec, Evidence, 'arm'>({
  meta: {
    id: 'target/managed-instance-exists',
    ref: 'DMSP-050',
    title: 'The target managed instance exists and is ready',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    disprovedBy: ['not-there'],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS restores into an instance that is already there: it does not create one, and a stopped one takes no login. Making one takes hours.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M1', 'P23-001', 'COM-003'],
    },
    remedy: 'Create the managed instance, or start it, in good time before the cutover.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: async ({ arm }, { spec }) => {
    const answer = await arm.managedInstance(spec.target.resourceId)
    if (!answer.ok) return answer
    if (!answer.value.found) {
      const { missing, message } = answer.value
      return seen<Evidence>({ there: false, missing, message: boundText(message) })
    }
    const { state, provisioningState, subnetId, vCores, storageSizeInGB, skuName } = answer.value.value
    return seen<Evidence>({
      there: true,
      ...(state === undefined ? {} : { state: boundText(state, 60) }),
      ...(provisioningState === undefined ? {} : { provisioningState: boundText(provisioningState, 60) }),
      ...(subnetId === undefined ? {} : { subnetId: boundText(subnetId) }),
      ...(vCores === undefined ? {} : { vCores }),
      ...(storageSizeInGB === undefined ? {} : { storageSizeInGB }),
      ...(skuName === undefined ? {} : { skuName: boundText(skuName, 60) }),
    })
  },
  judge: (evidence, { spec }) => (evidence.there ? judgeState(evidence, spec) : judgeAbsent(evidence, spec)),
})

function judgeState(facts: Facts, spec: TargetSpec): Judgement {
  const { state, provisioningState } = facts
  const expected = expectedOf(spec)
  const actual = `managed instance ${nameOf(spec)} is ${state ?? 'in a state that Azure does not tell'}, provisioning ${provisioningState ?? 'not told'}${describeSize(facts)}`
  const isReady = state?.toLowerCase() === 'ready'
  const provisioned = provisioningState?.toLowerCase()
  if (isReady && provisioned === 'succeeded') {
    return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
  }
  const unusable = UNUSABLE.includes(state?.toLowerCase() ?? '')
  const isGoing = provisioned === 'deleting' || provisioned === 'deleted'
  if (unusable || isGoing || (provisioned === 'failed' && !isReady && state !== undefined)) {
    const isStopped = /^stop/i.test(state ?? '')
    const text = isStopped
      ? 'Start the instance in time: it takes about twenty minutes, and a schedule may stop it again.'
      : 'Look in the activity log of the instance why it is so; create it anew if it does not come back.'
    const scripts = [isStopped ? azScript('az sql mi start', optionsOf(spec, '--mi')) : showScript(spec)]
    return { verdict: 'fail', proof: 'direct', summary: actual, expected, actual, remediation: { text, scripts } }
  }
  const message = `${actual}: that does not prove a usable instance, and may pass`
  const text =
    'Wait until it is Ready and the last operation on it has succeeded, then run this again; the activity log tells of one that failed.'
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [showScript(spec)] },
  }
}

function judgeAbsent({ missing, message }: Extract<Evidence, { there: false }>, spec: TargetSpec): Judgement {
  const gap =
    missing === 'resource-group'
      ? 'its resource group is not there'
      : 'the resource group has no managed instance of that name'
  const create = azScript('az sql mi create', {
    ...optionsOf(spec, '--name'),
    '--location': '<REGION>',
    '--subnet': '<SUBNET-ID>',
    '--admin-user': '<ADMIN>',
    '--admin-password': '<PASSWORD>',
  })
  const text = 'Create it (this takes hours), or correct the name in the manifest.'
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `Managed instance ${nameOf(spec)} is not there: ${gap}`,
    expected: expectedOf(spec),
    actual: `${gap} (${message})`,
    remediation: { text, scripts: [create] },
  }
}

function describeSize({ vCores, storageSizeInGB, skuName, subnetId }: Facts): string {
  const parts = [
    ...(skuName === undefined ? [] : [skuName]),
    ...(vCores === undefined ? [] : [`${String(vCores)} vCores`]),
    ...(storageSizeInGB === undefined ? [] : [`${String(storageSizeInGB)} GB`]),
    ...(subnetId === undefined ? [] : [`in subnet ${parseResourceId(subnetId)?.name ?? subnetId}`]),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function expectedOf(spec: TargetSpec): string {
  return `managed instance ${nameOf(spec)} is Ready, and the last operation on it has succeeded`
}

function nameOf({ target }: TargetSpec): string {
  return parseResourceId(target.resourceId)?.name ?? target.name
}

function optionsOf(spec: TargetSpec, name: '--mi' | '--name'): Record<string, string> {
  return { ...groupOptions(spec.target.resourceId), [name]: nameOf(spec) }
}

function showScript(spec: TargetSpec): ReturnType<typeof azScript> {
  return azScript('az sql mi show', {
    ...optionsOf(spec, '--name'),
    '--query': '{state:state, last:provisioningState}',
  })
}
