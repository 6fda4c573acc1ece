import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { CheckFacts } from '../convert/vouchers.ts'

/** What the conversion has to know of the checks. */
export function checkFacts(): CheckFacts[] {
  return CATALOGUE.map(({ meta: { id, scenarios, generations, vantage } }) => ({
    id,
    scenarios,
    generations,
    isAboutPlace: vantage === 'network-path' || /(^|[/-])dms(-|$)/.test(id),
  }))
}
