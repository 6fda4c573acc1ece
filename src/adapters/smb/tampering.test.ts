import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Rewrite } from '../../../lab/smb/relay.ts'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import type { Observed } from '../../domain/observed.ts'
import { encodeFrame } from './frame-reader.ts'
import { COMMAND } from './protocol.ts'

let rig: SmbRig
let samba: Samba | undefined
let dialect21: Samba | undefined
let sealed: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (!findSamba()) return
  ;[samba, dialect21, sealed] = await Promise.all([
    rig.start(),
    rig.start(['server max protocol = SMB2_10']),
    rig.start(['smb encrypt = required']),
  ])
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

/** Changes the messages of one command, and lets all others go on. */
function rewriting(command: number, change: (message: Buffer) => void): Rewrite {
  return (message) => {
    const changed = Buffer.from(message)
    if (changed.length >= 64 && changed.readUInt32LE() === 0x424d_53fe && changed.readUInt16LE(12) === command)
      change(changed)
    return encodeFrame(changed)
  }
}

/** As a client that knows no more than these. */
function cutDialects(...dialects: readonly number[]): Rewrite {
  return rewriting(COMMAND.negotiate, (message) => {
    message.writeUInt16LE(dialects.length, 64 + 2)
    for (const [index, dialect] of dialects.entries()) message.writeUInt16LE(dialect, 64 + 36 + 2 * index)
    // NegotiateContextOffset and Count are of 3.1.1 alone.
    message.fill(0, 64 + 28, 64 + 36)
  })
}

function refusal(message: RegExp): object {
  return { ok: false, failure: { kind: 'protocol', message: expect.stringMatching(message) } }
}

const UNSIGNED = /not signed, or not rightly/
const SUCCESS = 0

