import type { Literal } from './filter-rule.ts'

/** One way in which what cannot be known may be; `passed`: a security admin rule sent the packets on. */
export interface RuleWorld {
  assumed: ReadonlyMap<string, boolean>
  state: 'open' | 'passed'
}

/** More ways than that are not told apart: the packets then depend on more than they might. */
const WORLD_LIMIT = 32

/** What becomes of the worlds when a rule matches under its literals. */
export interface RuledWorlds {
  /** Those in which it does not match, or which another rule passed on before. */
  left: RuleWorld[]
  /** Those in which it matches. */
  matched: RuleWorld[]
}

/** Splits each open world by the literals that it does not decide. */
export function applyLiterals(worlds: readonly RuleWorld[], literals: readonly Literal[]): RuledWorlds {
  const ruled: RuledWorlds = { left: [], matched: [] }
  for (const world of worlds) {
    const isRuledOut = literals.some(({ fact, holds }) => world.assumed.get(fact) === !holds)
    if (world.state === 'passed' || isRuledOut) {
      ruled.left.push(world)
      continue
    }
    let { assumed } = world
    for (const { fact, holds } of literals.filter((literal) => !world.assumed.has(literal.fact))) {
      ruled.left.push({ ...world, assumed: new Map(assumed).set(fact, !holds) })
      assumed = new Map(assumed).set(fact, holds)
    }
    ruled.matched.push({ ...world, assumed })
  }
  return { ...ruled, left: limitWorlds(ruled.left) }
}

/** Forgetting what is assumed allows more outcomes than there are, and never fewer. */
function limitWorlds(worlds: RuleWorld[]): RuleWorld[] {
  if (worlds.length <= WORLD_LIMIT) return worlds
  const states = [...new Set(worlds.map(({ state }) => state))]
  return states.map((state) => ({ state, assumed: new Map() }))
}
