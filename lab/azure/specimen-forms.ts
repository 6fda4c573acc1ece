// How specimens are made whole: types that miss an option, and the places they live in.
import { resourceId, type Place } from './place.ts'

/** Every option is given: one that a builder gains later is missed by the type checker until it stands here. */
export type Full<T> = T extends readonly (infer One)[]
  ? readonly Full<One>[]
  : T extends object
    ? { [Key in keyof T]-?: Full<Exclude<T[Key], undefined>> }
    : T
export type Forms<T extends string | undefined> = Readonly<Record<Exclude<T, undefined>, true>>
type Last<T extends readonly unknown[]> = T extends readonly [...unknown[], infer One] ? One : never
/** What a builder is given last. */
export type Spec<Build extends (...args: never[]) => unknown> = Full<Last<Required<Parameters<Build>>>>

export function forms<Form extends string>(all: Readonly<Record<Form, true>>): readonly Form[] {
  return Object.keys(all) as Form[]
}

export const PLACE: Required<Place> = {
  subscription: '11111111-2222-3333-4444-555555555555',
  resourceGroup: 'rg-full',
  location: 'westeurope',
}
export const BARE: Place = { resourceGroup: 'rg-bare' }
export const id = (type: string, ...names: string[]): string => resourceId(PLACE, `Microsoft.Network/${type}`, ...names)
export const SUBNET = id('virtualNetworks/subnets', 'vnet', 'snet')
