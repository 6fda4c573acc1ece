import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { startRecitingServer, type RecitingServer } from '../../../lab/smb/reciting-server.ts'
import { RECORDED } from '../../../lab/smb/recorded-answers.ts'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, PASSWORD, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { encodeFrame } from './frame-reader.ts'

const SEED = 20_261_126
const TIMEOUT_MS = 400
/** Beside its time: a busy machine, and logging off. */
const GRACE_MS = 1500
const LONG_MS = 120_000

let rig: SmbRig
let samba: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (findSamba()) samba = await rig.start()
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

let server: RecitingServer | undefined
afterEach(() => server?.close())

const DIALOGUE = [RECORDED.negotiate, RECORDED.challenge, RECORDED.accepted].map(encodeFrame)
const GUEST = Buffer.from(RECORDED.accepted)
GUEST.writeUInt16LE(1, 64 + 2)
const refused = (status: number): Buffer => {
  const message = Buffer.from(RECORDED.accepted)
  message.writeUInt32LE(status, 8)
  return message
}
/** The same answers with one in place of another, from then on nothing. */
const reciting = (at: number, bytes: Buffer) => (socket: Socket, turn: number) => {
  const said = turn === at ? bytes : DIALOGUE[turn]
  if (turn <= at && said !== undefined) socket.write(said)
}

/** The recorded challenge with so many bytes of names in it. */
function longChallenge(length: number): Buffer {
  const { challenge } = RECORDED
  const ntlm = Buffer.from(challenge.subarray(challenge.indexOf('NTLMSSP\0'), challenge.indexOf('NTLMSSP\0') + 56))
  const names = Buffer.alloc(length)
  names.writeUInt16LE(2, 0)
  names.writeUInt16LE(length - 8, 2)
  ntlm.writeUInt16LE(length, 40)
  ntlm.writeUInt16LE(length, 42)
  ntlm.writeUInt32LE(56, 44)
  const der = (tag: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content])
  const token = der(0xa1, der(0x30, der(0xa2, der(0x04, Buffer.concat([ntlm, names])))))
  const head = Buffer.from(challenge.subarray(0, 72))
  head.writeUInt16LE(72, 68)
  head.writeUInt16LE(token.length, 70)
  return Buffer.concat([head, token])
}

async function settled(): Promise<number> {
  const deadline = Date.now() + 2000
  while ((server?.open ?? 0) > 0 && Date.now() < deadline) await delay(10)
  return server?.open ?? 0
}

describe('what is no file server', () => {
  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'not-smb', /485454502f312e31/],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'not-smb', /SSH/],
    ['SMB 1', encodeFrame(Buffer.from(`ff534d4272${'00'.repeat(60)}`, 'hex')), 'smb1', /SMB 1/],
    ['a negative NetBIOS answer', Buffer.from('8300000181', 'hex'), 'session-refused', /0x81/],
    ['nothing at all', undefined, 'closed', /closed the connection/],
  ])('%s is told from one', async (_title, bytes, reason, message) => {
    server = await startRecitingServer((socket) => {
      socket.end(bytes ?? '')
    })
    const port = rig.port({ timeoutMs: TIMEOUT_MS })
    const asked = shareAt(server.port)
    expect(await port.negotiate(asked)).toMatchObject({
      ok: true,
      value: { outcome: 'no-smb2', reason, message: expect.stringMatching(message), localAddress: '127.0.0.1' },
    })
    expect(await port.logIn(asked)).toMatchObject({ ok: false })
    expect(await settled()).toBe(0)
  })

  it('a port that is closed is a failure, with its cause', async () => {
    server = await startRecitingServer(() => undefined)
    const closed = server.port
    await server.close()
    const asked = shareAt(closed)
    expect(await rig.port().negotiate(asked)).toMatchObject({ ok: false, failure: { kind: 'refused' } })
    expect(await rig.port().logIn(asked)).toMatchObject({ ok: false, failure: { kind: 'refused' } })
  })

  it.each([
    ['says nothing', () => undefined],
    ['says half a frame', (socket: Socket) => void socket.write(DIALOGUE[0]!.subarray(0, 100))],
    ['says that it is still busy', (socket: Socket) => void socket.write(encodeFrame(pending()))],
    [
      'goes on with keep-alives',
      (socket: Socket) => {
        flood(socket, Buffer.alloc(40_000, Buffer.from('85000000', 'hex')))
      },
    ],
    [
      'goes on within one frame',
      (socket: Socket) => {
        flood(socket, Buffer.from([0, 3, 0xff, 0xff]), Buffer.alloc(1))
      },
    ],
  ])('a server that %s is given up in time, with no more memory than a frame', async (_title, say) => {
    server = await startRecitingServer(say)
    const before = process.memoryUsage().arrayBuffers
    const startedAt = performance.now()
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).negotiate(shareAt(server.port))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + GRACE_MS)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
    expect(await settled()).toBe(0)
  })

  it('a server that answers what nobody asked is cut off', async () => {
    const stray = Buffer.from(RECORDED.negotiate)
    stray.writeBigUInt64LE(77n, 24)
    server = await startRecitingServer((socket) => flood(socket, encodeFrame(stray)))
    const answer = await rig.port({ timeoutMs: 5000 }).negotiate(shareAt(server.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'protocol', message: expect.stringMatching(/nobody asked/) },
    })
  })

  it('a server that grants no credits is not asked further', async () => {
    const stingy = Buffer.from(RECORDED.negotiate)
    stingy.writeUInt16LE(0, 14)
    server = await startRecitingServer(reciting(0, encodeFrame(stingy)))
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).logIn(shareAt(server.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'protocol', message: expect.stringMatching(/credits/) },
    })
  })
})

