import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Observed } from '../../domain/observed.ts'
import type { LentFileEnd } from '../../ports/share-port.ts'
import { ACCESS, CREATE_OPTION, DISPOSITION } from './messages.ts'
import { describeStatus, STATUS } from './nt-status.ts'
import { close, create } from './open-folder.ts'
import { asFault, type SmbSession } from './smb-session.ts'
import { withTree, type Tree } from './tree.ts'

/** For the removal, also after the run was stopped: what the runner gives a step for its end is shared with the report. */
const REMOVAL_MS = 2500
/** A writer that was cut off may still have it open, or not have made it yet. */
const LATE_WRITE_MS = 800
const PAUSE_MS = 100

/** Somebody else has it open: it can be removed a moment later. */
const BUSY: ReadonlySet<number> = new Set([STATUS.sharingViolation, STATUS.deletePending])
const NOT_THERE: ReadonlySet<number> = new Set([STATUS.nameNotFound, STATUS.pathNotFound])
const NEVER = new AbortController().signal

/** Removes a file that another one was to write. `written`: the writer's own answer; a failure leaves open what it did. */
export async function takeBack(
  session: SmbSession,
  share: string,
  path: string,
  written: Observed<unknown>,
): Promise<LentFileEnd> {
  const deadline = performance.now() + REMOVAL_MS
  const lateUntil = written.ok ? 0 : performance.now() + LATE_WRITE_MS
  const found = await withTree(session, share, { deadline, signal: NEVER }, (tree) =>
    remove(tree, path, { deadline, lateUntil }),
  ).catch(asFault)
  if (typeof found === 'number') return { outcome: 'left-over', status: describeStatus(found) }
  return found instanceof Error ? { outcome: 'unseen', message: found.message } : found
}

async function remove(
  tree: Tree,
  path: string,
  { deadline, lateUntil }: { deadline: number; lateUntil: number },
): Promise<LentFileEnd> {
  const terms = {
    path,
    access: ACCESS.delete,
    disposition: DISPOSITION.open,
    options: CREATE_OPTION.file | CREATE_OPTION.deleteOnClose,
  }
  let bytes: number | undefined
  for (;;) {
    const opened = await create(tree, terms, { deadline })
    if (typeof opened !== 'number') {
      bytes = opened.bytes
      // It goes away with the handle; the next look sees whether it did.
      await close(tree, opened, { deadline })
      if (performance.now() > deadline) return { outcome: 'left-over', status: describeStatus(STATUS.deletePending) }
      continue
    }
    if (NOT_THERE.has(opened)) {
      if (bytes !== undefined) return { outcome: 'removed', bytes }
      if (performance.now() >= lateUntil) return { outcome: 'not-there' }
    } else if (!BUSY.has(opened) || performance.now() + PAUSE_MS > deadline) {
      return { outcome: 'left-over', status: describeStatus(opened) }
    }
    await delay(PAUSE_MS)
  }
}
