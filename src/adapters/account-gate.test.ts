import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { Secret } from '../domain/secret.ts'
import { accountKey, createAccountGate, type AccountVerdict } from './account-gate.ts'

function asker(subject: string): { id: string; subject: string } {
  return { id: 'source/login-is-accepted', subject }
}

/** Attempts that note how many were under way at once. */
function attempts(verdicts: readonly AccountVerdict[]): {
  make: () => Promise<{ account: AccountVerdict }>
  made: () => number
  most: () => number
} {
  let made = 0
  let underWay = 0
  let most = 0
  return {
    make: async () => {
      const account = verdicts[made] ?? 'accepted'
      made += 1
      underWay += 1
      most = Math.max(most, underWay)
      await delay(5)
      underWay -= 1
      return { account }
    },
    made: () => made,
    most: () => most,
  }
}

describe('createAccountGate', () => {
  it('lets one attempt of a refused account through, and names who made it', async () => {
    const gate = createAccountGate()
    const { make, made } = attempts(['refused'])
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => gate.pass('a', asker(`s${at}`), make)))
    expect(made()).toBe(1)
    expect(answers[0]).toEqual({ tried: { account: 'refused' } })
    expect(answers.slice(1)).toEqual(Array.from({ length: 19 }, () => ({ withheld: asker('s0') })))
    expect(await gate.pass('a', asker('later'), make)).toEqual({ withheld: asker('s0') })
  })

  it('lets the others go together once the first was accepted', async () => {
    const gate = createAccountGate()
    const { make, made, most } = attempts([])
    await Promise.all(Array.from({ length: 8 }, (_, at) => gate.pass('a', asker(`s${at}`), make)))
    expect(made()).toBe(8)
    expect(most()).toBe(7)
  })

  it('holds the account back after two attempts that got no answer, unless one was accepted', async () => {
    const gate = createAccountGate()
    const { make, made, most } = attempts(['unanswered', 'undecided', 'unanswered'])
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => gate.pass('a', asker(`s${at}`), make)))
    expect([made(), most()]).toEqual([3, 1])
    expect(answers.slice(3)).toEqual([3, 4, 5].map(() => ({ unanswered: [asker('s0'), asker('s2')] })))
    const good = attempts(['unanswered', 'accepted', 'unanswered', 'unanswered', 'accepted'])
    for (let at = 0; at < 5; at += 1) await gate.pass('b', asker(`s${at}`), good.make)
    expect(good.made()).toBe(5)
  })

  it('goes on one by one while nothing is decided', async () => {
    const gate = createAccountGate()
    const { make, made, most } = attempts(['undecided', 'undecided', 'refused'])
    await Promise.all(Array.from({ length: 6 }, (_, at) => gate.pass('a', asker(`s${at}`), make)))
    expect(made()).toBe(3)
    expect(most()).toBe(1)
  })

  it('stops also an account that was accepted elsewhere before', async () => {
    const gate = createAccountGate()
    const { make, made } = attempts(['accepted', 'refused'])
    await gate.pass('a', asker('s0'), make)
    await gate.pass('a', asker('s1'), make)
    expect(await gate.pass('a', asker('s2'), make)).toEqual({ withheld: asker('s1') })
    expect(made()).toBe(2)
  })

  it('keeps accounts apart, and goes on after an attempt that threw', async () => {
    const gate = createAccountGate()
    const { make } = attempts(['refused'])
    await gate.pass('a', asker('s0'), make)
    expect(await gate.pass('b', asker('s1'), make)).toEqual({ tried: { account: 'accepted' } })
    await expect(gate.pass('c', asker('s2'), () => Promise.reject(new Error('x')))).rejects.toThrow('x')
    expect(await gate.pass('c', asker('s3'), make)).toEqual({ tried: { account: 'accepted' } })
  })
})

const account = (user: string, proof: string, kind: Parameters<typeof accountKey>[0]['kind'] = 'sql') => ({
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
