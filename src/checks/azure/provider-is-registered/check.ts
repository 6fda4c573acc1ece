import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import { azScript } from '../../azure-cli.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { subscriptionOfDms } from '../../dms-service.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence = {
  namespace: string
  subscription: string
  /** As Azure writes it; absent when Azure left it out. */
  state?: string
}

const NAMESPACE = 'Microsoft.DataMigration'
const UNREGISTERED = ['notregistered', 'unregistered', 'unregistering']

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'azure/provider-is-registered',
    ref: 'DMSP-042',
    title: 'Microsoft.DataMigration is registered in the subscription of DMS',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'Azure creates and runs nothing of a resource provider that is not registered in the subscription: neither DMS nor its projects.',
    source: {
      title: 'Azure resource providers and types',
      url: 'https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types',
      verified: '2026-11-26',
      rows: ['RP', 'P23-006', 'P26-009'],
    },
    remedy:
      'Register the resource provider Microsoft.DataMigration in the subscription of DMS; Contributor on the subscription is enough for it.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const subscription = subscriptionOfDms(spec.manifest)
    if (!subscription.ok) return subscription
    const provider = await arm.provider(subscription.value, NAMESPACE)
    if (!provider.ok) return provider
    if (!provider.value.found) return unseen('not-found', provider.value.message)
    const { registrationState } = provider.value.value
    return seen<Evidence>({
      namespace: NAMESPACE,
      subscription: subscription.value,
      ...(registrationState === undefined ? {} : { state: boundText(registrationState, 60) }),
    })
  },
  judge: ({ namespace, subscription, state }) => {
    const expected = `${namespace} is Registered in subscription ${subscription}`
    const actual = `${namespace} is ${state ?? 'without a state'} in subscription ${subscription}`
    const known = state?.toLowerCase() ?? ''
    if (known === 'registered') return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
    const script = azScript('az provider register', { '--subscription': subscription, '--namespace': namespace })
    if (UNREGISTERED.includes(known)) {
      const text = `Register it; the right ${namespace}/register/action is in Contributor. It takes some minutes.`
      return {
        verdict: 'fail',
        proof: 'direct',
        summary: `${actual}: DMS cannot be created or used there`,
        expected,
        actual,
        remediation: { text, scripts: [script] },
      }
    }
    // Each region is registered by itself, and the state does not say which of them are done.
    const isUnderWay = known === 'registering'
    const message = isUnderWay
      ? `${actual}: the region of DMS may be ready before the others, and Azure does not tell`
      : `${actual}, which does not say whether DMS can be used`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation: {
        text: isUnderWay
          ? 'Run the gate again in some minutes. A registration that hangs can be started again.'
          : 'Look at the registration in the portal, and register it again.',
        scripts: [script],
      },
    }
  },
})
