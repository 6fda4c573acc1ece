import { salesManifest } from './stories/sales.ts'

/** The fixed ports of the lab in the e2e workflow, whose manifests are committed and so cannot be made for the run. */
export const WORKFLOW_PORTS = {
  failing: { azure: 24430, source: 24431, target: 24432 },
  passing: { azure: 24440, source: 24441, target: 24442 },
} as const

export type WorkflowStory = keyof typeof WORKFLOW_PORTS

/** The committed manifest of one of the two. The lab's authority is new in each run, so NODE_EXTRA_CA_CERTS names it. */
export function workflowManifest(story: WorkflowStory): string {
  const { source, target } = WORKFLOW_PORTS[story]
  return salesManifest({ sql: { source, target } }).replaceAll(/^ *tls: \{ ca: .*\n/gm, '')
}
