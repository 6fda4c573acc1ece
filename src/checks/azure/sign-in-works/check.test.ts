import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import check from './check.ts'

const { definition } = check
const subject = definition.subjects(MANIFEST)[0]
if (subject === undefined) throw new Error('no subject')

describe('azure/sign-in-works', () => {
  it.each([
    ['secret', 'client secret'],
    ['oidc', "GitHub's ID token (OIDC)"],
    ['cli', "the runner's Azure CLI"],
    ['managed-identity', 'managed identity'],
  ] as const)('pass: names kind, client, tenant and object of a sign-in by %s', async (kind, words) => {
    const identity = { kind, clientId: 'client-1', tenantId: 'tenant-1', objectId: 'object-1' }
    const arm = armWith({ signIn: () => seen(identity) })
    const evidence = evidenceIn(await definition.observe({ arm }, subject))
    expect(evidence).toEqual(identity)
    expect(definition.judge(evidence, subject)).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: `Azure accepted the sign-in of client client-1 in tenant tenant-1 by ${words}`,
    })
  })

  it('leaves out what the token does not name', async () => {
    const arm = armWith({ signIn: () => seen({ kind: 'cli', objectId: 'object-1' }) })
    const evidence = evidenceIn(await definition.observe({ arm }, subject))
    expect(evidence).toEqual({ kind: 'cli', objectId: 'object-1' })
    expect(definition.judge(evidence, subject).summary).toBe(
      "Azure accepted the sign-in of object object-1 by the runner's Azure CLI",
    )
  })

  it('hands on a refused sign-in as what could not be looked at', async () => {
    const arm = armWith({ signIn: () => unseen('auth', 'AADSTS700213: no matching federated identity record') })
    expect(await definition.observe({ arm }, subject)).toMatchObject({ ok: false, failure: { kind: 'auth' } })
  })

  it('gives exactly the verdicts that it announces', () => {
    expect(definition.meta.verdicts).toEqual(['pass'])
  })
})
