import { azScript } from '../../azure-cli.ts'
import { findPlace, LIST_RIGHT, type FolderEvidence, type FolderFact } from '../../container-folders.ts'
import type { Judgement } from '../../define.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'

/** An empty folder is no proof that the backups will be right: they have to be there when the migration starts. Pure. */
export function judgeFolder(evidence: FolderEvidence, spec: SourceDatabaseSpec): Judgement {
  const { name } = spec.database
  const { folder, sharedWith } = evidence
  const expected = `the backups of ${name}, and nothing else, right in the folder ${folder} of a container`
  if (sharedWith.length > 0) {
    const fact = `the folder ${folder} is also that of ${sharedWith.slice(0, 5).join(', ')}`
    return failed(`${name}: ${fact}`, expected, fact, {
      text: 'Give each database a folder of its own: `folder` of the database in the manifest.',
      scripts: [
        { language: 'yaml', code: `databases:\n  - { name: ${JSON.stringify(name)}, folder: <another folder> }` },
      ],
    })
  }
  const place = findPlace(evidence)
  switch (place.is) {
    case 'unseen':
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary: `Where the backups of ${name} lie was not seen: ${place.message}`,
        expected,
        cause: { kind: 'forbidden', message: place.message },
        remediation: { text: `Missing: ${LIST_RIGHT}.`, scripts: [] },
      }
    case 'none': {
      const fact = `nothing lies in ${place.where}`
      return failed(`${name}: ${fact}; the backups must be there before the migration starts`, expected, fact, {
        text: 'Upload the backups there. Names of folders differ in letter case; a folder with another name is declared by `folder` of the database.',
        scripts: uploadScripts(evidence),
      })
    }
    case 'several': {
      const fact = `backups lie in several places: ${place.where}`
      return undecided(
        `${name}: ${fact}`,
        expected,
        'Leave them in the one container from which the migration is to restore.',
      )
    }
    case 'one':
      return judgeContent(place, spec, expected)
  }
}

function judgeContent(
  { where, fact, isRoot }: { where: string; fact: FolderFact; isRoot: boolean },
  { database, manifest }: SourceDatabaseSpec,
  expected: string,
): Judgement {
  const { name } = database
  if (fact.folderCount > 0) {
    const more = fact.folderCount > fact.folders.length ? ', ...' : ''
    const actual = `${where} holds ${String(fact.folderCount)} ${fact.folderCount === 1 ? 'folder' : 'folders'} (${fact.folders.join(', ')}${more})`
    return failed(`${name}: ${actual}, into which the service does not look`, expected, actual, {
      text: 'Move the files of those folders right into the folder of the database, or away.',
      scripts: [],
    })
  }
  if (fact.isCut) {
    return undecided(
      `${name}: ${where} holds more than the ${String(fact.blobs)} blobs that are read; in those there is no fault`,
      expected,
      'Remove backups that the migration does not need.',
    )
  }
  const files = `${String(fact.blobs)} ${fact.blobs === 1 ? 'blob' : 'blobs'}`
  const root = isRoot ? ', in the root of the container, which is allowed for a single database' : ''
  const kinds = kindNote(fact, manifest.scenario === 'sql-server-to-sql-server-on-azure-vm')
  const actual = `${files} (${describeKinds(fact)}) right in ${where}, no folder in it${root}`
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${name}: ${actual}${kinds}; of which database each is stands within the files alone`,
    expected,
    actual,
  }
}

function describeKinds({ block, page, append }: FolderFact): string {
  return [
    [block, 'block'],
    [page, 'page'],
    [append, 'append'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, kind]) => `${String(count)} ${String(kind)}`)
    .join(', ')
}

/** Which kind a virtual machine needs hangs on its SQL Server, which target/version-is-not-older asks. */
function kindNote({ block }: FolderFact, isMachine: boolean): string {
  return isMachine && block > 0
    ? '; block blobs are for targets from SQL Server 2016 on, 2012 and 2014 take page blobs only'
    : ''
}

function uploadScripts({
  folder,
  containers,
}: FolderEvidence): Extract<Judgement, { verdict: 'fail' }>['remediation']['scripts'] {
  const [first] = containers
  if (first === undefined) return []
  const { host, pathname } = new URL(first.url)
  return [
    azScript('az storage blob upload-batch', {
      '--account-name': host.split('.')[0] ?? host,
      '--destination': pathname.replace(/^\//, ''),
      '--destination-path': folder,
      '--source': '<folder with the backups>',
      '--auth-mode': 'login',
    }),
  ]
}

function failed(
  summary: string,
  expected: string,
  actual: string,
  remediation: Extract<Judgement, { verdict: 'fail' }>['remediation'],
): Judgement {
  return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
}

function undecided(message: string, expected: string, text: string): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [] },
  }
}
