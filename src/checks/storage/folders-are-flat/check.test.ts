import { describe, expect, it } from '@jest/globals'
import { expectEveryVerdict, judgeStored } from '../../../../test/sql-fixtures.ts'
import {
  blobWith,
  CONTAINER,
  FIREWALL,
  instanceManifest,
  listing,
  NO_CONTAINER,
  refusal,
  type BlobAnswers,
} from '../../../../test/storage-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { BlobPort } from '../../../ports/blob-port.ts'
import check from './check.ts'

const [SOURCE] = instanceManifest().sources
const databases = (...names: string[]): Partial<Manifest> => ({
  sources: [{ ...SOURCE!, databases: names.map((name) => ({ ...SOURCE!.databases[0]!, name, as: name })) }],
})
const modern = (more: Partial<Manifest> = databases('Sales', 'Orders')): Manifest =>
  instanceManifest({ generation: 'modern', ...more })
const VM = 'sql-server-to-sql-server-on-azure-vm' as const

interface World {
  folders: BlobAnswers['folders']
  manifest?: Manifest
}

async function run({ folders = {}, manifest = modern() }: World) {
  const [subject] = check.subjects(manifest)
  const observed = await check.definition.observe({ blob: blobWith({ folders }) }, subject as never)
  if (!observed.ok) return { verdict: `unknown (${observed.failure.kind})`, summary: observed.failure.message }
  return judgeStored(check, observed.value, subject!)
}

const WORLDS: readonly [string, World, string, RegExp][] = [
  [
    'flat',
    { folders: { Sales: listing(['a.bak', 'b.trn']) } },
    'pass',
    /^Sales: 2 blobs \(2 block\) right in https:\/\/stmig.*\/backups\/Sales\/, no folder in it; of which database/,
  ],
  [
    'page blobs for a machine',
    {
      folders: { Sales: listing(['a.bak'], { kinds: { block: 0, page: 1, append: 0 } }) },
      manifest: modern({ scenario: VM }),
    },
    'pass',
    /1 blob \(1 page\) .*no folder in it; of which/,
  ],
  [
    'block blobs for a machine',
    { folders: { Sales: listing(['a.bak']) }, manifest: modern({ scenario: VM }) },
    'pass',
    /2012 and 2014 take page blobs only/,
  ],
  [
    'a folder that the manifest names',
    {
      folders: { erp: listing(['a.bak']) },
      manifest: modern({
        sources: [{ ...SOURCE!, databases: [{ ...SOURCE!.databases[0]!, name: 'Sales', folder: 'erp' }] }],
      }),
    },
    'pass',
    /backups\/erp\//,
  ],
  [
    'the root of a single database',
    { folders: { '': listing(['a.bak']) }, manifest: modern(databases('Sales')) },
    'pass',
    /in the root of the container, which is allowed for a single database/,
  ],
  [
    'the root with folders',
    { folders: { '': listing(['a.bak', 'old/']) }, manifest: modern(databases('Sales')) },
    'fail',
    /holds 1 folder \(old\)/,
  ],
  ['the root of several', { folders: { '': listing(['a.bak']) } }, 'fail', /nothing lies in .*backups\/Sales\//],
  [
    'nested',
    { folders: { Sales: listing(['a.bak', 'log/', 'full/']) } },
    'fail',
    /holds 2 folders \(log, full\), into/,
  ],
  [
    'nested, and more than is read',
    { folders: { Sales: listing(['log/'], { isCut: true, folderCount: 30 }) } },
    'fail',
    /30 folders \(log, \.\.\.\)/,
  ],
  [
    'more than is read',
    { folders: { Sales: listing(['a.bak'], { isCut: true }) } },
    'unknown',
    /more than the 1 blobs/,
  ],
  ['nothing', { folders: {} }, 'fail', /must be there before the migration starts/],
  ['no container', { folders: { Sales: NO_CONTAINER as never } }, 'fail', /nothing lies in/],
  [
    'refused',
    { folders: { Sales: refusal('permission', 'AuthorizationPermissionMismatch') } },
    'unknown',
    /could not be listed \(AuthorizationPerm/,
  ],
  ['not to be seen', { folders: { Sales: FIREWALL } }, 'unknown (forbidden)', /firewall/],
  [
    'one folder for two',
    {
      folders: { Sales: listing(['a.bak']) },
      manifest: modern({ sources: [SOURCE!, { ...SOURCE!, name: 'erp' }] }),
    },
    'fail',
    /the folder Sales is also that of erp\/Sales/,
  ],
]

describe('storage/folders-are-flat', () => {
  it.each(WORLDS)('%s', async (_which, world, verdict, summary) => {
    const told = await run(world)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives every verdict that it declares', async () => {
    const told = await Promise.all(
      ['flat', 'nested', 'refused'].map((name) => run(WORLDS.find(([one]) => one === name)![1])),
    )
    expectEveryVerdict(
      check,
      told.map(({ verdict }) => verdict),
    )
  })

  it('looks into every container, and does not choose between two', async () => {
    const containers = ['one', 'two'].map((name) => ({
      ...CONTAINER,
      name,
      url: `https://stmig.blob.core.windows.net/${name}`,
    }))
    const manifest = modern({ containers })
    const [subject] = check.subjects(manifest)
    const inside = (names: readonly string[]): BlobPort => ({
      ...blobWith({}),
      access: ({ url = '' }) => Promise.resolve(seen({ url, account: 'stmig', container: 'x' })),
      listFolder: ({ name }) => Promise.resolve(seen(listing(names.includes(name) ? ['a.bak'] : []))),
    })
    const judged = async (names: readonly string[]) => {
      const observed = await check.definition.observe({ blob: inside(names) }, subject as never)
      if (!observed.ok) throw new Error(observed.failure.message)
      return judgeStored(check, observed.value, subject!)
    }
    expect(await judged(['two'])).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/\/two\/Sales\//) })
    expect(await judged(['one', 'two'])).toMatchObject({
      verdict: 'unknown',
      summary: expect.stringMatching(/several/),
    })
    expect(await judged([])).toMatchObject({ verdict: 'fail' })
  })

  it('asks nothing of databases whose backups lie on a share, and wants a container for the others', async () => {
    expect(check.subjects(modern({ sources: [{ ...SOURCE!, share: 'default' }] }))).toEqual([])
    expect(await run({ folders: {}, manifest: modern({ containers: [] }) })).toMatchObject({
      verdict: 'unknown (missing-input)',
    })
  })
})
