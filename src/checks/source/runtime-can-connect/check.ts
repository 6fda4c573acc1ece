import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { askRuntime, judgeRuntime, runtimeMayAsk, type RuntimeEvidence } from '../../runtime-connection.ts'
import { takerOfSource } from '../../runtime-vantage.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

const ID = 'source/runtime-can-connect'

export default defineCheck<SourceSpec, RuntimeEvidence, 'runtime'>({
  meta: {
    id: ID,
    ref: 'DMSP-100',
    title: 'The integration runtime can connect to the source',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/runtime-is-online' }, { id: 'source/login-is-accepted' }],
    optIn: 'probe-through-runtime',
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'The integration runtime reads the source from its own host, by its own DNS servers, firewalls and certificates; that this runner reaches it proves nothing of that.',
    source: {
      title: 'Known issues, limitations, and troubleshooting in Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['SHIRNET', 'COM-005', 'P12-004', 'P23-005', 'P24-005', 'P25-005', 'P26-005'],
    },
    remedy: 'Let the host of the integration runtime through to the port of the source, and the login in from there.',
  },
  uses: ['runtime'],
  subjects: (manifest) =>
    sourceSubjects(manifest).filter(({ spec }) => takerOfSource(manifest, spec.source) === 'runtime'),
  observe: async (ports, { name: subject, spec: { manifest, source } }) => {
    const { login, tls, server } = source
    const without = runtimeMayAsk(ports, login, server.text)
    if (without !== undefined || login.kind === 'entra') return seen(without ?? { state: 'off' })
    const [first] = source.databases
    return askRuntime(ports, {
      manifest,
      test: { of: 'source', connection: { dataSource: server.text, login, tls } },
      sourceDatabase: first?.name ?? 'master',
      ...(first === undefined ? {} : { targetDatabase: first.as }),
      askedBy: { id: ID, subject, manifest: manifest.name },
    })
  },
  judge: (evidence) => judgeRuntime(evidence, 'the source'),
})
