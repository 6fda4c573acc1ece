import type { Script } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import type { ServerFacts } from './evidence.ts'

function expectedOf({ server, subnet }: ServerFacts): string {
  const from = subnet === null ? 'DMS' : `DMS in ${subnet.name} (${subnet.prefixes.join(', ')})`
  return `the firewall of ${server} admits ${from}`
}

export function passed(facts: ServerFacts, fact: string): Judgement {
  const actual = boundText(fact)
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `From DMS to ${facts.server}: ${actual}`,
    expected: expectedOf(facts),
    actual,
  }
}

export function failed(facts: ServerFacts, fact: string, text: string, scripts: readonly Script[]): Judgement {
  const actual = boundText(fact)
  const summary = `From DMS to ${facts.server}: not admitted, ${actual}`
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
  const summary = `Whether ${facts.server} admits DMS could not be determined: ${message}`
  const text =
    kind === 'missing-input'
      ? 'Declare the subnet (dms.subnet) or the public addresses (dms.egress) of DMS in the manifest.'
      : 'Admit the DMS subnet by a virtual network rule with the Microsoft.Sql endpoint on: that can be proven.'
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected: expectedOf(facts),
    cause: { kind, message },
    remediation: { text, scripts: [] },
  }
}
