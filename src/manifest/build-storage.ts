import type { Container, Manifest, Share } from '../domain/manifest.ts'
import { parseDurationMs } from '../domain/duration.ts'
import { STORAGE_ID } from './azure-id.ts'
import { readId, readNames, type Scope } from './build-names.ts'
import type { Draft } from './draft.ts'
import { normalPath } from './normal-path.ts'
import { parseSecretRef } from './secret-ref.ts'
import { parseUncPath } from './unc-path.ts'

const SMB_PORT = 445

export function readShares(draft: Draft): Share[] {
  return readNames(draft, 'shares').flatMap((name) => {
    const share = draft.file.shares?.[name]
    const path = parseUncPath(share?.path ?? '')
    const password = parseSecretRef(share?.login?.password ?? '')
    const user = share?.login?.windows
    if (!path.ok || !password.ok || user === undefined) return []
    const login = { kind: 'windows', user, password: password.value } as const
    const location = draft.location(['shares', name])
    return { name, path: path.value.path, host: path.value.host, port: share?.port ?? SMB_PORT, login, location }
  })
}

export function readContainers(draft: Draft, scope: Scope): Container[] {
  return readNames(draft, 'containers').flatMap((name) => {
    const container = draft.file.containers?.[name]
    const sas = container?.sas === undefined ? undefined : parseSecretRef(container.sas)
    const resourceId = readId(draft, ['containers', name, 'resource'], container?.resource, STORAGE_ID, scope)
    if (sas?.ok === false || refuseWithoutSas(draft, name)) return []
    return {
      name,
      ...(container?.url === undefined ? {} : { url: container.url }),
      ...(sas === undefined ? {} : { sas: sas.value }),
      ...(resourceId === undefined ? {} : { resourceId }),
      location: draft.location(['containers', name]),
    }
  })
}

/** The classic service works with the SAS; and without one only the URL says where the container is, or the account where the service is to make its own. */
function refuseWithoutSas(draft: Draft, name: string): boolean {
  const container = draft.file.containers?.[name]
  if (container === undefined || draft.hasKey(['containers', name, 'sas'])) return false
  const path = ['containers', name]
  if (draft.file.generation === 'classic') {
    draft.refuseMissing(path, 'sas', 'must be there, because the classic service works with the SAS of the container')
    return true
  }
  if (['url', 'resource'].some((key) => draft.hasKey(['containers', name, key]))) return false
  draft.refuseMissing(path, 'url', 'must be there, because without a SAS nothing else says where the container is')
  return true
}

export function readTools(draft: Draft): Manifest['tools'] {
  const version = draft.file.tools?.['data-migration-assistant']?.version
  const runtime = draft.file.tools?.['integration-runtime']?.version
  const report = draft.file.tools?.assessment?.report
  const maxAgeMs = parseDurationMs(String(draft.file.tools?.assessment?.['max-age'] ?? ''))
  return {
    ...(version === undefined
      ? {}
      : { dataMigrationAssistant: { version, location: draft.location(['tools', 'data-migration-assistant']) } }),
    ...(runtime === undefined
      ? {}
      : { integrationRuntime: { version: runtime, location: draft.location(['tools', 'integration-runtime']) } }),
    ...(report === undefined
      ? {}
      : {
          assessment: {
            report: normalPath(report),
            ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
            location: draft.location(['tools', 'assessment']),
          },
        }),
  }
}
