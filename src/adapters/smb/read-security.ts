import type { SecurityAnswer } from '../../ports/share-port.ts'
import { ACCESS, CREATE_OPTION, DISPOSITION, encodeQuerySecurity, parseQueryInfo } from './messages.ts'
import { describeStatus, STATUS } from './nt-status.ts'
import { close, create } from './open-folder.ts'
import { COMMAND } from './protocol.ts'
import { parseSecurityDescriptor } from './security-descriptor.ts'
import type { Timing } from './smb-session.ts'
import type { Tree } from './tree.ts'

/** Owner and list of permissions of a folder (MS-SMB2 2.2.37, SMB2_0_INFO_SECURITY). Takes READ_CONTROL. */
export async function readSecurity(tree: Tree, folder: string, timing: Timing): Promise<SecurityAnswer> {
  const terms = { path: folder, disposition: DISPOSITION.open, options: CREATE_OPTION.directory }
  const opened = await create(tree, { ...terms, access: ACCESS.readControl | ACCESS.readAttributes }, timing)
  if (typeof opened === 'number') return { outcome: 'refused', status: describeStatus(opened) }
  const answer = await tree.ask(COMMAND.queryInfo, encodeQuerySecurity(opened.fileId), timing)
  const told: SecurityAnswer =
    answer.status === STATUS.success
      ? { outcome: 'told', ...parseSecurityDescriptor(parseQueryInfo(answer.view)) }
      : { outcome: 'refused', status: describeStatus(answer.status) }
  await close(tree, opened, timing)
  return told
}
