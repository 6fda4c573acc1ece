import type { JsonObject } from '../../src/domain/json.ts'
import { LAB_SUBSCRIPTION, type ArmResource } from './state.ts'

/** Where a resource lives. Every builder takes it first, so that a story reads as a list of places and things. */
export interface Place {
  subscription?: string
  resourceGroup: string
  location?: string
}

/** ARM id of a resource at a place, one name for each part of the type. */
export function resourceId(
  { subscription = LAB_SUBSCRIPTION, resourceGroup }: Place,
  type: string,
  ...names: string[]
): string {
  const [namespace = '', ...types] = type.split('/')
  const tail = types.flatMap((part, index) => [part, names[index] ?? ''])
  return ['/subscriptions', subscription, 'resourceGroups', resourceGroup, 'providers', namespace, ...tail].join('/')
}

/** The common frame of a resource: the last name is its own, those before are its parents'. */
export function resource(
  place: Place,
  type: string,
  names: string[],
  properties: JsonObject,
  more: JsonObject = {},
): ArmResource {
  const { location = 'westeurope' } = place
  const name = names.at(-1) ?? ''
  return { id: resourceId(place, type, ...names), name, type, location, ...more, properties }
}

/** A part of another resource, without a location of its own. */
export function child(place: Place, type: string, names: string[], properties: JsonObject): ArmResource {
  return { id: resourceId(place, type, ...names), name: names.at(-1) ?? '', type, properties }
}

export function reference(id: string | undefined, name: string): JsonObject {
  return id === undefined ? {} : { [name]: { id } }
}