describe('a login that was not one', () => {
  it('an answer that another session signed is no success', async () => {
    server = await startRecitingServer(reciting(2, DIALOGUE[2]!))
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).logIn(shareAt(server.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'protocol', message: expect.stringMatching(/not signed/) },
    })
  })

  it('guest is no success', async () => {
    server = await startRecitingServer(reciting(2, encodeFrame(GUEST)))
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).logIn(shareAt(server.port))
    expect(answer).toEqual({ ok: true, value: { outcome: 'downgraded', to: 'guest' } })
  })

  it.each([
    [0xc000_0418, 'unsupported', /NTLM is blocked/],
    [0xc000_006e, 'unsupported', /restriction/],
    [0xc000_005e, 'server-error', /domain controller/],
    [0xc000_0022, 'forbidden', /access is denied/],
    [0xc000_00d0, 'throttled', /connections/],
    [0xc0de_0001, 'server-error', /0xC0DE0001/],
  ])('status %i decides nothing', async (status, kind, message) => {
    server = await startRecitingServer(reciting(2, encodeFrame(refused(status))))
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).logIn(shareAt(server.port))
    expect(answer).toMatchObject({ ok: false, failure: { kind, message: expect.stringMatching(message) } })
  })

  it('a challenge that is too long to be answered gets no password', async () => {
    server = await startRecitingServer(reciting(1, encodeFrame(longChallenge(65_300))))
    const answer = await rig.port({ timeoutMs: TIMEOUT_MS }).logIn(shareAt(server.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'protocol', message: expect.stringMatching(/names of its challenge/) },
    })
  })

  it('a restriction of the account is not tried again elsewhere', async () => {
    const one = rig.keep(await startRecitingServer(reciting(2, encodeFrame(refused(0xc000_006e)))))
    const other = rig.keep(await startRecitingServer(reciting(2, encodeFrame(refused(0xc000_006e)))))
    const port = rig.port({ timeoutMs: TIMEOUT_MS })
    await port.logIn(shareAt(one.port))
    expect(await port.logIn(shareAt(other.port))).toMatchObject({ ok: true, value: { outcome: 'withheld' } })
    expect(other.connections).toBe(0)
  })

  it.each([
    ['falls silent', () => undefined],
    ['hangs up', (socket: Socket) => socket.destroy()],
  ])(
    'a server that %s behind the password may have counted a wrong one: after two there is no third',
    async (_, end) => {
      const servers = [0, 1, 2, 3].map(() =>
        startRecitingServer((socket, turn) => {
          if (turn < 2) socket.write(DIALOGUE[turn]!)
          else end(socket)
        }),
      )
      const started = (await Promise.all(servers)).map((one) => rig.keep(one))
      const port = rig.port({ timeoutMs: TIMEOUT_MS })
      const answers = await Promise.all(
        started.map((one, place) =>
          port.logIn({
            ...shareAt(one.port),
            askedBy: { id: 'share/login-is-accepted', subject: `fs${String(place)}` },
          }),
        ),
      )
      expect(started.reduce((sum, { connections }) => sum + connections, 0)).toBe(2)
      const messages = answers.map((answer) => (answer.ok ? '' : answer.failure.message))
      const held = messages.filter((message) =>
        /was not tried: fs\d and fs\d got its password and did not answer/.test(message),
      )
      expect(held).toHaveLength(2)
    },
  )

  it('a server that offers Kerberos alone gets no NTLM', async () => {
    const kerberos = Buffer.from(RECORDED.negotiate)
    // The last byte of the identifier of NTLM.
    kerberos.writeUInt8(0x0b, kerberos.indexOf(Buffer.from('2b06010401823702020a', 'hex')) + 9)
    server = await startRecitingServer(reciting(0, encodeFrame(kerberos)))
    const port = rig.port({ timeoutMs: TIMEOUT_MS })
    expect(await port.negotiate(shareAt(server.port))).toMatchObject({ ok: true, value: { offersNtlm: false } })
    const answer = await port.logIn(shareAt(server.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', message: expect.stringMatching(/Kerberos/) },
    })
  })
})

