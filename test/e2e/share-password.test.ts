import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findSamba, type Samba } from '../../lab/smb/samba.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { Secret } from '../../src/domain/secret.ts'
import { runChecks } from '../../src/engine/run-checks.ts'
import { planChecks } from '../../src/plan/plan.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { SHARE, shareManifest, withUser } from '../share-fixtures.ts'
import { createSmbRig, START_LIMIT_MS, type SmbRig } from '../smb-rig.ts'
import { createPorts } from '../sql-fixtures.ts'

const SHARES = 40
const LOGIN = 'share/login-is-accepted'
const ASKED = ['share/smb-port-is-reachable', LOGIN, 'share/exists', 'share/windows-user-has-full-control']

let rig: SmbRig
let samba: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (findSamba()) samba = await rig.start()
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

describe('a wrong password on forty shares', () => {
  it(
    'is sent to one of the file servers, once',
    async () => {
      if (samba === undefined) return
      const { port } = samba
      const relays = await Promise.all(Array.from({ length: SHARES }, () => rig.relay({ port })))
      const [source] = shareManifest().sources
      const names = relays.map((_, place) => `fs${String(place)}`)
      const manifest = shareManifest(
        {},
        {
          sources: names.map((name) => ({ ...source!, name: `sql-${name}`, share: name })),
          shares: relays.map((relay, place) => ({
            ...SHARE,
            ...withUser(String.raw`CONTOSO\pfull`),
            name: names[place] ?? '',
            path: String.raw`\\127.0.0.1\backup`,
            host: '127.0.0.1',
            port: relay.port,
          })),
        },
      )
      const open = Object.fromEntries(relays.map((relay) => [`127.0.0.1:${String(relay.port)}`, 'open' as const]))
      const fake = createPorts({ names: { '127.0.0.1': ['127.0.0.1'] }, ports: open })
      const share = rig.port({ secrets: new Map([['SHARE_PASSWORD', new Secret('SHARE_PASSWORD', 'n0t-the-pass')]]) })
      const ports: Ports = { ...fake, share }
      const plan = planChecks(
        manifest,
        CATALOGUE.filter(({ meta }) => ASKED.includes(meta.id)),
      )
      const results = await runChecks(plan, ports, {
        maxParallel: 64,
        timeoutMs: 30_000,
        signal: new AbortController().signal,
        vantage: 'auto',
      })
      expect(relays.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(1)
      const logins = results.filter(({ id }) => id === LOGIN)
      const failed = logins.filter(({ verdict }) => verdict === 'fail')
      expect([logins.length, failed.length]).toEqual([SHARES, 1])
      const others = logins.filter(({ verdict }) => verdict !== 'fail')
      const blockedBy = [{ id: LOGIN, subject: failed[0]?.subject.name }]
      expect(others).toEqual(others.map((one) => ({ ...one, verdict: 'blocked', blockedBy })))
      expect(results.filter(({ id, verdict }) => /exists|full-control/.test(id) && verdict !== 'blocked')).toEqual([])
    },
    START_LIMIT_MS,
  )
})
