// Runs the checks of a world again and again, each time with one field of one of Azure's answers not as it should be.
import { openAzure, type AzureLab } from '../../lab/azure/connect.ts'
import type { Answer } from '../../lab/azure/answers.ts'
import { answerAdminRules, answerArm, answerRuntimeNodes } from '../../lab/azure/resource-manager.ts'
import { LAB_SUBSCRIPTION, type AzureState } from '../../lab/azure/state.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { Check } from '../../src/checks/define.ts'
import type { Json } from '../../src/domain/json.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { runChecks } from '../../src/engine/run-checks.ts'
import { planChecks, type Plan } from '../../src/plan/plan.ts'
import type { ArmPort } from '../../src/ports/arm-port.ts'
import { createAsker, keyOf, replayPort, type Call, type Outcome, type Outcomes } from './asked-azure.ts'
import { mutationsOf, type Mutation } from './mutations.ts'
import { standIns } from './stand-ins.ts'
import type { World } from './worlds.ts'

export const AZURE_CHECKS = CATALOGUE.filter(({ uses }) => uses.includes('arm'))

/** One answer of Azure: the question, and the calls of the port that rest on it. */
export interface Body {
  /** `GET /subscriptions/...` */
  question: string
  body: Json
  calls: readonly Call[]
  /** All answers for which these calls ask, as text. */
  asked: string
}

export interface MutatedRun {
  question: string
  mutation: Mutation
  /** Undefined: what the port says is the same as without the mutation. */
  results: readonly CheckResult[] | undefined
}

export interface WorldRuns {
  baseline: readonly CheckResult[]
  bodies: readonly Body[]
  runs: readonly MutatedRun[]
  /** How often the checks ran. */
  checkRuns: number
}

export async function runMutatedWorld(world: World, checks: readonly Check[] = AZURE_CHECKS): Promise<WorldRuns> {
  const lab = await openAzure(world.azure)
  try {
    const plan = planChecks(world.manifest, checks)
    const known = new Map<string, Outcome>()
    const baseline = await runPlan(world, plan, recording(lab.arm(), known))
    const calls = [...known.keys()].map(callOf).filter(({ method }) => method !== 'signIn')
    const bodies = await readBodies(lab, calls)
    const asker = createAsker(lab)
    const kept = new Map<string, Promise<Outcome>>()
    const resultsByOutcome = new Map<string, Promise<readonly CheckResult[]>>()
    const runs: MutatedRun[] = []
    for (const body of bodies) {
      for (const one of await mutatedOutcomes(lab, known, body)) {
        const { mutation } = one
        const changed = changedBy(known, one)
        if (changed.size === 0) {
          runs.push({ question: body.question, mutation, results: undefined })
          continue
        }
        const tell = JSON.stringify([...changed].map(([key, outcome]) => [key, tellOf(outcome)]))
        const results =
          resultsByOutcome.get(tell) ?? runPlan(world, plan, replayPort(new Map([...known, ...changed]), asker, kept))
        resultsByOutcome.set(tell, results)
        runs.push({ question: body.question, mutation, results: await results })
      }
    }
    return { baseline, bodies, runs, checkRuns: resultsByOutcome.size }
  } finally {
    await lab.server.close()
  }
}

/** The checks once, with one answer of Azure replaced: by a port of its own, and nothing remembered. */
export async function runWhole(world: World, question: string, body: Json): Promise<readonly CheckResult[]> {
  const lab = await openAzure(world.azure)
  try {
    lab.state.standIn = ({ method, url }) =>
      isQuestion(question, method, decodeURIComponent(url.pathname)) ? { status: 200, body } : undefined
    return await runPlan(world, planChecks(world.manifest, AZURE_CHECKS), lab.arm())
  } finally {
    await lab.server.close()
  }
}

function runPlan(world: World, plan: Plan, arm: ArmPort): Promise<CheckResult[]> {
  const signal = new AbortController().signal
  const options = { maxParallel: 100, timeoutMs: 60_000, signal, vantage: 'runner' }
  return runChecks(plan, { ...standIns(world.surroundings), arm }, options)
}

/** The same port, each answer written down. */
function recording(port: ArmPort, known: Map<string, Outcome>): ArmPort {
  const record =
    (method: keyof ArmPort) =>
    async (...given: string[]): Promise<Outcome> => {
      const outcome = await (port[method] as (...given: string[]) => Promise<Outcome>)(...given)
      known.set(keyOf({ method, given }), outcome)
      return outcome
    }
  return new Proxy({} as ArmPort, { get: (_, method) => record(method as keyof ArmPort) })
}

function callOf(key: string): Call {
  const [method = '', ...given] = JSON.parse(key) as string[]
  return { method: method as keyof ArmPort, given }
}

/** What decides in an outcome: of a failure its kind, and not the words in which it names the field. */
function tellOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'none'
  return outcome.ok ? JSON.stringify(outcome.value) : `failure: ${outcome.failure.kind}`
}

