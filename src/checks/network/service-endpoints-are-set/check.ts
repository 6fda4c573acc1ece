import { mapSeen, seen, unseen } from '../../../domain/observed.ts'
import { azScript } from '../../azure-cli.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import type { Evidence, WayFacts } from './evidence.ts'
import { readWays } from './read-ways.ts'

/** What DMS speaks with all the time, and the target. `Microsoft.Storage.Global` is the same service in every region. */
const REQUIRED = ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.ServiceBus']
const TARGET = 'Microsoft.Sql'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'network/service-endpoints-are-set',
    ref: 'DMSP-041',
    title: 'The DMS subnet has the service endpoints that ExpressRoute and forced tunnelling call for',
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-database', 'sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'manual', 'not-applicable'],
    why: 'DMS is steered through Service Bus and Storage and writes to the target. Where the network sends public addresses elsewhere, it reaches them only by service endpoints, and connections end in long timeouts.',
    source: {
      title: 'Troubleshoot common Azure Database Migration Service issues and errors',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-troubleshooting-dms',
      verified: '2026-11-26',
      rows: ['SVCEP'],
    },
    remedy:
      'Turn the service endpoints Microsoft.Sql, Microsoft.Storage and Microsoft.ServiceBus on for the DMS subnet.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const dms = await readDmsSubnet(arm, spec.manifest)
    if (!dms.ok) return dms
    if (!dms.value.found) return unseen('not-found', dms.value.message)
    const { network, subnet } = dms.value
    const endpoints = subnet.serviceEndpoints.map((service) => boundText(service, 60))
    const missing = REQUIRED.filter((service) => !endpoints.some((one) => isFor(one, service)))
    const facts = { subnet: boundName(subnet.name), subnetId: subnet.id, endpoints, missing }
    if (missing.length === 0) return seen<Evidence>({ ...facts, ways: null })
    return mapSeen(await readWays(arm, network, subnet), (ways): Evidence => ({ ...facts, ways }))
  },
  judge: ({ subnet, subnetId, endpoints, missing, ways }) => {
    const expected = `${subnet} has the service endpoints ${REQUIRED.join(', ')}, or a way of its own to the internet`
    if (ways === null) {
      const actual = `the service endpoints ${REQUIRED.join(', ')} are on for ${subnet}`
      return { verdict: 'pass', proof: 'direct', summary: boundText(actual), expected, actual }
    }
    const without = `${subnet} lacks the service ${missing.length === 1 ? 'endpoint' : 'endpoints'} ${missing.join(', ')}`
    const need = needOf(ways)
    if (need.answer === 'none') {
      return {
        verdict: 'not-applicable',
        summary: boundText(`No service endpoint is needed: ${need.fact} (${without})`),
      }
    }
    // The option replaces the whole list, so what is on stays on.
    const update = azScript('az network vnet subnet update', {
      '--ids': subnetId,
      '--service-endpoints': [...endpoints, ...missing],
    })
    const caution = missing.includes(TARGET)
      ? ' With Microsoft.Sql on, the target sees the subnet instead of a public address: give its firewall a virtual network rule first.'
      : ''
    const fact = boundText(`${without}, and ${need.fact}`)
    // A target behind a private endpoint needs no endpoint of its own.
    if (need.answer === 'surely' && missing.some((service) => service !== TARGET)) {
      const text = `Turn them on.${caution}`
      const remediation = { text, scripts: [update] }
      return { verdict: 'fail', proof: 'direct', summary: fact, expected, actual: fact, remediation }
    }
    return {
      verdict: 'manual',
      summary: boundText(`${fact}: whether DMS gets to ${missing.join(', ')} from there, Azure does not show`),
      expected,
      remediation: {
        text: `Turn them on. Or let somebody who knows the way attest that ${missing.join(', ')} can be reached by it from ${subnet}.${caution}`,
        scripts: [update],
      },
    }
  },
})

/** Whether endpoints are needed: surely, perhaps (only a person knows what stands on the way), or not at all. */
function needOf(ways: WayFacts): { answer: 'surely' | 'perhaps' | 'none'; fact: string } {
  const { byRoute, exceptions, teachers, untoldCircuits, untoldPeerings, microsoftPeerings } = ways
  const routes = ways.routes.map(({ name, prefix, nextHop }) => `${name} (${prefix} to ${nextHop})`).join(', ')
  if (microsoftPeerings.length > 0) {
    const fact = `the ExpressRoute circuit ${microsoftPeerings.join(', ')} has Microsoft peering, with which Microsoft asks for them`
    return { answer: 'surely', fact }
  }
  if (byRoute === 'dropped') {
    const through = exceptions.map(({ name, prefix }) => `${name} (${prefix})`).join(', ')
    return exceptions.length === 0
      ? { answer: 'surely', fact: `the user route ${routes} drops what goes to public addresses` }
      : { answer: 'perhaps', fact: `the user route ${routes} drops what goes to public addresses, except ${through}` }
  }
  if (byRoute === 'elsewhere') {
    return { answer: 'perhaps', fact: `the user route ${routes} sends what goes to public addresses elsewhere first` }
  }
  if (untoldCircuits.length > 0) {
    return {
      answer: 'perhaps',
      fact: `no circuit of ${untoldCircuits.join(', ')} is named that would tell its peerings`,
    }
  }
  if (untoldPeerings.length > 0) {
    const fact = `whether the ExpressRoute circuit ${untoldPeerings.join(', ')} has Microsoft peering, Azure does not tell`
    return { answer: 'perhaps', fact }
  }
  if (byRoute === 'internet') {
    return { answer: 'none', fact: `the user route ${routes} sends it straight to the internet` }
  }
  return teachers.length === 0
    ? {
        answer: 'none',
        fact: 'no ExpressRoute, no user route and no BGP leads public addresses away from the internet',
      }
    : { answer: 'perhaps', fact: `a default route may be learned from ${teachers.join('; ')}` }
}

function isFor(endpoint: string, service: string): boolean {
  const known = endpoint.toLowerCase()
  return known === service.toLowerCase() || known === `${service.toLowerCase()}.global`
}
