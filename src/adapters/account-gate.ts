import { createHash } from 'node:crypto'
import type { Login } from '../domain/manifest.ts'
import { unseen, type Observed } from '../domain/observed.ts'
import type { Secret } from '../domain/secret.ts'
import type { Asker } from '../ports/sql-port.ts'

/**
 * What a login attempt says of the account itself; `undecided` when the server did not get to judge it, `unanswered` when
 * it got the password and said nothing: it may have counted a wrong one.
 */
export type AccountVerdict = 'accepted' | 'refused' | 'undecided' | 'unanswered'

export interface AccountGate {
  /**
   * Makes the attempt, or withholds it. The first attempt of an account goes alone and the others wait for it. Once an
   * attempt was refused for the account's sake, no other is made in this run; nor when two got no answer.
   */
  pass<T extends { account: AccountVerdict }>(
    account: string,
    asker: Asker,
    attempt: () => Promise<T>,
  ): Promise<{ tried: T } | { withheld: Asker } | { unanswered: readonly Asker[] }>
  /** Whether some server accepted the account in this run, and none refused it. */
  isAccepted(account: string): boolean
}

interface AccountState {
  verdict: Exclude<AccountVerdict, 'unanswered'>
  refusedAt?: Asker
  /** Who sent the password and heard nothing. */
  unanswered: Asker[]
  underWay?: Promise<unknown>
}

/** Fewer wrong passwords than an account is locked after, wherever one has to live with it. */
const MOST_UNANSWERED = 2

/** The same user (in any letter case) with the same password is the same account, on whatever server and protocol. */
export function accountKey({ kind, user, proof }: { kind: Login['kind']; user: string; proof: Secret }): string {
  // Tokens differ from request to request, and the identity behind them does not.
  const digest = kind === 'entra' ? '' : createHash('sha256').update(proof.reveal()).digest('hex')
  return JSON.stringify([kind, user.toLowerCase(), digest])
}

/** Login attempts in such an order that a wrong password is tried once, and so locks no account. One for a whole run. */
export function createAccountGate(): AccountGate {
  const accounts = new Map<string, AccountState>()
  return {
    async pass(account, asker, attempt) {
      const state: AccountState = accounts.get(account) ?? { verdict: 'undecided', unanswered: [] }
      accounts.set(account, state)
      while (state.verdict === 'undecided' && state.underWay !== undefined) await state.underWay
      if (state.refusedAt !== undefined) return { withheld: state.refusedAt }
      if (state.verdict === 'undecided' && state.unanswered.length >= MOST_UNANSWERED)
        return { unanswered: state.unanswered }
      const trying = attempt()
      const alone = state.verdict === 'undecided'
      if (alone) state.underWay = trying.catch(() => undefined)
      try {
        const tried = await trying
        if (tried.account === 'refused') {
          state.verdict = 'refused'
          state.refusedAt ??= asker
        } else if (tried.account === 'unanswered') {
          state.unanswered.push(asker)
        } else if (state.verdict === 'undecided') {
          state.verdict = tried.account
        }
        return { tried }
      } finally {
        if (alone) delete state.underWay
      }
    },
    isAccepted: (account) => accounts.get(account)?.verdict === 'accepted',
  }
}

/** For whoever would have been the next after those who heard nothing. */
export function heldBack(user: string, askers: readonly Asker[]): Observed<never> {
  const where = askers.map(({ subject }) => subject).join(' and ')
  return unseen(
    'auth',
    `The login of ${user} was not tried: ${where} got its password and did not answer, and each of them may count a wrong one, so that another try could lock the account.`,
  )
}
