import type { ArmResource, AzureState } from '../azure/state.ts'
import type { SqlState } from '../sql/state.ts'
import { MANIFEST_PATH, type Ports, type Story, type StoryServer, type StoryStorage } from './story.ts'

/** A server as it differs from the story's. */
export type ServerChange = Partial<Omit<StoryServer, 'state'>> & { state?: Partial<SqlState> }

/** How a world differs from a story; what is absent stays. */
export interface Change {
  azure?: (state: AzureState) => void
  source?: ServerChange
  target?: ServerChange
  browser?: Story['browser']
  storage?: Partial<StoryStorage>
  fileServer?: Story['fileServer']
  /** Texts of the manifest and what stands there instead; each of them has to be there. */
  manifest?: Readonly<Record<string, string>>
  /** For what only a pattern can say, such as a port. */
  editManifest?: (manifest: string) => string
  files?: Readonly<Record<string, string>> | ((ports: Ports) => Readonly<Record<string, string>>)
  secrets?: Readonly<Record<string, string>>
  inputs?: Readonly<Record<string, string>>
}

/** The same story in a world that differs in one thing or in several. */
export function changeStory(story: Story, ...changes: readonly Change[]): Story {
  return changes.reduce(changeOnce, story)
}

function changeOnce(story: Story, change: Change): Story {
  const servers = Object.entries(story.servers).map(([name, server]) => {
    const { state, ...own } = (name === 'source' ? change.source : name === 'target' ? change.target : undefined) ?? {}
    return [name, { ...server, ...own, state: { ...server.state, ...state } }] as const
  })
  return {
    ...story,
    ...(change.browser === undefined ? {} : { browser: change.browser }),
    ...(change.fileServer === undefined ? {} : { fileServer: change.fileServer }),
    ...(story.storage === undefined
      ? {}
      : { storage: { ...story.storage, ...prepareBoth(story.storage, change.storage) } }),
    changeAzure: (state) => {
      story.changeAzure?.(state)
      change.azure?.(state)
    },
    servers: Object.fromEntries(servers),
    secrets: { ...story.secrets, ...change.secrets },
    inputs: { ...story.inputs, ...change.inputs },
    files: (ports) => {
      const files = story.files(ports)
      const manifest = replaceTexts(files[MANIFEST_PATH] ?? '', change.manifest ?? {})
      return { ...files, [MANIFEST_PATH]: change.editManifest?.(manifest) ?? manifest, ...filesOf(change, ports) }
    },
  }
}

/** The SAS is another one, and what is prepared comes on top. */
function prepareBoth(own: StoryStorage, change: Partial<StoryStorage> = {}): Partial<StoryStorage> {
  return {
    ...change,
    prepare: async (lab, state) => {
      await own.prepare?.(lab, state)
      await change.prepare?.(lab, state)
    },
  }
}

function filesOf({ files }: Change, ports: Ports): Readonly<Record<string, string>> {
  return typeof files === 'function' ? files(ports) : (files ?? {})
}

function replaceTexts(manifest: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The manifest of the story does not hold: ${from}`)
    return text.replace(from, () => to)
  }, manifest)
}

/** Puts resources into Azure, in place of those with the same ids. */
export function putResources(...resources: readonly ArmResource[]): (state: AzureState) => void {
  return (state) => {
    const kept = state.resources.filter(({ id }) => !resources.some((resource) => resource.id === id))
    state.resources = [...kept, ...resources]
  }
}

/** Takes resources, and what is below them, out of Azure. */
export function removeResources(...ids: readonly string[]): (state: AzureState) => void {
  return (state) => {
    state.resources = state.resources.filter(({ id }) => !ids.some((gone) => id === gone || id.startsWith(`${gone}/`)))
  }
}
