import type { CauseKind } from '../domain/verdict.ts'

/** The next step after a probe that could not look, when the probe names none. A run that was cut off has its own words. */
export const GENERAL_ADVICE: Readonly<Partial<Record<CauseKind, string>>> = {
  dns: 'Look why the name servers of this runner gave no answer (Resolve-DnsName, getent ahosts), and run the gate again.',
  refused: 'Look whether the service runs and listens there, and run the gate again.',
  timeout:
    'Raise the input `timeout` where the other side is slow; where it never answers, look at it, and at the firewalls and proxies on the way.',
  unreachable: 'Look at the routes and firewalls of this runner and on the way, and run the gate again.',
  reset:
    'Look in the logs of the other side, and of the firewalls and proxies on the way, for who ended the connection, and run the gate again.',
  tls: 'Look which versions and ciphers of TLS the other side takes, and whether a device on the way opens TLS.',
  auth: 'Correct the credential that this run was given, and run the gate again.',
  forbidden: 'Have the access given that the message speaks of, and run the gate again.',
  'not-found': 'Correct the name in the manifest.',
  throttled: 'Run the gate again when fewer requests are made.',
  'server-error': 'Have the server looked at (its error log says more), and run the gate again.',
  protocol: 'Look whether another service or a proxy answers there: it spoke otherwise than was expected.',
  unsupported: 'This version or kind of server cannot be asked for it: have it looked up there by hand.',
  insufficient: 'The answer does not decide: have it looked up there by hand.',
  'missing-input': 'Give the input or the file that the message names.',
}
