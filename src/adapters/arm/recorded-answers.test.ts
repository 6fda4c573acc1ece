import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject } from '../../domain/json.ts'
import { judgeSignIn } from './aad-errors.ts'
import { judgeAnswer } from './arm-errors.ts'
import { decodeBody, type Fields } from './decode.ts'
import { decodeDmsService } from './decode-dms.ts'
import {
  decodeGatewayConnection,
  decodeLocalNetworkGateway,
  decodeVirtualNetwork,
  decodeVirtualNetworkGateway,
} from './decode-network.ts'
import { decodeNetworkSecurityGroup } from './decode-security-rules.ts'
import { decodeFirewallRule, decodeSqlDatabase, decodeSqlServer, decodeVirtualNetworkRule } from './decode-sql.ts'
import { decodeDmsSku, decodePermissionSet } from './decode-subscription.ts'
import { decodeExpressRouteCircuit } from './decode-ways.ts'
import type { HttpAnswer } from './probe-error.ts'
import { parseWaitMs } from './retry-after.ts'

// Recordings of real answers, kept outside the repository: whoever has them runs these tests, too.
const SHARED = join(import.meta.dirname, '../../../../shared')
const SAMPLES = join(SHARED, 'samples/arm')
const isRequired = process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1' && existsSync(SHARED)

if (existsSync(SAMPLES)) testRecordings()
else {
  it('recorded answers are not here', () => {
    console.warn(`left out: no recorded answers at ${SAMPLES}`)
    expect(isRequired).toBe(false)
  })
}

interface Recording {
  file: string
  url: string
  status: number
  headers: Readonly<Record<string, unknown>>
  body: unknown
}

function readRecordings(folder: string): Recording[] {
  const path = join(SAMPLES, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const recording = JSON.parse(readFileSync(join(path, name), 'utf8')) as {
        request: { url: string }
        response: { status: number; headers?: Record<string, unknown>; body?: unknown }
      }
      const { status, headers = {}, body } = recording.response
      return { file: `${folder}/${name}`, url: recording.request.url, status, headers, body }
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
    waitMs: parseWaitMs(header('retry-after'), text, Date.parse('2023-11-27T09:00:00Z')),
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
        const failure = judgeSignIn(answerOf(recording), { clientId: 'c', tenantId: 't' })
        expect(failure).toMatchObject({ kind: 'auth', message: expect.stringMatching(/AADSTS\d+.*Next: /) })
        expect(failure.message).not.toMatch(/the sign-in was refused/)
      },
    )
  })

  describe('recorded objects can be read', () => {
    const decoders: Readonly<Record<string, (body: Fields) => unknown>> = {
      'Microsoft.Network/virtualNetworks': decodeVirtualNetwork,
      'Microsoft.Network/networkSecurityGroups': decodeNetworkSecurityGroup,
      'Microsoft.Network/virtualNetworkGateways': (body) => decodeVirtualNetworkGateway(body, []),
      'Microsoft.Network/connections': decodeGatewayConnection,
      'Microsoft.Network/localNetworkGateways': decodeLocalNetworkGateway,
      'Microsoft.Sql/servers': decodeSqlServer,
      'Microsoft.Sql/databases': decodeSqlDatabase,
      'Microsoft.Sql/firewallRules': decodeFirewallRule,
      'Microsoft.Sql/virtualNetworkRules': decodeVirtualNetworkRule,
      'Microsoft.Network/expressRouteCircuits': decodeExpressRouteCircuit,
      'Microsoft.Authorization/permissions': decodePermissionSet,
      'Microsoft.DataMigration/services': decodeDmsService,
      'Microsoft.DataMigration/skus': decodeDmsSku,
    }
    const recordings = Object.entries(decoders).flatMap(([type, decode]) =>
      [...readRecordings(`${type}.get`), ...readRecordings(`${type}.list`)].map((recording) => ({
        ...recording,
        decode,
      })),
    )
    it.each(recordings.map((recording) => [recording.file, recording] as const))('%s', (_, { body, decode }) => {
      const list: unknown = isJsonObject(body) ? body['value'] : body
      const objects: unknown[] = Array.isArray(list) ? list : [body]
      for (const object of objects) expect(decodeBody('it', object, decode)).toMatchObject({ ok: true })
    })
  })
}
