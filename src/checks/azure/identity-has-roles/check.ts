import { isActionGranted, missingActions, type PermissionSet } from '../../../domain/azure-permissions.ts'
import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { REQUIRED, type RequiredAction } from './actions.ts'
import { describeIdentity, readIdentity, type IdentityFact } from './identity.ts'
import { judgeModern, type ModernEvidence } from './judge-modern.ts'
import { readModernPlaces } from './read-modern.ts'
import { readRights, type Rights } from './read-rights.ts'
import { roleScripts } from './role-scripts.ts'

type ClassicEvidence = Rights & { identity: IdentityFact }
type Evidence = ClassicEvidence | ModernEvidence

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'azure/identity-has-roles',
    ref: 'DMSP-043',
    title: 'Whoever creates and runs DMS has the roles for it',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: ({ manifest }) => (manifest.generation === 'modern' ? 'required' : 'recommended'),
    needs: [
      { id: 'network/dms-vnet-uses-resource-manager', when: ({ manifest }) => manifest.generation === 'classic' },
      { id: 'azure/sign-in-works', when: ({ manifest }) => manifest.generation === 'modern' },
    ],
    vantage: 'control-plane',
    verdicts: ['pass', 'unknown', 'manual'],
    why: 'A migration touches resources that are seldom in one resource group: the service, its network, the target, the storage account. A Contributor of one group alone learns so in the middle of the work.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['RBAC-CREATE', 'ROLES', 'P12-003', 'P23-003', 'P24-007', 'P25-006', 'P26-010', 'COM-004'],
    },
    remedy:
      'Give whoever creates and runs DMS the custom role that the script makes, with just the actions that are needed. Contributor on the subscription is needed only to create a service. A run that only reads needs none of it.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const identity = await readIdentity(arm)
    if (!identity.ok) return identity
    if (spec.manifest.generation === 'modern') {
      const places = await readModernPlaces(arm, spec.manifest)
      return seen<Evidence>({ generation: 'modern', identity: identity.value, places })
    }
    const rights = await readRights(arm, spec.manifest)
    return rights.ok ? seen<Evidence>({ identity: identity.value, ...rights.value }) : rights
  },
  judge: (evidence, { spec }) =>
    'generation' in evidence ? judgeModern(evidence, spec.manifest) : judgeAccess(evidence),
})

function judgeAccess({ identity, service, places }: ClassicEvidence): Judgement {
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

/** The form that Microsoft's role has, or each single operation that counts. */
function isHeld({ action, operations }: RequiredAction, granted: readonly PermissionSet[]): boolean {
  return isActionGranted({ granted }, action) || missingActions({ granted }, operations).length === 0
}

function namesOf({ action, operations }: RequiredAction, granted: readonly PermissionSet[]): string[] {
  const missing = missingActions({ granted }, operations)
  return missing.length === operations.length ? [action] : missing
}
