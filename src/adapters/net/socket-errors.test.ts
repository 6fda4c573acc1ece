import { describe, expect, it } from '@jest/globals'
import { plainAddress } from './open-socket.ts'
import { connectOutcome, errorCode, socketFailure } from './socket-errors.ts'

describe('socket errors', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EACCES', undefined],
    ['EPERM', undefined],
    ['ECONNRESET', 'reset'],
    ['EMFILE', undefined],
    ['ENOTFOUND', undefined],
    ['toString', undefined],
  ])('%s is the outcome %s', (code, outcome) => {
    expect(connectOutcome(code)).toBe(outcome)
  })

  it('shows a code that it does not know', () => {
    expect(socketFailure('ESTRANGE', 'TCP connect')).toEqual({
      kind: 'protocol',
      message: 'TCP connect: an error that this program does not know (ESTRANGE).',
    })
  })

  it('finds a code in whatever was thrown', () => {
    expect(errorCode(Object.assign(new Error('x'), { code: 'EPERM' }))).toBe('EPERM')
    expect(errorCode(new RangeError('x'))).toBe('RangeError')
    expect(errorCode('x')).toBe('UNKNOWN')
  })
})

describe('plainAddress', () => {
  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['FE80::1%eth0', 'fe80::1'],
    ['10.0.0.1', '10.0.0.1'],
  ])('%s is %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain)
  })
})
