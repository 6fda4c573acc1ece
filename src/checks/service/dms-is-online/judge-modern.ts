import type { Manifest } from '../../../domain/manifest.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { serviceNameOf, serviceScript } from '../../integration-runtime.ts'

export type ServiceFact =
  { found: false; message: string } | { found: true; name: string; location: string; state?: string }

const EXPECTED = 'the migration service of the manifest is there and ready (provisioningState Succeeded)'

/** Azure documents the states of this service as text alone; these are the ones that resource providers share. */
const BROKEN = ['failed', 'canceled', 'cancelled', 'deleting', 'deleted']
const ON_ITS_WAY = ['accepted', 'creating', 'provisioning', 'running', 'updating']

/** The service of today has no machine of its own that could be stopped: once it was created, it is there. */
export function judgeModern(fact: ServiceFact, manifest: Manifest): Judgement {
  if (!fact.found) {
    // As with every state of a thing: "not there" leaves it open, and the id may be wrong.
    const message = `Azure does not find the migration service ${serviceNameOf(manifest)}: ${fact.message}`
    const text = 'Correct dms.service in the manifest (a sqlMigrationServices resource), or create the service.'
    return undetermined('not-found', message, { text, scripts: [] })
  }
  const { state } = fact
  const actual = `migration service ${boundText(fact.name, 60)} (${boundText(fact.location, 60)}) is ${state ?? 'without a state'}`
  const summary = `M${actual.slice(1)}`
  const known = state?.toLowerCase() ?? ''
  const scripts = [serviceScript('show', manifest)]
  if (known === 'succeeded') return { verdict: 'pass', proof: 'direct', summary, expected: EXPECTED, actual }
  if (BROKEN.includes(known)) {
    const text =
      'Look at its activity log; create another service in the region of the target, and name it in dms.service.'
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${summary}: it cannot be used`,
      expected: EXPECTED,
      actual,
      remediation: { text, scripts },
    }
  }
  const message = ON_ITS_WAY.includes(known)
    ? `${summary}: that state passes by itself, and does not prove that the service will be usable`
    : `${summary}, which does not say whether it can be used`
  return undetermined('insufficient', message, { text: 'Wait until it is ready, then run the gate again.', scripts })
}

function undetermined(
  kind: 'insufficient' | 'not-found',
  message: string,
  remediation: Extract<Judgement, { verdict: 'fail' }>['remediation'],
): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected: EXPECTED,
    cause: { kind, message },
    remediation,
  }
}
