import { parseAddress } from '../../../domain/address.ts'
import type { Judgement } from '../../define.ts'
import { quotePowerShell } from '../../share-place.ts'

/** A name and the addresses that this runner's resolver has for it. */
export type HostFact = { host: string; addresses: string[]; unresolved?: string }

export type Evidence = {
  path: string
  share: HostFact
  sources: (HostFact & { source: string })[]
  /** Hosts of the integration runtime, where the manifest names some. */
  runtimes?: HostFact[]
}

/** Same name or a common address: the same machine, as far as names tell (a listener or an alias of a cluster may hide it). */
export function judgeHosts(evidence: Evidence): Judgement {
  const { path, share, sources, runtimes = [] } = evidence
  const others = runtimes.length === 0 ? '' : ', and than the hosts of the integration runtime'
  const expected = `${share.host} is another machine than the SQL Servers that back up to ${path}${others}`
  const same = sources.flatMap((source) => {
    const why = commonPlace(share, source)
    return why === undefined ? [] : [`${source.source} (${why})`]
  })
  if (same.length > 0) {
    const isAddress = parseAddress(share.host) !== undefined
    const actual = `the share is on the host of ${same.join(', ')}`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${path}: ${actual}; ${describeWay(share.host)}`,
      expected,
      actual,
      remediation: isAddress
        ? { text: 'Put the share on another machine, or waive this check.', scripts: [] }
        : {
            text: 'Put the share on another machine. If it must stay there, let the host come to itself by these names: this is narrower than switching the loopback check off (DisableLoopbackCheck). Then waive this check.',
            scripts: [
              {
                language: 'powershell',
                code: `# on that host, as administrator; adds to what is there, and takes a restart\n$names = @((Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0).BackConnectionHostNames) + ${quotePowerShell(share.host)}\nSet-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0 -Name BackConnectionHostNames -Type MultiString -Value ($names | Where-Object { $_ })`,
              },
            ],
          },
    }
  }
  const onRuntime = runtimes.flatMap((runtime) => commonPlace(share, runtime) ?? [])
  if (onRuntime.length > 0) {
    const actual = `the share is on a host of the integration runtime (${onRuntime.join('; ')})`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${path}: ${actual}; the runtime refuses to read files of its own host (error 2049)`,
      expected,
      actual,
      remediation: { text: 'Put the share, or the runtime, on another machine.', scripts: [] },
    }
  }
  const unresolved = [share, ...sources, ...runtimes].filter(({ addresses }) => addresses.length === 0)
  if (unresolved.length > 0) {
    const names = unresolved.map(({ host, unresolved: why }) => `${host} (${why ?? 'it has no address'})`)
    const message = `this runner has no address for ${[...new Set(names)].join(', ')}`
    return {
      verdict: 'unknown',
      proof: 'proxy',
      summary: `Whether ${path} is on a SQL Server that backs up to it is not known: ${message}`,
      expected,
      cause: { kind: 'dns', message },
      remediation: { text: 'Let this runner resolve the names, or look it up by hand.', scripts: [] },
    }
  }
  const hosts = [
    ...new Set([...sources, ...runtimes].map(({ host, addresses }) => `${host} (${addresses.join(', ')})`)),
  ]
  const actual = `${share.host} (${share.addresses.join(', ')}) has no name and no address in common with ${hosts.join('; ')}`
  return { verdict: 'pass', proof: 'proxy', summary: `${actual}, as this runner resolves them`, expected, actual }
}

function commonPlace(share: HostFact, source: HostFact): string | undefined {
  if (canonical(share.host) === canonical(source.host)) return `both are named ${share.host}`
  const address = share.addresses.find((one) => source.addresses.some((other) => canonical(one) === canonical(other)))
  return address === undefined ? undefined : `${share.host} and ${source.host} are both ${address}`
}

/** A name without letter case and final dot, an address in one form. */
function canonical(host: string): string {
  const address = parseAddress(host)
  return address === undefined
    ? host.toLowerCase().replace(/\.$/, '')
    : `${String(address.family)}:${String(address.value)}`
}

/** The loopback check stops full names and aliases; an address and the name of the machine itself it lets through. */
function describeWay(host: string): string {
  if (parseAddress(host) !== undefined) {
    return 'an address passes the loopback check of Windows, but the backups fill the disks of the source itself'
  }
  const how = host.includes('.') ? `by the full name ${host}` : `by ${host} where that is an alias`
  return `with the loopback check of Windows on, SQL Server cannot reach it ${how}`
}
