// The types of the evaluator under test, declared once more: the oracle imports nothing from src.

export type Direction = 'inbound' | 'outbound'
export type FlowProtocol = 'tcp' | 'udp'

interface Rule {
  name: string
  priority: number
  direction: Direction
  /** `tcp`, `udp`, `icmp`, `esp`, `ah` or `*`, in any letter case. */
  protocol: string
  sourcePrefixes: string[]
  sourcePorts: string[]
  destinationPrefixes: string[]
  destinationPorts: string[]
}

export interface FilterRule extends Rule {
  access: 'allow' | 'deny'
  sourceGroupIds: string[]
  destinationGroupIds: string[]
}

export interface AdminRule extends Rule {
  access: 'allow' | 'always-allow' | 'deny'
}

export interface RuleStack {
  adminRules: AdminRule[]
  /** `null`: the subnet has no network security group. */
  rules: FilterRule[] | null
}

export type Peer =
  | { kind: 'addresses'; prefixes: string[] }
  | { kind: 'tag'; tag: string }
  | { kind: 'virtual-network' }
  | { kind: 'platform-dns' }

export interface Flow {
  direction: Direction
  protocols: FlowProtocol[]
  ports: [first: number, last: number][]
  peer: Peer
}

export interface ServiceTag {
  name: string
  /** `''` for the whole cloud. */
  region: string
  prefixes: string[]
}

export interface NetworkFacts {
  subnetPrefixes: string[]
  /** What the tag VirtualNetwork surely holds; when it is not whole, it may hold any further address. */
  extent: { prefixes: string[]; isWhole: boolean; hasDefaultRoute: boolean; doubts: string[] }
  region: string
  /** `null`: the list could not be read. */
  tags: ServiceTag[] | null
}

export interface Situation {
  stack: RuleStack
  flow: Flow
  network: NetworkFacts
}

export type Answer = 'allowed' | 'denied' | 'partial' | 'depends'

export interface Witness {
  source: string
  destination: string
  protocol: FlowProtocol
  port: number
}

export interface Evaluation {
  answer: Answer
  decidingRules: string[]
  witness?: Witness
  unresolved: string[]
  shadowedRules: string[]
}

export type Proposal =
  | { kind: 'rules'; rules: FilterRule[] }
  | { kind: 'none-needed' }
  | { kind: 'no-room'; below: string }
  | { kind: 'no-rule-helps'; adminRules: string[] }

/** What is compared with the oracle. */
export interface Evaluator {
  evaluateFlow: (stack: RuleStack, flow: Flow, network: NetworkFacts) => Evaluation
  proposeRules: (stack: RuleStack, flow: Flow, network: NetworkFacts) => Proposal
}
