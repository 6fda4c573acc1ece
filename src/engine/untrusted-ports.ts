import { unseen, type Observed } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import { createLateArmPort } from './late-arm-port.ts'

/**
 * Ports for a manifest that nobody trusted has approved: nothing leaves the runner, no name is looked up, no secret is
 * used. What the repository itself holds may still be read.
 */
export function createUntrustedPorts(local: Pick<Ports, 'files' | 'clock'>, reason: string): Ports {
  const refuse = <T>(): Promise<Observed<T>> => Promise.resolve(unseen('untrusted-host', reason))
  return {
    net: { resolve: refuse, connect: refuse, browse: refuse, routeAddress: () => Promise.resolve(undefined) },
    sql: { preLogin: refuse, probeTls: refuse, logIn: refuse, query: refuse },
    share: {
      writes: false,
      negotiate: refuse,
      logIn: refuse,
      openShare: refuse,
      openFolder: refuse,
      probeWrite: refuse,
      readSecurity: refuse,
      lendFile: refuse,
    },
    arm: createLateArmPort(refuse()),
    blob: { writes: false, access: refuse, list: refuse, listFolder: refuse, probeWrite: refuse },
    runtime: { host: refuse },
    files: local.files,
    clock: local.clock,
  }
}
