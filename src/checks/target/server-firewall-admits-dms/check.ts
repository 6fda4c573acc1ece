import { GENERATIONS } from '../../../domain/manifest.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import type { Evidence, ServerFacts } from './evidence.ts'
import { isWaitingForSubnet, judgeGate } from './judge-gate.ts'
import { readServer } from './read-server.ts'

export default defineCheck<TargetSpec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'target/server-firewall-admits-dms',
    ref: 'DMSP-035',
    title: 'The firewall of the target server admits DMS',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'An Azure SQL logical server refuses every address that no rule admits. A rule for the private range of a subnet has no effect: the server never sees that range.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D5', 'P12-004'],
    },
    remedy:
      'Admit the place from which DMS connects: by firewall rules for its public addresses, by a private endpoint, or, where it is a subnet of Azure, by a virtual network rule with the Microsoft.Sql endpoint on.',
  },
  uses: ['arm', 'net'],
  subjects: targetSubjects,
  observe: (ports, { spec }) => readServer(ports, spec),
  judge: (evidence, { spec }) => {
    if (evidence.found) {
      return isWaitingForSubnet(evidence) ? waitForSubnet(evidence, spec) : judgeGate(evidence, spec.target.resourceId)
    }
    const blockedBy = spec.databases.map((database) => ({
      id: 'target/sql-database-exists',
      subject: `${spec.target.name}/${database}`,
    }))
    return {
      verdict: 'blocked',
      summary: `The server is not there, so it has no firewall: ${evidence.message}`,
      blockedBy,
    }
  },
})

/** A network rule names a subnet: without that of DMS it neither admits it nor shuts it out. */
function waitForSubnet({ server, networkRules }: ServerFacts, { manifest }: TargetSpec): Judgement {
  const rules = networkRules.map(({ name }) => name).join(', ')
  const summary = boundText(
    `Not tried: ${server} has virtual network rules (${rules}), and the subnet of DMS, for which one has to be, is not known`,
  )
  const blockedBy = [{ id: 'network/dms-vnet-uses-resource-manager', subject: manifest.name }]
  return { verdict: 'blocked', summary, blockedBy }
}
