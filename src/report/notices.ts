import type { Manifest } from '../domain/manifest.ts'

/** Sentences that every reader of the report should know, derived from the manifests alone. */
export function noticesOf(manifests: readonly Manifest[], trusted: boolean): string[] {
  return [
    ...(trusted ? [] : [UNTRUSTED]),
    ...(manifests.some(({ generation }) => generation === 'classic') ? [CLASSIC_RETIRED] : []),
    ...new Set(manifests.flatMap(tlsNotices)),
  ]
}

/** Microsoft's announcement of 2023-09-14 (azure-docs, deprecation-announcement-dms-classic-sql.md). */
const CLASSIC_RETIRED =
  'DMS classic for SQL Server was retired on 2026-03-15; plan new migrations with the current service. `generation: classic` asks for the 2018 list; what only the current service needs is not checked yet.'

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
