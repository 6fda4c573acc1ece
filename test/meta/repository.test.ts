import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { WORKFLOW_PORTS, workflowManifest } from '../../lab/workflow-lab.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

function listFiles(folder: string, ending: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith(ending))
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

describe('the repository', () => {
  it('has source files of at most 300 lines, with names that say something', () => {
    const files = ['src', 'lab', 'tools']
      .flatMap((folder) => listFiles(folder, '.ts'))
      .filter((file) => !file.endsWith('.generated.ts'))
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((file) => !file.endsWith('.test.ts') && read(file).split('\n').length > 301)).toEqual([])
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common|index)\.ts$/.test(file))).toEqual([])
    expect(files.filter((file) => !/^[a-z0-9.-]+$/.test(path.basename(file)))).toEqual([])
  })

  it('mocks no module and skips no test', () => {
    const tests = ['src', 'lab', 'tools', 'test']
      .flatMap((folder) => listFiles(folder, '.test.ts'))
      .filter((file) => !file.endsWith('repository.test.ts'))
    const found = tests.filter((file) =>
      /jest\.(mock|unstable_mockModule)\(|\b(it|test|describe)\.(skip|only|todo)\b|\bx(it|describe)\(/.test(read(file)),
    )
    expect(found).toEqual([])
  })

  it('has a lock file without download addresses', () => {
    expect(read('package-lock.json')).not.toContain('"resolved"')
  })

  it('has one tedious, the one that refuses to fall back to plaintext', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> }
    const versions = Object.entries(lock.packages)
      .filter(([name]) => name.endsWith('/tedious'))
      .map(([, { version }]) => version)
    expect(versions.length).toBeGreaterThan(0)
    expect(versions.filter((version) => Number(version.split('.')[0]) < 20)).toEqual([])
  })

  it('pins every action of its workflows to a commit, and gives them read access only', () => {
    const workflows = listFiles('.github/workflows', '.yml')
    expect(workflows.length).toBeGreaterThanOrEqual(5)
    for (const file of workflows) {
      const text = read(file)
      const uses = [...text.matchAll(/uses:\s*(\S+)/g)].map(([, name = '']) => name)
      expect(uses.filter((name) => !name.startsWith('./') && !/@[0-9a-f]{40}$/.test(name))).toEqual([])
      expect((parse(text) as { permissions: unknown }).permissions).toEqual({ contents: 'read' })
    }
  })

  it('names no path of a machine in what it ships', () => {
    const files = [
      ...listFiles('src', '.ts'),
      ...listFiles('lab', '.ts'),
      ...listFiles('docs', '.md'),
      'README.md',
      'package.json',
    ]
    expect(files.filter((file) => /\/(work|home\/\w+|Users\/\w+)\/(main|shared)\b/.test(read(file)))).toEqual([])
  })
})

describe('the manifests of the e2e workflow', () => {
  it.each(['failing', 'passing'] as const)('are those of the lab on its fixed ports: %s', (story) => {
    expect(read(`test/e2e/workflow/${story}.yml`)).toBe(workflowManifest(story))
    expect(read('.github/workflows/e2e.yml')).toContain(`https://localhost:${WORKFLOW_PORTS[story].azure}`)
  })
})
