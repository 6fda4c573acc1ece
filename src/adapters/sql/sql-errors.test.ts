import { describe, expect, it } from '@jest/globals'
import type { SqlMessage } from '../../ports/sql-port.ts'
import { driverFailure, findRefusal, isTransient, serverFailure, walkError } from './sql-errors.ts'

function coded(code: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more })
}
function said(...numbers: readonly number[]): readonly SqlMessage[] {
  return numbers.map((number) => ({ number, state: 1, severity: 14, message: `message ${number}` }))
}

describe('driverFailure', () => {
  it.each([
    ['a wrapped cause', coded('ESOCKET', 'Could not connect', { cause: coded('ECONNREFUSED', 'x') }), 'refused'],
    [
      'parts of an aggregate',
      coded('ESOCKET', 'x', { cause: new AggregateError([coded('EHOSTUNREACH', 'x')], 'sequence') }),
      'unreachable',
    ],
    [
      "mssql's originalError",
      { code: 'ESOCKET', message: 'x', originalError: coded('ERR_TLS_CERT_ALTNAME_INVALID', 'x') },
      'tls',
    ],
    ['a TLS library error', coded('ESOCKET', 'x', { cause: coded('ERR_SSL_UNSUPPORTED_PROTOCOL', 'x') }), 'tls'],
    ['a name that is not there', coded('ESOCKET', 'x', { cause: coded('ENOTFOUND', 'x') }), 'dns'],
    ['a timeout', coded('ETIMEOUT', 'Failed to connect in 15000ms'), 'timeout'],
    ['a lost connection without a code', coded('ESOCKET', 'Connection lost'), 'reset'],
    ['no encryption', coded('EENCRYPT', 'x'), 'tls'],
    ['something new', coded('ENEW', 'x'), 'protocol'],
    ['no object', 'text', 'protocol'],
    ['nothing', undefined, 'protocol'],
  ])('finds the reason in %s', (_name, error, kind) => {
    expect(driverFailure(error, 'Login').kind).toBe(kind)
  })

  it('comes to an end with errors that hold each other, and bounds their texts', () => {
    const one = coded('EONE', 'a'.repeat(5000))
    Object.assign(one, { cause: one, originalError: { errors: [one, one] } })
    expect(walkError(one).length).toBeLessThan(4)
    expect(driverFailure(one, 'Login').message.length).toBeLessThan(600)
  })
})

describe('findRefusal', () => {
  it.each([
    [[18_456], 'account'],
    [[4060, 18_456], 'database'],
    [[18_456, 4060], 'database'],
    [[911], 'database'],
    [[99_999, 18_456], 'account'],
    [[40_615], undefined],
    [[17_892, 18_456], undefined],
    [[40_613], undefined],
    [[], undefined],
  ])('%j refuses %s', (numbers, refused) => {
    expect(findRefusal(said(...numbers))?.refused).toBe(refused)
  })
})

describe('isTransient', () => {
  it('goes by the first number alone', () => {
    expect(isTransient(said(40_613))).toBe(true)
    expect(isTransient(said(18_456, 40_613))).toBe(false)
    expect(isTransient([])).toBe(false)
  })
})

describe('serverFailure', () => {
  it('names the permission that the server names, and bounds foreign text', () => {
    const message = {
      number: 300,
      state: 1,
      severity: 14,
      message: `VIEW SERVER STATE permission was denied on ${'x'.repeat(3000)}`,
    }
    const failure = serverFailure(message, 'Query "a"')
    expect(failure).toMatchObject({ kind: 'forbidden', missing: 'VIEW SERVER STATE' })
    expect(failure.message.length).toBeLessThan(650)
  })
})