/** Every answer that was 200, with the calls for which it was asked, one after another. */
async function readBodies(lab: AzureLab, calls: readonly Call[]): Promise<Body[]> {
  const bodies = new Map<string, Body>()
  const ask = createAsker(lab)
  for (const call of distinct(calls)) {
    const before = lab.server.requests.length
    await ask(call)
    const answers = lab.server.requests
      .slice(before)
      .filter(({ path }) => path.startsWith('/subscriptions/'))
      .map(({ method, path, query }) => ({
        question: `${method} ${decodeURIComponent(path)}`,
        answer: usualAnswer(lab.state, method, new URL(`${lab.server.url}${path}${query}`)),
      }))
    for (const { question, answer } of answers) {
      if (answer.status !== 200) continue
      const known = bodies.get(question) ?? { question, body: answer.body, calls: [], asked: '' }
      bodies.set(question, {
        ...known,
        calls: [...known.calls, call],
        asked: known.asked + JSON.stringify([call, answers]),
      })
    }
  }
  return [...bodies.values()]
}

/** The port takes ids in any letter case for one. */
function distinct(calls: readonly Call[]): readonly Call[] {
  return [...new Map(calls.map((call) => [keyOf(call).toLowerCase(), call])).values()]
}

function usualAnswer(state: AzureState, method: string, url: URL): Answer {
  const posted = method === 'POST' ? (answerAdminRules(state, url, '{}') ?? answerRuntimeNodes(state, url)) : undefined
  return posted ?? answerArm(state, url)
}

function isQuestion(question: string, method: string, path: string): boolean {
  return `${method} ${path}`.toLowerCase() === question.toLowerCase()
}

interface MutatedOutcomes {
  mutation: Mutation
  /** Of the calls that rest on the body. */
  outcomes: Outcomes
}

/**
 * What the port makes of each mutation. All of them are asked side by side, each under a subscription id of its own
 * that stands for the real one: ports remember what they asked.
 */
async function mutatedOutcomes(lab: AzureLab, known: Outcomes, body: Body): Promise<readonly MutatedOutcomes[]> {
  // Ports say the same of the same answer, whatever else is in the world.
  const same = JSON.stringify([body.question, body.asked])
  const asked = ASKED.get(same) ?? askAll(lab, known, body)
  ASKED.set(same, asked)
  return asked
}

const ASKED = new Map<string, Promise<readonly MutatedOutcomes[]>>()

async function askAll(lab: AzureLab, known: Outcomes, body: Body): Promise<readonly MutatedOutcomes[]> {
  const all = mutationsOf(body.body)
  const firstOf = new Map(all.toReversed().map(({ field, path }) => [field, path]))
  const first = all.filter(({ field, path }) => firstOf.get(field) === path)
  const outcomes = await askMutated(lab, body, first)
  // What nobody reads in the first entry of a list is not read in the others.
  const read = new Set(outcomes.filter((one) => changedBy(known, one).size > 0).map(({ mutation }) => mutation.field))
  const more = all.filter(({ field, path }) => firstOf.get(field) !== path && read.has(field))
  return [...outcomes, ...(await askMutated(lab, body, more))]
}

function changedBy(known: Outcomes, { outcomes }: MutatedOutcomes): Outcomes {
  return new Map([...outcomes].filter(([key, outcome]) => tellOf(outcome) !== tellOf(known.get(key))))
}

async function askMutated(
  lab: AzureLab,
  { question, calls }: Body,
  mutations: readonly Mutation[],
): Promise<readonly MutatedOutcomes[]> {
  const byAlias = new Map(mutations.map((mutation, index) => [aliasOf(index), mutation]))
  lab.state.standIn = ({ method, url }) => {
    const [, alias = ''] = /^\/subscriptions\/([^/]+)/.exec(url.pathname) ?? []
    const mutation = byAlias.get(alias)
    if (mutation === undefined) return undefined
    const real = new URL(url.href.replaceAll(alias, LAB_SUBSCRIPTION))
    if (isQuestion(question, method, decodeURIComponent(real.pathname))) return { status: 200, body: mutation.body }
    return usualAnswer(lab.state, method, real)
  }
  try {
    const ask = createAsker(lab)
    return await Promise.all(
      mutations.map(async (mutation, index) => {
        const alias = aliasOf(index)
        const outcomes = await Promise.all(
          calls.map(async (call): Promise<[string, Outcome]> => {
            const given = call.given.map((text) => text.replaceAll(LAB_SUBSCRIPTION, alias))
            const outcome = await ask({ ...call, given })
            return [keyOf(call), JSON.parse(JSON.stringify(outcome).replaceAll(alias, LAB_SUBSCRIPTION)) as Outcome]
          }),
        )
        return { mutation, outcomes: new Map(outcomes) }
      }),
    )
  } finally {
    delete lab.state.standIn
  }
}

function aliasOf(index: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`
}
