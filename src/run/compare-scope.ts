import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Check, Spec } from '../checks/define.ts'
import type { SourceSpec, TargetSpec } from '../checks/subjects.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult, Removed } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import { planChecks, type Plan } from '../plan/plan.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import type { TrustedSide } from '../report/vouch.ts'
import { definitionOf } from '../scope/definition.ts'
import { pairManifests, type ManifestPair } from '../scope/pair-manifests.ts'
import { removedBy } from '../scope/removed.ts'
import type { TrustFacts } from '../trust/read-trust.ts'
import type { IsSameFile } from '../trust/uses.ts'
import type { TrustedManifests } from './read-trusted-manifests.ts'

export interface CompareQuestion {
  trust: TrustFacts
  trusted: TrustedManifests
  /** The sound manifests of this run with their plans. */
  plans: readonly Plan[]
  /** The checks that this run asks for; absent: all. */
  asked?: readonly Check[]
  /** Paths of all manifests of this run, unsound ones as well. */
  paths: readonly string[]
  /** Commit of the run. */
  sha: string
  now: number
}

/** This run against the trusted ref: whose word counts, and what a change takes out of scope. */
export interface Compared {
  sideOf: (manifest: Manifest) => TrustedSide | undefined
  removed: readonly Removed[]
  /** What could not be compared, as sentences. */
  notices: readonly string[]
}

export async function compareScope(
  question: CompareQuestion,
  github: Pick<GitHubPort, 'readCommit'>,
): Promise<Compared> {
  const { trust, plans, now, asked = CATALOGUE } = question
  const planned = new Map(plans.map((plan) => [plan.manifest, plan]))
  const planOf = (manifest: Manifest): Plan => {
    const plan = planned.get(manifest) ?? planChecks(manifest, asked)
    planned.set(manifest, plan)
    return plan
  }
  const here = plans.map(({ manifest }) => manifest)
  const pairs = pairManifests(trustedManifests(question), here)
  const commit = await commitOf(question, pairs, github)
  const sides = new Map(
    pairs.flatMap((pair) =>
      pair.here === undefined ? [] : [[pair.here, sideOf(pair, { planOf, equal: trust.equal }, commit)] as const],
    ),
  )
  return {
    sideOf: (manifest) => sides.get(manifest),
    removed: trust.isOnRef ? [] : removedBy({ pairs, planOf, here, now }),
    notices: noticesOf(question),
  }
}

/** The sound ones; one that is not sound here is an error of its own, and nothing can be compared with it. */
function trustedManifests({ trusted, plans, paths }: CompareQuestion): Manifest[] {
  const sound = new Set(plans.map(({ manifest }) => manifest.path))
  return [...trusted.manifests].flatMap(([path, read]) =>
    read.ok && read.value.found && (sound.has(path) || !paths.includes(path)) ? [read.value.manifest] : [],
  )
}

/** Asked only where somebody's word may count. */
async function commitOf(
  { trust, sha }: CompareQuestion,
  pairs: readonly ManifestPair[],
  github: Pick<GitHubPort, 'readCommit'>,
): Promise<string | undefined> {
  if (trust.isOnRef) return sha === '' ? undefined : sha
  const hasVouchers = pairs.some(({ trusted }) => trusted.attestations.length + trusted.waivers.length > 0)
  if (!trust.ref.ok || !hasVouchers) return undefined
  const commit = await github.readCommit(trust.ref.value)
  return commit.ok ? commit.value : undefined
}

interface SideTerms {
  planOf: (one: Manifest) => Plan
  /** Paths of the files that equal those of the trusted ref. */
  equal: ReadonlySet<string>
}

function sideOf({ trusted, here }: ManifestPair, { planOf, equal }: SideTerms, commit?: string): TrustedSide {
  const { attestations, waivers } = trusted
  const definitions = new Map<Manifest, ReadonlyMap<string, string>>()
  const definitionIn = (manifest: Manifest, key: string): string | undefined => {
    const isSameFile = (path: string): boolean => manifest === trusted || equal.has(path)
    const known = definitions.get(manifest) ?? definitionsOf(planOf(manifest), isSameFile)
    definitions.set(manifest, known)
    return known.get(key)
  }
  const isSame = (result: CheckResult): boolean => {
    if (here === undefined) return false
    if (here === trusted) return true
    const key = keyOf(result.id, result.subject)
    const definition = definitionIn(trusted, key)
    return definition !== undefined && definition === definitionIn(here, key)
  }
  return { attestations, waivers, isSame, ...(commit === undefined ? {} : { commit }) }
}

/** All definitions of one name together: where a name stands for several things, each of them counts. */
function definitionsOf({ checks }: Plan, isSameFile: IsSameFile): ReadonlyMap<string, string> {
  const definitions = new Map<string, string[]>()
  for (const { check, subject } of checks) {
    const key = keyOf(check.meta.id, subject)
    const changed = filesAsked(check.meta.id, subject).filter((path) => !isSameFile(path))
    definitions.set(key, [...(definitions.get(key) ?? []), JSON.stringify([definitionOf(subject), ...changed])])
  }
  return new Map([...definitions].map(([key, all]) => [key, JSON.stringify(all.sort())]))
}

/** The files on which the answer rests: their paths stand in the definition, and another content is another thing. */
function filesAsked(id: string, { spec }: Subject<Spec>): readonly string[] {
  const { source, target, manifest } = spec as Spec & Partial<SourceSpec & TargetSpec>
  const report = id.startsWith('tools/') ? manifest.tools.assessment?.report : undefined
  return [source?.tls.ca, target?.tls.ca, report].flatMap((path) => path ?? [])
}

function keyOf(id: string, { kind, name }: CheckResult['subject']): string {
  return `${id} ${kind} ${name}`
}

function noticesOf({ trust, trusted, paths }: CompareQuestion): string[] {
  if (!trust.ref.ok) return []
  const unread = [...trusted.manifests].flatMap(([path, read]) =>
    read.ok || paths.includes(path) ? [] : [read.failure.message],
  )
  const all = [...unread, ...(trusted.complete.ok ? [] : [trusted.complete.failure.message])]
  const [first] = all
  if (first === undefined) return []
  const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`
  return [`Whether this change takes anything out of scope is not fully known: ${first.replace(/\.$/, '')}${more}.`]
}
