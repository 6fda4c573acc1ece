// Scaffolds one prerequisite: two new files, no existing file edited by hand.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from './gen.ts'
import { checkTemplate, testTemplate } from './new-check-template.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const AREAS = ['network', 'source', 'target', 'share', 'storage', 'tools', 'service', 'azure']

/** The lowest number that no check has and that is above all that were ever given. */
export function nextRef(checksFolder: string): string {
  const used = readdirSync(checksFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'check.ts')
    .map((file) => /ref: 'DMSP-(\d+)'/.exec(readFileSync(path.join(checksFolder, file), 'utf8'))?.[1])
    .map(Number)
    .filter((number) => !Number.isNaN(number))
  return `DMSP-${String(Math.max(49, ...used) + 1).padStart(3, '0')}`
}

async function main(id: string | undefined): Promise<number> {
  const match = /^([a-z]+)\/([a-z][a-z0-9]*(?:-[a-z0-9]+)+)$/.exec(id ?? '')
  const [, area = '', name = ''] = match ?? []
  if (match === null || !AREAS.includes(area)) {
    console.error(
      `usage: npm run new-check -- <area>/<phrase-that-is-true-when-all-is-well>\nareas: ${AREAS.join(', ')}`,
    )
    return 2
  }
  const folder = path.join(ROOT, 'src', 'checks', area, name)
  if (existsSync(folder)) {
    console.error(`src/checks/${area}/${name} is there already`)
    return 1
  }
  const ref = nextRef(path.join(ROOT, 'src', 'checks'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'check.ts'), checkTemplate(`${area}/${name}`, ref))
  writeFileSync(path.join(folder, 'check.test.ts'), testTemplate(`${area}/${name}`))
  await generate({ check: false })
  console.log(`Fill in src/checks/${area}/${name}/check.ts and check.test.ts, then: npm run gen && npm test`)
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv[2])
