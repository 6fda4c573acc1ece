import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type {
  FileServer,
  FileShare,
  FolderAnswer,
  LentFile,
  ShareAnswer,
  ShareLoginAnswer,
  SharePort,
  SmbCipher,
  SmbNegotiation,
} from '../../ports/share-port.ts'
import { createAccountGate, type AccountGate } from '../account-gate.ts'
import { createMemo } from '../memo.ts'
import type { SocketTarget } from '../net/open-socket.ts'
import { takeBack } from './lend-file.ts'
import { describeStatus, STATUS } from './nt-status.ts'
import { openFolder } from './open-folder.ts'
import { readSecurity } from './read-security.ts'
import { createShareLogins, describeWay, failureOf, faultOf } from './share-logins.ts'
import { connectionFault } from './smb-channel.ts'
import { statusFault } from './smb-fault.ts'
import { openConnection, type SmbSession, type Timing } from './smb-session.ts'
import { isDfsPath, withTree, type Tree } from './tree.ts'
import { probeWrite } from './write-probe.ts'

export interface SharePortOptions {
  /** For one question: all its requests together. */
  timeoutMs: number
  signal: AbortSignal
  /** By the name of their environment variable. */
  secrets: ReadonlyMap<string, Secret>
  /** Shared with the other protocols of the run; absent: an own one. */
  accounts?: AccountGate
  /** The input `allow-writes`. */
  allowWrites: boolean
}

export interface ClosableSharePort extends SharePort {
  /** Files of the run that are still there, or may be; whole once the port is closed. */
  readonly leftOver: readonly string[]
  /** Clears up what is under way and logs off. What is asked afterwards is a failure, not a login. */
  close(): Promise<void>
}

const REASONS: ReadonlyMap<number, 'no-such-share' | 'access-denied'> = new Map([
  [STATUS.badNetworkName, 'no-such-share'],
  [STATUS.accessDenied, 'access-denied'],
  [STATUS.networkAccessDenied, 'access-denied'],
])

/** File servers over SMB 2.0.2 to 3.1.1 with NTLMv2. No login, share or folder is asked twice in a run. */
export function createSharePort(options: SharePortOptions): ClosableSharePort {
  const { timeoutMs, secrets, accounts = createAccountGate(), allowWrites } = options
  const memo = createMemo()
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  const timing = (): Timing => ({ deadline: performance.now() + timeoutMs, signal })
  const targetOf = ({ address, port }: FileServer): SocketTarget => ({ address, port, timeoutMs, signal })
  const logins = createShareLogins({ secrets, accounts, memo, targetOf, timing })
  const running = new Set<Promise<unknown>>()
  const leftOver: string[] = []

  /** One question within a session, and the same answer whenever it is asked again. */
  const ask = <T>(
    share: FileShare,
    what: string,
    question: (session: SmbSession, when: Timing) => Promise<Observed<T>>,
  ): Promise<Observed<T>> => {
    const { host, address, port, login, share: name, folder } = share
    const place = [host, name, folder].map((part) => part.toLowerCase())
    return memo.once(JSON.stringify([what, ...place, address, port, login]), async () => {
      const asked = `${what} ${pathOf(share)} as ${login.user} ${describeWay(share)}`
      const { answer, session } = await logins.logIn(share)
      if (session === undefined) return notLoggedIn(answer, asked)
      const answering = question(session, timing()).catch((error: unknown): Observed<T> => {
        return { ok: false, failure: failureOf(faultOf(error), asked) }
      })
      running.add(answering)
      return answering.finally(() => running.delete(answering))
    })
  }
  const openShare = (share: FileShare): Promise<Observed<ShareAnswer>> =>
    ask({ ...share, folder: '' }, 'Connecting to', async (session, when) => {
      const found = await withTree(session, share.share, when, (tree) => Promise.resolve(describeTree(tree, session)))
      return seen(typeof found === 'number' ? await refuseShare(session, share, found, when) : found)
    })
  const within = async <T>(session: SmbSession, share: FileShare, when: Timing, use: (tree: Tree) => Promise<T>) => {
    const found = await withTree(session, share.share, when, use)
    if (typeof found === 'number') throw statusFault(found, 'the share')
    return seen(found)
  }
  return {
    writes: allowWrites,
    negotiate: (server) =>
      memo.once(JSON.stringify(['negotiate', server.address, server.port]), () =>
        negotiate(server, targetOf(server), timing()),
      ),
    logIn: async (share) => (await logins.logIn(share)).answer,
    openShare,
    openFolder: (share) =>
      ask(share, 'Opening', (session, when) =>
        within<FolderAnswer>(session, share, when, async (tree) => {
          const answer = await openFolder(tree, share.folder, when)
          return answer.outcome === 'opened' ? { ...answer, ...cipherOf(tree, session) } : answer
        }),
      ),
    probeWrite: (share) => {
      if (!allowWrites)
        return Promise.resolve(
          unseen('writes-off', `No file was written to ${pathOf(share)}: \`allow-writes\` is off.`),
        )
      return ask(share, 'Writing a file to', (session, when) =>
        within(session, share, when, (tree) => probeWrite(tree, share.folder, when)),
      )
    },
    readSecurity: (share) =>
      ask(share, 'Reading the permissions of', (session, when) =>
        within(session, share, when, (tree) => readSecurity(tree, share.folder, when)),
      ),
    lendFile: <T>(share: FileShare, writer: string, write: (file: string) => Promise<Observed<T>>) => {
      const what = `A file for ${writer} on`
      if (!allowWrites)
        return Promise.resolve(
          unseen('writes-off', `No file was written to ${pathOf(share)}: \`allow-writes\` is off.`),
        )
      return ask<LentFile<T>>(share, what, async (session) => {
        const name = `dms-preflight-probe-${randomUUID()}.bak`
        const file = `${pathOf(share)}\\${name}`
        if (signal.aborted) return unseen('cancelled', `${file} was not written: the run has ended.`)
        const written = await write(file).catch((error: unknown): Observed<T> => {
          return { ok: false, failure: failureOf(faultOf(error), file) }
        })
        const path = share.folder === '' ? name : `${share.folder}\\${name}`
        const end = await takeBack(session, share.share, path, written)
        if (end.outcome === 'left-over' || end.outcome === 'unseen') leftOver.push(file)
        return seen({ file, written, end })
      })
    },
    get leftOver() {
      return leftOver
    },
    async close() {
      ending.abort()
      await Promise.all(running)
      await logins.close()
    },
  }
}

