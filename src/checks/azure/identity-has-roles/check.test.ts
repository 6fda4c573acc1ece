import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  NETWORK,
  NETWORK_ID,
  notThere,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { PermissionSet } from '../../../domain/azure-permissions.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { DenyAssignment } from '../../../domain/role-assignments.ts'
import type { ArmPort, DmsService } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import { REQUIRED } from './actions.ts'
import check from './check.ts'

const { definition } = check
const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000001'
const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/services/dms-weu`
const NAMED = manifestWith({ dms: { ...MANIFEST.dms, serviceId: SERVICE_ID } })
const SERVICE: DmsService = { id: SERVICE_ID, name: 'dms-weu', location: 'westeurope', virtualSubnetId: SUBNET_ID }

const role = (actions: readonly string[], notActions: readonly string[] = []): PermissionSet => ({
  actions,
  notActions,
  dataActions: [],
  notDataActions: [],
})
const OWNER = role(['*'])
const READER = role(['*/read'])
const CONTRIBUTOR = role(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'])
const OF_MICROSOFT = role(REQUIRED.map(({ action }) => action.toLowerCase()))
const OF_OPERATIONS = role(REQUIRED.flatMap(({ operations }) => operations))

/** The same roles everywhere, or by the scope that ends so. */
type Roles = readonly PermissionSet[] | Readonly<Record<string, readonly PermissionSet[]>>

function azure(roles: Roles, service?: DmsService, asked: string[] = []): ArmPort {
  return armWith({
    signIn: () => seen({ kind: 'secret', clientId: 'client-1', tenantId: 'tenant-1', objectId: 'object-1' }),
    virtualNetwork: () => there(NETWORK),
    dmsService: () => (service === undefined ? notThere() : there(service)),
    dmsServices: () => there(service === undefined ? [] : [service]),
    permissions: (scope) => {
      asked.push(scope)
      if (isList(roles)) return there(roles)
      const own = Object.entries(roles).find(([end]) => scope.toLowerCase().endsWith(end.toLowerCase()))
      return there(own?.[1] ?? [])
    },
  })
}

function isList(roles: Roles): roles is readonly PermissionSet[] {
  return Array.isArray(roles)
}

async function run(arm: ArmPort, manifest: Manifest = MANIFEST): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('azure/identity-has-roles', () => {
  it.each<[string, Roles, Manifest, Judgement['verdict'], string]>([
    [
      'an owner',
      [OWNER],
      MANIFEST,
      'pass',
      'the identity of this run, client client-1 (object object-1), may create and run DMS at subscription 00000000-0000-0000-0000-000000000001, virtual network vnet, subnet snet-dms; that DMS will be used by this identity is not known, and deny assignments are not read',
    ],
    ['a contributor', [READER, CONTRIBUTOR], MANIFEST, 'pass', 'may create and run DMS'],
    ['the role of Microsoft, in other letters', [OF_MICROSOFT], MANIFEST, 'pass', 'may create and run DMS'],
    ['each operation by itself', [OF_OPERATIONS], MANIFEST, 'pass', 'may create and run DMS'],
    [
      'the service named',
      [OWNER],
      NAMED,
      'pass',
      'may create and run DMS at resource group rg, virtual network vnet, subnet snet-dms;',
    ],
    [
      'the roles where they count',
      { '/resourceGroups/rg': [OWNER], '/vnet': [role(['Microsoft.Network/virtualNetworks/*'])], '/snet-dms': [OWNER] },
      NAMED,
      'pass',
      'may create and run DMS',
    ],
    [
      'a contributor of the group of DMS alone',
      { '/resourceGroups/rg': [CONTRIBUTOR], '/vnet': [READER], '/snet-dms': [READER] },
      NAMED,
      'manual',
      'may not create and run DMS: it lacks Microsoft.Network/virtualNetworks/write at virtual network vnet; Microsoft.Network/virtualNetworks/subnets/join/action at subnet snet-dms. Whether another identity will, only a person knows',
    ],
    [
      'a reader',
      [READER],
      MANIFEST,
      'manual',
      'it lacks Microsoft.DataMigration/*/write at subscription 00000000-0000-0000-0000-000000000001; Microsoft.DataMigration/*/delete at',
    ],
    ['nobody', [], MANIFEST, 'manual', 'it lacks Microsoft.DataMigration/*/read at subscription'],
    [
      'one operation taken away',
      [role(['*'], ['Microsoft.DataMigration/services/start/action'])],
      MANIFEST,
      'manual',
      'it lacks Microsoft.DataMigration/services/start/action at subscription',
    ],
    [
      'one operation taken away, and given by another role',
      [
        role(['*'], ['Microsoft.DataMigration/services/start/action']),
        role(['Microsoft.DataMigration/services/*/action']),
      ],
      MANIFEST,
      'pass',
      'may create and run DMS',
    ],
  ])('%s', async (_, roles, manifest, verdict, summary) => {
    const judgement = await run(azure(roles), manifest)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
    if (judgement.verdict === 'pass') expect(judgement.proof).toBe('proxy')
  })

  it('names a managed identity by its object, when it has no other id', async () => {
    const signIn = (): ReturnType<ArmPort['signIn']> =>
      Promise.resolve(seen({ kind: 'managed-identity', objectId: 'object-2' }))
    expect(await run({ ...azure([OWNER]), signIn })).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('the identity of this run, object object-2, may create') as unknown,
    })
  })

  it('wants nothing of the network once the service is there', async () => {
    const asked: string[] = []
    const running = role(['Microsoft.DataMigration/*'])
    const placed = { ...SERVICE, provisioningState: 'Stopped' }
    expect(await run(azure([running], placed, asked))).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('may run the DMS service dms-weu at resource group rg;') as unknown,
    })
    expect(asked).toEqual([GROUP])
    expect(await run(azure([READER], placed))).toMatchObject({
      verdict: 'manual',
      summary: expect.stringContaining(
        'may not run the DMS service dms-weu: it lacks Microsoft.DataMigration/*/write',
      ) as unknown,
    })
    expect(await run(azure([running], { ...SERVICE, provisioningState: 'Failed' }))).toMatchObject({
      verdict: 'manual',
    })
  })

  it('asks at the places that count', async () => {
    const asked: string[] = []
    await run(azure([OWNER], undefined, asked))
    await run({ ...azure([OWNER], undefined, asked), dmsService: () => Promise.resolve(forbidden()) }, NAMED)
    expect(asked.map((scope) => scope.toLowerCase())).toEqual(
      [SUBSCRIPTION, NETWORK_ID, SUBNET_ID, GROUP, NETWORK_ID, SUBNET_ID].map((scope) => scope.toLowerCase()),
    )
  })

  it('prints the role of Microsoft and its assignment, to whoever it is', async () => {
    const judgement = await run(azure([READER]))
    const scripts = judgement.verdict === 'manual' ? judgement.remediation.scripts : []
    const json = /<<'JSON'\n([^]*)\nJSON\n/.exec(scripts[0]?.code ?? '')?.[1] ?? ''
    expect(JSON.parse(json)).toMatchObject({
      Name: 'Azure Database Migration Contributor',
      IsCustom: true,
      Actions: REQUIRED.map(({ action }) => action),
      AssignableScopes: [SUBSCRIPTION],
    })
    expect(scripts[0]?.code).toMatch(/az role definition create --role-definition dms-contributor\.json$/)
    expect(scripts[1]?.code).toBe(
      `az role assignment create \\\n  --assignee '<WHO-CREATES-AND-RUNS-DMS>' \\\n  --role 'Azure Database Migration Contributor' \\\n  --scope ${SUBSCRIPTION}`,
    )
  })

  it('leaves open for the current service what is taken under a condition', async () => {
    const serviceId = `${GROUP}/providers/Microsoft.DataMigration/sqlMigrationServices/dms`
    const modern = manifestWith({ generation: 'modern', dms: { ...MANIFEST.dms, serviceId } })
    const deny: DenyAssignment = {
      name: 'Deny of the stack',
      scope: SUBSCRIPTION,
      permissions: [role(['Microsoft.DataMigration/*'])],
      principals: [{ id: 'object-1', type: 'ServicePrincipal' }],
      excludePrincipals: [],
      doNotApplyToChildScopes: false,
      isConditional: true,
    }
    const arm = { ...azure([OWNER]), denyAssignments: () => Promise.resolve(there([deny])) }
    expect(await run(arm, modern)).toMatchObject({ verdict: 'unknown', cause: { kind: 'insufficient' } })
  })

  it('keeps of the roles only what concerns DMS', async () => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    const wide = role(['Microsoft.Compute/*', 'Microsoft.Network/*'], ['Microsoft.Compute/disks/*'])
    const evidence = evidenceIn(await definition.observe({ arm: azure([wide, role(['Microsoft.Web/*'])]) }, subject))
    expect(
      evidence.places.map(
        (place) => 'sets' in place && place.sets.map(({ actions, notActions }) => [...actions, ...notActions]),
      ),
    ).toEqual([[['Microsoft.Network/*']], [['Microsoft.Network/*']], [['Microsoft.Network/*']]])
  })

  it.each<[string, Partial<ArmPort>, string]>([
    ['the sign-in', { signIn: () => Promise.resolve(forbidden()) }, 'forbidden'],
    ['the network', { virtualNetwork: () => Promise.resolve(forbidden()) }, 'forbidden'],
    ['a network that is there', { virtualNetwork: () => Promise.resolve(notThere()) }, 'not-found'],
    ['the permissions', { permissions: () => Promise.resolve(forbidden()) }, 'forbidden'],
    ['a list of permissions', { permissions: () => Promise.resolve(notThere()) }, 'not-found'],
  ])('hands on that it could not look without %s', async (_, answers, kind) => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    expect(await definition.observe({ arm: { ...azure([OWNER]), ...answers } }, subject)).toMatchObject({
      ok: false,
      failure: { kind },
    })
  })
})
