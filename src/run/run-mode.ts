import type { Secret } from '../domain/secret.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { World } from './world.ts'

export interface ModeSettings {
  inputs: Inputs
  context: RunContext
  /** Of inputs and environment, as sentences. */
  warnings: readonly string[]
  known: KnownSecrets
}

/** The modes beside the gate itself, each loaded only when it is asked for; gives the exit code. */
export async function runMode(
  world: World,
  mode: Exclude<Inputs['mode'], 'check'>,
  settings: ModeSettings,
): Promise<number> {
  const { inputs, context, warnings, known } = settings
  switch (mode) {
    case 'convert': {
      const { runConvert } = await import('./run-convert.ts')
      return runConvert(world, settings)
    }
    case 'init': {
      const { runInit } = await import('./run-init.ts')
      return runInit(world, settings)
    }
    case 'verify': {
      const { runVerify } = await import('./run-verify.ts')
      const learnSecret = (secret: Secret): void => known.learn([secret])
      return runVerify(world, { inputs, context, learnSecret }, warnings, () => known.redactText)
    }
  }
}
