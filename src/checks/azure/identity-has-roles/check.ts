import { isActionGranted, missingActions, type PermissionSet } from '../../../domain/azure-permissions.ts'
import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { REQUIRED, type RequiredAction } from './actions.ts'
import { readRights, type Rights } from './read-rights.ts'
import { roleScripts } from './role-scripts.ts'

type Evidence = Rights & {
  /** Whom Azure took this run for. */
  identity: { clientId?: string; objectId?: string }
}

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'azure/identity-has-roles',
    ref: 'DMSP-043',
    title: 'Whoever creates and runs DMS has the roles for it',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'recommended',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'manual'],
    why: 'DMS touches a virtual network that is seldom in its own resource group: a Contributor of one group alone cannot create it, and learns so in the middle of a deployment.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['RBAC-CREATE'],
    },
    remedy:
      'Give whoever creates and runs DMS Contributor on the subscription, or the custom role of Microsoft that holds these actions alone. A run that only reads needs none of it.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const identity = await arm.signIn()
    if (!identity.ok) return identity
    const rights = await readRights(arm, spec.manifest)
    if (!rights.ok) return rights
    const { clientId, objectId } = identity.value
    return seen<Evidence>({
      identity: {
        ...(clientId === undefined ? {} : { clientId: boundText(clientId) }),
        ...(objectId === undefined ? {} : { objectId: boundText(objectId) }),
      },
      ...rights.value,
    })
  },
  judge: (evidence) => judgeAccess(evidence),
})

function judgeAccess({ identity, service, places }: Evidence): Judgement {
  const missing = places.flatMap(({ place, where, sets }) => {
    const actions = REQUIRED.filter((one) => one.place === place && (service === null || !one.isForCreating))
    return actions.filter((one) => !isHeld(one, sets)).map((one) => ({ where, names: namesOf(one, sets) }))
  })
  const who = describeIdentity(identity)
  const what = service === null ? 'create and run DMS' : `run the DMS service ${service}`
  const scopes = places.map(({ where }) => where).join(', ')
  const expected = `whoever will ${what} may do so at ${scopes}`
  if (missing.length === 0) {
    const actual = `the identity of this run, ${who}, may ${what} at ${scopes}`
    const summary = boundText(
      `${actual}; that DMS will be used by this identity is not known, and deny assignments are not read`,
    )
    return { verdict: 'pass', proof: 'proxy', summary, expected, actual }
  }
  const lacks = missing.map(({ where, names }) => `${names.join(', ')} at ${where}`).join('; ')
  return {
    verdict: 'manual',
    summary: `The identity of this run, ${who}, may not ${what}: it lacks ${lacks}. Whether another identity will, only a person knows`,
    expected,
    remediation: {
      text: `Where this identity only reads, leave it so, and let whoever will ${what} attest to have these rights. Else give Contributor, or this role:`,
      scripts: roleScripts(places.map(({ scope }) => scope)),
    },
  }
}

/** A managed identity may have no client id that is known, an application no object id. */
function describeIdentity({ clientId, objectId }: Evidence['identity']): string {
  if (clientId === undefined) return `object ${objectId ?? 'unnamed'}`
  return `client ${clientId}${objectId === undefined ? '' : ` (object ${objectId})`}`
}

/** The form that Microsoft's role has, or each single operation that counts. */
function isHeld({ action, operations }: RequiredAction, granted: readonly PermissionSet[]): boolean {
  return isActionGranted({ granted }, action) || missingActions({ granted }, operations).length === 0
}

function namesOf({ action, operations }: RequiredAction, granted: readonly PermissionSet[]): string[] {
  const missing = missingActions({ granted }, operations)
  return missing.length === operations.length ? [action] : missing
}
