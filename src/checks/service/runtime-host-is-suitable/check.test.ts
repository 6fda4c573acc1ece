import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MODERN, modernWith, SHARED, sharedWith } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { RuntimeNode } from '../../../ports/runtime-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const named = (...names: string[]): RuntimeNode[] => names.map((name) => ({ name }))
const MEASURED: readonly RuntimeNode[] = [{ name: 'SHIR01', availableMemoryInMB: 4219, cpuUtilization: 66 }]
const declaring = (...runtimeHosts: string[]): Manifest => sharedWith({}, { runtimeHosts })

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(manifest: Manifest, nodes: readonly RuntimeNode[]): Promise<Judgement> {
  const subject = subjectOf(manifest)
  const arm = armWith({ runtimeNodes: () => there(nodes) })
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('service/runtime-host-is-suitable', () => {
  it.each<[string, Manifest, readonly RuntimeNode[], Judgement['verdict'], string]>([
    ['machines of its own', SHARED, named('SHIR01', 'SHIR02'), 'manual', 'has 2 nodes: SHIR01, SHIR02; no name is'],
    ['what Azure measures', SHARED, MEASURED, 'manual', '(SHIR01 4219 MB of memory free, processor 66 % busy)'],
    ['no node yet', SHARED, [], 'manual', 'has no node'],
    ['on the source', MODERN, named('SQL01'), 'fail', 'SQL01 has the name of the host of source sales'],
    [
      'on the file server',
      SHARED,
      named('SHIR01', 'fs01'),
      'fail',
      'share default (fs01.corp.example): a runtime cannot',
    ],
    ['a share that nobody uses', modernWith({ shares: SHARED.shares }), named('FS01'), 'manual', 'has 1 node: FS01'],
    [
      'five machines',
      SHARED,
      named('A', 'B', 'C', 'D', 'E'),
      'fail',
      'has 5 nodes: A, B, C, D, E; Microsoft supports at most 4',
    ],
    ['declared on the source', declaring('sql01.corp.example'), named('SHIR01'), 'fail', 'host of source sales'],
    ['declared elsewhere', declaring('sql01.dmz.example'), named('SHIR01'), 'manual', 'names sql01.dmz.example beside'],
    ['declared as it is', declaring('shir01.corp.example'), named('SHIR01'), 'manual', 'has 1 node: SHIR01; no name'],
    ['none is used', sharedWith({ sources: MODERN.sources }), named('SQL01'), 'not-applicable', 'container'],
  ])('%s', async (_, manifest, nodes, verdict, summary) => {
    const judgement = await run(manifest, nodes)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('hands on that it could not look', async () => {
    const observe = (answer: ReturnType<typeof forbidden> | ReturnType<typeof notThere<RuntimeNode[]>>) =>
      definition.observe({ arm: armWith({ runtimeNodes: () => answer }) }, subjectOf(MODERN))
    expect(await observe(forbidden())).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    expect(await observe(notThere())).toMatchObject({ ok: false, failure: { kind: 'not-found' } })
  })
})
