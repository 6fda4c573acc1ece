import { constants } from 'node:fs'
import { mkdir, open, realpath, unlink, type FileHandle } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import { resolveWorkspacePath } from '../../domain/workspace-path.ts'
import type { ReceiptFilePort, ReceiptPlace } from '../../ports/receipt-port.ts'
import { fileHash } from '../../receipt/make-payload.ts'
import { sha256 } from '../../receipt/canonical-json.ts'
import { boundText } from '../bounded-text.ts'
import { errorCode } from '../net/socket-errors.ts'
import { factsOf, isInGitFolder, isInside, PlaceError, realFolder } from '../real-folder.ts'
import { readWorkspaceFile } from '../workspace.ts'
import { trackingOf } from './tracked.ts'

const FILE_LIMIT_BYTES = 32 * 1024 * 1024
const ELSEWHERE = 'another path for `receipt`, one that git does not know: a new name, or one in `${{ runner.temp }}`'

export function createReceiptFiles(): ReceiptFilePort {
  return {
    remove: (place) => guarded(place, () => remove(place)),
    write: (place, text) => guarded(place, () => write(place, text)),
    read: (place, limitBytes) => guarded(place, () => read(place, limitBytes)),
    hashOf: async (workspace, path) => hash(await readWorkspaceFile(workspace, path, FILE_LIMIT_BYTES), path, fileHash),
    hashOfWritten: (place) =>
      guarded(place, async () => {
        const { file } = await locate(place)
        return mapSeen(await readRegular(file, FILE_LIMIT_BYTES), sha256)
      }),
  }
}

function hash(
  read: Awaited<ReturnType<typeof readWorkspaceFile>>,
  path: string,
  hashBytes: (bytes: Uint8Array) => string,
): Observed<string> {
  if (!read.ok) return read
  return read.value.found
    ? seen(hashBytes(read.value.bytes))
    : unseen('not-found', `\`${boundText(path)}\` is not there.`)
}

interface Located {
  /** The real path of the workspace or of RUNNER_TEMP. */
  root: string
  isCheckout: boolean
  /** Real but for its own name, which may be a link. */
  file: string
}

async function guarded<T>({ path }: ReceiptPlace, act: () => Promise<Observed<T>>): Promise<Observed<T>> {
  try {
    return await act()
  } catch (error) {
    const problem = error instanceof PlaceError ? error.message : `cannot be used on this runner (${errorCode(error)})`
    return unseen('forbidden', `The receipt \`${boundText(path)}\` ${problem}.`)
  }
}

async function locate({ path, workspace, runnerTemp }: ReceiptPlace): Promise<Located> {
  const checkout = await realpath(workspace)
  const roots = [checkout, ...(runnerTemp === '' ? [] : [await realpath(runnerTemp)])]
  const wanted = isAbsolute(path) ? absolute(path) : relativeTo(checkout, path)
  const folder = await realFolder(dirname(wanted))
  const file = join(folder, basename(wanted))
  const root = roots.find((one) => isInside(one, file))
  if (root === undefined) throw new PlaceError('lies outside the workspace and RUNNER_TEMP')
  if (isInGitFolder(file)) throw new PlaceError('lies in the folder of git')
  return { root, isCheckout: root === checkout, file }
}

async function remove(place: ReceiptPlace): Promise<Observed<{ removed: boolean }>> {
  const { file, root, isCheckout } = await locate(place)
  const facts = await factsOf(file)
  if (facts === undefined) return seen({ removed: false })
  const shown = boundText(place.path)
  if (facts.isDirectory()) return unseen('forbidden', `The receipt \`${shown}\` is a folder.`)
  if ((await trackingOf(file, root, isCheckout)).state === 'tracked') {
    const message = `The receipt \`${shown}\` is a file of the repository; it was left alone, and \`mode: verify\` would refuse it.`
    return unseen('forbidden', message, { missing: ELSEWHERE })
  }
  if (facts.isFile() && !(await mayBeReceipt(file))) {
    return unseen('forbidden', `The file at \`${shown}\` is no receipt; it was left alone.`, { missing: ELSEWHERE })
  }
  await unlink(file)
  return seen({ removed: true })
}

