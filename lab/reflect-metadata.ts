// tsyringe, which @peculiar/x509 loads, refuses to start without the `Reflect` metadata functions
// (https://github.com/microsoft/tsyringe#installation). The library declares no constructor types of its own,
// so keeping what is defined, without inheritance along prototypes, is all that it needs.

const store = new WeakMap<object, Map<unknown, unknown>>()

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const entries = store.get(target) ?? new Map<unknown, unknown>()
  entries.set(key, value)
  store.set(target, entries)
}

function getOwnMetadata(key: unknown, target: object): unknown {
  return store.get(target)?.get(key)
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { defineMetadata, getMetadata: getOwnMetadata, getOwnMetadata })
}
