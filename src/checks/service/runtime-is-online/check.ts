import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import {
  noRuntimeUsed,
  readMigrationService,
  readRuntimeNodes,
  RUNTIME_SOURCE,
  whereRuntimeIsUsed,
} from '../../integration-runtime.ts'
import { usesRuntime } from '../../modern-path.ts'
import { manifestSubject } from '../../subjects.ts'
import { judgeState, judgeMissing, type Evidence } from './judge-state.ts'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/runtime-is-online',
    ref: 'DMSP-090',
    title: 'The integration runtime of the service is online',
    team: 'windows',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/dms-is-online', when: whereRuntimeIsUsed }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'The runtime is what reads the source or its backups. While it is not online the service refuses every migration (IntegrationRuntimeIsNotOnline), and one under way stands still.',
    source: { ...RUNTIME_SOURCE, rows: ['SHIR', 'P12-002', 'P23-005', 'P24-005', 'P25-005', 'P26-005'] },
    remedy:
      'Install the self-hosted integration runtime on a machine of its own, register it with a key of this migration service, and let that machine out to Azure.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec: { manifest } }) => {
    if (!usesRuntime(manifest)) return seen<Evidence>({ used: false })
    const [service, nodes] = await Promise.all([readMigrationService(arm, manifest), readRuntimeNodes(arm, manifest)])
    if (!service.ok) return service
    if (!service.value.found) {
      return seen<Evidence>({ used: true, found: false, message: boundText(service.value.message) })
    }
    const { name, integrationRuntimeState: state } = service.value.value
    return seen<Evidence>({
      used: true,
      found: true,
      service: boundText(name, 60),
      ...(state === undefined ? {} : { state: boundText(state, 60) }),
      // The state is the service's own word: its nodes only have to agree, where they may be read.
      ...(nodes.ok ? { nodes: nodes.value } : { nodesUnseen: boundText(nodes.failure.message) }),
    })
  },
  judge: (evidence, { spec }) => {
    if (!evidence.used) return noRuntimeUsed()
    return evidence.found ? judgeState(evidence, spec.manifest) : judgeMissing(evidence.message, spec.manifest)
  },
})
