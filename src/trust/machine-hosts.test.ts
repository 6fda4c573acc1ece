import { describe, expect, it } from '@jest/globals'
import { forbidden, notThere, there } from '../../test/arm-fixtures.ts'
import {
  CARD,
  CARD_ID,
  MACHINE,
  MACHINE_ID,
  machineArm,
  machineManifest,
  REGISTRATION,
  SQL_MACHINE_ID,
  unnamedMachine,
} from '../../test/machine-fixtures.ts'
import * as fixtures from '../../test/sql-fixtures.ts'
import { parseAllowedHosts } from '../domain/allowed-hosts.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import { readTargetEndpoint } from '../checks/engine-endpoint.ts'
import { gatePorts } from './gate-ports.ts'
import { createMachineHosts } from './machine-hosts.ts'
import { createPermit } from './permit.ts'
import { indexUses, usesOf } from './uses.ts'

describe('the hosts that Azure tells of virtual machines', () => {
  it('are those at the end of the whole way', () => {
    const told = new Map<string, Set<string>>()
    const hosts = createMachineHosts(told)
    hosts.noteRegistration(SQL_MACHINE_ID.toUpperCase(), there(REGISTRATION))
    hosts.noteMachine(`${MACHINE_ID}/`, there(MACHINE))
    hosts.noteAddresses(CARD_ID, there(CARD))
    expect(told).toEqual(new Map([['10.2.0.4', new Set([SQL_MACHINE_ID.toLowerCase()])]]))
  })

  it('are none of a card that no machine named, and none of failures', () => {
    const told = new Map<string, Set<string>>()
    const hosts = createMachineHosts(told)
    hosts.noteRegistration(SQL_MACHINE_ID, notThere())
    hosts.noteMachine(MACHINE_ID, there(MACHINE))
    hosts.noteMachine(MACHINE_ID, forbidden())
    hosts.noteAddresses(CARD_ID, there(CARD))
    expect(told.size).toBe(0)
  })
})

describe('an untrusted run', () => {
  const inner = {
    ...fixtures.createPorts({
      names: { '10.2.0.4': ['10.2.0.4'] },
      ports: { '10.2.0.4:1433': 'open' },
      logIn: () => seen(fixtures.ACCEPTED),
    }),
    arm: machineArm(),
    share: {},
    blob: {},
    runtime: {},
  } as unknown as Ports
  const gated = (manifest: Manifest, trusted: Manifest): Ports =>
    gatePorts(
      inner,
      createPermit(manifest, {
        trusted: false,
        refName: 'main',
        trustedUses: indexUses(usesOf(trusted)),
        allowed: parseAllowedHosts('').allowed,
        isSameFile: () => true,
      }),
    )(['target:default'])
  const endpointOf = (ports: Ports, manifest: Manifest) => readTargetEndpoint(ports, manifest.targets[0]!)

  it('reaches the address that Azure tells of the trusted machine, and may log in there', async () => {
    const manifest = unnamedMachine()
    const ports = gated(manifest, manifest)
    expect(await endpointOf(ports, manifest)).toMatchObject({
      value: { state: 'tried', address: '10.2.0.4', outcome: 'open' },
    })
    const { login, tls } = manifest.targets[0]!
    const askedBy = { id: 'target/login-is-accepted', subject: 'default' }
    const at = { host: '10.2.0.4', address: '10.2.0.4', port: 1433, login, tls, askedBy }
    expect(await ports.sql.logIn(at, 'master')).toMatchObject({ ok: true })
    expect(await ports.sql.logIn({ ...at, port: 1434 }, 'master')).toMatchObject({
      failure: { kind: 'untrusted-host' },
    })
  })

  it('asks Azure nothing of another machine, and sends nothing to an endpoint that is not trusted', async () => {
    const other = machineManifest({}, { resourceId: SQL_MACHINE_ID.replace('vm-sql', 'vm-evil') })
    const [own] = unnamedMachine().targets
    const evil = { ...other, targets: [{ ...own!, resourceId: other.targets[0]!.resourceId }] }
    expect(await endpointOf(gated(evil, unnamedMachine()), evil)).toMatchObject({ failure: { kind: 'untrusted-host' } })
    const elsewhere = machineManifest({}, { endpoint: { text: '10.2.0.4', host: '10.2.0.4' } })
    expect(await endpointOf(gated(elsewhere, unnamedMachine()), elsewhere)).toMatchObject({
      failure: { kind: 'untrusted-host' },
    })
  })
})
