/** A path of the workspace with forward slashes, or what is wrong with it as a phrase that follows its name. */
export type WorkspacePath = { ok: true; path: string } | { ok: false; problem: string }

const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i
const LONGEST_PATH = 1024

/**
 * Resolves a relative path against a folder of the workspace, by its text alone: absolute paths, drives, UNC, devices,
 * control characters and `..` beyond the workspace are refused. Links are for the reader of the file to refuse.
 */
export function resolveWorkspacePath(folder: string, text: string): WorkspacePath {
  const problem = textProblem(text)
  if (problem !== undefined) return { ok: false, problem }
  const segments: string[] = []
  for (const segment of [...folder.split('/'), ...text.split('/')]) {
    if (segment === '' || segment === '.') continue
    if (DEVICE.test(segment)) return { ok: false, problem: 'must not name a device' }
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return { ok: false, problem: 'must not leave the workspace' }
  }
  if (segments.length === 0) return { ok: false, problem: 'must name something inside the workspace' }
  return { ok: true, path: segments.join('/') }
}

/** The folder of a path with forward slashes; empty for the workspace itself. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function textProblem(text: string): string | undefined {
  if (text === '' || text.trim() !== text) return 'must be a path without spaces around it'
  if (text.length > LONGEST_PATH) return `must be at most ${LONGEST_PATH} characters long`
  if (/[\p{Cc}\p{Surrogate}]/u.test(text)) return 'must not hold control characters'
  if (/^(\\\\|\/\/)/.test(text)) return 'must be a path inside the workspace, not a UNC path'
  if (/^([A-Za-z]:|[\\/])/.test(text)) return 'must be relative, not absolute'
  if (text.includes('\\')) return 'must be written with forward slashes'
  return undefined
}
