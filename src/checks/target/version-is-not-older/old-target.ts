import type { SqlVersion } from '../../../domain/sql-version.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { BlobPort } from '../../../ports/blob-port.ts'
import { containerDatabaseSubjects, findPlace, observeFolders } from '../../container-folders.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { backupPlaceOf } from '../../modern-path.ts'
import { sourcesOf, type TargetSpec } from '../../subjects.ts'

/** Block blobs among the backups of a database; `gap`: they were not seen. */
export type BlobKindFact = { database: string } & (
  { where: string; block: number; isCut: boolean } | { gap: { kind: CauseKind; why: string } }
)

/**
 * SQL Server 2016. Before it RESTORE FROM URL reads page blobs alone, and the service takes backups for it from a container only:
 * https://learn.microsoft.com/data-migration/sql-server/virtual-machines/database-migration-service (limitations)
 */
const FIRST_WITH_BLOCK_BLOBS = 13

export function takesPageBlobsOnly({ major }: SqlVersion): boolean {
  return major < FIRST_WITH_BLOCK_BLOBS
}

/** Kinds of the blobs that go to this target, for a target to which they matter. */
export async function readBlobKinds(blob: BlobPort, { manifest, target }: TargetSpec): Promise<BlobKindFact[]> {
  const own = containerDatabaseSubjects(manifest).filter(({ spec }) => spec.database.target === target.name)
  return Promise.all(
    own.map(async (subject): Promise<BlobKindFact> => {
      const database = boundName(subject.name)
      const observed = await observeFolders(blob, subject)
      if (!observed.ok) {
        return { database, gap: { kind: observed.failure.kind, why: boundText(observed.failure.message) } }
      }
      const place = findPlace(observed.value)
      switch (place.is) {
        case 'one':
          return { database, where: place.where, block: place.fact.block, isCut: place.fact.isCut }
        case 'unseen':
          return { database, gap: { kind: 'forbidden', why: place.message } }
        case 'none':
          return { database, gap: { kind: 'not-found', why: `nothing lies in ${place.where}` } }
        case 'several':
          return { database, gap: { kind: 'insufficient', why: `backups lie in several places: ${place.where}` } }
      }
    }),
  )
}

/** What the target cannot take: backups of a share, and block blobs. */
export function faultsOfBackups(blobs: readonly BlobKindFact[], { manifest, target }: TargetSpec): string[] {
  const shared = sourcesOf(manifest, target.name).filter((source) => backupPlaceOf(manifest, source) === 'share')
  return [
    ...shared.map(({ name }) => `for it DMS takes no backups from a share, as those of source ${name} are`),
    ...blobs.flatMap((fact) =>
      'gap' in fact || fact.block === 0
        ? []
        : [`it takes page blobs only, and ${String(fact.block)} in ${fact.where} are block blobs`],
    ),
  ]
}

export function gapsOfBackups(blobs: readonly BlobKindFact[]): { kind: CauseKind; text: string }[] {
  return blobs.flatMap((fact) => {
    if ('gap' in fact) {
      const text = `it takes page blobs only, and of which kind the backups of ${fact.database} are was not seen: ${fact.gap.why}`
      return [{ kind: fact.gap.kind, text }]
    }
    const text = `it takes page blobs only, and ${fact.where} holds more blobs than are read`
    return fact.isCut ? [{ kind: 'insufficient' as const, text }] : []
  })
}

export const TAKE_PAGE_BLOBS =
  'Take an image with SQL Server 2016 or later; or upload the backups to a container as page blobs (`azcopy copy --blob-type PageBlob`), without a share in the manifest.'
