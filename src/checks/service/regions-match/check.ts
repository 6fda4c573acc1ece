import { SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmAnswer, ArmPort } from '../../../ports/arm-port.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { readMigrationService } from '../../integration-runtime.ts'
import { backupPlaceOf } from '../../modern-path.ts'
import { manifestSubject, targetSubjects } from '../../subjects.ts'
import { locationOfTarget } from '../../target-location.ts'
import { judgeRegions, placesAway, type Evidence, type Place, type PlaceKind } from './judge-regions.ts'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/regions-match',
    ref: 'DMSP-095',
    title: 'The service, the targets and the storage account are in one region',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/dms-is-online' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'The service takes targets of its own region only (error InvalidLocation), and carries backups from a share through a storage account of that region.',
    source: {
      title: 'Migrate SQL Server to Azure SQL Managed Instance with Database Migration Service',
      url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/database-migration-service',
      verified: '2026-11-26',
      rows: ['REGION', 'COM-003', 'P12-002'],
    },
    remedy:
      'Create the migration service, and the storage account for backups from a share, in the region of the target.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec: { manifest } }) => {
    const [service, ...others] = await Promise.all([
      readPlace('service', nameOf(manifest.dms.serviceId ?? ''), async () =>
        mapLocation(await readMigrationService(arm, manifest)),
      ),
      ...readTargets(arm, manifest),
      ...readAccounts(arm, manifest),
    ])
    // What cannot be asked leaves the question open, unless another place differs all the same.
    if (!service.answer.ok) return service.answer
    const places = [service, ...others].map(({ place }) => place)
    const failed = others.map(({ answer }) => answer).find((answer) => !answer.ok)
    return failed !== undefined && placesAway(places).length === 0 ? failed : seen<Evidence>({ places })
  },
  judge: judgeRegions,
})

type Asked = { place: Place; answer: Observed<ArmAnswer<string>> }

async function readPlace(
  kind: PlaceKind,
  name: string,
  ask: () => Promise<Observed<ArmAnswer<string>>>,
): Promise<Asked> {
  const answer = await ask()
  const told = answer.ok && answer.value.found ? { region: boundText(answer.value.value, 60) } : { gap: gapOf(answer) }
  return { place: { kind, name, ...told }, answer }
}

function gapOf(answer: Observed<ArmAnswer<string>>): NonNullable<Place['gap']> {
  if (!answer.ok) return { kind: answer.failure.kind, message: boundText(answer.failure.message) }
  return { kind: 'not-found', message: boundText(answer.value.found ? '' : answer.value.message) }
}

function readTargets(arm: ArmPort, manifest: Manifest): Promise<Asked>[] {
  return targetSubjects(manifest).map(({ name, spec }) =>
    readPlace('target', boundName(name), () => locationOfTarget(arm, spec.target.resourceId)),
  )
}

/** Where backups come from a share the service carries them through a storage account; else the target reads its own. */
function readAccounts(arm: ArmPort, manifest: Manifest): Promise<Asked>[] {
  if (!manifest.sources.some((source) => backupPlaceOf(manifest, source) === 'share')) return []
  if (manifest.containers.length === 0) return [readPlace('storage', 'account', () => Promise.resolve(unnamed()))]
  return manifest.containers.map(({ name, resourceId }) =>
    readPlace('storage', boundName(name), async () =>
      resourceId === undefined ? unnamed() : mapLocation(await arm.storageAccount(resourceId)),
    ),
  )
}

function unnamed(): Observed<never> {
  return unseen(
    'missing-input',
    'The manifest does not name the storage account that backups from the share go through',
    {
      missing: '`container.resource` in the manifest, the id of the storage account: only Azure tells its region',
    },
  )
}

function mapLocation(answer: Observed<ArmAnswer<{ location: string }>>): Observed<ArmAnswer<string>> {
  if (!answer.ok || !answer.value.found) return answer as Observed<ArmAnswer<string>>
  return seen({ found: true, value: answer.value.value.location })
}

function nameOf(id: string): string {
  return boundName(parseResourceId(id)?.name ?? id)
}
