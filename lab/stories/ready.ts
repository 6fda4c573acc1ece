import { isoDay, salesAzure, salesManifest, salesStory } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

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
      [ASSESSMENT_PATH]: salesReport(ports),
    }),
    expected: { status: 'ready', exitCode: 0, failing: [] },
    look: [
      'Every required check passes, and every network path was tried from the DMS subnet: none is "by proxy".',
      'Nothing rests on a person: both firewalls are proven by the connection itself, the assessment by its report.',
    ],
  }
}

export interface ReportContent {
  targetPlatform?: string
  sourcePlatform?: string
  /** Server and name of each database. */
  databases: readonly (readonly [server: string, name: string])[]
}

/** As Data Migration Assistant writes it; the platforms tell the oldest version that can have written it. */
export function assessmentReport({
  targetPlatform = 'AzureSqlDatabase',
  sourcePlatform = 'RdsSqlServer',
  databases,
}: ReportContent): string {
  const report = {
    Status: 'Completed',
    Name: 'Sales to Azure SQL Database',
    DmaVersion: {},
    SourcePlatform: sourcePlatform,
    TargetPlatform: targetPlatform,
    StartedOn: `${isoDay(-8)}T09:12:44.1+00:00`,
    EndedOn: `${isoDay(-8)}T09:14:02.7+00:00`,
    Databases: databases.map(([ServerName, Name]) => ({
      ServerName,
      Name,
      CompatibilityLevel: 'CompatLevel150',
      Status: 'Completed',
      AssessmentRecommendations: [],
    })),
    ServerInstances: [],
  }
  return JSON.stringify(report, undefined, 2)
}

/** A report on the databases of the sales migration. */
export function salesReport(ports: Ports, content: Omit<ReportContent, 'databases'> = {}): string {
  const server = `localhost,${String(ports.sql['source'])}`
  const databases = ['Sales', 'Orders'].map((name) => [server, name] as const)
  return assessmentReport({ ...content, databases })
}
