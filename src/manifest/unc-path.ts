import { type Parsed, parsed, refused } from './parsed.ts'
import { problemOfHost } from './server-name.ts'

const FORM = '`\\\\host\\share` or `\\\\host\\share\\folder`'

/** `\\host\share\folder`, the form in which DMS takes a share. */
export function parseUncPath(text: string): Parsed<{ path: string; host: string }> {
  if (text.startsWith('//')) return refused(`must be ${FORM}, with backslashes; plain or in single quotes`)
  if (/^\\[^\\]/.test(text))
    return refused(`must be ${FORM}: in double quotes each backslash is eaten, use single quotes`)
  if (!text.startsWith('\\\\')) return refused(`must be ${FORM}`)
  const [host = '', ...folders] = text.slice(2).replace(/\\$/, '').split('\\')
  const hostProblem = problemOfHost(host, FORM)
  if (hostProblem !== undefined) return refused(hostProblem)
  if (folders.length === 0) return refused(`must be ${FORM}: the share's name is missing`)
  const isSound = folders.every((name) => /^[^"*/:<>?|]+$/.test(name) && name !== '.' && name !== '..')
  return isSound
    ? parsed({ path: text, host })
    : refused(`must be ${FORM}: a name in it is empty or holds " * / : < > ? |`)
}
