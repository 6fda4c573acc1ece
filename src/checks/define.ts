import type { JsonObject } from '../domain/json.ts'
import type { Generation, Location, Manifest, Migration, Scenario } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { BlockedBy, Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Cause, Proof, Severity, Team, Verdict } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import type { Lifespan } from './lifespan.ts'

/** What every spec holds: the manifest that the subject comes from, and where the subject stands in it. */
export interface Spec {
  manifest: Manifest
  location: Location
}

/** `vantage`: from where it was seen, when that is not the runner. */
interface Seen {
  proof: Proof
  summary: string
  expected: string
  vantage?: string
}

/** What `judge` says. `blocked` is for what another check's evidence rules out; `needs` covers the usual case. */
export type Judgement =
  | (Seen & { verdict: 'pass'; actual: string; expiresAt?: string })
  | (Seen & { verdict: 'fail'; actual: string; remediation: Remediation })
  | (Seen & { verdict: 'unknown'; cause: Cause; remediation?: Remediation })
  | { verdict: 'blocked'; summary: string; blockedBy: readonly BlockedBy[] }
  | { verdict: 'manual'; summary: string; expected: string; remediation: Remediation }
  | { verdict: 'attested'; summary: string; expected: string; actual: string }
  | { verdict: 'not-applicable'; summary: string }

/**
 * A check that must pass first. It is looked up among the results on the same subject, on what the subject is within,
 * on what is within the subject, and on the manifest.
 * `any`: one passing result is enough (a server behind several databases). `when` absent: always.
 */
export interface Need<S extends Spec> {
  id: string
  any?: true
  when?: (spec: S) => boolean
}

/** Answers that are themselves the fact asked, and so decide a verdict (contract, section 5). */
export type Disproof = 'connect-outcome' | 'no-such-name' | 'not-there' | 'login-refused' | 'tls-refused'

export interface CheckMeta<S extends Spec> {
  /** `area/name`, a phrase that is true when all is well; stable and public. */
  id: string
  /** `DMSP-nnn`, never reused. */
  ref: string
  /** Short, in the words of the person who has to read it. */
  title: string
  team: Team
  scenarios: readonly Scenario[]
  generations: readonly Generation[]
  /** Absent: both. Only `modern` has the choice. */
  migrations?: readonly Migration[]
  severity: Severity | ((spec: S) => Severity)
  needs: readonly Need<S>[]
  /**
   * A check that takes the same way from the place that counts: where it passes directly, this one is proven directly, too,
   * although it passes by proxy.
   */
  provenBy?: string
  /** The input without which it is not asked at all. Absent: it always is. */
  optIn?: 'probe-through-runtime'
  /** Which answers decide although they are failures to connect or find; no other check has this field. */
  disprovedBy?: readonly Disproof[]
  /** The place that counts: `network-path` results are `direct` only from the DMS subnet or the runtime's host. */
  vantage: 'network-path' | 'server' | 'control-plane' | 'repository' | 'person'
  /** Every verdict that `judge` can give; a test produces each. */
  verdicts: readonly Exclude<Verdict, 'waived'>[]
  /** One or two sentences: what breaks in the migration without it. */
  why: string
  /**
   * `rows`: what this check proves, wholly or in part: rows of the 2018 list, further ones, and rows of Microsoft's plan
   * (`P12-007`). `lifespan`: from when and until when the rule holds, where `generations` does not say it (lifespan.ts).
   */
  source: { title: string; url: string; verified: string; rows: readonly string[]; lifespan?: Lifespan }
  /** What to do in general, without names; the judgement carries the specific scripts. */
  remedy: string
}

export interface CheckDefinition<
  S extends Spec = Spec,
  E extends JsonObject = JsonObject,
  Use extends keyof Ports = keyof Ports,
> {
  meta: CheckMeta<S>
  uses: readonly Use[]
  subjects(manifest: Manifest): readonly Subject<S>[]
  /** The only part that looks. Returns plain JSON; what it could not see is a ProbeFailure, which becomes `unknown`. */
  observe(ports: Pick<Ports, Use>, subject: Subject<S>): Promise<Observed<E>>
  /** Pure: the same evidence gives the same verdict, also offline. */
  judge(evidence: E, subject: Subject<S>): Judgement
}

/** A check whose own types are hidden, as the catalogue and the engine hold it. */
export interface Check {
  meta: CheckMeta<Spec>
  uses: readonly (keyof Ports)[]
  subjects(manifest: Manifest): readonly Subject<Spec>[]
  observe(ports: Ports, subject: Subject<Spec>): Promise<Observed<JsonObject>>
  judge(evidence: JsonObject, subject: Subject<Spec>): Judgement
}

/**
 * Defines one prerequisite. `uses` names the ports that `observe` may touch; using another is a type error.
 * The cast forgets the check's own spec and evidence types: subjects and evidence always come from the same check.
 */
export function defineCheck<S extends Spec, E extends JsonObject, const Use extends keyof Ports>(
  definition: CheckDefinition<S, E, Use>,
): Check & { definition: CheckDefinition<S, E, Use> } {
  return { ...(definition as unknown as Check), definition }
}
