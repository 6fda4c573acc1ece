import { CLASSIC_LAST_CREATED, CLASSIC_RETIRED } from '../checks/lifespan.ts'
import type { Manifest } from '../domain/manifest.ts'

/** Sentences that every reader of the report should know, derived from the manifests alone. */
export function noticesOf(manifests: readonly Manifest[], trusted: boolean): string[] {
  return [
    ...(trusted ? [] : [UNTRUSTED]),
    ...(manifests.some(({ generation }) => generation === 'classic') ? [CLASSIC_IS_RETIRED] : []),
    ...new Set(manifests.flatMap(tlsNotices)),
  ]
}

const CLASSIC_IS_RETIRED =
  `DMS classic for SQL Server, which \`generation: classic\` asks for, was retired on ${CLASSIC_RETIRED}, and nobody could make a new one since ${CLASSIC_LAST_CREATED}: ` +
  'no migration can run with it any more. `mode: convert` writes the manifest for the service of today (`generation: modern`) beside this one, with what is left to answer.'

const UNTRUSTED =
  'This run is not trusted: what it uses differs from the manifest of the trusted ref, or that could not be read. Attestations and waivers that this change adds or alters are shown as proposed and do not count.'

function tlsNotices(manifest: Manifest): string[] {
  const sources = manifest.sources.map(({ name, tls }) => ({ what: `source \`${name}\``, tls }))
  const targets = manifest.targets.map(({ name, tls }) => ({ what: `target \`${name}\``, tls }))
  return [...sources, ...targets].flatMap(({ what, tls }) => {
    if (tls.encrypt === 'off')
      return [`The manifest switches encryption off for ${what}: its login and data cross the network in the clear`]
    return tls.trustServerCertificate
      ? [`The manifest switches certificate verification off for ${what}: any server could answer in its name`]
      : []
  })
}
