import { describe, expect, it } from '@jest/globals'
import { Secret } from '../../domain/secret.ts'
import { accountKey, type Account } from './account.ts'

const account = (user: string, proof: string, kind: Account['kind'] = 'sql'): Account => ({
  kind,
  user,
  proof: new Secret('P', proof),
})

describe('accountKey', () => {
  it('is the same for another letter case of the user and another variable with the same password', () => {
    expect(accountKey(account('DMS', 'one'))).toBe(accountKey({ ...account('dms', ''), proof: new Secret('Q', 'one') }))
    expect(accountKey(account('dms', 'one'))).not.toBe(accountKey(account('dms', 'two')))
  })

  it('keeps kinds apart, and takes tokens of one identity for one account', () => {
    expect(accountKey(account('dms', 'one', 'windows'))).not.toBe(accountKey(account('dms', 'one')))
    expect(accountKey(account('id', 'token 1', 'entra'))).toBe(accountKey(account('id', 'token 2', 'entra')))
  })

  it('does not hold the password', () => {
    expect(accountKey(account('dms', 'very-secret'))).not.toContain('very-secret')
  })
})
