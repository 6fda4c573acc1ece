import type { Remediation } from '../../../domain/report.ts'
import type { Judgement } from '../../define.ts'
import { describeNodes, MOST_NODES, type NodeFact } from '../../integration-runtime.ts'
import { isSameMachine } from '../../runtime-machines.ts'

export type OtherMachine = { kind: 'source' | 'share'; name: string; host: string }

export type Evidence =
  | { used: false }
  | {
      used: true
      nodes: NodeFact[]
      /** `dms.runtime-hosts` of the manifest. */
      declared: string[]
      others: OtherMachine[]
    }

type Facts = Extract<Evidence, { used: true }>

const EXPECTED = `at most ${MOST_NODES} machines, each of its own: no source, no host of the share; 64-bit Windows with .NET Framework 4.7.2, 4 cores, 8 GB of memory, 80 GB of disk, that neither hibernates nor enforces FIPS mode nor is a domain controller`

const TELLING: Readonly<Record<OtherMachine['kind'], string>> = {
  source: 'the runtime and SQL Server take memory and processor from each other there',
  share: 'a runtime cannot read a share of its own machine (error 2049)',
}

export function judgeMachines(facts: Facts): Judgement {
  const { nodes, declared, others } = facts
  const machines = [...nodes.map(({ name }) => name), ...declared]
  const clashes = others.flatMap((other) => {
    const machine = machines.find((one) => isSameMachine(one, other.host))
    return machine === undefined ? [] : [{ ...other, machine }]
  })
  const actual = `${describeNodes(nodes)}${describeDeclared(facts)}`
  if (clashes.length > 0) {
    const said = clashes.map(
      ({ kind, name, host, machine }) =>
        `${machine} has the name of the host of ${kind} ${name} (${host}): ${TELLING[kind]}`,
    )
    const text =
      'Move the runtime to a machine of its own near the source, register it there with a key of the migration service, and remove the old node. If it is another machine of that name, waive this check.'
    return failed(`The integration runtime is not on machines of its own: ${said.join('; ')}`, actual, text)
  }
  if (nodes.length > MOST_NODES) {
    const text = 'Remove nodes in the portal (the service > Integration runtime).'
    return failed(`The integration runtime has ${actual}; Microsoft supports at most ${MOST_NODES}`, actual, text)
  }
  return {
    verdict: 'manual',
    summary: `The integration runtime has ${describeNodes(nodes)}${describeFigures(nodes)}${describeDeclared(facts)}; no name is that of a source or of the share's host, and the rest of these machines Azure does not tell`,
    expected: EXPECTED,
    remediation: WANTED,
  }
}

const WANTED: Remediation = {
  text: 'Look at each machine, and attest with what was seen: Windows (64-bit), .NET Framework, cores, memory, disk, power plan, FIPS mode; that it is not a domain controller; and that the runtime was registered for this service alone, not for a data factory.',
  scripts: [
    {
      language: 'powershell',
      code: [
        '# on each machine of the runtime',
        'Get-ComputerInfo OsName, OsArchitecture, CsNumberOfLogicalProcessors, CsTotalPhysicalMemory, CsDomainRole',
        'powercfg /query SCHEME_CURRENT SUB_SLEEP',
        "(Get-ItemProperty 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy').Enabled",
        "(Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full').Release  # 461808 is 4.7.2",
      ].join('\n'),
    },
  ],
}

function failed(summary: string, actual: string, text: string): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary,
    expected: EXPECTED,
    actual,
    remediation: { text, scripts: [] },
  }
}

/** What Azure measures, of the nodes that tell it. */
function describeFigures(nodes: readonly NodeFact[]): string {
  const told = nodes.flatMap(({ name, availableMemoryInMB: memory, cpuUtilization: cpu }) => {
    const figures = [
      ...(memory === undefined ? [] : [`${memory} MB of memory free`]),
      ...(cpu === undefined ? [] : [`processor ${cpu} % busy`]),
    ]
    return figures.length === 0 ? [] : [`${name} ${figures.join(', ')}`]
  })
  return told.length === 0 ? '' : ` (${told.join('; ')})`
}

/** Hosts of the manifest that are no node, which is a reason to look. */
function describeDeclared({ nodes, declared }: Facts): string {
  const strangers = declared.filter((host) => !nodes.some(({ name }) => isSameMachine(name, host)))
  if (strangers.length === 0) return ''
  return `; dms.runtime-hosts of the manifest names ${strangers.join(', ')} beside them`
}
