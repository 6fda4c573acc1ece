import { seen } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { readTargetHost } from '../../engine-endpoint.ts'
import { askRuntime, judgeRuntime, runtimeMayAsk, type RuntimeEvidence } from '../../runtime-connection.ts'
import { sourcesOf, targetSubjects, type TargetSpec } from '../../subjects.ts'

const ID = 'target/runtime-can-connect'

export default defineCheck<TargetSpec, RuntimeEvidence, 'runtime' | 'arm'>({
  meta: {
    id: ID,
    ref: 'DMSP-102',
    title: 'The integration runtime can connect to the target',
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/runtime-is-online' }, { id: 'target/login-is-accepted' }],
    optIn: 'probe-through-runtime',
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'The integration runtime writes the rows into Azure SQL Database from its own host; the firewall of the server and the private DNS zone can let this runner in and that host not.',
    source: {
      title: 'Known issues, limitations, and troubleshooting in Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['SHIRNET', 'COM-005', 'P12-004'],
    },
    remedy:
      'Let the host of the integration runtime through to TCP 1433 of the target, and admit its address at the firewall of the server.',
  },
  uses: ['runtime', 'arm'],
  subjects: targetSubjects,
  observe: async (ports, { name: subject, spec }) => {
    const { manifest, target, databases } = spec
    const { login, tls } = target
    const without = runtimeMayAsk(ports, login, target.endpoint?.text ?? target.name)
    if (without !== undefined || login.kind === 'entra') return seen(without ?? { state: 'off' })
    const host = await readTargetHost(ports, target)
    if (!host.known) return seen({ state: 'not-known', kind: host.kind, message: host.message })
    const coming = sourcesOf(manifest, target.name).flatMap((source) => source.databases)
    const first = coming.find((database) => database.target === target.name)
    return askRuntime(ports, {
      manifest,
      test: { of: 'target', connection: { dataSource: host.server.text, login, tls } },
      sourceDatabase: first?.name ?? 'master',
      targetDatabase: first?.as ?? databases[0] ?? 'master',
      askedBy: { id: ID, subject, manifest: manifest.name },
    })
  },
  judge: (evidence) => judgeRuntime(evidence, 'the target'),
})
