import { parseAddress } from '../../../domain/address.ts'
import type { Container, Manifest } from '../../../domain/manifest.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { ConnectOutcome } from '../../../ports/net-port.ts'
import type { Ports } from '../../../ports/ports.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { describeRunner, readVantage } from '../../network-path.ts'

type Closed = Exclude<ConnectOutcome, 'open'>

/** The way to one storage account. It is tried only where this runner is the machine of the runtime. */
export type StorageWay = { container: string; host: string | null } & (
  | { tried: false; why: string }
  /** `answered`: the service answered over TLS, whatever it said. */
  | { tried: true; from: string; outcome: 'answered' | Closed; message?: string }
)

const CLOSED: Readonly<Partial<Record<CauseKind, Closed>>> = {
  refused: 'refused',
  timeout: 'timeout',
  unreachable: 'unreachable',
  reset: 'reset',
}

export async function readStorageWay(
  { arm, net, blob }: Pick<Ports, 'arm' | 'net' | 'blob'>,
  manifest: Manifest,
  container: Container,
  vantageOf = readVantage,
): Promise<StorageWay> {
  const host = hostOf(container.url)
  const about = { container: boundName(container.name), host: host === undefined ? null : boundText(host) }
  if (host === undefined) return { ...about, tried: false, why: 'the manifest does not name its url' }
  const place = await readAddress(net, host)
  if ('why' in place) return { ...about, tried: false, why: place.why }
  const vantage = await vantageOf({ net, arm }, manifest, await net.routeAddress(place.address))
  if (!vantage.verified) return { ...about, tried: false, why: vantage.reason }
  const from = describeRunner(vantage)
  const answer = await blob.list(container)
  if (answer.ok) return { ...about, tried: true, from, outcome: 'answered' }
  const { kind, message } = answer.failure
  const outcome = CLOSED[kind]
  return outcome === undefined
    ? { ...about, tried: false, why: `asking it failed otherwise than on the way (${kind}: ${boundText(message)})` }
    : { ...about, tried: true, from, outcome, message: boundText(message) }
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

async function readAddress(net: Ports['net'], host: string): Promise<{ address: string } | { why: string }> {
  if (parseAddress(host) !== undefined) return { address: host }
  const answer = await net.resolve(host)
  if (!answer.ok) return { why: boundText(answer.failure.message) }
  if (!answer.value.found) return { why: boundText(answer.value.message) }
  const [first] = answer.value.addresses
  return first === undefined ? { why: `${host} has no address` } : { address: first.address }
}
