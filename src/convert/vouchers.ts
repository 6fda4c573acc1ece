import type { Generation, Scenario } from '../domain/manifest.ts'
import { isJsonObject } from '../domain/json.ts'

/** What the conversion has to know of a check. */
export interface CheckFacts {
  id: string
  scenarios: readonly Scenario[]
  generations: readonly Generation[]
  /** Its answer depends on where the service stands. */
  isAboutPlace: boolean
}

export interface DroppedVoucher {
  index: number
  check: string
  /** A phrase. */
  why: string
}

/**
 * Attestations or waivers that say nothing of the service of today: their check is not asked any more, or they were given
 * for another place. A person's word must never open the gate for something that nobody has looked at.
 */
export function droppedVouchers(
  vouchers: readonly unknown[],
  checks: readonly CheckFacts[],
  scenario: Scenario | undefined,
): DroppedVoucher[] {
  return vouchers.flatMap((voucher, index) => {
    const check = isJsonObject(voucher) ? voucher['check'] : undefined
    const facts = checks.find(({ id }) => id === check)
    if (facts === undefined) return []
    const { id, scenarios, generations, isAboutPlace } = facts
    const isAsked = generations.includes('modern') && (scenario === undefined || scenarios.includes(scenario))
    if (!isAsked) return { index, check: id, why: 'is left out: this check is not asked under `generation: modern`' }
    if (!isAboutPlace) return []
    const why =
      'is left out: it was given for the place of the classic service; look again from the place of the runtime, and give it anew'
    return { index, check: id, why }
  })
}
