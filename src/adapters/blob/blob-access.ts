import { parseContainerUrl, type ContainerUrl } from '../../domain/container-url.ts'
import type { Container } from '../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { parseSas, type SasFacts } from '../../domain/sas.ts'
import type { Secret } from '../../domain/secret.ts'

/** A token of the run's Azure identity for storage accounts, and the only domains whose hosts get it. */
export type StorageToken = () => Promise<Observed<{ token: Secret; suffixes: readonly string[] }>>

/** A container, and what opens it. */
export interface OpenedContainer {
  at: ContainerUrl
  /** The query of a SAS, or a token. */
  proof: { kind: 'sas' | 'token'; secret: Secret }
}

/** Where the container is and what its SAS says; without a SAS, that there is none. Nothing leaves the runner. */
export type ContainerPlace = { at: ContainerUrl; sas?: { query: Secret; facts: SasFacts } }

/** The container and its SAS, as manifest and environment give them. */
export function readContainer(
  { name, url, sas }: Container,
  secrets: ReadonlyMap<string, Secret>,
): Observed<ContainerPlace> {
  const declared = url === undefined ? undefined : parseContainerUrl(url)
  if (sas === undefined) return declared === undefined ? noPlace(name, undefined, url) : seen({ at: declared })
  const secret = secrets.get(sas.secret)
  if (secret === undefined) {
    return unseen(
      'no-credential',
      `The environment variable ${sas.secret} (the SAS of container ${name}) is not set.`,
      {
        missing: `a value for ${sas.secret}: the SAS of the container, from a secret of the repository or environment`,
      },
    )
  }
  const parsed = parseSas(secret.reveal(), secret.name)
  if (!parsed.ok) {
    return unseen('missing-input', `The value of ${sas.secret} cannot be used as a SAS: ${parsed.problem}.`, {
      missing: `a SAS in ${sas.secret}: the query (sv=...&sr=c&sp=rwdl&se=...&sig=...), or the full SAS URI of the container`,
    })
  }
  const at = url === undefined ? parsed.sas.target : declared
  if (at === undefined) return noPlace(name, sas.secret, url)
  const { target, query, facts } = parsed.sas
  if (target !== undefined && target.url !== at.url) return otherPlace(name, sas.secret, target, at)
  return seen({ at, sas: { query, facts } })
}

/** What opens the container. The identity goes to hosts of its own cloud and to no other. */
export async function openPlace(
  { at, sas }: ContainerPlace,
  storageToken: StorageToken | undefined,
): Promise<Observed<OpenedContainer>> {
  if (sas !== undefined) return seen({ at, proof: { kind: 'sas', secret: sas.query } })
  const what = `The container ${at.url} was not asked as the run's Azure identity`
  if (storageToken === undefined) return unseen('no-credential', `${what}: the run has none.`)
  const signedIn = await storageToken()
  if (!signedIn.ok) {
    const { kind, message, ...more } = signedIn.failure
    return unseen(kind, `${what}: ${message}`, more)
  }
  const { token, suffixes } = signedIn.value
  const { hostname, protocol } = new URL(at.origin)
  if (protocol !== 'https:' || !suffixes.some((suffix) => hostname === suffix || hostname.endsWith(`.${suffix}`))) {
    return unseen(
      'untrusted-host',
      `${what}: ${hostname} is no storage account of its cloud (${suffixes.join(', ')}).`,
      {
        missing: 'the URL of a storage account of the cloud of the input `environment`, or a SAS (`container.sas`)',
      },
    )
  }
  return seen({ at, proof: { kind: 'token', secret: token } })
}

function noPlace(name: string, variable: string | undefined, url: string | undefined): Observed<never> {
  const only = variable === undefined ? 'no SAS' : `${variable} holds only the query of a SAS`
  const message =
    url === undefined
      ? `The manifest gives no URL for container ${name}, and ${only}.`
      : `The URL of container ${name} (${url}) is not that of a blob container.`
  const missing = 'the `url` of the container: https://<account>.blob.core.windows.net/<container>'
  return unseen('missing-input', message, { missing })
}

/** Neither is taken for right: the SAS goes nowhere. */
function otherPlace(name: string, variable: string, target: ContainerUrl, at: ContainerUrl): Observed<never> {
  return unseen(
    'missing-input',
    `The SAS URI in ${variable} is for ${target.url}, and the manifest gives ${at.url} for container ${name}; the SAS was sent to neither.`,
    { missing: `a SAS for ${at.url} in ${variable}, or the other URL in the manifest` },
  )
}