/** Whatever an earlier run left, whole or in part. A manifest, say, is not deleted because somebody mistook one input. */
async function mayBeReceipt(file: string): Promise<boolean> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0)
    return bytesRead === 0 || buffer.toString('latin1') === '{'
  } finally {
    await handle.close()
  }
}

async function write(place: ReceiptPlace, text: string): Promise<Observed<string>> {
  const { file } = await locate(place)
  await mkdir(dirname(file), { recursive: true })
  // `wx` makes a new file: whatever was put there since the run began is neither followed nor overwritten.
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } catch (error) {
    await unlink(file)
    throw error
  } finally {
    await handle.close()
  }
  const way = relative(await realpath(place.workspace), file)
  return seen(way.startsWith('..') || isAbsolute(way) ? file : way.split(sep).join('/'))
}

async function read(place: ReceiptPlace, limitBytes: number): Promise<Observed<Uint8Array>> {
  const { file, root, isCheckout } = await locate(place)
  const shown = boundText(place.path)
  const bytes = await readRegular(file, limitBytes)
  if (!bytes.ok) {
    const { kind, message } = bytes.failure
    const missing = 'the receipt that the gate wrote: download its artifact before this step'
    return unseen(kind, message.replace('It ', `The receipt \`${shown}\` `), kind === 'not-found' ? { missing } : {})
  }
  const tracking = await trackingOf(file, root, isCheckout)
  if (tracking.state === 'tracked') {
    return unseen('forbidden', `The receipt \`${shown}\` is a file of the repository, and no run wrote it.`, {
      missing: ELSEWHERE,
    })
  }
  if (tracking.state === 'unknown') {
    const message = `Whether the receipt \`${shown}\` is a file of the repository cannot be told: ${boundText(tracking.why)}.`
    return unseen('insufficient', message, {
      missing: 'a checkout by actions/checkout with git, or the receipt in `${{ runner.temp }}`',
    })
  }
  return bytes
}

/** Sentences that begin with `It`. */
async function readRegular(file: string, limitBytes: number): Promise<Observed<Uint8Array>> {
  const facts = await factsOf(file)
  if (facts === undefined) return unseen('not-found', 'It is not there.')
  if (facts.isSymbolicLink()) return unseen('forbidden', 'It is a link, and links are not followed.')
  if (!facts.isFile()) return unseen('forbidden', 'It is not a regular file.')
  const tooLarge = unseen('unsupported', `It is larger than ${String(limitBytes)} bytes.`)
  if (facts.size > limitBytes) return tooLarge
  // They cover what is put there after it was looked at; Windows has neither, and undefined counts as 0 here.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!(await handle.stat()).isFile()) return unseen('forbidden', 'It is not a regular file.')
    const bytes = await readUpTo(handle, limitBytes + 1)
    return bytes.length > limitBytes ? tooLarge : seen(bytes)
  } finally {
    await handle.close()
  }
}

async function readUpTo(handle: FileHandle, mostBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for (let rest = mostBytes; rest > 0;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(rest, 65_536)))
    if (bytesRead === 0) break
    chunks.push(buffer.subarray(0, bytesRead))
    rest -= bytesRead
  }
  return Buffer.concat(chunks)
}

function relativeTo(checkout: string, path: string): string {
  const text = resolveWorkspacePath('', path)
  if (!text.ok) throw new PlaceError(text.problem)
  return join(checkout, text.path)
}

function absolute(path: string): string {
  if (/^(\\\\|\/\/)/.test(path)) throw new PlaceError('must be a path inside the workspace, not a UNC path')
  return resolve(path)
}
