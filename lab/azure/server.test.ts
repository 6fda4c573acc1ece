import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { request } from 'node:https'
import { openAzure, type AzureLab } from './connect.ts'
import { connection, vpnGateway } from './network-resources.ts'
import { azureState } from './state.ts'

const PLACE = { resourceGroup: 'rg' }
const gateway = vpnGateway(PLACE, 'gw', { subnet: '/subnet' })
const tunnel = connection(PLACE, 'tunnel', { gateway: gateway.id, status: 'Connected' })
const state = azureState([gateway, tunnel])

let lab: AzureLab
let token = ''
beforeAll(async () => {
  lab = await openAzure(state)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: state.clientId,
    client_secret: state.clientSecret,
    scope: `${lab.server.url}/.default`,
  })
  const answer = await send('POST', `/${state.tenantId}/oauth2/v2.0/token`, {}, form.toString())
  token = (answer.body as { access_token: string }).access_token
})
afterAll(() => lab.server.close())

function send(
  method: string,
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
  body = '',
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${lab.server.url}${path}`, { method, headers, ca: lab.ca }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const code = (expected: string): object => ({ body: { error: { code: expected } } })

describe('the lab behaves like Azure', () => {
  it('wants a token of its own', async () => {
    expect(await send('GET', `${gateway.id}?api-version=1`, {})).toMatchObject({ status: 401 })
    expect(await send('GET', `${gateway.id}?api-version=1`, { authorization: 'Bearer x' })).toMatchObject({
      status: 401,
    })
  })

  it('wants an api-version and a GET', async () => {
    expect(await send('GET', gateway.id)).toMatchObject({ status: 400, ...code('MissingApiVersionParameter') })
    expect(await send('PUT', `${gateway.id}?api-version=1`)).toMatchObject({ status: 405 })
  })

  it('shows the status of a connection on its own, and none in lists', async () => {
    const one = await send('GET', `${tunnel.id}?api-version=1`)
    expect(one).toMatchObject({ status: 200, body: { properties: { connectionStatus: 'Connected' } } })
    for (const path of [`${gateway.id}/connections`, tunnel.id.replace(/\/tunnel$/, '')]) {
      const list = await send('GET', `${path.toUpperCase()}?api-version=1`)
      expect(list).toMatchObject({ status: 200, body: { value: [{ name: 'tunnel' }] } })
      expect(JSON.stringify(list.body)).not.toContain('connectionStatus')
    }
  })

  it('tells missing things apart', async () => {
    const at = (path: string): Promise<unknown> => send('GET', `${path}?api-version=1`)
    expect(await at(`${gateway.id}x`)).toMatchObject(code('ResourceNotFound'))
    expect(await at(`${gateway.id}x/connections`)).toMatchObject(code('ParentResourceNotFound'))
    expect(await at(gateway.id.replace('/rg/', '/rg2/'))).toMatchObject(code('ResourceGroupNotFound'))
    expect(await at(gateway.id.replace('11111111', '11111112'))).toMatchObject(code('SubscriptionNotFound'))
  })
})
