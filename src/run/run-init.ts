import type { ModeSettings } from './run-mode.ts'
import type { World } from './world.ts'

export function runInit(_world: World, _settings: ModeSettings): Promise<number> {
  return Promise.resolve(1)
}
