// ncc's own --license loses every package of the entry chunk as soon as there are lazy chunks; its stats know them all.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface StatsModule {
  nameForCondition?: string | null
  modules?: StatsModule[]
}

interface PackageJson {
  version: string
  license?: unknown
  licenses?: unknown
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i

/** The licence texts of all packages that have a module in the bundle, sorted by name and version. */
export function collectNotices(statsFile: string, root: string): { text: string; packages: number } {
  const stats = JSON.parse(readFileSync(statsFile, 'utf8')) as { modules: StatsModule[] }
  const folders = new Map<string, string>()
  for (const { nameForCondition } of flatten(stats.modules)) {
    const file = (nameForCondition ?? '').split('?')[0]?.replaceAll('\\', '/') ?? ''
    const at = file.lastIndexOf('/node_modules/')
    if (at < 0) continue
    const [first = '', second = ''] = file.slice(at + '/node_modules/'.length).split('/')
    const name = first.startsWith('@') ? `${first}/${second}` : first
    folders.set(`${file.slice(0, at)}/node_modules/${name}`, name)
  }
  const entries = new Map([...folders].map(([folder, name]) => noticeOf(folder, name)))
  const ids = [...entries.keys()].sort()
  const line = `\n${'-'.repeat(72)}\n\n`
  const head = `dms-preflight bundles the packages below. Each stands here with its own licence.\n\n`
  if (ids.length === 0) throw new Error(`no package found in ${path.relative(root, statsFile)}`)
  return { text: head + ids.map((id) => entries.get(id) ?? '').join(line), packages: ids.length }
}

function flatten(modules: readonly StatsModule[]): StatsModule[] {
  return modules.flatMap((entry) => (entry.modules?.length ? flatten(entry.modules) : [entry]))
}

function noticeOf(folder: string, name: string): [string, string] {
  const { version, license, licenses } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  ) as PackageJson
  const declared = license ?? licenses
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  const id = `${name}@${version}`
  const licence = typeof declared === 'string' ? declared : JSON.stringify(declared)
  const body = texts.length > 0 ? texts.join('\n\n') : '(The package ships no licence file.)'
  return [id, `${id}\nLicence: ${licence}\n\n${body}\n`]
}
