import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { readMigrationService } from '../../integration-runtime.ts'
import { manifestSubject } from '../../subjects.ts'
import { judgeModern } from './judge-modern.ts'

type Evidence =
  /** The manifest names no service. */
  | { asked: false }
  | { asked: true; found: false; message: string }
  /** `state`: as Azure writes it; absent when Azure left it out. */
  | { asked: true; found: true; name: string; location: string; state?: string }

const EXPECTED = 'the DMS service of the manifest is there and runs (provisioningState Succeeded)'

/** What each state of the classic service means (ServiceProvisioningState of the REST API, 2018-07-15-preview). */
const STOPPED = ['stopped', 'stopping']
const BROKEN = ['failed', 'failedtostart', 'deleting']
const ON_ITS_WAY = ['accepted', 'deploying', 'starting']

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/dms-is-online',
    ref: 'DMSP-045',
    title: 'The DMS service runs',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    // Who uses the classic service may create it last of all; the manifest of a modern migration always names one.
    severity: ({ manifest }) => (manifest.generation === 'modern' ? 'required' : 'recommended'),
    needs: [{ id: 'azure/provider-is-registered', when: ({ manifest }) => manifest.dms.serviceId !== undefined }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'A service that is stopped, or was not created to its end, takes no migration; to start it or to create another takes time of the cutover window.',
    source: {
      title: 'What is Azure Database Migration Service?',
      url: 'https://learn.microsoft.com/azure/dms/dms-overview',
      verified: '2026-11-26',
      rows: ['P12-002'],
    },
    remedy: 'Create the service, or start it, before the cutover; replace one that cannot be used.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const { serviceId } = spec.manifest.dms
    if (serviceId === undefined) return seen<Evidence>({ asked: false })
    const isModern = spec.manifest.generation === 'modern'
    const service = isModern ? await readMigrationService(arm, spec.manifest) : await arm.dmsService(serviceId)
    if (!service.ok) return service
    if (!service.value.found) {
      return seen<Evidence>({ asked: true, found: false, message: boundText(service.value.message) })
    }
    const { name, location, provisioningState } = service.value.value
    const state = provisioningState === undefined ? {} : { state: boundText(provisioningState, 60) }
    return seen<Evidence>({ asked: true, found: true, name, location, ...state })
  },
  judge: (evidence, { spec }) => {
    const serviceId = spec.manifest.dms.serviceId ?? ''
    if (!evidence.asked) {
      return {
        verdict: 'not-applicable',
        summary: 'The manifest names no DMS service (dms.service), so none has to run',
      }
    }
    if (spec.manifest.generation === 'modern') return judgeModern(evidence, spec.manifest)
    if (!evidence.found) return missing(evidence.message, serviceId)
    return judgeState(`DMS service ${boundText(evidence.name, 60)} (${evidence.location})`, evidence.state, serviceId)
  },
})

function judgeState(service: string, state: string | undefined, serviceId: string): Judgement {
  const actual = `${service} is ${state ?? 'without a state'}`
  const known = state?.toLowerCase() ?? ''
  if (known === 'succeeded') return { verdict: 'pass', proof: 'direct', summary: actual, expected: EXPECTED, actual }
  if (STOPPED.includes(known)) {
    const text = 'Start it some time before the cutover (Microsoft.DataMigration/services/start/action).'
    return failed(`${actual}: it takes no activity until it is started`, actual, text, [command('start', serviceId)])
  }
  if (BROKEN.includes(known)) {
    const text =
      'Look at its activity log. Microsoft says to delete a service that cannot be started, and to create another.'
    return failed(`${actual}: it cannot be used`, actual, text, [command('show', serviceId)])
  }
  const message = ON_ITS_WAY.includes(known)
    ? `${actual}: that state passes by itself, and does not prove that the service will run`
    : `${actual}, which does not say whether it runs`
  const text = 'Wait until the service runs, then run the gate again.'
  return undetermined('insufficient', message, text, [command('show', serviceId)])
}

/** "Not there" is the answer to whether something exists; whether it runs, it leaves open: the id may be wrong. */
function missing(message: string, serviceId: string): Judgement {
  const name = parseResourceId(serviceId)?.name ?? serviceId
  const fact = `Azure does not find the DMS service ${boundText(name, 60)}: ${message}`
  return undetermined('not-found', fact, 'Correct dms.service in the manifest, or create the service.', [])
}

type Scripts = ReturnType<typeof azScript>[]

function failed(summary: string, actual: string, text: string, scripts: Scripts): Judgement {
  return { verdict: 'fail', proof: 'direct', summary, expected: EXPECTED, actual, remediation: { text, scripts } }
}

function undetermined(kind: 'insufficient' | 'not-found', message: string, text: string, scripts: Scripts): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected: EXPECTED,
    cause: { kind, message },
    remediation: { text, scripts },
  }
}

function command(verb: 'start' | 'show', serviceId: string): Scripts[number] {
  return azScript(`az dms ${verb}`, {
    ...groupOptions(serviceId),
    '--name': parseResourceId(serviceId)?.name ?? '<SERVICE>',
  })
}
