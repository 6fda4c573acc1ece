import { formatRange, parseRange } from '../../../domain/address.ts'
import { GENERATIONS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { SqlFirewallRule } from '../../../ports/arm-port.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import { isAzure, isIpv4, wideRules, type RuleFact } from './wide-rules.ts'

type Evidence = { found: false; message: string } | { found: true; publicNetworkAccess?: string; rules: RuleFact[] }

export default defineCheck<TargetSpec, Evidence, 'arm'>({
  meta: {
    id: 'target/server-firewall-is-closed-to-other-tenants',
    ref: 'DMSP-036',
    title: 'The firewall of the target server is closed to the Azure services of others',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: GENERATIONS,
    severity: 'recommended',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'The rule 0.0.0.0 lets in every resource of every Azure customer, so that only the logins protect the data.',
    source: {
      title: 'Azure SQL Database and Azure Synapse IP firewall rules',
      url: 'https://learn.microsoft.com/azure/azure-sql/database/firewall-configure',
      verified: '2026-11-22',
      rows: [],
    },
    remedy: 'Replace the rule 0.0.0.0 by rules for the addresses and the subnets that need access.',
  },
  uses: ['arm'],
  subjects: targetSubjects,
  observe: async ({ arm }, { spec }) => {
    const { resourceId } = spec.target
    const [server, rules, rules6] = await Promise.all([
      arm.sqlServer(resourceId),
      arm.sqlFirewallRules(resourceId),
      arm.sqlIpv6FirewallRules(resourceId),
    ])
    if (!server.ok) return server
    if (!server.value.found) return seen<Evidence>({ found: false, message: boundText(server.value.message) })
    if (!rules.ok) return rules
    if (!rules.value.found) return seen<Evidence>({ found: false, message: boundText(rules.value.message) })
    const { publicNetworkAccess } = server.value.value
    const evidence: Evidence = {
      found: true,
      ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
      rules: rules.value.value.map(factOf),
    }
    // What the rules for IPv4 decide stays decided.
    const isDecided = publicNetworkAccess?.toLowerCase() === 'disabled' || wideRules(evidence.rules).length > 0
    if (!rules6.ok) return isDecided ? seen(evidence) : rules6
    if (!rules6.value.found) return seen<Evidence>({ found: false, message: boundText(rules6.value.message) })
    return seen<Evidence>({ ...evidence, rules: [...evidence.rules, ...rules6.value.value.map(factOf)] })
  },
  judge: (evidence, { spec }) => {
    const server = parseResourceId(spec.target.resourceId)?.name ?? spec.target.name
    if (!evidence.found) {
      const blockedBy = spec.databases.map((database) => ({
        id: 'target/sql-database-exists',
        subject: `${spec.target.name}/${database}`,
      }))
      return {
        verdict: 'blocked',
        summary: `Server ${server} is not there, so it has no firewall to look at`,
        blockedBy,
      }
    }
    const expected = `no firewall rule of ${server} admits all of Azure or all of the internet`
    const wide = wideRules(evidence.rules)
    const access = evidence.publicNetworkAccess?.toLowerCase()
    if (access !== 'enabled' && access !== 'disabled') {
      return evidence.publicNetworkAccess === undefined
        ? untold(server, expected)
        : underOtherRules(server, evidence.publicNetworkAccess, expected)
    }
    if (access === 'disabled') {
      const actual = 'public network access is Disabled, so that no firewall rule has an effect'
      return {
        verdict: 'pass',
        proof: 'direct',
        summary: `${server} admits no public address: ${actual}`,
        expected,
        actual,
      }
    }
    if (wide.length > 0) return openToOthers(wide, server, spec, expected)
    const actual = `none of the ${String(evidence.rules.length)} firewall rules of ${server} is that wide`
    return {
      verdict: 'pass',
      proof: 'direct',
      summary: `${actual}: none admits all of Azure or all of the internet`,
      expected,
      actual,
    }
  },
})

/** A network security perimeter has access rules of its own, and the server's rules then have no effect. */
function underOtherRules(server: string, access: string, expected: string): Judgement {
  const message = `public network access of ${server} is ${boundText(access, 60)}: other rules than its own decide who gets in, and they are not looked at`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${server} is closed to other tenants could not be determined: ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text: 'Look at the access rules of the network security perimeter of the server.', scripts: [] },
  }
}

/** Whether the rules have an effect rests on it. */
function untold(server: string, expected: string): Judgement {
  const message = `Azure did not say whether ${server} admits public network access`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Whether ${server} is closed to other tenants could not be determined: ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text: 'Look at the public network access of the server in the portal.', scripts: [] },
  }
}

function factOf({ name, startIpAddress, endIpAddress }: SqlFirewallRule): RuleFact {
  return { name, start: startIpAddress, end: endIpAddress }
}

function openToOthers(rules: readonly RuleFact[], server: string, spec: TargetSpec, expected: string): Judgement {
  const names = rules.map((rule) => `${rule.name} (${describe(rule)})`).join(', ')
  const isAzureOnly = rules.every(isAzure)
  const who = isAzureOnly ? 'the Azure services of every other tenant' : 'every address of the internet'
  const actual = boundText(`${names} of ${server} admits ${who}`)
  const options = { ...groupOptions(spec.target.resourceId), '--server': server }
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `Firewall rule ${actual}`,
    expected,
    actual,
    remediation: {
      text: 'First admit what needs access by narrower rules (a virtual network rule, where it stands in a subnet of Azure), then delete it.',
      scripts: rules.map((rule) =>
        azScript(`az sql server ${isIpv4(rule) ? '' : 'ipv6-'}firewall-rule delete`, {
          ...options,
          '--name': rule.name,
        }),
      ),
    },
  }
}

function describe({ start, end }: RuleFact): string {
  const range = parseRange(start, end)
  return range === undefined ? `${start}-${end}` : formatRange(range)
}
