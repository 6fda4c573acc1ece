import {
  renderRefusal,
  renderVerification,
  renderVerificationText,
  verificationOutputs,
} from '../render/verification.ts'
import { publishAnnotations } from '../sinks/annotations.ts'
import { createLog } from '../sinks/log.ts'
import { publishOutputs } from '../sinks/outputs.ts'
import type { Redact } from '../sinks/redacted.ts'
import { publishSummary } from '../sinks/summary.ts'
import { createDeadline } from './deadline.ts'
import { verifyReceipt, type VerifySettings } from './verify-receipt.ts'
import type { World } from './world.ts'

/**
 * `mode: verify` from the inputs to the exit code. The outputs say `undetermined` until the receipt has been accepted.
 * `fail-on` has no part in it.
 */
export async function runVerify(
  world: World,
  settings: Omit<VerifySettings, 'signal'>,
  warnings: readonly string[],
  redact: () => Redact,
): Promise<number> {
  const deadline = createDeadline(settings.inputs.deadlineMs, world.cancelled)
  const verification = await verifyReceipt(world, { ...settings, signal: deadline.signal }).finally(() =>
    deadline.clear(),
  )
  const hide = redact()
  // Words and numbers of closed sets, and an instant: a secret `1` must not turn a count into ***.
  publishOutputs(verificationOutputs(verification), (text) => text)
  if (verification.accepted) publishOutputs({ receipt: verification.path }, hide)
  createLog(hide).write(renderVerificationText(verification))
  publishAnnotations(
    [
      ...warnings.map((message) => ({ level: 'warning' as const, title: 'Problem', message })),
      ...(verification.accepted
        ? []
        : [{ level: 'error' as const, title: 'Receipt refused', message: renderRefusal(verification) }]),
    ],
    hide,
  )
  await publishSummary(settings.context.stepSummaryPath, renderVerification(verification), hide)
  return verification.accepted ? 0 : 1
}
