import { FULL_CONTROL } from '../ports/share-port.ts'

/** As Windows shows them (MS-DTYP 2.4.3): a mask that holds all bits of one is called by its name. */
const RIGHTS: readonly (readonly [mask: number, name: string])[] = [
  [FULL_CONTROL, 'Full Control'],
  [0x0013_01bf, 'Change'],
  [0x0012_00a9, 'Read'],
]

export function covers(mask: number, wanted: number): boolean {
  return (wanted & ~mask) === 0
}

/** `0x001301BF (Change)` */
export function describeMask(mask: number): string {
  const name = RIGHTS.find(([wanted]) => covers(mask, wanted))?.[1] ?? 'less than Read'
  return `${hex(mask)} (${name})`
}

function hex(mask: number): string {
  return `0x${(mask >>> 0).toString(16).toUpperCase().padStart(8, '0')}`
}
