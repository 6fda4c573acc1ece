import { describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { isRequired, readRecordings, SAMPLES, type Recording } from '../../../test/recordings.ts'
import { judgeSignIn } from './aad-errors.ts'
import { judgeAnswer } from './arm-errors.ts'
import type { HttpAnswer } from './probe-error.ts'
import { parseWaitMs } from './retry-after.ts'

if (existsSync(SAMPLES)) testRecordings()
else {
  it('recorded answers are not here', () => {
    console.warn(`left out: no recorded answers at ${SAMPLES}`)
    expect(isRequired).toBe(false)
  })
}

function answerOf({ url, status, headers, body }: Recording): HttpAnswer {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const header = (name: string): string | undefined => (typeof headers[name] === 'string' ? headers[name] : undefined)
  return {
    status,
    url,
    contentType: header('content-type') ?? '',
    location: header('location'),
    text,
    tries: 1,
    waitMs: parseWaitMs(header, text, Date.parse('2023-11-27T09:00:00Z')),
  }
}

function testRecordings(): void {
  describe('recorded errors of Azure Resource Manager', () => {
    const asked = {
      what: 'it',
      id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/x',
      clientId: 'c',
      objectId: undefined,
    }
    const expected: Readonly<Record<string, object>> = {
      '400-no-registered-provider': { failure: { kind: 'protocol' } },
      '403-linked': { failure: { kind: 'forbidden', missing: expect.stringContaining('subnets/join/action') } },
      '403-sql': {
        failure: {
          kind: 'forbidden',
          missing: expect.stringContaining('Microsoft.Sql/servers/auditingSettings/read on /subscriptions/'),
        },
      },
      '403-subscription': {
        failure: { kind: 'forbidden', missing: expect.stringContaining('Microsoft.Resources/subscriptions/read') },
      },
      '404-container': { absent: { missing: 'resource' } },
      '404-parent': { absent: { missing: 'parent' } },
      '404-resource-dms': { absent: { missing: 'resource' } },
      '404-resourcegroup': { absent: { missing: 'resource-group' } },
      '404-subscription': { failure: { kind: 'not-found' } },
      '409-mi-nondelegated': { failure: { kind: 'insufficient' } },
      '409-missing-registration': {
        failure: { kind: 'insufficient', missing: expect.stringContaining('registration') },
      },
      '409-operation-not-allowed': { failure: { kind: 'insufficient' } },
      '429-resource-requests-throttled': { failure: { kind: 'throttled', message: expect.stringContaining('372 s') } },
      '429-retryable': { failure: { kind: 'throttled', message: expect.stringContaining('11 s') } },
      '500-network': { failure: { kind: 'server-error' } },
      '503-servertimeout': { failure: { kind: 'server-error' } },
    }
    it.each(readRecordings('errors/arm').map((recording) => [recording.file, recording] as const))(
      '%s',
      (file, recording) => {
        const name = file.replace(/^.*\/|\.json$/g, '')
        expect(judgeAnswer(answerOf(recording), asked)).toMatchObject(
          expected[name] ?? { nobody: 'expected this file' },
        )
      },
    )
  })

  describe('recorded errors of the sign-in service', () => {
    it.each(readRecordings('errors/aad').map((recording) => [recording.file, recording] as const))(
      '%s',
      (_, recording) => {
        const failure = judgeSignIn(answerOf(recording), { kind: 'secret', clientId: 'c', tenantId: 't' })
        expect(failure).toMatchObject({ kind: 'auth', message: expect.stringMatching(/AADSTS\d+.*Next: /) })
        expect(failure.message).not.toMatch(/the sign-in was refused/)
      },
    )
  })
}
