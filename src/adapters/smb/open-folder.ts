import { FULL_CONTROL, READ, type FolderAnswer, type NtStatus } from '../../ports/share-port.ts'
import type { Timing } from './smb-session.ts'
import {
  ACCESS,
  CREATE_OPTION,
  DISPOSITION,
  encodeClose,
  encodeCreate,
  encodeQueryFullSize,
  parseCreate,
  parseFreeBytes,
  type Created,
  type CreateTerms,
} from './messages.ts'
import { describeStatus, STATUS } from './nt-status.ts'
import { COMMAND } from './protocol.ts'
import { statusFault } from './smb-fault.ts'
import type { Tree } from './tree.ts'

type Refusal = Extract<FolderAnswer, { outcome: 'refused' }>

const REASONS: ReadonlyMap<number, Refusal['reason']> = new Map([
  [STATUS.accessDenied, 'access-denied'],
  [STATUS.nameNotFound, 'no-such-folder'],
  [STATUS.pathNotFound, 'no-such-folder'],
  [STATUS.nameInvalid, 'no-such-folder'],
  [STATUS.pathSyntax, 'no-such-folder'],
  [STATUS.notADirectory, 'not-a-folder'],
  [STATUS.pathNotCovered, 'dfs'],
])

/** Refusals of an access that say that the account has not got it; others are about the moment. */
const DENIALS: ReadonlySet<number> = new Set([STATUS.accessDenied, STATUS.writeProtected])

/** What the account may do on the folder, by the server's own word and by its answer to being asked for everything. */
export async function openFolder(
  tree: Tree,
  folder: string,
  timing: Timing,
): Promise<Omit<Extract<FolderAnswer, { outcome: 'opened' }>, 'cipher'> | Refusal> {
  const terms = { path: folder, disposition: DISPOSITION.open, options: CREATE_OPTION.directory }
  const look = await create(tree, { ...terms, access: ACCESS.readAttributes, asksMaximalAccess: true }, timing)
  if (typeof look === 'number') {
    const reason = REASONS.get(look)
    if (reason === undefined) throw statusFault(look, 'opening the folder')
    return { outcome: 'refused', reason, status: describeStatus(look) }
  }
  const freeBytes = await readFreeBytes(tree, look, timing)
  await close(tree, look, timing)
  const fullControlOpen = await tryAccess(tree, { ...terms, access: FULL_CONTROL }, 'FILE_ALL_ACCESS', timing)
  const readOpen = fullControlOpen.granted
    ? undefined
    : await tryAccess(tree, { ...terms, access: READ }, 'FILE_GENERIC_READ', timing)
  return {
    outcome: 'opened',
    shareAccess: tree.maximalAccess,
    ...(look.maximalAccess === undefined ? {} : { folderAccess: look.maximalAccess }),
    fullControlOpen,
    ...(readOpen === undefined ? {} : { readOpen }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  }
}

async function tryAccess(
  tree: Tree,
  terms: CreateTerms,
  name: string,
  timing: Timing,
): Promise<{ granted: true } | { granted: false; status: NtStatus }> {
  const opened = await create(tree, terms, timing)
  if (typeof opened !== 'number') {
    await close(tree, opened, timing)
    return { granted: true }
  }
  if (!DENIALS.has(opened)) throw statusFault(opened, `opening the folder with ${name}`)
  return { granted: false, status: describeStatus(opened) }
}

async function readFreeBytes(tree: Tree, { fileId }: Created, timing: Timing): Promise<number | undefined> {
  const answer = await tree.ask(COMMAND.queryInfo, encodeQueryFullSize(fileId), timing)
  return answer.status === STATUS.success ? parseFreeBytes(answer.view) : undefined
}

/** A number: the status with which it was refused. */
export async function create(
  tree: Tree,
  terms: CreateTerms,
  timing: Pick<Timing, 'deadline'> & Partial<Timing>,
): Promise<Created | number> {
  const answer = await tree.ask(COMMAND.create, encodeCreate(terms), timing)
  return answer.status === STATUS.success ? parseCreate(answer.view) : answer.status
}

export async function close(
  tree: Tree,
  { fileId }: Created,
  timing: Pick<Timing, 'deadline'> & Partial<Timing>,
): Promise<void> {
  const answer = await tree.ask(COMMAND.close, encodeClose(fileId), timing)
  if (answer.status !== STATUS.success) throw statusFault(answer.status, 'closing it')
}
