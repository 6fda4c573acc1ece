import type { Manifest, Source } from '../domain/manifest.ts'

/**
 * Where the backups of a source lie that the modern service restores: on the share of the source, from which its runtime
 * takes them to the storage account, or already in the container. Nothing is restored to Azure SQL Database.
 */
export function backupPlaceOf({ scenario }: Pick<Manifest, 'scenario'>, { share }: Pick<Source, 'share'>): BackupPlace {
  if (scenario === 'sql-server-to-azure-sql-database') return 'none'
  return share === undefined ? 'container' : 'share'
}
export type BackupPlace = 'share' | 'container' | 'none'

/** Whether the modern service takes part by a self-hosted integration runtime: it copies rows, or backups from a share. */
export function usesRuntime(manifest: Pick<Manifest, 'scenario' | 'generation' | 'sources'>): boolean {
  if (manifest.generation !== 'modern') return false
  return manifest.sources.some((source) => backupPlaceOf(manifest, source) !== 'container')
}
