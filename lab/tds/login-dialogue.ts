import { randomBytes } from 'node:crypto'
import type { SqlMessage } from '../../src/ports/sql-port.ts'
import { ProtocolError } from './bytes.ts'
import { labFailure, unknownToken, untrustedDomain } from './login-messages.ts'
import { parseFederatedToken, parseLogin7, type FederatedLogin, type Login7 } from './login7.ts'
import type { Login, LoginRecord, LoginVerdict, RouteTo, Session, TdsOptions } from './model.ts'
import { encodeChallenge, isNtlm, verifyNtlm } from './ntlm.ts'
import { PACKET } from './packets.ts'
import { federatedInformation, integratedChallenge, isKnownTdsVersion } from './tokens.ts'

const NONCE_BYTES = 8

/** What PRELOGIN and TLS settled before the login. */
export interface LoginTerms {
  /** Whether LOGIN7 has to come through TLS, and what follows too. */
  encryption: 'none' | 'login-only' | 'full'
  /** The server said that it knows tokens. */
  federated: boolean
}

/** What the server does next: send something and wait for a message of that type, or end the login. */
export type LoginStep =
  | { send: Buffer; expect: number }
  | { login: Login; refusedWith: readonly SqlMessage[] }
  | { login: Login; routeTo?: RouteTo['routeTo'] }

/** From LOGIN7 to the verdict; integrated logins and those with a token from elsewhere take one message more. */
export class LoginDialogue {
  readonly #options: TdsOptions
  readonly #session: Session
  readonly #record: LoginRecord
  readonly #nonce = randomBytes(NONCE_BYTES)
  #login: Login | undefined

  /** From here on the login counts, whatever is wrong with it. */
  constructor(options: TdsOptions, session: Session, records: LoginRecord[]) {
    this.#options = options
    this.#session = session
    const { encrypted } = session
    this.#record = { user: '', kind: 'sql', database: '', app: '', encrypted, accepted: false }
    records.push(this.#record)
  }

  /** Undefined terms: the message came out of turn. */
  begin(body: Buffer, terms: LoginTerms | undefined): LoginStep {
    const login7 = parseLogin7(body)
    const { login, federated } = login7
    const { kind, database, app } = login
    Object.assign(this.#record, { user: kind === 'sql' ? login.user : '', kind, database, app })
    this.#check(login, terms)
    if (terms.encryption === 'login-only') this.#session.encrypted = false
    this.#login = login
    this.#session.database = database === '' ? 'master' : database
    if (federated !== undefined) return this.#federated(login, federated, terms)
    return kind === 'ntlm' ? this.#integrated(login7) : this.#decide(login)
  }

  /** The message that the last step asked for. */
  continue(type: number, body: Buffer): LoginStep {
    const login = this.#login
    if (login === undefined) throw new ProtocolError('a login that has not begun')
    if (type === PACKET.federatedToken) return this.#withToken(login, parseFederatedToken(body))
    const { claimed, account } = verifyNtlm(body, this.#nonce, this.#options.ntlm ?? {})
    this.#record.user = account ?? claimed
    return account === undefined ? refused(login, untrustedDomain()) : this.#decideAs(login, account)
  }

  #check(login: Login, terms: LoginTerms | undefined): asserts terms is LoginTerms {
    const { encrypted, strict } = this.#session
    if (terms === undefined) throw new ProtocolError('LOGIN7 out of turn')
    if (encrypted !== (terms.encryption !== 'none')) throw new ProtocolError('LOGIN7 without the encryption agreed on')
    if (!isKnownTdsVersion(login.tdsVersion, strict)) throw new ProtocolError(`TDS version ${login.tdsVersion}`)
  }

  #integrated({ login, sspi }: Login7): LoginStep {
    if (this.#options.ntlm === undefined || !isNtlm(sspi)) return refused(login, untrustedDomain())
    return { send: integratedChallenge(encodeChallenge(this.#nonce)), expect: PACKET.sspi }
  }

  /** A token must not cross the network in the clear; whoever sends or would send one so gets no answer. */
  #federated(login: Login, { echo, token }: FederatedLogin, terms: LoginTerms): LoginStep {
    if (terms.encryption === 'none') throw new ProtocolError('a token without TLS')
    if (echo !== terms.federated) throw new ProtocolError('a token from a client that did not read PRELOGIN')
    if (token !== undefined) return this.#withToken(login, token)
    if (terms.encryption === 'login-only') throw new ProtocolError('a token after the end of TLS')
    return { send: federatedInformation(), expect: PACKET.federatedToken }
  }

  #withToken(login: Login, token: string): LoginStep {
    const user = this.#options.entraTokens?.get(token)
    if (user === undefined) return refused(login, unknownToken())
    this.#record.user = user
    return this.#decideAs(login, user)
  }

  #decideAs(login: Login, user: string): LoginStep {
    return this.#decide({ ...login, user, password: '' })
  }

  #decide(login: Login): LoginStep {
    const verdict = this.#authenticate(login)
    if (verdict !== undefined && !('routeTo' in verdict)) return refused(login, verdict)
    this.#record.accepted = true
    return { login, ...verdict }
  }

  #authenticate(login: Login): LoginVerdict {
    try {
      return this.#options.authenticate(login, this.#session)
    } catch (error) {
      return labFailure(error)
    }
  }
}

function refused(login: Login, verdict: SqlMessage | readonly SqlMessage[]): LoginStep {
  return { login, refusedWith: isList(verdict) ? verdict : [verdict] }
}

function isList(verdict: SqlMessage | readonly SqlMessage[]): verdict is readonly SqlMessage[] {
  return Array.isArray(verdict)
}
