import { describe, expect, it } from '@jest/globals'
import {
  createPorts,
  FORBIDDEN,
  manifestWith,
  sourceSubject,
  targetSubject,
  type World,
} from '../../test/sql-fixtures.ts'
import type { ServerName } from '../domain/manifest.ts'
import { instanceManifest } from '../../test/storage-fixtures.ts'
import { seen, unseen } from '../domain/observed.ts'
import type { SqlServerResource } from '../ports/arm-port.ts'
import { openServer, readSourceEndpoint, readTargetEndpoint, readTargetHost } from './engine-endpoint.ts'

const HOST = 'sql01.corp.example'
const NAMED: ServerName = { text: `${HOST}\\SALES`, host: HOST, instance: 'SALES' }
const entry = (tcpPort?: number) => ({
  instanceName: 'SALES',
  version: '16.0.1000.6',
  ...(tcpPort === undefined ? {} : { tcpPort }),
})

const read = async (world: World, server: ServerName = { text: HOST, host: HOST }) => {
  const observed = await readSourceEndpoint(createPorts(world), { ...sourceSubject().spec.source, server })
  if (!observed.ok) return observed.failure
  expect(JSON.parse(JSON.stringify(observed.value))).toEqual(observed.value)
  return observed.value
}

describe('readSourceEndpoint', () => {
  it.each([
    ['the default port', { text: HOST, host: HOST }, 1433, 'default'],
    ['the port of the manifest', { text: `${HOST},14331`, host: HOST, port: 14331 }, 14331, 'manifest'],
    ['that port, with an instance beside it', { ...NAMED, port: 14331 }, 14331, 'manifest'],
    ['what the Browser says', NAMED, 50123, 'browser'],
  ] as const)('takes %s', async (_what, server, port, portFrom) => {
    const browser = {
      '10.0.0.5': { outcome: 'answered' as const, address: '10.0.0.5', instance: entry(50123), known: [] },
    }
    const world = { names: { [HOST]: ['10.0.0.5'] }, ports: { [`10.0.0.5:${port}`]: 'open' as const }, browser }
    expect(await read(world, server)).toMatchObject({
      state: 'tried',
      host: HOST,
      address: '10.0.0.5',
      port,
      portFrom,
      outcome: 'open',
    })
  })

  it('tries every address and goes on with the first open one', async () => {
    const names = { [HOST]: ['10.0.0.5', '10.0.0.6', '10.0.0.7'] }
    const ports = { '10.0.0.5:1433': 'timeout', '10.0.0.6:1433': 'open', '10.0.0.7:1433': 'open' } as const
    const endpoint = await read({ names, ports })
    expect(endpoint).toMatchObject({
      address: '10.0.0.6',
      outcome: 'open',
      attempts: [{ outcome: 'timeout' }, { outcome: 'open' }, { outcome: 'open' }],
    })
  })

  it('has no verdict from some addresses when another could not be tried', async () => {
    const names = { [HOST]: ['10.0.0.5', '10.0.0.6'] }
    const ports = { '10.0.0.5:1433': 'refused' as const, '10.0.0.6:1433': unseen('cancelled', 'cut off') }
    expect(await read({ names, ports })).toMatchObject({ kind: 'cancelled' })
  })

  it.each([
    ['no-name', {}, NAMED],
    ['no-browser', { names: { [HOST]: ['10.0.0.5'] } }, NAMED],
    [
      'not-listed',
      {
        names: { [HOST]: ['10.0.0.5'] },
        browser: { '10.0.0.5': { outcome: 'answered', address: '10.0.0.5', known: ['HR'] } },
      },
      NAMED,
    ],
    [
      'no-tcp',
      {
        names: { [HOST]: ['10.0.0.5'] },
        browser: { '10.0.0.5': { outcome: 'answered', address: '10.0.0.5', instance: entry(), known: ['SALES'] } },
      },
      NAMED,
    ],
  ] as [string, World, ServerName][])('says %s', async (state, world, server) => {
    expect(await read(world, server)).toMatchObject({ state, host: HOST })
  })

  it('asks the Browser on every address and prefers the one that lists the instance', async () => {
    const browser = {
      '10.0.0.5': { outcome: 'answered' as const, address: '10.0.0.5', known: ['HR'] },
      '10.0.0.6': { outcome: 'answered' as const, address: '10.0.0.6', instance: entry(50123), known: ['SALES'] },
    }
    expect(await read({ names: { [HOST]: ['10.0.0.5', '10.0.0.6'] }, browser }, NAMED)).toMatchObject({ port: 50123 })
  })
})

