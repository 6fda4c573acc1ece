import { describe, expect, it } from '@jest/globals'
import { forbidden, notThere } from '../../test/arm-fixtures.ts'
import {
  CARD_ID,
  MACHINE_HOST,
  machineArm,
  machineManifest,
  machineSubject,
  unnamedMachine,
} from '../../test/machine-fixtures.ts'
import * as fixtures from '../../test/sql-fixtures.ts'
import { seen } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Ports } from '../ports/ports.ts'
import { readTargetHost } from './engine-endpoint.ts'
import enginePort from './target/engine-port-is-reachable/check.ts'
import loginIsAccepted from './target/login-is-accepted/check.ts'
import nameResolves from './target/name-resolves/check.ts'
import tls from './target/tls-is-acceptable/check.ts'

const [named] = machineManifest().targets
const [unnamed] = unnamedMachine().targets
const hostOf = (arm: ArmPort) => readTargetHost({ arm }, unnamed!)
const answering = (method: 'sqlVirtualMachine' | 'virtualMachine' | 'addressHolder', answer: unknown): ArmPort => ({
  ...machineArm(),
  [method]: () => Promise.resolve(answer),
})

describe('the host of a virtual machine', () => {
  it('is what the manifest says, without a question to Azure', async () => {
    expect(await readTargetHost({ arm: {} as ArmPort }, named!)).toMatchObject({
      known: true,
      server: { host: MACHINE_HOST },
      from: 'manifest',
    })
  })

  it('is else the first address of the primary network interface', async () => {
    expect(await hostOf(machineArm())).toEqual({
      known: true,
      server: { text: '10.2.0.4', host: '10.2.0.4' },
      from: 'azure',
    })
  })

  it.each([
    ['not registered', answering('sqlVirtualMachine', notThere()), 'absent', 'not-found', /ResourceNotFound/],
    ['registration not read', answering('sqlVirtualMachine', forbidden()), 'unreadable', 'forbidden', /Authorization/],
    ['machine gone', answering('virtualMachine', notThere()), 'absent', 'not-found', /ResourceNotFound/],
    ['machine not read', answering('virtualMachine', forbidden()), 'unreadable', 'forbidden', /Authorization/],
    ['no machine named', machineArm({ virtualMachineId: undefined }), 'unnamed', 'missing-input', /target\.endpoint/],
    ['no interface', machineArm({}, { networkInterfaceIds: [] }), 'unnamed', 'missing-input', /target\.endpoint/],
    ['interface gone', answering('addressHolder', notThere()), 'unnamed', 'missing-input', /target\.endpoint/],
    [
      'interface not read',
      answering('addressHolder', forbidden()),
      'unnamed',
      'forbidden',
      /\(missing: .*target\.endpoint/,
    ],
    ['no address', machineArm({}, {}, { addresses: [] }), 'unnamed', 'missing-input', new RegExp(CARD_ID)],
    [
      'a public address',
      machineArm({}, {}, { addresses: ['203.0.113.9'] }),
      'untrusted',
      'untrusted-host',
      /no credential goes there/,
    ],
  ] as const)('%s: not known', async (_world, arm, problem, kind, message) => {
    expect(await hostOf(arm)).toEqual({ known: false, problem, kind, message: expect.stringMatching(message) })
  })
})

describe('the foundation under a virtual machine', () => {
  const world = { names: { [MACHINE_HOST]: ['10.2.0.4'] }, ports: { '10.2.0.4:1433': 'open' } } as const
  const evidenceOf = (check: Parameters<typeof machineSubject>[0], ports: Ports, manifest = machineManifest()) =>
    fixtures.observeValue(check, ports, machineSubject(check, manifest))

  it('resolves its name for this run alone, so that it counts from here', async () => {
    const subject = machineSubject(nameResolves)
    const there = nameResolves.judge(await evidenceOf(nameResolves, fixtures.createPorts(world)), subject)
    expect(there).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: expect.stringMatching(/no part of the service takes this way; only the checks of this run do$/),
    })
    const gone = nameResolves.judge(await evidenceOf(nameResolves, fixtures.createPorts({})), subject)
    expect(gone).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'dns' },
      summary: expect.not.stringMatching(/DMS/),
      remediation: { text: expect.not.stringMatching(/privatelink|DMS/) },
    })
  })

  it('takes the address of Azure, and is blocked by the machine that is not there', async () => {
    const manifest = unnamedMachine()
    const subject = machineSubject(nameResolves, manifest)
    const ports = { ...fixtures.createPorts(world), arm: machineArm() }
    expect(nameResolves.judge(await evidenceOf(nameResolves, ports, manifest), subject)).toMatchObject({
      verdict: 'pass',
      summary: '10.2.0.4 is an address: there is no name to resolve',
    })
    const without = { ...ports, arm: answering('sqlVirtualMachine', notThere()) }
    expect(nameResolves.judge(await evidenceOf(nameResolves, without, manifest), subject)).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'target/virtual-machine-exists', subject: 'default' }],
    })
    const hidden = { ...ports, arm: machineArm({}, { networkInterfaceIds: [] }) }
    expect(nameResolves.judge(await evidenceOf(nameResolves, hidden, manifest), subject)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'missing-input' },
      remediation: { scripts: [{ code: 'target:\n  endpoint: VM.corp.example' }] },
    })
  })

  it('reaches its port for this run alone: open is direct, closed decides nothing', async () => {
    const subject = machineSubject(enginePort)
    const open = enginePort.judge(await evidenceOf(enginePort, fixtures.createPorts(world)), subject)
    expect(open).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: expect.stringMatching(
        /is open after 3 ms; no part of the service takes this way; only the checks of this run do$/,
      ),
      expected: `TCP 1433 of ${MACHINE_HOST} accepts a connection from this runner`,
    })
    const closed = { ...world, ports: { '10.2.0.4:1433': 'timeout' } } as const
    expect(enginePort.judge(await evidenceOf(enginePort, fixtures.createPorts(closed)), subject)).toMatchObject({
      verdict: 'unknown',
      proof: 'direct',
      cause: { kind: 'timeout' },
      summary: expect.not.stringMatching(/not verified to stand/),
      remediation: { text: expect.stringMatching(/restores through the SQL IaaS Agent and does not need this way/) },
    })
  })

  it('logs in to master, and looks for refused logins where an installation keeps them', async () => {
    const subject = machineSubject(loginIsAccepted)
    const refusing = fixtures.createPorts({ ...world, logIn: () => seen(fixtures.refusedWith(18456)) })
    const judgement = loginIsAccepted.judge(await evidenceOf(loginIsAccepted, refusing), subject)
    expect(judgement).toMatchObject({ verdict: 'fail', summary: expect.stringMatching(/in the database master/) })
    const scripts = judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code).join('\n') : ''
    expect(scripts).toMatch(/sp_readerrorlog[^]*sys\.server_principals/)
  })

  it('advises a certificate of its own', () => {
    const certificate = {
      subject: 'CN=SSL_Self_Signed_Fallback',
      issuer: 'CN=SSL_Self_Signed_Fallback',
      names: [],
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2056-01-01T00:00:00.000Z',
      fingerprint: `sha256:${'0'.repeat(64)}`,
    }
    const evidence = {
      ...{ outcome: 'refused', problem: 'untrusted', message: 'self-signed certificate', certificate },
      ...{ host: MACHINE_HOST, port: 1433, trustServerCertificate: false, seenAt: '2026-11-26T00:00:00.000Z' },
    }
    expect(tls.judge(evidence, machineSubject(tls))).toMatchObject({
      verdict: 'fail',
      remediation: { text: expect.stringMatching(/tls\.ca[^]*tls\.pin/) },
    })
  })
})
