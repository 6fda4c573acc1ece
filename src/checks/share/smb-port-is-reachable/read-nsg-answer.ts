import type { Manifest, Share } from '../../../domain/manifest.ts'
import type { ProbeFailure } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { evidenceOfFlows } from '../../flow-evidence.ts'
import { boundText } from '../../foreign-text.ts'
import { flowToHost } from '../../port-flows.ts'
import { readSubnetFilter } from '../../subnet-filter.ts'
import type { NsgAnswer } from './evidence.ts'

/** Outbound from the DMS subnet to every address of the share's host. What cannot be read is a note, no verdict. */
export async function readNsgAnswer(
  ports: Pick<Ports, 'net' | 'arm'>,
  { host, port }: Share,
  manifest: Manifest,
): Promise<NsgAnswer> {
  const [filter, flow] = await Promise.all([
    readSubnetFilter(ports.arm, manifest),
    flowToHost(host, `the share's host ${host}`, port, manifest, ports),
  ])
  if (!filter.ok) return unread(filter.failure)
  if (!flow.ok) return unread(flow.failure)
  const { answer, decidingRules, nsg, subnet } = evidenceOfFlows(filter.value, [flow.value])
  return { read: true, answer, decidingRules, nsg: nsg?.name ?? null, subnet }
}

function unread({ message, missing }: ProbeFailure): NsgAnswer {
  return { read: false, why: missing === undefined ? boundText(message) : `missing: ${boundText(missing)}` }
}