describe('somebody on the way', () => {
  it.each([
    ['a mask of a share', COMMAND.treeConnect, (m: Buffer) => m.writeUInt32LE(0x1f01ff, 64 + 12)],
    ['the encryption of a share', COMMAND.treeConnect, (m: Buffer) => m.writeUInt32LE(0x8000, 64 + 4)],
    ['a refusal of a share', COMMAND.treeConnect, (m: Buffer) => m.writeUInt32LE(0xc00000cc, 8)],
    ['a mask of a folder', COMMAND.create, (m: Buffer) => m.writeUInt32LE(0x1f01ff, m.length - 4)],
    ['a refusal of a folder', COMMAND.create, (m: Buffer) => m.writeUInt32LE(SUCCESS, 8)],
    ['the flag of the signature', COMMAND.create, (m: Buffer) => m.writeUInt32LE(m.readUInt32LE(16) & ~8, 16)],
    ['the signature', COMMAND.create, (m: Buffer) => m.fill(0, 48, 64)],
  ])('who changes %s is not believed', async (_title, command, change) => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port, toClient: rewriting(command, change) })
    const asked = shareAt(relay.port, { share: 'level', user: 'CONTOSO\\pread' })
    const port = rig.port()
    expect(await port.logIn(asked)).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(await port.openFolder(asked)).toMatchObject(refusal(UNSIGNED))
  })

  it.each([
    ['the request', 'toServer', (m: Buffer) => m.writeUInt16LE(1, 64 + 4)],
    ['the server’s guid', 'toClient', (m: Buffer) => m.writeUInt8(m.readUInt8(72) ^ 1, 72)],
    ['the capabilities', 'toClient', (m: Buffer) => m.writeUInt32LE(0, 64 + 24)],
  ] as const)('who changes NEGOTIATE of 3.1.1 is found out at the login: %s', async (_title, direction, change) => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port, [direction]: rewriting(COMMAND.negotiate, change) })
    const answer = await rig.port().logIn(shareAt(relay.port))
    expect(answer).toMatchObject(refusal(UNSIGNED))
  })

  it.each([
    ['2.0.2', [0x0202]],
    ['2.1', [0x0202, 0x0210]],
    ['3.0.2', [0x0202, 0x0210, 0x0300, 0x0302]],
  ] as const)('who cuts the dialects down to %s is found out before anything is asked', async (dialect, dialects) => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port, toServer: cutDialects(...dialects) })
    const port = rig.port({ allowWrites: true })
    const asked = shareAt(relay.port)
    // Nobody can know it yet: the login itself is a true one.
    expect(await port.logIn(asked)).toMatchObject({ ok: true, value: { outcome: 'accepted', dialect } })
    for (const method of ['openShare', 'openFolder', 'probeWrite'] as const)
      expect(await port[method](asked)).toMatchObject({
        ok: false,
        failure: { kind: expect.stringMatching(/protocol|reset/) },
      })
    expect(await port.openShare(asked)).toMatchObject(refusal(/VALIDATE_NEGOTIATE_INFO/))
    expect(await samba.list('backup')).toEqual(['nightly', 'Übung'])
  })

  it('who answers for the server that it does not know the question is not believed', async () => {
    if (samba === undefined) return
    const unsupported = rewriting(COMMAND.ioctl, (message) => message.writeUInt32LE(0xc00000bb, 8))
    const relay = await rig.relay({ port: samba.port, toServer: cutDialects(0x0202, 0x0210), toClient: unsupported })
    const answer: Observed<unknown> = await rig.port().openShare(shareAt(relay.port))
    expect(answer).toMatchObject(refusal(/VALIDATE_NEGOTIATE_INFO/))
  })

  it.each([
    ['the guid of a server of 2.1', (m: Buffer) => m.writeUInt8(m.readUInt8(72) ^ 1, 72)],
    ['its security mode', (m: Buffer) => m.writeUInt16LE(3, 64 + 2)],
    ['its capabilities', (m: Buffer) => m.writeUInt32LE(0, 64 + 24)],
  ])('who changes %s is found out before anything is asked', async (_title, change) => {
    if (dialect21 === undefined) return
    const relay = await rig.relay({ port: dialect21.port, toClient: rewriting(COMMAND.negotiate, change) })
    expect(await rig.port().openShare(shareAt(relay.port))).toMatchObject(refusal(/VALIDATE_NEGOTIATE_INFO/))
  })

  it('is not seen where the server really knows no more than 2.1', async () => {
    if (dialect21 === undefined) return
    const relay = await rig.relay({ port: dialect21.port })
    expect(await rig.port().openFolder(shareAt(relay.port))).toMatchObject({ ok: true, value: { outcome: 'opened' } })
  })

  it('who flips a bit of what is encrypted is not believed', async () => {
    if (sealed === undefined) return
    const flip: Rewrite = (message) => {
      const changed = Buffer.from(message)
      if (changed.readUInt32LE() === 0x424d_53fd) changed.writeUInt8(changed.readUInt8(60) ^ 1, 60)
      return encodeFrame(changed)
    }
    const relay = await rig.relay({ port: sealed.port, toClient: flip })
    expect(await rig.port().openFolder(shareAt(relay.port))).toMatchObject(refusal(/changed on the way/))
  })

  it('who takes the encryption away is not believed', async () => {
    if (samba === undefined) return
    // As if the server had sent its refusal in the clear.
    let first: Buffer | undefined
    const relay = await rig.relay({
      port: samba.port,
      toClient: (message) => {
        if (message.readUInt32LE() !== 0x424d_53fd) {
          first = Buffer.from(message)
          return encodeFrame(message)
        }
        const plain = Buffer.from(first!)
        plain.writeUInt16LE(COMMAND.create, 12)
        plain.writeBigUInt64LE(plain.readBigUInt64LE(24) + 1n, 24)
        return encodeFrame(plain)
      },
    })
    const answer = await rig.port().openFolder(shareAt(relay.port, { share: 'sealed' }))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })
})
