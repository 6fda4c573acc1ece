import { CATALOGUE } from '../src/checks/catalogue.generated.ts'
import type { Check, Judgement } from '../src/checks/define.ts'
import type { Manifest } from '../src/domain/manifest.ts'
import type { Ports } from '../src/ports/ports.ts'
import { MANIFEST } from './fixtures.ts'

/** What a check that only a person can answer says of such a migration. */
export async function askPerson(
  { meta: { id } }: Check,
  settings: Partial<Manifest>,
  now = Date.parse('2026-11-26T12:00:00Z'),
): Promise<{ wanted: string[]; judgement: Judgement }> {
  const check = CATALOGUE.find(({ meta }) => meta.id === id) as (Check & { definition: Check }) | undefined
  const [subject] = check?.definition.subjects({ ...MANIFEST, generation: 'modern', ...settings }) ?? []
  if (check === undefined || subject === undefined) throw new Error(`${id} has no subject`)
  const ports = { clock: { now: () => now } } as unknown as Ports
  const observed = await check.definition.observe(ports, subject)
  if (!observed.ok) throw new Error(observed.failure.message)
  const { wanted } = observed.value as { wanted: string[] }
  return { wanted, judgement: check.definition.judge(observed.value, subject) }
}
