import { salesAzure, salesManifest, salesStory } from './sales.ts'
import { MANIFEST_PATH, type Story } from './story.ts'

/** The workspace file that proves the version of Data Migration Assistant. */
export const ASSESSMENT_PATH = 'migration/dma.json'

/**
 * The sales migration with everything proven and nothing left to a person: the runner stands in the DMS subnet, and an
 * assessment report stands in the repository.
 */
export function readyStory(): Story {
  return {
    ...salesStory({ fixed: true }),
    name: 'ready',
    title: 'Sales moves to Azure SQL Database, proven from the DMS subnet',
    // This machine's loopback plays the DMS subnet. It is left out of the network's address space, so that the source,
    // which has the same address, counts as a server on site.
    azure: salesAzure('127.0.0.0/8'),
    inputs: { vantage: 'dms-subnet' },
    files: (ports) => ({
      [MANIFEST_PATH]: salesManifest(ports, { tools: `assessment: { report: ${ASSESSMENT_PATH} }`, more: '' }),
      [ASSESSMENT_PATH]: assessmentReport('ManagedSqlServer'),
    }),
    expected: { status: 'ready', exitCode: 0, failing: [] },
    look: [
      'Every required check passes, and every network path was tried from the DMS subnet: nothing is "by proxy".',
      'Nothing rests on a person: both firewalls are proven by the connection itself, the assessment by its report.',
    ],
  }
}

/** As Data Migration Assistant writes it; the platforms tell the oldest version that can have written it. */
export function assessmentReport(targetPlatform: string): string {
  const databases = ['Sales', 'Orders'].map((Name) => ({
    Name,
    ServerName: 'SQL01',
    CompatibilityLevel: 'CompatLevel150',
  }))
  const report = {
    Name: 'Sales to Azure SQL Database',
    DmaVersion: {},
    SourcePlatform: 'SqlOnPrem',
    TargetPlatform: targetPlatform,
    StartedOn: '2026-11-02T09:12:44.1+00:00',
    EndedOn: '2026-11-02T09:14:02.7+00:00',
    Databases: databases,
  }
  return JSON.stringify(report, undefined, 2)
}
