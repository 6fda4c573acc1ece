import { createArmPort, type ArmPortOptions, type AzureAccess } from '../../src/adapters/arm/arm-port.ts'
import type { Cloud } from '../../src/adapters/arm/clouds.ts'
import { Secret } from '../../src/domain/secret.ts'
import { createAuthority } from '../certificates.ts'
import { startAzure, type AzureServer } from './server.ts'
import { LAB_SQL_SUFFIX, type AzureState } from './state.ts'

export interface AzureLab {
  server: AzureServer
  state: AzureState
  /** PEM of the authority that signed the server's certificate. */
  ca: string
  cloud: Cloud
  /** A port of its own, as a run has it. */
  arm(overrides?: Partial<ArmPortOptions>): AzureAccess
}

/** A running Azure and ports that trust it. */
export async function openAzure(state: AzureState): Promise<AzureLab> {
  const authority = await createAuthority()
  const server = await startAzure(state, await authority.issue({ names: ['localhost', '127.0.0.1'] }))
  const cloud: Cloud = {
    name: 'lab',
    authorityHost: server.url,
    resourceManager: server.url,
    scope: `${server.url}/.default`,
    idTokenAudience: 'api://AzureADTokenExchange',
    sqlSuffix: LAB_SQL_SUFFIX,
    blobSuffixes: [],
    isCustom: true,
  }
  const ca = authority.certificate
  return {
    server,
    state,
    ca,
    cloud,
    arm: (overrides = {}) =>
      createArmPort({
        cloud,
        credential: {
          kind: 'secret',
          clientId: state.clientId,
          tenantId: state.tenantId,
          clientSecret: new Secret('AZURE_CLIENT_SECRET', state.clientSecret),
        },
        timeoutMs: 5_000,
        signal: new AbortController().signal,
        ca,
        ...overrides,
      }),
  }
}
