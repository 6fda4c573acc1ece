import type { ServerCertificate } from '../../../lab/stories/story.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked } from '../expectation.ts'
import { ready } from './worlds.ts'

const SAYS: Readonly<Record<Exclude<ServerCertificate, 'trusted'>, RegExp>> = {
  'self-signed': /self-signed, and this runner does not know it/,
  'other-name': /for another name than localhost: .*sql02\.corp\.example/,
  expired: /expired on \d{4}-/,
  'not-yet-valid': /valid only from \d{4}-/,
  none: /offers no encryption and the manifest asks for it; nothing was sent/,
}

const PAIRS = [
  ['self-signed', 'other-name'],
  ['other-name', 'expired'],
  ['expired', 'not-yet-valid'],
  ['not-yet-valid', 'none'],
  ['none', 'self-signed'],
] as const

/** Each certificate once on the source and once on the target. */
export const TLS_CASES: readonly Case[] = PAIRS.map(([source, target]) => ({
  world: `certificate of the source: ${source}, of the target: ${target}`,
  story: ready({ source: { certificate: source }, target: { certificate: target } }),
  expected: [
    fails('source/tls-is-acceptable', SAYS[source]),
    isBlocked('source/login-is-accepted', 'source/tls-is-acceptable'),
    fails('target/tls-is-acceptable', SAYS[target]),
    isBlocked('target/login-is-accepted', 'target/tls-is-acceptable'),
  ],
}))
