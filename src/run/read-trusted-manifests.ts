import type { Manifest } from '../domain/manifest.ts'
import { mapSeen, seen, unseen, type Observed } from '../domain/observed.ts'
import { NEVER_ENTERED, parsePathPattern } from '../domain/path-pattern.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import { parseManifest, readExtends } from '../manifest/parse-manifest.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import type { TrustFacts } from '../trust/read-trust.ts'

/** As in the workspace: what the input `manifest` may match at most. */
const MOST_MANIFESTS = 1000

/** What the trusted ref holds at the path of a manifest, parsed. A manifest that is not sound there is a ProbeFailure. */
export type TrustedManifest = { found: true; manifest: Manifest } | { found: false }

export interface TrustedManifests {
  /** By path: every manifest in use, and every other one that the input `manifest` matches on the trusted ref. */
  manifests: ReadonlyMap<string, Observed<TrustedManifest>>
  /** Whether that is all that the input matches there; a ProbeFailure says why it is not known. */
  complete: Observed<true>
}

export interface TrustedQuestion {
  trust: TrustFacts
  /** The lines of the input `manifest`. */
  lines: readonly string[]
  /** GITHUB_WORKSPACE, for lines that are absolute. */
  workspace: string
  /** The sound manifests in use. */
  manifests: readonly Manifest[]
  /** Paths of all manifests in use, unsound ones as well. */
  paths: readonly string[]
  now: number
  checkIds: readonly string[]
}

type Reader = Pick<GitHubPort, 'readFile' | 'listFiles'>

/** The manifests of the trusted ref. What equals it here is not read again; a run of the ref itself asks nothing. */
export async function readTrustedManifests(question: TrustedQuestion, github: Reader): Promise<TrustedManifests> {
  const { trust, manifests, paths } = question
  const { ref } = trust
  if (!ref.ok) return { manifests: new Map(paths.map((path) => [path, ref])), complete: ref }
  if (trust.isOnRef) {
    const own = manifests.map((manifest) => [manifest.path, seen({ found: true as const, manifest })] as const)
    return { manifests: new Map(own), complete: seen(true) }
  }
  const there = await matchesOf(question, ref.value, github)
  const all = [...new Set([...paths, ...there.paths])].sort()
  const read = await Promise.all(all.map((path) => readOne(question, path, ref.value, github)))
  const entries = all.flatMap((path, place): [string, Observed<TrustedManifest>][] => {
    const manifest = read[place]
    return manifest === undefined ? [] : [[path, manifest]]
  })
  return { manifests: new Map(entries), complete: there.complete }
}

async function readOne(
  { trust, manifests, now, checkIds }: TrustedQuestion,
  path: string,
  ref: string,
  github: Reader,
): Promise<Observed<TrustedManifest>> {
  const own = manifests.find((manifest) => manifest.path === path)
  // Of every file: an altered estate that calls itself an authority or a report of the manifest is an altered estate.
  if (own !== undefined && own.files.every((file) => trust.equal.has(file))) return seen({ found: true, manifest: own })
  const file = await github.readFile(path, ref)
  if (!file.ok) return file
  if (!file.value.found) return seen({ found: false })
  const { text } = file.value
  const base = readExtends(path, text)
  const below = base === undefined ? undefined : await github.readFile(base, ref)
  if (below?.ok === false) return below
  const extended =
    base !== undefined && below?.ok === true && below.value.found ? { path: base, text: below.value.text } : undefined
  const parsed = parseManifest({ path, text, extended, now, checkIds })
  if (parsed.ok) return seen({ found: true, manifest: parsed.manifest })
  const [first] = parsed.problems
  const place = first?.location === undefined ? path : `${first.location.path}, line ${first.location.line}`
  return unseen('insufficient', `The manifest of the trusted ref is not sound: ${place}: ${first?.message ?? ''}.`)
}

interface Matches {
  paths: readonly string[]
  complete: Observed<true>
}

/** What the lines match on the trusted ref; a path matches itself, whether it is there or not. */
async function matchesOf({ lines, workspace }: TrustedQuestion, ref: string, github: Reader): Promise<Matches> {
  const found = await Promise.all(lines.map((line) => matchesOfLine(relativeLine(line, workspace), ref, github)))
  const failed = found.find((one) => !one.ok)
  const paths = [...new Set(found.flatMap((one) => (one.ok ? one.value : [])))].sort()
  if (failed?.ok === false) return { paths: paths.slice(0, MOST_MANIFESTS), complete: failed }
  if (paths.length <= MOST_MANIFESTS) return { paths, complete: seen(true) }
  const message = `${paths.length} files of the trusted ref match \`manifest\`; at most ${MOST_MANIFESTS} make one run.`
  return { paths: paths.slice(0, MOST_MANIFESTS), complete: unseen('unsupported', message) }
}

async function matchesOfLine(line: string, ref: string, github: Reader): Promise<Observed<readonly string[]>> {
  const resolved = resolveWorkspacePath('', line)
  if (!resolved.ok) return seen([])
  const pattern = parsePathPattern(resolved.path)
  if (pattern === undefined) return seen([resolved.path])
  const files = await github.listFiles(pattern.folder, ref)
  return mapSeen(files, (paths) =>
    paths.filter((path) => pattern.matches(path) && !path.split('/').some((name) => NEVER_ENTERED.has(name))),
  )
}

function relativeLine(line: string, workspace: string): string {
  const root = `${workspace.replaceAll('\\', '/').replace(/\/+$/, '')}/`
  const text = line.replaceAll('\\', '/')
  return root !== '/' && text.startsWith(root) ? text.slice(root.length) : line
}
