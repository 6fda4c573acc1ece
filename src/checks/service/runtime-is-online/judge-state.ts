import type { Manifest } from '../../../domain/manifest.ts'
import type { Script } from '../../../domain/observed.ts'
import type { Judgement } from '../../define.ts'
import { describeNodes, serviceNameOf, serviceScript, type NodeFact } from '../../integration-runtime.ts'

type Facts = {
  used: true
  found: true
  service: string
  /** As Azure writes it; absent when Azure left it out. */
  state?: string
  /** Absent: they could not be read. */
  nodes?: NodeFact[]
  nodesUnseen?: string
}

export type Evidence =
  /** No data goes through a runtime. */
  { used: false } | { used: true; found: false; message: string } | Facts

const EXPECTED = 'the self-hosted integration runtime of the migration service is registered and Online'

const KEY =
  'Use a key of this very migration service (portal: the service > Integration runtime > Configure): a runtime of a data factory cannot be used, and one runtime belongs to one service'
const OUTBOUND =
  'Its machine must get out on TCP 443 to *.datafactory.azure.net or *.frontend.clouddatahub.net, and to *.servicebus.windows.net'

const LOOK: Script = {
  language: 'powershell',
  code: '# on the machine of the runtime\nGet-Service DIAHostService',
}
const REGISTER: Script = {
  language: 'powershell',
  code: '# on the machine of the runtime, as administrator\n& "$env:ProgramFiles\\Microsoft Integration Runtime\\5.0\\Shared\\dmgcmd.exe" -RegisterNewNode "<KEY OF THE MIGRATION SERVICE>"',
}

/** What each state that the service tells means, and what to do about it. */
const BROKEN: Readonly<Record<string, { says: string; text: string; scripts: readonly Script[] }>> = {
  needregistration: {
    says: 'no machine is registered with its key',
    text: `Install the runtime on a machine of its own and register it. ${KEY}.`,
    scripts: [REGISTER],
  },
  offline: {
    says: 'a machine is registered, and Azure hears nothing of it',
    text: `Start the machine and its Integration Runtime Service; update a runtime that is older than a year, which has expired. ${OUTBOUND}. Where it was registered elsewhere since, register it again. ${KEY}.`,
    scripts: [LOOK],
  },
  limited: {
    says: 'it works only in part: a node is missing, or the connection that tests of connections go through',
    text: `Look at the nodes in the portal and in the Configuration Manager on each machine. ${OUTBOUND}; nodes of one runtime also reach each other on TCP 8060.`,
    scripts: [LOOK],
  },
}

export function judgeState(facts: Facts, manifest: Manifest): Judgement {
  const { state, nodes } = facts
  const actual = `the integration runtime of ${facts.service} is ${state ?? 'without a state'}${describe(facts)}`
  const summary = `${actual[0]?.toUpperCase() ?? ''}${actual.slice(1)}`
  const known = state?.toLowerCase() ?? ''
  const metric = serviceScript('list-integration-runtime-metric', manifest)
  if (known === 'online' && nodes?.length !== 0) {
    return { verdict: 'pass', proof: 'direct', summary, expected: EXPECTED, actual }
  }
  const broken = BROKEN[known]
  if (broken !== undefined) {
    const { says, text, scripts } = broken
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${summary}: ${says}`,
      expected: EXPECTED,
      actual,
      remediation: { text, scripts: [...scripts, metric] },
    }
  }
  const message =
    known === 'online'
      ? `${summary}: the two do not agree, and a runtime without a machine does nothing`
      : `${summary}, which does not say whether it can work`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected: EXPECTED,
    cause: { kind: 'insufficient', message },
    remediation: {
      text: 'Look at the runtime in the portal (the service > Integration runtime), then run the gate again.',
      scripts: [serviceScript('show', manifest), metric],
    },
  }
}

/** "Not there" is an answer about the service; of its runtime it leaves everything open. */
export function judgeMissing(message: string, manifest: Manifest): Judgement {
  const fact = `Azure does not find the migration service ${serviceNameOf(manifest)}, so nothing is known of its runtime: ${message}`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: fact,
    expected: EXPECTED,
    cause: { kind: 'not-found', message: fact },
    remediation: { text: 'Correct dms.service in the manifest, or create the service.', scripts: [] },
  }
}

function describe({ nodes, nodesUnseen }: Facts): string {
  if (nodes !== undefined) return ` with ${describeNodes(nodes)}`
  return nodesUnseen === undefined ? '' : ` (its nodes could not be read: ${nodesUnseen})`
}
