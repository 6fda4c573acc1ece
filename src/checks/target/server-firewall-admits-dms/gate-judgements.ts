import type { Script } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import type { ServerFacts } from './evidence.ts'

/** Who connects: DMS itself, or the integration runtime of the current service. */
export function whoOf({ isInsideAzure }: Pick<ServerFacts, 'isInsideAzure'>): string {
  return isInsideAzure ? 'DMS' : 'the integration runtime'
}

function expectedOf(facts: ServerFacts): string {
  const { server, subnet } = facts
  const from = subnet === null ? whoOf(facts) : `DMS in ${subnet.name} (${subnet.prefixes.join(', ')})`
  return `the firewall of ${server} admits ${from}`
}

export function passed(facts: ServerFacts, fact: string): Judgement {
  const actual = boundText(fact)
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `From ${whoOf(facts)} to ${facts.server}: ${actual}`,
    expected: expectedOf(facts),
    actual,
  }
}

export function failed(facts: ServerFacts, fact: string, text: string, scripts: readonly Script[]): Judgement {
  const actual = boundText(fact)
  const summary = `From ${whoOf(facts)} to ${facts.server}: not admitted, ${actual}`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary,
    expected: expectedOf(facts),
    actual,
    // Only T-SQL shows them: sys.database_firewall_rules of each database.
    remediation: { text: `${text} Rules of single databases are not looked at here.`, scripts },
  }
}

export function undetermined(facts: ServerFacts, kind: CauseKind, fact: string): Judgement {
  const message = boundText(fact)
  const summary = `Whether ${facts.server} admits ${whoOf(facts)} could not be determined: ${message}`
  const text = facts.isInsideAzure ? classicAdvice(kind) : runtimeAdvice(kind)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected: expectedOf(facts),
    cause: { kind, message },
    remediation: { text, scripts: [] },
  }
}

function classicAdvice(kind: CauseKind): string {
  return kind === 'missing-input'
    ? 'Declare the subnet (dms.subnet) or the public addresses (dms.egress) of DMS in the manifest.'
    : 'Admit the DMS subnet by a virtual network rule with the Microsoft.Sql endpoint on: that can be proven.'
}

function runtimeAdvice(kind: CauseKind): string {
  return kind === 'missing-input'
    ? 'Declare the public addresses under which the host of the integration runtime reaches Azure (dms.egress).'
    : 'Admit the public addresses of the host of the integration runtime and declare them in dms.egress, or run this on that host: that can be proven.'
}
