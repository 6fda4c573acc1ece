import type { ArmPort } from './arm-port.ts'
import type { BlobPort } from './blob-port.ts'
import type { ClockPort } from './clock-port.ts'
import type { FilePort } from './file-port.ts'
import type { NetPort } from './net-port.ts'
import type { RuntimePort } from './runtime-port.ts'
import type { SharePort } from './share-port.ts'
import type { SqlPort } from './sql-port.ts'

/** Everything that a check may look through. A check names the ones it uses and sees no other. */
export interface Ports {
  net: NetPort
  sql: SqlPort
  share: SharePort
  arm: ArmPort
  blob: BlobPort
  runtime: RuntimePort
  files: FilePort
  clock: ClockPort
}
