// Faults that evaluators of network security groups have had, put before or after a sound evaluator.
import {
  before,
  eachRule,
  endEarlier,
  firstDestination,
  freeFrom,
  ofAdminRules,
  ofEvaluation,
  ofNetwork,
  ofPorts,
  ofPrefixes,
  ofProposal,
  ofProposedRules,
  ofRules,
  type Mutation,
} from './mutation.ts'

export const MUTATIONS: readonly Mutation[] = [
  ofRules('takes the rules in the order of the list', (rules) =>
    rules.map((rule, index) => (rule.priority < 65000 ? { ...rule, priority: 100 + index } : rule)),
  ),
  ofRules('takes the highest priority first', (rules) =>
    rules.map((rule) => (rule.priority < 65000 ? { ...rule, priority: 4196 - rule.priority } : rule)),
  ),
  ofRules('mixes up the directions', (rules, { flow }) =>
    rules.map((rule, index) =>
      rule.direction === flow.direction || rule.priority >= 65000
        ? rule
        : { ...rule, direction: flow.direction, priority: 4097 + index },
    ),
  ),
  ofPrefixes('drops the last prefix of a list', (texts) => (texts.length > 1 ? texts.slice(0, -1) : texts)),
  ofPrefixes('ends a range one address early', (texts) => texts.map((text) => endEarlier(text, '-'))),
  ofPrefixes('ends a CIDR one address early', (texts) => texts.map((text) => endEarlier(text, '/'))),
  ofPrefixes('reads only one case of VirtualNetwork', (texts) =>
    texts.map((text) => (/^virtualnetwork$/i.test(text) && text !== 'VirtualNetwork' ? '192.0.2.1' : text)),
  ),
  ofPrefixes('takes IPv4-mapped IPv6 for IPv6', (texts) =>
    texts.map((text) => (text.startsWith('::ffff:') ? '2001:db8::1' : text)),
  ),
  ofPrefixes('takes every private address for Internet', (texts) =>
    texts.map((text) => (/^internet$/i.test(text) ? '*' : text)),
  ),
  ofPrefixes('does not know Internet', (texts) => texts.map((text) => (/^internet$/i.test(text) ? '192.0.2.1' : text))),
  ofPrefixes('does not know AzureLoadBalancer', (texts) =>
    texts.map((text) => (/^azureloadbalancer$/i.test(text) ? '192.0.2.1' : text)),
  ),
  ofPrefixes('lets no rule act on the platform', (texts) =>
    texts.map((text) => (/^azureplatform(dns|imds)$/i.test(text) ? '192.0.2.1' : text)),
  ),
  ofPorts('ends a port range one early', (texts) =>
    texts.map((text) => text.replace(/-(\d+)$/, (_all, last: string) => `-${Math.max(0, Number(last) - 1)}`)),
  ),
  ofPorts('reads only the first of a comma list', (texts) => texts.map((text) => text.split(',')[0] ?? text)),
  ofPorts('does not read 443-443', (texts) => texts.map((text) => (/^(\d+)-\1$/.test(text) ? '0' : text))),
  eachRule('ignores source ports', (rule) => ({ ...rule, sourcePorts: ['*'] })),
  eachRule('takes a deny of UDP for an allow', (rule) => ({
    ...rule,
    access: /^udp$/i.test(rule.protocol) ? 'allow' : rule.access,
  })),
  eachRule('lets a rule of ICMP match everything', (rule) => ({
    ...rule,
    protocol: /^icmp$/i.test(rule.protocol) ? '*' : rule.protocol,
  })),
  eachRule('reads only one case of a protocol', (rule) => ({
    ...rule,
    protocol: rule.protocol === 'tcp' ? 'icmp' : rule.protocol,
  })),
  eachRule('lets a group match every address', (rule) => ({
    ...rule,
    ...{ sourceGroupIds: [], destinationGroupIds: [] },
    sourcePrefixes: rule.sourceGroupIds.length > 0 ? ['*'] : rule.sourcePrefixes,
    destinationPrefixes: rule.destinationGroupIds.length > 0 ? ['*'] : rule.destinationPrefixes,
  })),
  eachRule('lets a group match no address', (rule) => ({ ...rule, sourceGroupIds: [], destinationGroupIds: [] })),
  before('takes no security group for a deny', ({ stack, ...rest }) => ({
    ...rest,
    stack: { ...stack, rules: stack.rules ?? [] },
  })),
  ofAdminRules('ignores admin rules', () => []),
  ofAdminRules('takes always-allow for allow', (rules) =>
    rules.map((rule) => ({ ...rule, access: rule.access === 'always-allow' ? 'allow' : rule.access })),
  ),
  ofAdminRules('ends at an allow of an admin rule', (rules) =>
    rules.map((rule) => ({ ...rule, access: rule.access === 'allow' ? 'always-allow' : rule.access })),
  ),
  ofNetwork('ignores IPv6', (network) => ({
    ...network,
    subnetPrefixes: network.subnetPrefixes.filter((text) => !text.includes(':')),
  })),
  ofNetwork('looks at one prefix of the subnet', (network) => ({
    ...network,
    subnetPrefixes: network.subnetPrefixes.slice(0, 1),
  })),
  ofNetwork('takes the tags of another region', (network) => ({ ...network, region: 'northeurope' })),
  ofNetwork('takes the tags of the whole cloud', (network) => ({ ...network, region: '' })),
  ofNetwork('forgets peered networks', (network) => ({
    ...network,
    extent: { ...network.extent, prefixes: network.extent.prefixes.slice(0, 1 + network.subnetPrefixes.length) },
  })),
  ofNetwork('takes a part of VirtualNetwork for all of it', (network) => ({
    ...network,
    extent: { ...network.extent, isWhole: true, hasDefaultRoute: false, doubts: [] },
  })),
  ofNetwork('lets a tag that it cannot resolve match nothing', (network) => ({
    ...network,
    tags: [
      ...(network.tags ?? []),
      ...['DataFactory', 'Storage.SwedenCentral', 'Storage'].map((name) => ({ name, region: '', prefixes: [] })),
    ],
  })),
  ofEvaluation('takes partial for denied', (said) => ({
    ...said,
    answer: said.answer === 'partial' ? 'denied' : said.answer,
  })),
  ofEvaluation('takes depends for allowed', (said) => ({
    ...said,
    answer: said.answer === 'depends' ? 'allowed' : said.answer,
  })),
  ofEvaluation('has a witness that is not of the flow', (said) => ({
    ...said,
    ...(said.witness === undefined ? {} : { witness: { ...said.witness, port: 65535 } }),
  })),
  ofEvaluation('has a witness from the wrong side', ({ witness, ...said }) => ({
    ...said,
    ...(witness === undefined
      ? {}
      : { witness: { ...witness, source: witness.destination, destination: witness.source } }),
  })),
  ofEvaluation('has the first address of the peer for a witness', ({ witness, ...said }, situation) => ({
    ...said,
    ...(witness === undefined ? {} : { witness: { ...witness, destination: firstDestination(situation) } }),
  })),
  ofEvaluation('names the last rule whatever denied', (said) => ({
    ...said,
    decidingRules: said.decidingRules.filter((name) => /DenyAll/.test(name)),
  })),
  ofEvaluation('finds no shadowed rule', (said) => ({ ...said, shadowedRules: [] })),
  ofEvaluation('does not say what is unresolved', (said) => ({ ...said, unresolved: [] })),
  ofProposedRules('proposes a rule below the deny', (rules, { stack }) =>
    rules.map((rule, index) => ({
      ...rule,
      priority: freeFrom(stack.rules ?? [], rule.direction, 4000 + index),
    })),
  ),
  ofProposedRules('proposes a priority that is taken', (rules, { stack }) =>
    rules.map((rule) => ({
      ...rule,
      priority: stack.rules?.find(({ direction }) => direction === rule.direction)?.priority ?? rule.priority,
    })),
  ),
  ofProposedRules('proposes every protocol', (rules) => rules.map((rule) => ({ ...rule, protocol: '*' }))),
  ofProposedRules('proposes every source port', (rules) => rules.map((rule) => ({ ...rule, sourcePorts: ['*'] }))),
  ofProposedRules('proposes every destination', (rules) =>
    rules.map((rule) => ({ ...rule, destinationPrefixes: ['*'] })),
  ),
  ofProposedRules('proposes one port too many', (rules) =>
    rules.map((rule) => ({
      ...rule,
      destinationPorts: rule.destinationPorts.map((text) =>
        text.replace(/\d+$/, (last) => String(Math.min(65535, Number(last) + 1))),
      ),
    })),
  ),
  ofProposedRules('forgets the last of several rules', (rules) => (rules.length > 1 ? rules.slice(0, -1) : rules)),
  ofProposedRules('proposes two rules where one does', (rules, { stack }) =>
    rules.flatMap((rule) => [
      rule,
      { ...rule, name: `${rule.name}-again`, priority: freeFrom(stack.rules ?? [], rule.direction, rule.priority + 1) },
    ]),
  ),
  ofProposal('proposes nothing', () => ({ kind: 'none-needed' })),
  ofProposal('finds no room', (said) => (said.kind === 'rules' ? { kind: 'no-room', below: 'deny-all' } : said)),
  ofProposal('proposes a rule under an admin deny', (said) =>
    said.kind === 'no-rule-helps' ? { kind: 'no-room', below: said.adminRules[0] ?? '' } : said,
  ),
]
