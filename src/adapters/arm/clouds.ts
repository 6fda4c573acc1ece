import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { member } from './error-body.ts'

/** Where a cloud's services are. Origins have no trailing slash. */
export interface Cloud {
  name: string
  /** Origin (and path, if any) of the sign-in service; a tenant is put behind it. */
  authorityHost: string
  /** Origin of Azure Resource Manager. */
  resourceManager: string
  /** The scope of a token for it. */
  scope: string
  /** Audience of an ID token of another issuer that an application exchanges for a token. */
  idTokenAudience: string
  /** Without a leading dot: `database.windows.net`. */
  sqlSuffix: string
  /** Below which the blobs of its storage accounts are; none: not known. */
  blobSuffixes: readonly string[]
  isCustom: boolean
}

const CLOUDS: readonly Cloud[] = [
  {
    name: 'azurecloud',
    authorityHost: 'https://login.microsoftonline.com',
    resourceManager: 'https://management.azure.com',
    scope: 'https://management.azure.com/.default',
    idTokenAudience: 'api://AzureADTokenExchange',
    sqlSuffix: 'database.windows.net',
    blobSuffixes: ['blob.core.windows.net', 'blob.storage.azure.net'],
    isCustom: false,
  },
  {
    name: 'azureusgovernment',
    authorityHost: 'https://login.microsoftonline.us',
    resourceManager: 'https://management.usgovcloudapi.net',
    scope: 'https://management.usgovcloudapi.net/.default',
    idTokenAudience: 'api://AzureADTokenExchangeUSGov',
    sqlSuffix: 'database.usgovcloudapi.net',
    blobSuffixes: ['blob.core.usgovcloudapi.net'],
    isCustom: false,
  },
  {
    name: 'azurechinacloud',
    // login.chinacloudapi.cn is its alias; the sign-in library sends tokens requests to this one anyway.
    authorityHost: 'https://login.partner.microsoftonline.cn',
    resourceManager: 'https://management.chinacloudapi.cn',
    scope: 'https://management.chinacloudapi.cn/.default',
    idTokenAudience: 'api://AzureADTokenExchangeChina',
    sqlSuffix: 'database.chinacloudapi.cn',
    blobSuffixes: ['blob.core.chinacloudapi.cn'],
    isCustom: false,
  },
]

/** Newest first; https://learn.microsoft.com/rest/api/resources/ has no page for it, Azure Stack Hub and Azure CLI use both. */
const METADATA_VERSIONS = ['2023-11-01', '2022-09-01'] as const

/** Gets a JSON document without any credential. */
export type FetchMetadata = (url: string) => Promise<Observed<unknown>>

/**
 * The cloud named by the input `environment`: a name in any letter case, or the https URL of an Azure Resource Manager
 * endpoint, which is then asked. Hosts that get a credential must be of its origin, or `isAllowedHost`.
 */
export async function readCloud(
  environment: string,
  fetchMetadata: FetchMetadata,
  isAllowedHost: (host: string) => boolean = () => false,
): Promise<Observed<Cloud>> {
  const name = environment.trim().toLowerCase()
  const builtIn = CLOUDS.find((cloud) => cloud.name === name)
  if (builtIn !== undefined) return seen(builtIn)
  const origin = endpointOrigin(environment.trim())
  if (origin === undefined) {
    return unseen('missing-input', `The input environment is "${boundText(environment)}".`, {
      missing: `${CLOUDS.map((cloud) => cloud.name).join(', ')}, or the https URL of an Azure Resource Manager endpoint`,
    })
  }
  const known = CLOUDS.find((cloud) => cloud.resourceManager === origin)
  if (known !== undefined) return seen(known)
  const metadata = await fetchNewest(origin, fetchMetadata)
  return metadata.ok ? parseCloud(metadata.value, origin, isAllowedHost) : metadata
}

function endpointOrigin(environment: string): string | undefined {
  if (!URL.canParse(environment)) return undefined
  const url = new URL(environment)
  const isPlain =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return url.protocol === 'https:' && isPlain ? url.origin : undefined
}

