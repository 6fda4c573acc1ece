import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  notThere,
  SUBNET_ID,
  there,
  UNPLACED,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { MODERN, modernWith, SHARED, sharedWith } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { RuntimeNode } from '../../../ports/runtime-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SERVICES = `${GROUP}/providers/Microsoft.DataMigration/services`

function withDatabases(...counts: readonly [source: string, target: string, count: number][]): Manifest {
  const [first] = MANIFEST.sources
  if (first === undefined) throw new Error('no source')
  const names = [...new Set(counts.map(([name]) => name))]
  const sources = names.map((name) => ({
    ...first,
    name,
    databases: counts
      .filter(([source]) => source === name)
      .flatMap(([, target, count]) =>
        Array.from({ length: count }, (_, index) => ({
          name: `db${String(index)}`,
          as: `${target}${String(index)}`,
          target,
          location: first.location,
        })),
      ),
  }))
  return manifestWith({ sources })
}

const services = (...found: readonly { name: string; virtualSubnetId?: string }[]): ArmPort =>
  armWith({
    dmsServices: () => there(found.map((one) => ({ id: `${SERVICES}/${one.name}`, location: 'westeurope', ...one }))),
  })

async function run(manifest: Manifest, arm: ArmPort): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

const named = (name: string): Manifest =>
  manifestWith({ dms: { ...MANIFEST.dms, serviceId: `${SERVICES.toUpperCase()}/${name}` } })
const OTHERS = [{ name: 'dms-a' }, { name: 'dms-b', virtualSubnetId: `${SUBNET_ID}2` }] as const

