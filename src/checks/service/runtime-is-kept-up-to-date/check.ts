import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { noRuntimeUsed } from '../../integration-runtime.ts'
import { usesRuntime } from '../../modern-path.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence = { used: boolean }

export default defineCheck<Spec, Evidence, never>({
  meta: {
    id: 'service/runtime-is-kept-up-to-date',
    ref: 'DMSP-092',
    title: 'Updates of the integration runtime are decided upon',
    team: 'windows',
    scenarios: SCENARIOS,
    generations: ['modern'],
    // Microsoft blocks on it where the target is a virtual machine, and recommends it elsewhere.
    severity: ({ manifest }) =>
      manifest.scenario === 'sql-server-to-sql-server-on-azure-vm' && usesRuntime(manifest)
        ? 'required'
        : 'recommended',
    needs: [],
    vantage: 'person',
    verdicts: ['manual', 'not-applicable'],
    why: 'Each version of the runtime expires after a year, and it updates itself only where that is on and its machine reaches download.microsoft.com. A runtime that expired is Offline, also in the middle of a migration.',
    source: {
      title: 'Self-hosted integration runtime autoupdate and expire notification',
      url: 'https://learn.microsoft.com/azure/data-factory/self-hosted-integration-runtime-auto-update',
      verified: '2026-11-26',
      rows: ['SHIR', 'P23-009', 'P24-009', 'P25-011', 'P26-012'],
    },
    remedy:
      'Leave auto-update of the integration runtime on and let its machine out to download.microsoft.com on TCP 443; or decide who updates it by hand, and when.',
  },
  uses: [],
  subjects: manifestSubject,
  observe: (_ports, { spec: { manifest } }) => Promise.resolve(seen<Evidence>({ used: usesRuntime(manifest) })),
  judge: ({ used }) =>
    used
      ? {
          verdict: 'manual',
          summary:
            'Azure tells neither whether the integration runtime updates itself nor whether its machine reaches download.microsoft.com',
          expected:
            'auto-update is on and every node reaches download.microsoft.com on TCP 443; or a person updates the runtime by hand, as decided',
          remediation: {
            text: 'Look at the Update tab of the Configuration Manager on each machine, and try the way out. Attest with what was seen, or with the decision to update by hand: who does it, and how often.',
            scripts: [
              {
                language: 'powershell',
                code: '# on the machine of the runtime\nTest-NetConnection download.microsoft.com -Port 443',
              },
            ],
          },
        }
      : noRuntimeUsed(),
})