describe('readTargetHost', () => {
  const azure = (fullyQualifiedDomainName?: string): World => {
    const base: SqlServerResource = {
      id: 'x',
      name: 'sqlsales',
      location: 'westeurope',
      privateEndpointConnections: [],
    }
    const value = fullyQualifiedDomainName === undefined ? base : { ...base, fullyQualifiedDomainName }
    return { sqlServer: seen({ found: true, value }) }
  }
  const { target } = targetSubject().spec

  it.each([
    'sqlsales.database.windows.net',
    'SqlSales.Database.Windows.Net',
    'x.database.usgovcloudapi.net',
    'x.database.chinacloudapi.cn',
  ])('takes %s from Azure', async (host) => {
    expect(await readTargetHost(createPorts(azure(host)), target)).toEqual({
      known: true,
      server: { text: host, host },
      from: 'azure',
    })
  })

  it.each([
    ['attacker.example', 'untrusted', 'untrusted-host'],
    ['database.windows.net.attacker.example', 'untrusted', 'untrusted-host'],
    ['xdatabase.windows.net', 'untrusted', 'untrusted-host'],
    ['.database.windows.net', 'untrusted', 'untrusted-host'],
    ['attacker.example/.database.windows.net', 'untrusted', 'untrusted-host'],
    ['attacker.example\\x.database.windows.net', 'untrusted', 'untrusted-host'],
    ['', 'unnamed', 'insufficient'],
    [undefined, 'unnamed', 'insufficient'],
  ])('does not take %j', async (host, problem, kind) => {
    expect(await readTargetHost(createPorts(azure(host)), target)).toMatchObject({ known: false, problem, kind })
  })

  it('says that Azure does not know or does not show the server', async () => {
    const absent = seen({ found: false as const, missing: 'resource' as const, message: 'ResourceNotFound' })
    expect(await readTargetHost(createPorts({ sqlServer: absent }), target)).toMatchObject({
      problem: 'absent',
      kind: 'not-found',
    })
    expect(await readTargetHost(createPorts({ sqlServer: FORBIDDEN }), target)).toMatchObject({
      problem: 'unreadable',
      kind: 'forbidden',
    })
  })

  it('prefers the endpoint of the manifest and does not ask Azure', async () => {
    const endpoint = { text: 'sql.corp.example,3342', host: 'sql.corp.example', port: 3342 }
    const [own] = manifestWith({ target: { endpoint } }).targets
    const world: World = { names: { 'sql.corp.example': ['10.2.0.9'] }, ports: { '10.2.0.9:3342': 'open' } }
    expect(await readTargetEndpoint(createPorts(world), own ?? target)).toMatchObject({
      ok: true,
      value: { host: 'sql.corp.example', port: 3342, portFrom: 'manifest' },
    })
  })

  it('looks up nothing when the host is not known', async () => {
    expect(await readTargetEndpoint(createPorts(azure('attacker.example')), target)).toMatchObject({
      ok: false,
      failure: { kind: 'untrusted-host' },
    })
  })
})

