import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  forbidden,
  GROUP,
  manifestWith,
  NETWORK,
  NETWORK_ID,
  notThere,
  SUBNET,
  SUBNET_ID,
  there,
} from '../../test/arm-fixtures.ts'
import { MANIFEST } from '../../test/fixtures.ts'
import { readDmsSubnet } from './dms-subnet.ts'

const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/services/dms`
const fromService = manifestWith({
  dms: {
    serviceId: SERVICE_ID,
    egress: [],
    nsgPorts: 'seed',
    flows: [],
    runtimeHosts: [],
    schemaMigration: false,
    location: MANIFEST.dms.location,
  },
})
const withSubnet = (subnetId: string) => manifestWith({ dms: { ...MANIFEST.dms, subnetId } })
const service = { id: SERVICE_ID, name: 'dms', location: 'westeurope' }

describe('readDmsSubnet', () => {
  it('finds the subnet of the manifest, in another letter case', async () => {
    const asked: string[] = []
    const arm = armWith({ virtualNetwork: (id) => (asked.push(id), there(NETWORK)) })
    expect(await readDmsSubnet(arm, MANIFEST)).toEqual({
      ok: true,
      value: { found: true, subnet: SUBNET, network: NETWORK },
    })
    expect(asked).toEqual([NETWORK_ID])
  })

  it('finds the subnet of the service when the manifest names none', async () => {
    const arm = armWith({
      dmsService: () => there({ ...service, virtualSubnetId: SUBNET_ID }),
      virtualNetwork: () => there(NETWORK),
    })
    expect(await readDmsSubnet(arm, fromService)).toMatchObject({
      ok: true,
      value: { found: true, subnet: { name: 'snet-dms' } },
    })
  })

  it.each([
    [
      'undeclared',
      armWith({}),
      manifestWith({
        dms: {
          egress: [],
          nsgPorts: 'seed',
          flows: [],
          runtimeHosts: [],
          schemaMigration: false,
          location: MANIFEST.dms.location,
        },
      }),
      'names neither',
    ],
    ['service', armWith({ dmsService: () => notThere() }), fromService, 'is not there: ResourceNotFound'],
    ['service', armWith({ dmsService: () => there(service) }), fromService, 'names no subnet'],
    ['malformed', armWith({}), withSubnet('/subscriptions/x'), 'is not the id of a subnet'],
    ['malformed', armWith({}), withSubnet(NETWORK_ID), 'is not the id of a subnet'],
    [
      'classic-network',
      armWith({}),
      withSubnet(SUBNET_ID.replace('.Network', '.ClassicNetwork')),
      'classic deployment model',
    ],
    [
      'network',
      armWith({ virtualNetwork: () => notThere('resource-group', 'ResourceGroupNotFound') }),
      MANIFEST,
      'ResourceGroupNotFound',
    ],
    [
      'subnet',
      armWith({ virtualNetwork: () => there({ ...NETWORK, subnets: [] }) }),
      MANIFEST,
      'vnet has no subnet snet-dms; it has none',
    ],
  ])('says why there is none: %s', async (gap, arm, manifest, message) => {
    const answer = await readDmsSubnet(arm, manifest)
    expect(answer).toMatchObject({
      ok: true,
      value: { found: false, gap, message: expect.stringContaining(message) as unknown },
    })
  })

  it.each([
    [armWith({ virtualNetwork: forbidden }), MANIFEST],
    [armWith({ dmsService: forbidden }), fromService],
  ])('hands on what could not be looked at', async (arm, manifest) => {
    expect(await readDmsSubnet(arm, manifest)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
  })
})