describe('answers that were mutated', () => {
  const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))
  const changes = fc.array(fc.tuple(fc.nat(600), byte), { minLength: 1, maxLength: 5 })
  const change = (bytes: Buffer, list: readonly (readonly [number, number])[]): Buffer => {
    const changed = Buffer.from(bytes)
    for (const [offset, value] of list) changed[offset % changed.length] = value
    return changed
  }

  it(
    'before the login end in time, as a failure or without a login',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(2), changes, fc.boolean(), async (at, list, withHead) => {
          const whole = DIALOGUE[at]!
          const bytes = withHead ? change(whole, list) : encodeFrame(change(whole.subarray(4), list))
          const reciter = rig.keep(
            await startRecitingServer((socket, turn) => {
              reciting(at, bytes)(socket, turn)
              if (turn >= at) setTimeout(() => socket.end(), 20)
            }),
          )
          const startedAt = performance.now()
          const port = rig.port({ timeoutMs: TIMEOUT_MS })
          const asked = shareAt(reciter.port)
          const answers = [await port.negotiate(asked), await port.logIn(asked), await port.openFolder(asked)]
          expect(performance.now() - startedAt).toBeLessThan(2 * TIMEOUT_MS + GRACE_MS)
          expect(answers[1]).not.toMatchObject({ value: { outcome: 'accepted' } })
          expect(answers[2]?.ok).toBe(false)
          for (const answer of answers) if (!answer.ok) expect(answer.failure.kind).not.toBe('bug')
          expect(JSON.stringify(answers)).not.toContain(PASSWORD)
          await port.close()
          await reciter.close()
        }),
        { seed: SEED, numRuns: 150 },
      )
    },
    LONG_MS,
  )

  it(
    'after the login change no answer: it is the true one, or a failure',
    async () => {
      if (samba === undefined) return
      const real = samba.port
      const asked = (port: number): Parameters<typeof shareAt> => [port, { share: 'backup', user: 'CONTOSO\\pread' }]
      const truth = await rig.port().openFolder(shareAt(...asked(real)))
      const told = { ...(truth.ok ? truth.value : {}), freeBytes: expect.any(Number) }
      let failures = 0
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 3, max: 9 }), changes, fc.boolean(), async (at, list, cut) => {
          const relay = await rig.relay({
            port: real,
            toClient: (message, index) => {
              if (index !== at) return encodeFrame(message)
              return encodeFrame(
                cut ? message.subarray(0, (list[0]?.[0] ?? 0) % message.length) : change(message, list),
              )
            },
          })
          const port = rig.port({ timeoutMs: TIMEOUT_MS })
          const answer = await port.openFolder(shareAt(...asked(relay.port)))
          if (answer.ok) expect(answer.value).toEqual(told)
          else {
            expect(answer.failure.kind).not.toBe('bug')
            failures += 1
          }
          await relay.close()
        }),
        { seed: SEED, numRuns: 120 },
      )
      expect(failures).toBeGreaterThan(60)
    },
    LONG_MS,
  )
})

describe('a stop of the run', () => {
  it.each(['negotiate', 'logIn', 'openShare', 'openFolder', 'probeWrite'] as const)(
    'ends %s at once',
    async (method) => {
      server = await startRecitingServer(() => undefined)
      const stop = new AbortController()
      const port = rig.port({ signal: stop.signal, allowWrites: true })
      const startedAt = performance.now()
      setTimeout(() => stop.abort('stopped'), 50)
      expect(await port[method](shareAt(server.port))).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
      await port.close()
      expect(performance.now() - startedAt).toBeLessThan(GRACE_MS)
      expect(await settled()).toBe(0)
    },
  )

  it('or the end of the run, after which nothing is asked any more', async () => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port })
    const port = rig.port({ allowWrites: true })
    await port.close()
    for (const method of ['negotiate', 'logIn', 'openShare', 'openFolder', 'probeWrite'] as const)
      expect(await port[method](shareAt(relay.port))).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    expect(relay.attempts).toBe(0)
  })
})

function pending(): Buffer {
  const message = Buffer.from(RECORDED.negotiate)
  message.writeUInt32LE(0x103, 8)
  message.writeUInt32LE(3, 16)
  return message
}

/** Writes as long as it is read. */
function flood(socket: Socket, first: Buffer, more: Buffer = first): void {
  const go = (bytes: Buffer): void => {
    if (socket.destroyed) return
    socket.write(bytes, () => setImmediate(go, more))
  }
  go(first)
}
