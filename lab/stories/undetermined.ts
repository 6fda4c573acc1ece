import { changeStory } from './change.ts'
import { salesStory } from './sales.ts'
import type { Story } from './story.ts'

/** Nothing is known to be wrong, and not enough is known: the secret of the source is not there, and Azure gives no view of the NSG. */
export function undeterminedStory({ fixed }: { fixed: boolean }): Story {
  const sales = salesStory({ fixed: true })
  if (fixed) return { ...sales, name: 'undetermined', title: 'Sales again, with the secret and the role in place' }
  const story = changeStory(sales, {
    secrets: { SALES_PASSWORD: '' },
    azure: (state) => {
      state.forbidden = state.resources.map(({ id }) => id).filter((id) => id.includes('/networkSecurityGroups/'))
    },
  })
  return {
    ...story,
    name: 'undetermined',
    title: 'Sales moves to Azure SQL Database, as far as this run can see',
    expected: { status: 'undetermined', exitCode: 1, failing: [] },
    look: [
      'No check fails. Two causes keep the gate shut: the secret SALES_PASSWORD is empty, and the identity may not read the NSG.',
      'What waits for them is "blocked" and names them; the report says which permission and which secret is missing.',
    ],
  }
}
