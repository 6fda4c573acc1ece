import type { Share } from '../domain/manifest.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { FileShare, NtStatus } from '../ports/share-port.ts'
import { readEndpoint, type EngineEndpoint } from './engine-endpoint.ts'
import type { ShareSpec } from './subjects.ts'

/** Where a share is asked, and as whom; all of it stands in the manifest. */
export type SharePlace = { path: string; host: string; port: number; account: string }

export type StatusFact = { code: string; name: string; meaning: string }

/** The host of a share, with every address of it tried. */
export function readShareEndpoint(ports: Pick<Ports, 'net'>, { host, port }: Share): Promise<Observed<EngineEndpoint>> {
  return readEndpoint(ports, { text: host, host, port })
}

/** The share as `SharePort` wants it, at the address that answered. `id` is the asking check's. */
export async function readFileShare(
  ports: Pick<Ports, 'net'>,
  { name, spec: { share, manifest } }: Pick<Subject<ShareSpec>, 'name' | 'spec'>,
  id: string,
): Promise<Observed<FileShare & { place: SharePlace }>> {
  if (share === undefined || share.login.kind !== 'windows') return noShare()
  const { host, port, path, login } = share
  const observed = await readShareEndpoint(ports, share)
  if (!observed.ok) return observed
  const endpoint = observed.value
  if (endpoint.state === 'no-name') return unseen('dns', endpoint.message)
  if (endpoint.state !== 'tried') return unseen('bug', `${host} was taken for a named instance`)
  const { address, outcome } = endpoint
  if (outcome !== 'open') return unseen(outcome, `TCP ${String(port)} of ${host} (${address}): ${outcome}`)
  const askedBy = { id, subject: name, manifest: manifest.name }
  const place = { path, host, port, account: login.user }
  return seen({ host, address, port, ...splitPath(path), login, askedBy, place })
}

/** `\\host\share\folder\deeper` */
export function splitPath(path: string): { share: string; folder: string } {
  const [, share = '', ...folders] = path.replace(/^\\\\/, '').replace(/\\$/, '').split('\\')
  return { share, folder: folders.join('\\') }
}

/** `DOMAIN\user`, or `AZURE\account` for Azure Files: DMS takes a user in no other form. */
export function isDomainUser(user: string): boolean {
  return /^[^\\@/]+\\[^\\@/]+$/.test(user)
}

/** The prerequisite stands, and the manifest says nothing of it. */
export function noShare(): Observed<never> {
  return unseen('missing-input', 'The manifest names no share for the backups.', {
    missing: '`share` in the manifest: its UNC path, and the Windows user with the variable that holds its password',
  })
}

/** As evidence keeps it. */
export function statusFact({ code, name, meaning }: NtStatus): StatusFact {
  return { code, name, meaning }
}

/** `the account is disabled (STATUS_ACCOUNT_DISABLED, 0xC0000072)` */
export function describeStatus({ code, name, meaning }: StatusFact): string {
  return `${meaning} (${name === code ? code : `${name}, ${code}`})`
}

/** A text as one literal of PowerShell. */
export function quotePowerShell(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`
}
