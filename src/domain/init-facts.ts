import type { Generation, Scenario } from './manifest.ts'

/** What Azure told of the ids from which `mode: init` starts. Texts may be from outside. */
export interface InitFacts {
  generation: Generation
  /** Absent: no target was named. */
  scenario?: Scenario
  service?: FoundService
  /** Of the classic service. */
  subnet?: { id: string; about: string }
  targets: readonly FoundTarget[]
  container?: FoundContainer
}

export interface FoundService {
  id: string
  /** One line: name, region, state. */
  about: string
  /** Modern: nodes of its integration runtime whose names can be host names. */
  runtimeHosts: readonly string[]
}

export interface FoundTarget {
  id: string
  name: string
  about: string
  /** The host that Azure tells; absent for a virtual machine. */
  endpoint?: string
  /** On the target already: what the sources' databases may be called there. */
  databases: readonly string[]
}

export interface FoundContainer {
  /** Of the storage account. */
  id: string
  about: string
  /** Ends with a slash; absent: Azure did not tell it. */
  blobEndpoint?: string
  /** Absent: only the account was named. */
  name?: string
}