async function fetchNewest(origin: string, fetchMetadata: FetchMetadata): Promise<Observed<unknown>> {
  let last: Observed<unknown> = unseen('protocol', `${origin} was not asked.`)
  for (const version of METADATA_VERSIONS) {
    last = await fetchMetadata(`${origin}/metadata/endpoints?api-version=${version}`)
    // Only "I do not know that version" leads to the older one; a host that is not there stays so.
    if (last.ok || last.failure.kind !== 'protocol') return last
  }
  return last
}

function parseCloud(body: unknown, origin: string, isAllowedHost: (host: string) => boolean): Observed<Cloud> {
  const entry = chooseEntry(body, origin)
  if (entry === undefined) return unreadable(origin, 'it holds no cloud')
  const authentication = member(entry, 'authentication')
  const suffixes = member(entry, 'suffixes')
  if (!isJsonObject(authentication)) return unreadable(origin, 'authentication is missing')
  const login = originAndPath(member(authentication, 'loginEndpoint'))
  const resourceManager = originAndPath(member(entry, 'resourceManager') ?? origin)
  const audience = chooseAudience(member(authentication, 'audiences'), origin)
  const sqlSuffix = isJsonObject(suffixes) ? parseSuffix(member(suffixes, 'sqlServerHostname')) : undefined
  if (login === undefined) return unreadable(origin, 'authentication.loginEndpoint is no https URL')
  if (resourceManager === undefined) return unreadable(origin, 'resourceManager is no https URL')
  if (audience === undefined) return unreadable(origin, 'authentication.audiences is missing')
  if (sqlSuffix === undefined) return unreadable(origin, 'suffixes.sqlServerHostname is no domain name')
  if (isAdfs(authentication, login)) {
    return unseen('unsupported', `${origin} signs in with AD FS; only Microsoft Entra ID is supported.`)
  }
  for (const host of [login, resourceManager]) {
    if (new URL(host).origin !== origin && !isAllowedHost(new URL(host).host)) return otherHost(origin, host)
  }
  const name = member(entry, 'name')
  return seen({
    name: typeof name === 'string' && name !== '' ? boundText(name) : new URL(origin).host,
    authorityHost: login,
    resourceManager: new URL(resourceManager).origin,
    // Two slashes when the audience ends in one: the token's audience then does, too.
    scope: `${audience}/.default`,
    idTokenAudience: 'api://AzureADTokenExchange',
    sqlSuffix,
    // Metadata must not lead a token that opens every storage account of another cloud to a host of its choice.
    blobSuffixes: [],
    isCustom: true,
  })
}

/** One object (2022-09-01 and later) or a list of all clouds that the endpoint knows (2019-05-01, some gateways). */
function chooseEntry(body: unknown, origin: string): Readonly<Record<string, unknown>> | undefined {
  const entries: unknown[] = Array.isArray(body) ? body : [body]
  const clouds = entries.filter(isJsonObject)
  const own = clouds.find((cloud) => {
    const url = originAndPath(member(cloud, 'resourceManager'))
    return url !== undefined && new URL(url).origin === origin
  })
  return own ?? clouds[0]
}

function chooseAudience(audiences: unknown, origin: string): string | undefined {
  if (!Array.isArray(audiences)) return undefined
  const known = audiences
    .filter((audience) => typeof audience === 'string')
    .filter((audience) => URL.canParse(audience))
  return known.find((audience) => new URL(audience).origin === origin) ?? known[0]
}

function originAndPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return url.protocol === 'https:' && isPlain ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : undefined
}

/** At least two labels: a suffix such as `com` would let every server be one of this cloud. */
function parseSuffix(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const suffix = value.toLowerCase().replace(/^\./, '')
  return /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/.test(suffix) ? suffix : undefined
}

function isAdfs(authentication: Readonly<Record<string, unknown>>, login: string): boolean {
  const words = [member(authentication, 'tenant'), member(authentication, 'identityProvider')]
  return /\/adfs$/i.test(login) || words.some((word) => typeof word === 'string' && word.toLowerCase() === 'adfs')
}

function unreadable(origin: string, problem: string): Observed<never> {
  return unseen('protocol', `The cloud metadata of ${origin} cannot be read: ${problem}.`)
}

function otherHost(origin: string, host: string): Observed<never> {
  return unseen('untrusted-host', `The cloud metadata of ${origin} would send credentials to ${new URL(host).host}.`, {
    missing: `${new URL(host).host} in the input allowed-hosts, if that is meant`,
  })
}