describe('the endpoint of a managed instance', () => {
  const OWN = 'mi-erp.1b4e.database.windows.net'
  const PUBLIC = 'mi-erp.public.1b4e.database.windows.net'
  const [target] = instanceManifest().targets
  if (target === undefined) throw new Error('the fixture has no target')
  const instance = { id: 'x', name: 'mi-erp', location: 'westeurope', fullyQualifiedDomainName: OWN }
  const worldOf = (isPublic: boolean | undefined, ports: World['ports'] = {}, names: World['names'] = {}): World => ({
    managedInstance: seen({
      found: true,
      value: { ...instance, ...(isPublic === undefined ? {} : { publicDataEndpointEnabled: isPublic }) },
    }),
    names: { [OWN]: ['10.1.3.4'], [PUBLIC]: ['20.1.2.3'], ...names },
    ports,
  })
  const OPEN = { '20.1.2.3:3342': 'open' } as const

  it.each([
    [
      'its own, when that answers',
      worldOf(true, { ...OPEN, '10.1.3.4:1433': 'open' }),
      { host: OWN, port: 1433, outcome: 'open', portFrom: 'default' },
    ],
    [
      'the public one, when its own does not',
      worldOf(true, { ...OPEN, '10.1.3.4:1433': 'timeout' }),
      {
        host: PUBLIC,
        port: 3342,
        outcome: 'open',
        portFrom: 'public-endpoint',
        insteadOf: { host: OWN, port: 1433, outcome: 'timeout' },
      },
    ],
    [
      'its own, when neither answers',
      worldOf(true, { '10.1.3.4:1433': 'timeout' }),
      { host: OWN, port: 1433, outcome: 'timeout' },
    ],
    ['its own, when the public one is off', worldOf(false, OPEN), { host: OWN, port: 1433, outcome: 'refused' }],
    ['its own, when Azure does not tell of a public one', worldOf(undefined, OPEN), { host: OWN, outcome: 'refused' }],
  ])('is %s', async (_which, world, expected) => {
    const endpoint = await readTargetEndpoint(createPorts(world), target)
    expect(endpoint).toMatchObject({ ok: true, value: expected })
    expect(endpoint.ok && 'insteadOf' in endpoint.value).toBe('insteadOf' in expected)
  })

  it('is the public one when its own name is not known here', async () => {
    const world = worldOf(true, OPEN)
    const ports = createPorts({ ...world, names: { [PUBLIC]: ['20.1.2.3'] } })
    expect(await readTargetEndpoint(ports, target)).toMatchObject({
      ok: true,
      value: { host: PUBLIC, port: 3342, insteadOf: { host: OWN, outcome: 'no-name' } },
    })
    const without = createPorts({ ...world, names: {} })
    expect(await readTargetEndpoint(without, target)).toMatchObject({
      ok: true,
      value: { state: 'no-name', host: OWN },
    })
  })

  it('is that of the manifest, which nobody compares with Azure', async () => {
    const endpoint = { text: `${PUBLIC},3342`, host: PUBLIC, port: 3342 }
    const answer = await readTargetEndpoint(createPorts({ ...worldOf(true, OPEN), managedInstance: FORBIDDEN }), {
      ...target,
      endpoint,
    })
    expect(answer).toMatchObject({ ok: true, value: { host: PUBLIC, port: 3342, portFrom: 'manifest' } })
  })

  it.each(['mi-erp.attacker.example', 'localhost'])('is not %s', async (fullyQualifiedDomainName) => {
    const value = { ...instance, fullyQualifiedDomainName, publicDataEndpointEnabled: true }
    const ports = createPorts({ managedInstance: seen({ found: true, value }) })
    expect(await readTargetHost(ports, target)).toMatchObject({ known: false, problem: 'untrusted' })
  })
})

describe('openServer', () => {
  const { login, tls } = sourceSubject().spec.source
  const askedBy = { id: 'source/login-is-accepted', subject: 'sales' }

  it('keeps the name for the certificate and the address for the connection', async () => {
    const world: World = { names: { [HOST]: ['10.0.0.5'] }, ports: { '10.0.0.5:1433': 'open' } }
    const endpoint = await readSourceEndpoint(createPorts(world), sourceSubject().spec.source)
    expect(openServer(endpoint, { login, tls }, askedBy)).toEqual(
      seen({ host: HOST, address: '10.0.0.5', port: 1433, login, tls, askedBy }),
    )
  })

  it.each([
    [{ names: { [HOST]: ['10.0.0.5'] } }, { text: HOST, host: HOST }, 'refused'],
    [{}, { text: HOST, host: HOST }, 'dns'],
    [{ names: { [HOST]: ['10.0.0.5'] } }, NAMED, 'insufficient'],
  ] as [World, ServerName, string][])('is a ProbeFailure otherwise (%#)', async (world, server, kind) => {
    const endpoint = await readSourceEndpoint(createPorts(world), { ...sourceSubject().spec.source, server })
    expect(openServer(endpoint, { login, tls }, askedBy)).toMatchObject({ ok: false, failure: { kind } })
  })
})
