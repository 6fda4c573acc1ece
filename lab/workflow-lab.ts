import { salesManifest } from './stories/sales.ts'

/** The fixed ports of the lab in the e2e workflow, whose manifests are committed and so cannot be made for the run. */
export const WORKFLOW_PORTS = {
  failing: { azure: 24430, source: 24431, target: 24432 },
  passing: { azure: 24440, source: 24441, target: 24442 },
} as const

export type WorkflowStory = keyof typeof WORKFLOW_PORTS

/** The report that the passing manifest points to, in the repository itself. */
export const WORKFLOW_ASSESSMENT = 'test/e2e/workflow/assessment.json'

/**
 * The committed manifest of one of the two: without dates, which would grow old, and without the lab's authority, which
 * is new in each run (NODE_EXTRA_CA_CERTS names it).
 */
export function workflowManifest(story: WorkflowStory): string {
  const { source, target } = WORKFLOW_PORTS[story]
  const tools = story === 'passing' ? { tools: `assessment: { report: ${WORKFLOW_ASSESSMENT} }` } : {}
  const text = salesManifest({ sql: { source, target } }, { ...tools, more: '', cutover: '' })
  return text.replaceAll(/^ *tls: \{ ca: .*\n/gm, '')
}
