import type { Judgement } from '../../define.ts'
import { describeMention, type BackupMention } from '../../recorded-backups.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'

export type Evidence = {
  host: string
  port: number
  /** Null: not one folder, which its own check says. */
  place: {
    where: string
    blobs: number
    isCut: boolean
    newest: { name: string; modified: string; bytes: number }[]
  } | null
  /** The newest backup on files that msdb remembers; `files`: of its stripes. */
  newest: (BackupMention & { files: number }) | null
  /** File names of those before it, the newest first. */
  older: string[]
}

/** `x.bak` of a path or a URL. */
export function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, '')
}

/** Only names are compared: nobody but a server can open the files, and a file that was renamed says nothing. Pure. */
export function judgeLast(evidence: Evidence, subject: string, { database }: SourceDatabaseSpec): Judgement {
  const { name } = database
  const { place, newest, older } = evidence
  const expected = `the newest backup of ${name} in its folder, as the last one`
  if (place === null) {
    return undecided(`${subject}: its folder in the container was not found in one place`, expected)
  }
  if (newest?.file == null) {
    return askPerson(
      `msdb on ${evidence.host}:${String(evidence.port)} remembers no backup of ${name} on files`,
      place,
      expected,
    )
  }
  const file = baseName(newest.file)
  const names = new Map(place.newest.map(({ name: blob }, at) => [blob.toLowerCase(), at]))
  const at = names.get(file.toLowerCase())
  const what = `${describeMention(newest)}, ${file}`
  if (at === undefined) return judgeMissing(evidence, place, { what, names, expected })
  const modified = place.newest[at]?.modified ?? ''
  if (isBefore(modified, newest.finished)) return judgeReused(place, { what, file, modified, expected })
  if (newest.files > 1) {
    const others = `${what}, lies there; it is one of ${String(newest.files)} files of that backup, and nothing tells the names of the others`
    return askPerson(others, place, expected)
  }
  const later = place.newest.slice(0, at).map(({ name: blob }) => blob)
  const known = new Set(older.map((one) => one.toLowerCase()))
  const strange = later.filter((blob) => !known.has(blob.toLowerCase()))
  if (strange.length > 0) {
    const fact = `${strange.slice(0, 3).join(', ')} ${strange.length === 1 ? 'was' : 'were'} uploaded after ${file}, and msdb knows no such backup`
    return askPerson(fact, place, expected)
  }
  const actual = `${what}, lies in ${place.where}`
  return {
    verdict: 'pass',
    proof: 'proxy',
    summary: `The newest backup of ${name} that msdb remembers, ${actual}; give that name as the last backup`,
    expected,
    actual,
  }
}

/** The furthest that a clock is ahead of UTC: a server tells its own time, and a container that of UTC. */
const FURTHEST_AHEAD_MS = 14 * 3_600_000

/** Whether a file was surely uploaded before the backup had ended, wherever the server stands. */
function isBefore(modified: string, finished: string | null): boolean {
  const [uploaded, ended] = [Date.parse(modified), Date.parse(`${finished ?? ''}Z`)]
  return uploaded < ended - FURTHEST_AHEAD_MS
}

/** A job that writes to one name each time leaves there an older backup under the name of the newest. */
function judgeReused(
  { where }: NonNullable<Evidence['place']>,
  { what, file, modified, expected }: { what: string; file: string; modified: string; expected: string },
): Judgement {
  const actual = `the file ${file} there was uploaded at ${modified}, before ${what}, was made`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${where}: ${actual}: it is an older backup of the same name`,
    expected,
    actual,
    remediation: {
      text: 'Let the backup job choose a new file name each time, upload the newest backup, and give its name as the last backup.',
      scripts: [],
    },
  }
}

function judgeMissing(
  { older }: Evidence,
  place: NonNullable<Evidence['place']>,
  { what, names, expected }: { what: string; names: ReadonlyMap<string, number>; expected: string },
): Judgement {
  const behind = older.find((one) => names.has(one.toLowerCase()))
  const isWhole = !place.isCut && place.blobs <= place.newest.length
  if (behind === undefined) {
    const fact = `no file in ${place.where} has the name of a backup that msdb remembers (the newest: ${what})`
    return isWhole ? askPerson(fact, place, expected) : askPerson(`${fact}, among the last ones there`, place, expected)
  }
  if (!isWhole)
    return undecided(`${what}, is not among the last ${String(place.newest.length)} files of ${place.where}`, expected)
  const actual = `the folder has ${behind}, and not what was made after it: ${what}`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${place.where}: ${actual}; what was written to the database since then would be lost`,
    expected,
    actual,
    remediation: {
      text: 'Upload the newest backup as well (for the real one: after the writes have stopped), and give its name as the last backup.',
      scripts: [],
    },
  }
}

function askPerson(fact: string, { where, newest }: NonNullable<Evidence['place']>, expected: string): Judgement {
  const [last] = newest
  const there = last === undefined ? '' : `; last uploaded: ${last.name} (${last.modified})`
  return {
    verdict: 'manual',
    summary: `Somebody has to vouch which file in ${where} is the last backup: ${fact}${there}`,
    expected,
    remediation: {
      text: 'Compare the last backup of the source with the files of the folder (RESTORE HEADERONLY tells the time within a file), and attest the name that the migration gets as its last backup.',
      scripts: [],
    },
  }
}

function undecided(message: string, expected: string): Judgement {
  return {
    verdict: 'unknown',
    proof: 'proxy',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text: 'Leave in the folder what the migration needs, and run this again.', scripts: [] },
  }
}
