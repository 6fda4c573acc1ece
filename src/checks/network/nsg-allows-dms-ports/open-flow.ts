import type { Script } from '../../../domain/observed.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { FlowFact, NsgFact } from './evidence.ts'

/** Priorities of rules of one's own; learn.microsoft.com/azure/virtual-network/network-security-groups-overview. */
const FIRST_PRIORITY = 100
const LAST_PRIORITY = 4096

export interface OpeningRules {
  scripts: Script[]
  /** Flows above whose deciding rule no priority is free. */
  stuck: string[]
}

/** One rule for each denied flow, at the free priority just above the first rule that denies it. */
export function openingRules(
  nsg: NsgFact,
  flows: readonly FlowFact[],
  subnetPrefixes: readonly string[],
  usedPriorities: readonly number[],
): OpeningRules {
  const used = new Set(usedPriorities)
  const opening: OpeningRules = { scripts: [], stuck: [] }
  for (const flow of flows) {
    const priority = freePriorityAbove(flow.firstDenyPriority ?? LAST_PRIORITY + 1, used)
    if (priority === undefined) {
      opening.stuck.push(flow.to)
      continue
    }
    used.add(priority)
    const options = {
      ...groupOptions(nsg.id),
      '--nsg-name': nsg.name,
      '--name': `AllowDms-${flow.protocol}-${String(flow.port)}-${flow.to.replaceAll(/[^\w.-]/g, '-')}`
        .slice(0, 80)
        .replace(/[.-]+$/, ''),
      '--priority': String(priority),
      '--direction': 'Outbound',
      '--access': 'Allow',
      '--protocol': flow.protocol === 'tcp' ? 'Tcp' : 'Udp',
      '--source-address-prefixes': subnetPrefixes,
      '--source-port-ranges': '*',
      '--destination-address-prefixes': flow.destinations,
      '--destination-port-ranges': String(flow.port),
    }
    opening.scripts.push(azScript('az network nsg rule create', options))
  }
  return opening
}

function freePriorityAbove(denyPriority: number, used: ReadonlySet<number>): number | undefined {
  for (let priority = Math.min(denyPriority - 1, LAST_PRIORITY); priority >= FIRST_PRIORITY; priority -= 1) {
    if (!used.has(priority)) return priority
  }
  return undefined
}
