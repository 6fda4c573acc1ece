import type { FolderAnswer, WriteProbeAnswer } from '../../../ports/share-port.ts'
import { statusFact, type SharePlace, type StatusFact } from '../../share-place.ts'

export type AccessFact =
  | { at: 'share'; reason: 'no-such-share' | 'access-denied' | 'dfs'; status: StatusFact }
  | { at: 'way'; reason: 'no-such-folder' | 'not-a-folder' | 'access-denied' | 'dfs'; status: StatusFact }
  | {
      at: 'folder'
      shareAccess: number
      /** Null: the server did not tell. */
      folderAccess: number | null
      /** The answer to an open that asks for all of it. */
      fullControl: { granted: true } | { granted: false; status: StatusFact }
    }

export type WriteFact =
  | { outcome: 'written'; file: string; bytes: number }
  | { outcome: 'refused'; at: 'create' | 'write' | 'read'; file: string; status: StatusFact }
  | { outcome: 'changed'; file: string }
  | { outcome: 'left-over'; file: string; status: StatusFact | null }

export type Evidence = SharePlace & {
  share: string
  folder: string
  writes: boolean
  access: AccessFact
  /** Null: no file was written. */
  write: WriteFact | null
}

export function accessFact(answer: FolderAnswer): AccessFact {
  if (answer.outcome === 'refused') return { at: 'way', reason: answer.reason, status: statusFact(answer.status) }
  const { shareAccess, folderAccess, fullControlOpen } = answer
  return {
    at: 'folder',
    shareAccess,
    folderAccess: folderAccess ?? null,
    fullControl: fullControlOpen.granted
      ? { granted: true }
      : { granted: false, status: statusFact(fullControlOpen.status) },
  }
}

export function writeFact(answer: WriteProbeAnswer): WriteFact {
  switch (answer.outcome) {
    case 'written':
      return { outcome: 'written', file: answer.file, bytes: answer.bytes }
    case 'refused':
      return { outcome: 'refused', at: answer.at, file: answer.file, status: statusFact(answer.status) }
    case 'changed':
      return { outcome: 'changed', file: answer.file }
    case 'left-over':
      return {
        outcome: 'left-over',
        file: answer.file,
        status: answer.status === undefined ? null : statusFact(answer.status),
      }
  }
}

export function expectedOf({ account, path }: Evidence): string {
  return `${account} has Full Control (0x001F01FF) of ${path}, by the share and by the file system`
}
