import { randomBytes, randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { WriteProbeAnswer } from '../../ports/share-port.ts'
import {
  ACCESS,
  CREATE_OPTION,
  DISPOSITION,
  encodeRead,
  encodeWrite,
  parseRead,
  parseWrite,
  type Created,
} from './messages.ts'
import { describeStatus, STATUS } from './nt-status.ts'
import { close, create } from './open-folder.ts'
import { COMMAND } from './protocol.ts'
import { SmbFault } from './smb-fault.ts'
import { asFault, type Timing } from './smb-session.ts'
import type { Tree } from './tree.ts'

const PROBE_BYTES = 4096
const PROBE_ACCESS = ACCESS.readData | ACCESS.writeData | ACCESS.readAttributes | ACCESS.delete | ACCESS.synchronize
/** The server removes it also when the connection breaks off (MS-SMB2 2.2.13, FILE_DELETE_ON_CLOSE). */
const PROBE_OPTIONS = CREATE_OPTION.file | CREATE_OPTION.deleteOnClose | CREATE_OPTION.writeThrough
/** For clearing up, also after the run has been stopped. */
const CLEAR_UP_MS = 2000
/** A virus scanner may have the file open for a moment, and it goes away only then. */
const PENDING_PAUSE_MS = 100

interface Probe {
  path: string
  /** Once it is made. */
  opened?: Created
}

/** Makes a file that nobody has, writes and reads it back, and removes it whatever happened. */
export async function probeWrite(tree: Tree, folder: string, timing: Timing): Promise<WriteProbeAnswer> {
  const name = `dms-preflight-${randomUUID()}.tmp`
  const probe: Probe = { path: folder === '' ? name : `${folder}\\${name}` }
  const answer = await writeAndRead(tree, probe, timing).catch(asFault)
  // Nothing was made; after a fault nobody knows.
  if (probe.opened === undefined && !(answer instanceof SmbFault)) return answer
  const left = await clearUp(tree, probe).catch(asFault)
  if (!(answer instanceof SmbFault) && !(left instanceof SmbFault))
    return left === undefined ? answer : { outcome: 'left-over', file: probe.path, status: describeStatus(left) }
  const { kind, message } = answer instanceof SmbFault ? answer : asFault(left)
  const note = left === undefined ? '' : `; look whether ${probe.path} is still there, and delete it then`
  throw new SmbFault(kind, message + note)
}

async function writeAndRead(tree: Tree, probe: Probe, timing: Timing): Promise<WriteProbeAnswer> {
  const { path } = probe
  const terms = { path, access: PROBE_ACCESS, disposition: DISPOSITION.create, options: PROBE_OPTIONS }
  const made = await create(tree, terms, timing)
  if (typeof made === 'number') return { outcome: 'refused', at: 'create', file: path, status: describeStatus(made) }
  probe.opened = made
  const data = randomBytes(PROBE_BYTES)
  const written = await tree.ask(COMMAND.write, encodeWrite(made.fileId, data), timing)
  if (written.status !== STATUS.success)
    return { outcome: 'refused', at: 'write', file: path, status: describeStatus(written.status) }
  if (parseWrite(written.view) !== PROBE_BYTES) return { outcome: 'changed', file: path }
  const read = await tree.ask(COMMAND.read, encodeRead(made.fileId, PROBE_BYTES), timing)
  if (read.status !== STATUS.success)
    return { outcome: 'refused', at: 'read', file: path, status: describeStatus(read.status) }
  const isSame = parseRead(read.view).equals(data)
  return isSame ? { outcome: 'written', file: path, bytes: PROBE_BYTES } : { outcome: 'changed', file: path }
}

/** Undefined: it is gone, as the server says. Else the status that it has instead. */
async function clearUp(tree: Tree, { path, opened }: Probe): Promise<number | undefined> {
  const timing = { deadline: performance.now() + CLEAR_UP_MS }
  if (opened !== undefined) await close(tree, opened, timing)
  const terms = {
    path,
    access: ACCESS.delete,
    disposition: DISPOSITION.open,
    options: CREATE_OPTION.file | CREATE_OPTION.deleteOnClose,
  }
  for (;;) {
    const found = await create(tree, terms, timing)
    if (found === STATUS.nameNotFound) return undefined
    if (typeof found !== 'number') await close(tree, found, timing)
    else if (found !== STATUS.deletePending) return found
    // The server has a handle of ours that it could not tell us: it closes it with the connection, at the latest.
    else if (opened === undefined) return undefined
    if (performance.now() + PENDING_PAUSE_MS > timing.deadline) return STATUS.deletePending
    await delay(PENDING_PAUSE_MS)
  }
}
