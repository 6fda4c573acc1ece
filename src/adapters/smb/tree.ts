import { utf16, uint16 } from '../little-endian.ts'
import type { SmbSession, Timing } from './smb-session.ts'
import { EMPTY_BODY, encodeIoctl, encodeTreeConnect, parseIoctl, parseTreeConnect } from './messages.ts'
import { STATUS } from './nt-status.ts'
import { COMMAND } from './protocol.ts'
import type { Answer, Request } from './smb-channel.ts'
import { SmbFault } from './smb-fault.ts'

/** A connection to a share. */
export interface Tree {
  kind: 'disk' | 'pipe' | 'printer'
  maximalAccess: number
  sealed: boolean
  /** A request within the share. Without `timing.signal` it is made also when the run has been stopped. */
  ask(command: number, body: Buffer, timing: Pick<Timing, 'deadline'> & Partial<Timing>): Promise<Answer>
}

const FSCTL_VALIDATE_NEGOTIATE_INFO = 0x0014_0204
const FSCTL_DFS_GET_REFERRALS = 0x0006_0194
const NEGOTIATE_INFO_BYTES = 24
const REFERRAL_BYTES = 4096
/** RESP_GET_DFS_REFERRAL version asked for (MS-DFSC 2.2.2). */
const REFERRAL_LEVEL = 4
/** What servers that are too old for the question answer (MS-SMB2 3.2.5.14.12), signed all the same. */
const UNKNOWN_THERE: ReadonlySet<number> = new Set([
  STATUS.notSupported,
  STATUS.invalidDeviceRequest,
  STATUS.fileClosed,
])

/** Runs `use` within a share and leaves it again. A number: the status with which the server refused the share. */
export async function withTree<T>(
  session: SmbSession,
  share: string,
  timing: Timing,
  use: (tree: Tree) => Promise<T>,
): Promise<T | number> {
  const { channel, host, sealed } = session
  const body = encodeTreeConnect(`\\\\${host}\\${share}`)
  const answer = await channel.exchange({ command: COMMAND.treeConnect, body, sealed, ...timing })
  if (answer.status !== STATUS.success) return answer.status
  const { kind, encryptData, maximalAccess } = parseTreeConnect(answer.view)
  const terms: Pick<Request, 'treeId' | 'sealed'> = { treeId: answer.treeId, sealed: sealed || encryptData }
  const ask: Tree['ask'] = (command, bytes, when) => channel.exchange({ command, body: bytes, ...terms, ...when })
  const tree: Tree = { kind, maximalAccess, sealed: sealed || encryptData, ask }
  try {
    await validateNegotiate(session, tree, timing)
    return await use(tree)
  } finally {
    // Nothing hangs on the answer; the session ends soon anyway.
    await ask(COMMAND.treeDisconnect, EMPTY_BODY, timing).catch(() => undefined)
  }
}

const validated = new WeakSet<SmbSession>()

/** Shows a cut in the offered dialects below 3.1.1, which has its own hash over them (MS-SMB2 3.2.5.5, 3.3.5.15.12). */
async function validateNegotiate(session: SmbSession, tree: Tree, timing: Timing): Promise<void> {
  const { negotiated, offer } = session
  if (negotiated.dialect === '3.1.1' || validated.has(session)) return
  const body = encodeIoctl(FSCTL_VALIDATE_NEGOTIATE_INFO, offer, NEGOTIATE_INFO_BYTES)
  const answer = await askValidation(tree, body, timing)
  const isSame = answer.status === STATUS.success && parseIoctl(answer.view).equals(negotiated.repeatable)
  if (!isSame && !UNKNOWN_THERE.has(answer.status)) throw tampered()
  validated.add(session)
}

/** A server that sees another offer than it got closes the connection without a word. */
async function askValidation(tree: Tree, body: Buffer, timing: Timing): Promise<Answer> {
  try {
    return await tree.ask(COMMAND.ioctl, body, timing)
  } catch (error) {
    throw error instanceof SmbFault && error.kind === 'reset' ? tampered() : error
  }
}

function tampered(): SmbFault {
  return new SmbFault(
    'protocol',
    'the server did not confirm what was negotiated (VALIDATE_NEGOTIATE_INFO): it may have been changed on the way',
  )
}

/** Whether DFS knows the path: asked for a referral, which is not followed (MS-DFSC 2.2.2, MS-SMB2 3.2.4.20.3). */
export async function isDfsPath(session: SmbSession, share: string, timing: Timing): Promise<boolean> {
  if (!session.negotiated.knowsDfs) return false
  const path = Buffer.concat([uint16(REFERRAL_LEVEL), utf16(`\\${session.host}\\${share}\0`)])
  const body = encodeIoctl(FSCTL_DFS_GET_REFERRALS, path, REFERRAL_BYTES)
  const found = await withTree(session, 'IPC$', timing, (tree) => tree.ask(COMMAND.ioctl, body, timing))
  return typeof found !== 'number' && found.status === STATUS.success
}
