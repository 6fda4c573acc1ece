import { existsSync } from 'node:fs'
import path from 'node:path'
import { isPrivateAddress } from '../../domain/address.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'

/** Where a machine gets tokens for its managed identity, and how it is asked. */
export interface IdentityEndpoint {
  name: string
  url: URL
  apiVersion: string
  headers: Readonly<Record<string, string>>
  /** Azure Arc answers first with the name of a file, whose content proves that the caller may read it. */
  isArc: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** Where Azure Arc's agent keeps its program, and the files that prove a caller. */
export interface ArcPlaces {
  agent: string
  tokens: string
}

const IMDS = 'http://169.254.169.254'
const TOKEN_PATH = '/metadata/identity/oauth2/token'
const ARC_ENDPOINT = `http://127.0.0.1:40342${TOKEN_PATH}`

/** https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication */
export function arcPlaces(platform: NodeJS.Platform, env: Env): ArcPlaces {
  if (platform !== 'win32') return { agent: '/opt/azcmagent/bin/himds', tokens: '/var/opt/azcmagent/tokens' }
  return {
    agent: path.win32.join(env['ProgramFiles'] ?? 'C:\\Program Files', 'AzureConnectedMachineAgent', 'himds.exe'),
    tokens: path.win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'AzureConnectedMachineAgent', 'Tokens'),
  }
}

/**
 * The endpoint that the variables of the process name, in the order of @azure/identity: Service Fabric, App Service
 * (and what has taken over its form), Azure Arc, and else the Instance Metadata Service of a virtual machine.
 */
export function findIdentityEndpoint(env: Env, arc: ArcPlaces): Observed<IdentityEndpoint> {
  const { IDENTITY_ENDPOINT: given, IDENTITY_HEADER: secret } = env
  if (given !== undefined && secret !== undefined) {
    return env['IDENTITY_SERVER_THUMBPRINT'] === undefined
      ? endpoint('App Service', 'IDENTITY_ENDPOINT', given, '2019-08-01', { 'x-identity-header': secret })
      : endpoint('Service Fabric', 'IDENTITY_ENDPOINT', given, '2019-07-01-preview', { secret })
  }
  if (env['MSI_ENDPOINT'] !== undefined) {
    return unseen(
      'unsupported',
      'MSI_ENDPOINT without IDENTITY_ENDPOINT is of Cloud Shell or Machine Learning, whose identity is not supported.',
    )
  }
  if (given !== undefined && env['IMDS_ENDPOINT'] !== undefined) return arcEndpoint(given)
  if (given === undefined && existsSync(arc.agent)) return arcEndpoint(ARC_ENDPOINT)
  const host = env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] ?? IMDS
  const name = "Azure's Instance Metadata Service"
  return endpoint(name, 'AZURE_POD_IDENTITY_AUTHORITY_HOST', joined(host), '2018-02-01', { metadata: 'true' })
}

function arcEndpoint(url: string): Observed<IdentityEndpoint> {
  return endpoint('Azure Arc', 'IDENTITY_ENDPOINT', url, '2020-06-01', { metadata: 'true' }, true)
}

function joined(host: string): string {
  return URL.canParse(TOKEN_PATH, host) ? new URL(TOKEN_PATH, host).href : host
}

function endpoint(
  name: string,
  variable: string,
  text: string,
  apiVersion: string,
  headers: Readonly<Record<string, string>>,
  isArc = false,
): Observed<IdentityEndpoint> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || `${url.username}${url.password}` !== '') {
    return unseen('missing-input', `The environment variable ${variable} of this runner is no URL of ${name}.`)
  }
  if (url.protocol === 'http:' && !isNear(url.hostname)) {
    const message = `The environment variable ${variable} names http://${url.host}; a token does not travel there unencrypted.`
    return unseen('untrusted-host', message)
  }
  return seen({ name, url, apiVersion, headers, isArc })
}

/** Endpoints of this machine or its host speak plain HTTP, at private addresses. */
function isNear(hostname: string): boolean {
  return hostname === 'localhost' || isPrivateAddress(hostname.replace(/^\[|\]$/g, ''))
}
