import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { TARGET_SIDE } from '../../sql-side.ts'
import { targetSubjects } from '../../subjects.ts'
import { tlsSession } from '../../tls-session.ts'

const ID = 'target/tls-is-acceptable'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-013',
    title: 'The target encrypts, with a certificate that can be trusted',
    team: 'network',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'target/engine-port-is-reachable' }],
    disprovedBy: ['tls-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'Azure SQL always encrypts with a public certificate; another one means that something on the way opens the connection, or that it is another server. A SQL Server on a virtual machine has a certificate of its own, which the manifest has to let in.',
    source: {
      title: 'An overview of Azure SQL Database and SQL Managed Instance security capabilities',
      url: 'https://learn.microsoft.com/azure/azure-sql/database/security-overview',
      verified: '2026-11-22',
      rows: [],
    },
    remedy:
      'Use the name that Azure gives the server; take it out of TLS inspection on the way, or name the inspecting authority as tls.ca. For a virtual machine: name its authority as tls.ca, or pin its certificate as tls.pin.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetSubjects,
  ...tlsSession(TARGET_SIDE, ID),
})
