// A migration with a share, and a share port that answers from memory, for tests of the share checks.
import type { Check, Judgement } from '../src/checks/define.ts'
import type { Manifest, Share, WindowsLogin } from '../src/domain/manifest.ts'
import { seen, unseen, type Observed } from '../src/domain/observed.ts'
import type { Ports } from '../src/ports/ports.ts'
import type {
  FileShare,
  FolderAnswer,
  LentFileEnd,
  NtStatus,
  SecurityAnswer,
  ShareAnswer,
  ShareLoginAnswer,
  SharePort,
  SmbNegotiation,
  WriteProbeAnswer,
} from '../src/ports/share-port.ts'
import { MANIFEST } from './fixtures.ts'
import { createPorts, judgeStored, type World } from './sql-fixtures.ts'
import { instanceManifest } from './storage-fixtures.ts'

export const SHARE: Share = {
  name: 'default',
  path: String.raw`\\fs01.corp.example\backup`,
  host: 'fs01.corp.example',
  port: 445,
  login: { kind: 'windows', user: String.raw`CORP\upload`, password: { secret: 'SHARE_PASSWORD' } },
  location: { path: 'wave.yml', line: 25, column: 3 },
}

export function shareManifest(share: Partial<Share> = {}, more: Partial<Manifest> = {}): Manifest {
  const sources = MANIFEST.sources.map((source) => ({ ...source, share: 'default' }))
  return instanceManifest({ sources, shares: [{ ...SHARE, ...share }], ...more })
}

export function withUser(user: string): Partial<Share> {
  return { login: { ...(SHARE.login as WindowsLogin), user } }
}

export const WITHOUT_SHARE = instanceManifest()

export function ntStatus(name: string, code = '0xC0000001', meaning = 'it says no'): NtStatus {
  return { code, name, meaning }
}
export const DENIED = ntStatus('STATUS_ACCESS_DENIED', '0xC0000022', 'access is denied')

export const ANSWERED: SmbNegotiation = {
  outcome: 'answered',
  dialect: '3.1.1',
  signingRequired: true,
  signing: 'AES-GMAC',
  cipher: 'AES-128-GCM',
  offersNtlm: true,
  localAddress: '192.0.2.7',
}
export const CONNECTED: ShareAnswer = { outcome: 'connected', kind: 'disk', maximalAccess: 0x1f01ff }
export const OPENED: FolderAnswer = {
  outcome: 'opened',
  shareAccess: 0x1f01ff,
  folderAccess: 0x1f01ff,
  fullControlOpen: { granted: true },
  freeBytes: 5_368_709_120,
}
export const SILENT = unseen('timeout', 'no answer')

type Answer<T> = T | Observed<never>

export interface ShareAnswers {
  negotiate?: Answer<SmbNegotiation>
  logIn?: Answer<ShareLoginAnswer>
  openShare?: Answer<ShareAnswer>
  openFolder?: Answer<FolderAnswer>
  /** Absent: writes are off. */
  write?: Answer<WriteProbeAnswer>
  /** Absent: the server does not tell. */
  security?: Answer<SecurityAnswer>
  /** What became of a file that another was to write; absent: it was removed. */
  end?: LentFileEnd
}

/** All is well, where nothing else is said. `asked` gets what went to the server. */
export function shareWith(answers: ShareAnswers, asked: string[] = []): SharePort {
  const say = <T extends object>(what: string, answer: Answer<T>): Promise<Observed<T>> => {
    asked.push(what)
    return Promise.resolve('ok' in answer ? answer : seen(answer))
  }
  const accepted: ShareLoginAnswer = { outcome: 'accepted', dialect: '3.1.1', signing: 'AES-GMAC' }
  return {
    writes: answers.write !== undefined,
    negotiate: () => say('negotiate', answers.negotiate ?? ANSWERED),
    logIn: () => say('log in', answers.logIn ?? accepted),
    openShare: ({ share }: FileShare) => say(`connect to ${share}`, answers.openShare ?? CONNECTED),
    openFolder: ({ folder }: FileShare) => say(`open ${folder}`, answers.openFolder ?? OPENED),
    probeWrite: () => say('write', answers.write ?? unseen('writes-off', 'off')),
    readSecurity: () => say('read permissions', answers.security ?? { outcome: 'refused', status: DENIED }),
    lendFile: async (share, writer, write) => {
      asked.push(`lend to ${writer}`)
      const file = `\\\\${share.host}\\${share.share}\\probe.bak`
      const written = await write(file)
      return seen({ file, written, end: answers.end ?? { outcome: 'removed', bytes: 3_145_728 } })
    },
  }
}

/** Its name and port answer. */
export const OPEN_WORLD: World = { names: { 'fs01.corp.example': ['10.9.0.4'] }, ports: { '10.9.0.4:445': 'open' } }

export interface ShareRun {
  answers?: ShareAnswers
  world?: World
  manifest?: Manifest
  asked?: string[]
}

export function observeShare(check: Check, { answers = {}, world = OPEN_WORLD, manifest, asked }: ShareRun) {
  const ports: Ports = { ...createPorts(world), share: shareWith(answers, asked) }
  const [subject] = check.subjects(manifest ?? shareManifest())
  if (subject === undefined) throw new Error('the check has no subject')
  return { subject, observed: check.observe(ports, subject) }
}

/** What the check judges of what it observes, by way of JSON. */
export async function runShare(check: Check, run: ShareRun): Promise<Judgement> {
  const { subject, observed } = observeShare(check, run)
  const answer = await observed
  if (!answer.ok) throw new Error(`unseen: ${answer.failure.kind}: ${answer.failure.message}`)
  return judgeStored(check, answer.value, subject)
}
