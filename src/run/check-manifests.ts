import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Check } from '../checks/define.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { Secret } from '../domain/secret.ts'
import { createLimit } from '../engine/limit.ts'
import { runChecks } from '../engine/run-checks.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { planChecks } from '../plan/plan.ts'
import type { ReportInput } from '../report/summarise.ts'
import { readTrust } from '../trust/read-trust.ts'
import { compareScope } from './compare-scope.ts'
import { createDeadline } from './deadline.ts'
import { openPorts } from './open-ports.ts'
import { readManifests } from './read-manifests.ts'
import { readTrustedManifests, type TrustedManifests } from './read-trusted-manifests.ts'
import type { World } from './world.ts'

/** Far above any estate, and far below what would exhaust the memory of a runner. */
const CHECKS_LIMIT = 50_000
const CHECK_IDS = CATALOGUE.map(({ meta }) => meta.id)

export interface Outcome extends Pick<ReportInput, 'manifests' | 'trusted' | 'notices' | 'removed'> {
  /** What the trusted ref holds; absent where nothing was checked. */
  trustedManifests?: TrustedManifests
}
export const NO_OUTCOME: Outcome = { manifests: [], trusted: false, notices: [] }

export interface RunSettings {
  inputs: Inputs
  context: RunContext
  /** What the event file holds, parsed. */
  event: unknown
  /** Problems of manifests are added here; the sound ones still run. */
  problems: ReportProblem[]
  /** Called before a secret is used for the first time. */
  learnSecrets: (secrets: readonly Secret[]) => void
}

/** Manifests -> trust -> plan -> results. */
export async function checkManifests(world: World, settings: RunSettings): Promise<Outcome> {
  const { inputs, context, problems } = settings
  const read = await readManifests(world, context.workspace, inputs.manifests, CHECK_IDS)
  problems.push(...read.problems)
  const asked = askedChecks(inputs)
  const plans = read.manifests.map((manifest) => planChecks(manifest, asked))
  const count = plans.reduce((sum, { checks }) => sum + checks.length, 0)
  if (count > CHECKS_LIMIT) {
    const message = `The manifests ask for ${count} checks; at most ${CHECKS_LIMIT} make one run. Use several runs.`
    problems.push({ severity: 'error', message })
  }
  if (count > CHECKS_LIMIT) return NO_OUTCOME
  const deadline = createDeadline(inputs.deadlineMs, world.cancelled)
  try {
    const files = read.manifests.flatMap((manifest) => manifest.files)
    const github = world.github(inputs, context, inputs.timeoutMs, deadline.signal)
    const trust = await decide(world, settings, files, github)
    const { workspace } = context
    const question = { trust, lines: inputs.manifests, workspace, ...read, now: world.now(), checkIds: CHECK_IDS }
    const trusted = await readTrustedManifests(question, github)
    const facts = { trust, trusted, plans, asked, paths: read.paths, sha: context.sha, now: world.now() }
    const compared = await compareScope(facts, github)
    // Nothing is left to check: what the change takes away is said nevertheless.
    if (plans.length === 0) return { ...NO_OUTCOME, removed: compared.removed, notices: compared.notices }
    const { learnSecrets } = settings
    const open = { inputs, context, manifests: read.manifests, trust, trusted, learnSecrets, signal: deadline.signal }
    const opened = await openPorts(world, open)
    const notices = [...opened.notices, ...compared.notices]
    try {
      const limit = createLimit(inputs.maxParallel)
      const options = {
        maxParallel: inputs.maxParallel,
        timeoutMs: inputs.timeoutMs,
        signal: deadline.signal,
        vantage: inputs.vantage === 'auto' ? 'runner' : inputs.vantage,
      }
      const results = await Promise.all(
        plans.map((plan) => runChecks(plan, opened.portsOf(plan.manifest), options, limit)),
      )
      const manifests = plans.map(({ manifest }, place) => {
        const side = compared.sideOf(manifest)
        return { manifest, results: results[place] ?? [], ...(side === undefined ? {} : { side }) }
      })
      return {
        manifests,
        trusted: trust.trusted,
        notices,
        removed: compared.removed,
        trustedManifests: trusted,
      }
    } finally {
      await opened.close()
      notices.push(...opened.leftOver().map(leftOverNotice))
    }
  } finally {
    deadline.clear()
  }
}

/** Without those that have to be asked for by an input of their own. */
function askedChecks({ probeThroughRuntime }: Inputs): readonly Check[] {
  return CATALOGUE.filter(({ meta }) => meta.optIn === undefined || probeThroughRuntime)
}

/** Also of checks that had no time left to say so. */
function leftOverNotice(file: string): string {
  return `A file of the write probes may still be there and has to be deleted by hand: ${file}`
}

function decide(
  world: World,
  { inputs, context, event }: RunSettings,
  files: readonly string[],
  github: GitHubPort,
): ReturnType<typeof readTrust> {
  const { eventName, ref, sha, workspace } = context
  const question = { origin: { eventName, ref, sha }, event, trustedRef: inputs.trustedRef ?? '', files }
  return readTrust(question, {
    github,
    readShas: (path) => world.readShas(workspace, path),
  })
}