async function negotiate(server: FileServer, target: SocketTarget, when: Timing): Promise<Observed<SmbNegotiation>> {
  const asked = `SMB NEGOTIATE ${describeWay(server)}`
  let localAddress: string | undefined
  try {
    const opened = await openConnection(target, server.host, when, (address) => {
      localAddress = address
    })
    if (!opened.opened)
      return seen({ outcome: 'refused', status: describeStatus(opened.status), localAddress: opened.localAddress })
    const { channel, negotiated } = opened.connection
    channel.cut(connectionFault('end of stream'))
    const { dialect, signingRequired, signing, cipher, offersNtlm } = negotiated
    const encryption = cipher === undefined ? {} : { cipher }
    const own = { localAddress: opened.connection.localAddress }
    return seen({ outcome: 'answered', dialect, signingRequired, signing, ...encryption, offersNtlm, ...own })
  } catch (error) {
    const fault = faultOf(error)
    const reason = fault.instead ?? (fault.kind === 'reset' ? 'closed' : undefined)
    if (localAddress === undefined || reason === undefined) return { ok: false, failure: failureOf(fault, asked) }
    return seen({ outcome: 'no-smb2', reason, message: failureOf(fault, asked).message, localAddress })
  }
}

async function refuseShare(
  session: SmbSession,
  { share }: FileShare,
  status: number,
  when: Timing,
): Promise<ShareAnswer> {
  const shown = describeStatus(status)
  if (status === STATUS.pathNotCovered) return { outcome: 'refused', reason: 'dfs', status: shown }
  const reason = REASONS.get(status)
  if (reason === undefined) throw statusFault(status, 'the share')
  const isDfs = reason === 'no-such-share' && (await isDfsPath(session, share, when))
  return { outcome: 'refused', reason: isDfs ? 'dfs' : reason, status: shown }
}

function describeTree(tree: Tree, session: SmbSession): ShareAnswer {
  return { outcome: 'connected', kind: tree.kind, maximalAccess: tree.maximalAccess, ...cipherOf(tree, session) }
}

function cipherOf({ sealed }: Tree, { negotiated }: SmbSession): { cipher?: SmbCipher } {
  return sealed && negotiated.cipher !== undefined ? { cipher: negotiated.cipher } : {}
}

function pathOf({ host, share, folder }: FileShare): string {
  return `\\\\${host}\\${share}${folder === '' ? '' : `\\${folder}`}`
}

function notLoggedIn(answer: Observed<ShareLoginAnswer>, asked: string): Observed<never> {
  if (!answer.ok) return answer
  const login = answer.value
  const why = (words: string): Observed<never> => unseen('auth', `${asked} was not tried: ${words}.`)
  switch (login.outcome) {
    case 'withheld':
      return why(`the account was refused at ${login.refusedAt.subject} and is not tried again`)
    case 'downgraded':
      return why(`the server let the account in as ${login.to} only, whose rights say nothing of its own`)
    case 'refused':
      return why(`the server refused the login (${login.status.name})`)
    case 'accepted':
      return unseen('cancelled', `${asked} was not tried: the run has ended.`)
  }
}
