import { seen } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { askRuntime, judgeRuntime, runtimeMayAsk, type RuntimeEvidence } from '../../runtime-connection.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'

const ID = 'share/runtime-can-connect'

/** Only a share that a source uses: without one the backups lie in the container. */
interface UsedShareSpec extends ShareSpec {
  share: NonNullable<ShareSpec['share']>
}

export default defineCheck<UsedShareSpec, RuntimeEvidence, 'runtime'>({
  meta: {
    id: ID,
    ref: 'DMSP-101',
    title: 'The integration runtime can connect to the share',
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/runtime-is-online' }, { id: 'share/login-is-accepted' }],
    optIn: 'probe-through-runtime',
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'The integration runtime takes the backups from the share to the storage account; a share that only this runner reaches, or one on the host of the runtime, leaves the migration waiting.',
    source: {
      title: 'Known issues, limitations, and troubleshooting in Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['SHIRNET', 'COM-005', 'P23-005', 'P24-005', 'P25-005', 'P26-005'],
    },
    remedy:
      'Let the host of the integration runtime through to TCP 445 of the file server, and the Windows user in from there.',
  },
  uses: ['runtime'],
  subjects: (manifest) =>
    shareSubjects(manifest).flatMap(({ spec, ...rest }) =>
      spec.share === undefined ? [] : [{ ...rest, spec: { ...spec, share: spec.share } }],
    ),
  observe: async (ports, { name: subject, spec: { manifest, share } }) => {
    const { login, path } = share
    const without = runtimeMayAsk(ports, login, path)
    if (without !== undefined || login.kind !== 'windows') return seen(without ?? { state: 'no-password', to: path })
    const user = manifest.sources.find((source) => source.share === share.name)
    return askRuntime(ports, {
      manifest,
      test: { of: 'share', path, login },
      sourceDatabase: user?.databases[0]?.name ?? 'master',
      askedBy: { id: ID, subject, manifest: manifest.name },
    })
  },
  judge: (evidence) => judgeRuntime(evidence, 'the share'),
})
