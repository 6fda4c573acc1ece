import type { Script } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { isSameOrigin } from '../../storage-container.ts'
import type { ContainerSpec } from '../../subjects.ts'
import type { AccountFacts, ClientFact, Evidence } from './evidence.ts'
import { judgeClient, type ClientAnswer } from './judge-client.ts'

interface Judged {
  client: ClientFact
  answer: ClientAnswer
}

/** All clients have to be let in: one that surely is not decides, then one that is not known. */
export function judgeReach(evidence: Evidence, subject: string, spec: ContainerSpec): Judgement {
  if (!evidence.found) {
    return {
      verdict: 'blocked',
      summary: `The storage account ${evidence.account} is not there, so it has no firewall: ${evidence.message}`,
      blockedBy: [{ id: 'storage/container-exists', subject }],
    }
  }
  const { account, url, blobEndpoint } = evidence
  if (url !== null && blobEndpoint !== null && !isSameOrigin(url, blobEndpoint)) {
    const message = `container.resource is ${account}, whose blobs are at ${boundText(blobEndpoint)}, and the container is at ${url}`
    return undetermined(
      evidence,
      'missing-input',
      message,
      'Correct `container.resource` or `container.url` in the manifest.',
      spec,
    )
  }
  const judged = evidence.clients.map((client) => ({ client, answer: judgeClient(evidence, client) }))
  const shut = judged.filter(({ answer }) => answer.is === 'shut-out')
  if (shut.length > 0) return failed(evidence, shut, spec)
  const open = judged.flatMap(({ client, answer }) => (answer.is === 'open' ? [{ client, answer }] : []))
  const [first] = open
  if (first !== undefined) {
    const message = open.map(({ client, answer }) => `from ${client.name}: ${answer.fact}`).join('; ')
    return undetermined(evidence, first.answer.kind, message, adviceFor(first.answer.kind, spec), spec)
  }
  const blocked = judged.flatMap(({ answer }) => (answer.is === 'blocked' ? [answer] : []))
  if (blocked.length > 0) {
    const blockedBy = blocked.map(({ by }) => by)
    return {
      verdict: 'blocked',
      summary: `Not tried: ${boundText(blocked.map(({ fact }) => fact).join('; '))}`,
      blockedBy,
    }
  }
  return passed(evidence, judged)
}

function passed(facts: AccountFacts, judged: readonly Judged[]): Judgement {
  const actual = describe(judged)
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${facts.account} lets in ${facts.clients.map(({ name }) => name).join(' and ')}: ${actual}`,
    expected: expectedOf(facts),
    actual,
  }
}

function failed(facts: AccountFacts, shut: readonly Judged[], { container }: ContainerSpec): Judgement {
  const actual = describe(shut)
  const scripts = shut.flatMap(({ client, answer }) => scriptsFor(facts, client, answer, container?.resourceId ?? ''))
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${facts.account} shuts out ${shut.map(({ client }) => client.name).join(' and ')}: ${actual}`,
    expected: expectedOf(facts),
    actual,
    remediation: {
      text: 'Admit the subnet in the firewall of the storage account, with its Microsoft.Storage endpoint on.',
      scripts,
    },
  }
}

function undetermined(
  facts: AccountFacts,
  kind: CauseKind,
  fact: string,
  text: string,
  { manifest }: ContainerSpec,
): Judgement {
  const message = boundText(fact)
  const who =
    manifest.generation === 'classic'
      ? 'DMS and the managed instance'
      : facts.clients.map(({ name }) => name).join(' and ')
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${facts.account} lets ${who} in could not be determined: ${message}`,
    expected: expectedOf(facts),
    cause: { kind, message },
    remediation: { text, scripts: [] },
  }
}

function adviceFor(kind: CauseKind, { manifest }: ContainerSpec): string {
  const isClassic = manifest.generation === 'classic'
  if (kind === 'missing-input') {
    return isClassic
      ? 'Declare the subnet (dms.subnet) or the public addresses (dms.egress) of DMS in the manifest.'
      : 'Declare the public addresses of the host of the integration runtime (dms.egress) in the manifest.'
  }
  return `Admit the subnets of ${isClassic ? 'DMS and of the managed instance' : 'the targets'} by rules of their own, with their Microsoft.Storage endpoints on: that can be proven.`
}

function describe(judged: readonly Judged[]): string {
  const byFact = new Map<string, string[]>()
  for (const { client, answer } of judged) byFact.set(answer.fact, [...(byFact.get(answer.fact) ?? []), client.name])
  return boundText([...byFact].map(([fact, names]) => `from ${names.join(' and ')}: ${fact}`).join('; '))
}

function expectedOf({ account, clients }: AccountFacts): string {
  const from = clients.map(({ name, subnet }) => (subnet === null ? name : `${name} (${subnet.name})`))
  return `the network rules of ${account} admit ${from.join(' and ')}`
}

function scriptsFor(
  { account }: AccountFacts,
  { subnet }: ClientFact,
  answer: ClientAnswer,
  accountId: string,
): Script[] {
  if (answer.is !== 'shut-out') return []
  const group = groupOptions(accountId)
  const open = azScript('az storage account update', {
    ...group,
    '--name': account,
    '--public-network-access': 'Enabled',
    '--default-action': 'Deny',
  })
  if (subnet === null) return answer.mend === 'public-access' ? [open] : []
  // The option replaces the whole list, so what is on stays on.
  const others = subnet.serviceEndpoints.filter((service) => service.toLowerCase() !== 'microsoft.storage')
  const endpoint = azScript('az network vnet subnet update', {
    '--ids': subnet.id,
    '--service-endpoints': [...others, 'Microsoft.Storage'],
  })
  const rule = azScript('az storage account network-rule add', {
    ...group,
    '--account-name': account,
    '--subnet': subnet.id,
  })
  if (answer.mend === 'endpoint') return [endpoint]
  return [...(answer.mend === 'public-access' ? [open] : []), endpoint, rule]
}
