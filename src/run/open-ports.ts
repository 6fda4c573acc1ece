import type { Spec } from '../checks/define.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Secret } from '../domain/secret.ts'
import type { Subject } from '../domain/subject.ts'
import type { PortsOf } from '../engine/run-checks.ts'
import { createUntrustedPorts } from '../engine/untrusted-ports.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { readSecrets, secretNames } from '../inputs/secrets.ts'
import { gatePorts } from '../trust/gate-ports.ts'
import { createPermit, neededSecrets, type Permit, type PermitTerms } from '../trust/permit.ts'
import type { TrustFacts } from '../trust/read-trust.ts'
import { shortName } from '../trust/trust.ts'
import { indexUses, usesOf } from '../trust/uses.ts'
import type { TrustedManifests } from './read-trusted-manifests.ts'
import type { World } from './world.ts'

export interface OpenSettings {
  inputs: Inputs
  context: RunContext
  manifests: readonly Manifest[]
  trust: TrustFacts
  trusted: TrustedManifests
  learnSecrets: (secrets: readonly Secret[]) => void
  signal: AbortSignal
}

/** What the checks of each manifest may use. */
export interface OpenPorts {
  portsOf(manifest: Manifest): PortsOf
  /** What every reader should know of it, as sentences. */
  notices: readonly string[]
  close(): Promise<void>
  /** After `close`: what the run wrote and could not remove. */
  leftOver(): readonly string[]
}

/** Reads the secrets that may be used, and connects: wholly, through a gate, or not at all where no use may be made. */
export async function openPorts(world: World, settings: OpenSettings): Promise<OpenPorts> {
  const { inputs, context, manifests, trust, learnSecrets, signal } = settings
  const terms = termsOf(settings)
  const isGated = !trust.trusted || inputs.allowedHosts.bound.size > 0
  const permits = isGated ? manifests.map((manifest) => createPermit(manifest, terms)) : []
  const notices = trust.trusted ? [] : [trust.reason, ...noticeOf(permits)]
  if (!trust.trusted && !permits.some(hasGrant)) {
    const ports = createUntrustedPorts(world.localPorts(context.workspace), trust.reason)
    return { portsOf: () => ports, notices, close: () => Promise.resolve(), leftOver: () => [] }
  }
  // What only refused uses name is not even read.
  const names = isGated ? permits.flatMap((permit) => neededSecrets(permit, terms)) : manifests.flatMap(secretNames)
  const secrets = readSecrets(world.env, names)
  learnSecrets([...secrets.values()])
  const connection = await world.connect({
    inputs: {
      ...inputs,
      allowWrites: trust.trusted && inputs.allowWrites,
      probeThroughRuntime: trust.trusted && inputs.probeThroughRuntime,
    },
    context,
    secrets,
    learnSecret: (secret) => learnSecrets([secret]),
    signal,
  })
  const { ports } = connection
  const gates = new Map(
    manifests.flatMap((manifest, place) => {
      const permit = permits[place]
      return permit === undefined ? [] : [[manifest, gatePorts(ports, permit)] as const]
    }),
  )
  return {
    portsOf(manifest) {
      const gate = gates.get(manifest)
      return gate === undefined ? ports : ({ subject }) => gate(ownersOf(subject))
    },
    notices,
    close: () => connection.close(),
    leftOver: () => connection.leftOver?.() ?? [],
  }
}

function termsOf({ inputs, trust, trusted }: OpenSettings): PermitTerms {
  const there = [...trusted.manifests.values()].flatMap((one) =>
    one.ok && one.value.found ? [one.value.manifest] : [],
  )
  return {
    trusted: trust.trusted,
    refName: trust.ref.ok ? shortName(trust.ref.value) : '',
    trustedUses: indexUses(there.flatMap(usesOf)),
    allowed: inputs.allowedHosts,
    isSameFile: (path) => trust.equal.has(path),
  }
}

function hasGrant({ uses, grantOf }: Permit): boolean {
  return uses.some((use) => grantOf(use).granted)
}

function noticeOf(permits: readonly Permit[]): string[] {
  const uses = permits.flatMap((permit) => permit.uses.map((use) => permit.grantOf(use).granted))
  const made = uses.filter((granted) => granted).length
  if (made === 0) return []
  return [
    `Of ${uses.length} uses of credentials and Azure resources ${made} are those of the trusted manifest or in \`allowed-hosts\`, and were made; the others were not (cause untrusted-host), and nothing was written.`,
  ]
}

/** As `Use` names them. */
function ownersOf({ spec }: Subject<Spec>): string[] {
  const parts = spec as Partial<Record<'source' | 'target' | 'share' | 'container', { name: string }>>
  return (['source', 'target', 'share', 'container'] as const).flatMap((kind) => {
    const name = parts[kind]?.name
    return name === undefined ? [] : [`${kind}:${name}`]
  })
}
