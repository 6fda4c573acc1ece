import { appendFile, stat } from 'node:fs/promises'
import type { ReportProblem } from '../domain/report.ts'
import { redacted, unpublished, type Redact } from './redacted.ts'

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions: a larger summary is not shown at all. */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024
const CUT_NOTICE = '\n\n_The rest does not fit into a summary: see the report files._\n'

/** Appends to the job's summary; without GITHUB_STEP_SUMMARY there is nothing to append to. */
export async function publishSummary(
  path: string | undefined,
  markdown: string,
  redact: Redact,
): Promise<ReportProblem | undefined> {
  if (path === undefined || path === '') return undefined
  try {
    const room = SUMMARY_LIMIT_BYTES - (await sizeOf(path))
    await redacted(redact, (text) => appendFile(path, fitting(`${text}\n`, room), 'utf8'))(markdown)
    return undefined
  } catch (error) {
    return unpublished(redact, 'The summary of the job', error)
  }
}

/** What this step has written already counts. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** The renderer keeps its own budget; this only keeps a miscount from losing the whole summary. */
function fitting(text: string, roomBytes: number): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= roomBytes) return text
  const closing = '\n```\n</details>'
  const room = roomBytes - Buffer.byteLength(CUT_NOTICE) - closing.length
  // Not even a word fits: what stands there must not be lost for it.
  if (room < 0) return ''
  const kept = bytes.subarray(0, Math.max(0, bytes.lastIndexOf(0x0a, room))).toString('utf8')
  const isFenceOpen = (kept.match(/^ {0,3}```/gm) ?? []).length % 2 === 1
  const openDetails = (kept.match(/<details/g) ?? []).length > (kept.match(/<\/details>/g) ?? []).length
  return `${kept}${isFenceOpen ? '\n```' : ''}${openDetails ? '\n</details>' : ''}${CUT_NOTICE}`
}