describe('service/activity-fits-limits', () => {
  it.each<[string, Manifest, ArmPort, Judgement['verdict'], string]>([
    [
      'no service yet',
      MANIFEST,
      services(),
      'pass',
      'sales has 2 databases for target default fit one activity each (at most 4); DMS services of subscription 00000000-0000-0000-0000-000000000001 that this identity may see: none',
    ],
    ['four databases', withDatabases(['erp', 'mi', 4]), services(), 'pass', 'erp has 4 databases for target mi'],
    [
      'four to each of two targets, from each of two sources',
      withDatabases(['erp', 'mi', 4], ['erp', 'db', 4], ['crm', 'mi', 1]),
      services(),
      'pass',
      'erp has 4 databases for target db, crm has 1 database for target mi fit one activity each',
    ],
    [
      'five databases',
      withDatabases(['erp', 'mi', 5], ['crm', 'mi', 9], ['hr', 'mi', 1]),
      armWith({}),
      'fail',
      'An activity takes 4 databases: erp has 5 databases for target mi, for which 2 activities are needed; crm has 9 databases for target mi, for which 3 activities are needed',
    ],
    ['one service', MANIFEST, services({ name: 'dms-a' }), 'pass', 'may see: dms-a'],
    ['two other services', MANIFEST, services(...OTHERS), 'fail', "dms-a, dms-b; by Microsoft's limit of 2"],
    [
      'two services, one in the subnet',
      MANIFEST,
      services(OTHERS[0], { name: 'dms-b', virtualSubnetId: SUBNET_ID.toUpperCase() }),
      'pass',
      'dms-b is there',
    ],
    ['two services, one named', named('dms-a'), services(...OTHERS), 'pass', 'dms-a is there'],
    ['two services, none of them the named one', named('dms-c'), services(...OTHERS), 'fail', 'no room for another'],
    [
      'more services than the limit',
      MANIFEST,
      services(...OTHERS, { name: 'dms-c' }),
      'unknown',
      "more than Microsoft's limit of 2",
    ],
  ])('%s', async (_, manifest, arm, verdict, summary) => {
    const judgement = await run(manifest, arm)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  it('needs Azure only where the databases do not decide', () => {
    const [need] = definition.meta.needs
    const when = (manifest: Manifest): boolean | undefined => need?.when?.({ manifest, location: manifest.location })
    expect([when(MANIFEST), when(withDatabases(['erp', 'mi', 5]))]).toEqual([true, false])
  })

  it('hands on that it could not look', async () => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    const [nowhere] = definition.subjects(manifestWith({ dms: UNPLACED }))
    if (nowhere === undefined) throw new Error('no subject')
    const answers = await Promise.all([
      definition.observe({ arm: armWith({ dmsServices: forbidden }) }, subject),
      definition.observe({ arm: armWith({ dmsServices: () => notThere() }) }, subject),
      definition.observe({ arm: armWith({}) }, nowhere),
    ])
    expect(answers.map((one) => (one.ok ? 'ok' : one.failure.kind))).toEqual([
      'forbidden',
      'not-found',
      'missing-input',
    ])
  })
})

describe('service/activity-fits-limits, of the service of today', () => {
  const onNodes = (...nodes: RuntimeNode[]): ArmPort => armWith({ runtimeNodes: () => there(nodes) })
  const one = { name: 'SHIR01', concurrentJobsLimit: 20, concurrentJobsRunning: 0 }
  const withMany = (count: number): Manifest =>
    modernWith({ sources: withDatabases(['erp', 'default', count]).sources })
  const inContainer = sharedWith({ sources: MODERN.sources })

  it.each<[string, Manifest, ArmPort, Judgement['verdict'], string]>([
    [
      'two on one node',
      MODERN,
      onNodes(one),
      'pass',
      '2 migrations for 1 node: SHIR01, which together are good for 10 at a time (10 on each)',
    ],
    ['of a share', SHARED, onNodes(one), 'pass', 'good for 10 at a time'],
    [
      'a node that tells nothing',
      SHARED,
      onNodes({ name: 'SHIR01' }),
      'unknown',
      'good for 0 at a time (10 on each, of SHIR01 Azure tells nothing)',
    ],
    [
      'eleven on two, of which one tells nothing',
      withMany(11),
      onNodes(one, { name: 'SHIR02' }),
      'unknown',
      'of SHIR02 Azure tells nothing',
    ],
    ['ten on one node', withMany(10), onNodes(one), 'pass', '10 migrations for 1 node'],
    [
      'eleven on one node',
      withMany(11),
      onNodes(one),
      'fail',
      '11 migrations for 1 node: SHIR01, which together are good for 10',
    ],
    ['eleven on two', withMany(11), onNodes(one, { ...one, name: 'SHIR02' }), 'pass', 'good for 20 at a time'],
    [
      'a node whose own limit is lower',
      withMany(5),
      onNodes({ ...one, concurrentJobsLimit: 4, concurrentJobsRunning: 3 }),
      'fail',
      'good for 4 at a time (10 on each, SHIR01 for 4 by its own limit of jobs); 3 jobs run there now',
    ],
    ['no node', MODERN, onNodes(), 'unknown', 'it has no node, for 2 migrations'],
    ['none through a runtime', inContainer, armWith({}), 'pass', 'none of them goes through an integration runtime'],
    ['more than a service takes', withMany(10_001), armWith({}), 'fail', 'the manifest has 10001 migrations'],
  ])('%s', async (_, manifest, arm, verdict, summary) => {
    const judgement = await run(manifest, arm)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('says how to go on', async () => {
    expect(await run(withMany(41), onNodes(one, { name: 'B' }, { name: 'C' }, { name: 'D' }))).toMatchObject({
      verdict: 'fail',
      remediation: {
        text: expect.stringMatching(/^Start the migrations in batches of at most 40, (?!.*add nodes)/) as unknown,
      },
    })
    expect(await run(withMany(11), onNodes(one))).toMatchObject({
      remediation: { text: expect.stringContaining('or add nodes, up to 4') as unknown },
    })
  })

  it('waits for the runtime where it counts, and for nothing of the classic service', () => {
    const waits = (manifest: Manifest): readonly string[] => {
      const [subject] = definition.subjects(manifest)
      if (subject === undefined) throw new Error('no subject')
      return definition.meta.needs.filter(({ when }) => when?.(subject.spec) ?? true).map(({ id }) => id)
    }
    expect([MODERN, inContainer, withMany(10_001), MANIFEST].map(waits)).toEqual([
      ['service/runtime-is-online'],
      [],
      [],
      ['azure/provider-is-registered'],
    ])
  })
})
