import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { FileShare, ShareLoginAnswer } from '../../ports/share-port.ts'
import { accountKey, heldBack, type AccountGate, type AccountVerdict } from '../account-gate.ts'
import { boundText } from '../bounded-text.ts'
import type { Memo } from '../memo.ts'
import { showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ACCOUNT_REFUSALS, ACCOUNT_RESTRICTIONS, describeStatus } from './nt-status.ts'
import { SmbFault, statusFault } from './smb-fault.ts'
import { logOff, openConnection, setUpSession, type SmbSession, type Timing } from './smb-session.ts'

export interface ShareLoggedIn {
  answer: Observed<ShareLoginAnswer>
  /** Only of an account that was accepted as itself. */
  session?: SmbSession
}

export interface ShareLogins {
  logIn(share: FileShare): Promise<ShareLoggedIn>
  /** Logs off everywhere. What is asked afterwards is a failure, not a login. */
  close(): Promise<void>
}

export interface ShareLoginTerms {
  secrets: ReadonlyMap<string, Secret>
  accounts: AccountGate
  memo: Memo
  targetOf: (share: FileShare) => SocketTarget
  timing: () => Timing
}

/** One login for each server and account; the first one of an account goes alone. */
export function createShareLogins(terms: ShareLoginTerms): ShareLogins {
  const { secrets, accounts, memo } = terms
  const sessions: SmbSession[] = []
  let isClosed = false
  const open = async (share: FileShare, key: string, password: Secret): Promise<ShareLoggedIn> => {
    const passed = await accounts.pass(key, share.askedBy, () => tryLogin(share, password, terms))
    if ('withheld' in passed) return { answer: seen({ outcome: 'withheld', refusedAt: passed.withheld }) }
    if ('unanswered' in passed) return { answer: heldBack(share.login.user, passed.unanswered) }
    const { session } = passed.tried
    if (session !== undefined) sessions.push(session)
    if (isClosed && session !== undefined) await logOff(session.channel, session.sealed)
    return passed.tried
  }
  return {
    async logIn(share) {
      const { host, address, port, login } = share
      const notTried = `SMB login of ${login.user} to ${host} was not tried`
      if (isClosed) return { answer: unseen('cancelled', `${notTried}: the run has ended.`) }
      const password = secrets.get(login.password.secret)
      if (password === undefined || password.reveal() === '') {
        const variable = `environment variable ${login.password.secret}`
        return {
          answer: unseen('no-credential', `${notTried}: the ${variable} is unset or empty.`, { missing: variable }),
        }
      }
      const account = accountKey({ kind: 'windows', user: login.user, proof: password })
      const key = JSON.stringify([host.toLowerCase(), address, port, account])
      return memo.once(`login ${key}`, () => open(share, account, password))
    },
    async close() {
      isClosed = true
      await Promise.all(sessions.splice(0).map(({ channel, sealed }) => logOff(channel, sealed)))
    },
  }
}

async function tryLogin(
  share: FileShare,
  password: Secret,
  { targetOf, timing }: ShareLoginTerms,
): Promise<ShareLoggedIn & { account: AccountVerdict }> {
  const { host, login } = share
  const asked = `SMB login of ${boundText(login.user)} ${describeWay(share)}`
  const failed = (
    fault: SmbFault,
    account: AccountVerdict = 'undecided',
  ): ShareLoggedIn & { account: AccountVerdict } => ({
    account,
    answer: { ok: false, failure: failureOf(fault, asked) },
  })
  try {
    const when = timing()
    const opened = await openConnection(targetOf(share), host, when)
    if (!opened.opened) return failed(statusFault(opened.status, 'NEGOTIATE'))
    const account = { user: login.user, password: password.reveal() }
    const setup = await setUpSession(opened.connection, host, account, when)
    switch (setup.outcome) {
      case 'accepted': {
        const { session } = setup
        const { dialect, signing, cipher } = session.negotiated
        const sealed = session.sealed && cipher !== undefined ? { cipher } : {}
        return { account: 'accepted', answer: seen({ outcome: 'accepted', dialect, signing, ...sealed }), session }
      }
      case 'downgraded':
        // The server did not take the password: it may have counted it as a wrong one.
        return { account: 'refused', answer: seen({ outcome: 'downgraded', to: setup.to }) }
      case 'unanswered':
        return failed(setup.fault, 'unanswered')
      case 'refused': {
        const { status } = setup
        if (ACCOUNT_REFUSALS.has(status))
          return { account: 'refused', answer: seen({ outcome: 'refused', status: describeStatus(status) }) }
        return failed(statusFault(status, 'it'), ACCOUNT_RESTRICTIONS.has(status) ? 'refused' : 'undecided')
      }
    }
  } catch (error) {
    return failed(faultOf(error))
  }
}

export function describeWay({ host, address, port }: Pick<FileShare, 'host' | 'address' | 'port'>): string {
  return `from this runner to ${host} (${showEndpoint(address, port)})`
}

/** Nothing is thrown past the port. Only the kind of an unknown error is shown: its text may hold anything. */
export function faultOf(error: unknown): SmbFault {
  if (error instanceof SmbFault) return error
  return new SmbFault('bug', error instanceof Error ? error.name : 'an error that is no Error object')
}

export function failureOf({ kind, message }: SmbFault, asked: string): ProbeFailure {
  return { kind, message: `${asked}: ${message}.` }
}
