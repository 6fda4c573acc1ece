import type { Manifest } from '../../../domain/manifest.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Judgement } from '../../define.ts'
import { serviceNameOf } from '../../integration-runtime.ts'
import type { StorageWay } from './read-storage-way.ts'

export type Evidence =
  | { used: false }
  | {
      used: true
      /** From a share into a storage account. */
      carriesBackups: boolean
      /** Of the runtime, as Azure writes it; absent when Azure left it out. */
      state?: string
      /** Nodes of the runtime; absent: they could not be read. */
      machines?: number
      storage: StorageWay[]
    }

type Facts = Extract<Evidence, { used: true }>

/**
 * Names of the public cloud. https://learn.microsoft.com/data-migration/sql-server/virtual-machines/database-migration-service
 * and https://learn.microsoft.com/azure/data-factory/create-self-hosted-integration-runtime#ports-and-firewalls
 */
const CONTROL =
  '<data factory>.<region>.datafactory.azure.net (it stands in the key of the runtime) or *.frontend.clouddatahub.net'
const RELAY = '*.servicebus.windows.net (tests of connections)'

export function judgeWays(facts: Facts, manifest: Manifest): Judgement {
  const { state, carriesBackups, machines, storage } = facts
  const expected = `every machine of the runtime gets out on TCP 443 to ${endpointsOf(facts).join('; ')}${carriesBackups ? '' : '; and to the target server, which target/engine-port-is-reachable asks'}`
  if (state?.toLowerCase() !== 'online') {
    const message = `The runtime of ${serviceNameOf(manifest)} is ${state ?? 'without a state'}, so it is not known what it reaches`
    return { verdict: 'unknown', proof: 'proxy', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const control = `Azure has the runtime of ${serviceNameOf(manifest)} as Online, so that its connection for orders stands`
  if (!carriesBackups) {
    return { verdict: 'pass', proof: 'proxy', summary: control, expected, actual: control }
  }
  const closed = storage.filter((way) => way.tried && way.outcome !== 'answered')
  if (closed.length > 0) return unreached(closed, expected, facts)
  const isProven = storage.length > 0 && storage.every(({ tried }) => tried)
  if (isProven) {
    const ways = storage.map((way) => `${nameOf(way)} answers ${way.tried ? way.from : ''}`).join(', ')
    // One machine proves nothing of another one, which may stand behind another firewall.
    const isOnlyOne = machines === 1
    const others = machines === undefined ? 'how many it has is not known' : `the others of ${machines} were not tried`
    const actual = `${control}; ${ways}, ${isOnlyOne ? 'the machine' : 'a machine'} of the runtime${isOnlyOne ? '' : `: ${others}`}`
    return { verdict: 'pass', proof: isOnlyOne ? 'direct' : 'proxy', summary: actual, expected, actual }
  }
  return {
    verdict: 'manual',
    summary: `${control}; that it reaches the storage account cannot be seen from here: ${describeOpen(storage)}`,
    expected,
    remediation: wanted(facts),
  }
}

function unreached(closed: readonly StorageWay[], expected: string, facts: Facts): Judgement {
  const actual = closed
    .map(
      (way) =>
        `TCP 443 of ${nameOf(way)} from ${way.tried ? `${way.from}, a machine of the runtime: ${way.outcome}` : ''}`,
    )
    .join('; ')
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `The runtime does not reach its storage account: ${actual}`,
    expected,
    actual,
    remediation: {
      ...wanted(facts),
      text: `Let the machine out to it, on every firewall and proxy on the way; then look at the firewall of the storage account. The runtime needs TCP 443 to: ${endpointsOf(facts).join('; ')}.`,
    },
  }
}

function describeOpen(storage: readonly StorageWay[]): string {
  if (storage.length === 0) return 'the manifest names no container of it'
  return storage.flatMap((way) => (way.tried ? [] : [`${nameOf(way)}, because ${way.why}`])).join('; ')
}

/** What a person has to open and look at. */
function wanted(facts: Facts): Remediation {
  const hosts = facts.storage.flatMap(({ host }) => (host === null ? [] : [host]))
  return {
    text: `Open TCP 443 from every machine of the runtime to: ${endpointsOf(facts).join('; ')}. In other clouds the names of that cloud stand in their place. Try them there, and attest with what was seen; or run this on the machine of the runtime, named in dms.runtime-hosts.`,
    scripts: [
      {
        language: 'powershell',
        code: [
          '# on each machine of the runtime',
          ...(hosts.length === 0 ? ['<ACCOUNT>.blob.core.windows.net'] : hosts).map(
            (host) => `Test-NetConnection ${quote(host)} -Port 443`,
          ),
        ].join('\n'),
      },
    ],
  }
}

function endpointsOf({ carriesBackups, storage }: Facts): string[] {
  if (!carriesBackups) return [CONTROL, RELAY]
  const accounts = storage.map((way) => way.host ?? `the storage account of container ${way.container}`)
  return [CONTROL, RELAY, ...(accounts.length === 0 ? ['<storage account>.blob.core.windows.net'] : accounts)]
}

function nameOf({ host, container }: StorageWay): string {
  return host ?? `the storage account of container ${container}`
}

function quote(host: string): string {
  return /^[\w.:-]+$/.test(host) ? host : `'${host.replaceAll("'", "''")}'`
}
