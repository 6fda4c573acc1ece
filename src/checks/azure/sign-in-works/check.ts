import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { mapSeen } from '../../../domain/observed.ts'
import { SIGN_IN_WORDS, type SignInKind } from '../../../domain/sign-in-kind.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence = { kind: SignInKind; clientId?: string; tenantId?: string; objectId?: string }

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'azure/sign-in-works',
    ref: 'DMSP-030',
    title: 'This run signs in to Azure',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [],
    vantage: 'control-plane',
    verdicts: ['pass'],
    why: 'Everything about the network of DMS and about the target is read from Azure: without a sign-in none of it can be proven.',
    source: {
      title: 'Use the Azure Login action with OpenID Connect',
      url: 'https://learn.microsoft.com/azure/developer/github/connect-from-azure-openid-connect',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Give the workflow an Azure identity: client-id and tenant-id of an app registration with a federated credential for this repository, and `permissions: id-token: write`. docs/azure.md has the other ways to sign in, and the role that holds everything this action reads.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }) => mapSeen(await arm.signIn(), (identity) => ({ ...identity })),
  // A refused sign-in is a ProbeFailure: it says that nothing could be looked at, and never that something is wrong.
  judge({ kind, clientId, tenantId, objectId }) {
    const who = clientId === undefined ? `object ${boundText(objectId ?? 'unnamed')}` : `client ${boundText(clientId)}`
    return {
      verdict: 'pass',
      proof: 'direct',
      summary: `Azure accepted the sign-in of ${who}${tenantId === undefined ? '' : ` in tenant ${boundText(tenantId)}`} by ${SIGN_IN_WORDS[kind]}`,
      expected: 'Azure accepts the identity of this run',
      actual: `signed in as ${who} by ${SIGN_IN_WORDS[kind]}`,
    }
  },
})
