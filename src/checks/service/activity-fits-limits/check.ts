import { GENERATIONS, SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import { isSameResource } from '../../../domain/resource-id.ts'
import type { DmsService } from '../../../ports/arm-port.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { subscriptionOfDms } from '../../dms-service.ts'
import { boundName } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { asksForNodes, judgeMigrations, readMigrations, type MigrationFacts } from './judge-migrations.ts'

type GroupFact = { source: string; target: string; databases: number }

/** Of the classic service. */
type ActivityFacts = {
  /** An activity copies from one source to one target. */
  groups: GroupFact[]
  /** DMS services that the run's identity may see; null: not looked at, too many databases decide already. */
  services: { subscription: string; names: string[]; own: string | null } | null
}

type Evidence = ActivityFacts | MigrationFacts

/** https://learn.microsoft.com/azure/dms/known-issues-troubleshooting-dms: "More than max number '4' objects of 'Databases'", and two services a subscription. */
const DATABASES_PER_ACTIVITY = 4
const SERVICES_PER_SUBSCRIPTION = 2

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/activity-fits-limits',
    ref: 'DMSP-044',
    title: 'The databases fit the limits of DMS',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'recommended',
    needs: [
      {
        id: 'azure/provider-is-registered',
        when: ({ manifest }) => manifest.generation === 'classic' && tooLarge(groupsOf(manifest)).length === 0,
      },
      {
        id: 'service/runtime-is-online',
        when: ({ manifest }) => manifest.generation === 'modern' && asksForNodes(manifest),
      },
    ],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS takes only so many databases at a time: what is too much is refused or has to wait, which shows only when the migrations are set up or under way.',
    source: {
      title: 'Troubleshoot common Azure Database Migration Service issues and errors',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-troubleshooting-dms',
      verified: '2026-11-26',
      rows: ['LIMIT4', 'P12-011'],
    },
    remedy:
      'Plan the migrations in batches that the service takes at a time, or give them more room: another service, or more nodes of its integration runtime.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    if (spec.manifest.generation === 'modern') return readMigrations(arm, spec.manifest)
    const groups = groupsOf(spec.manifest)
    if (tooLarge(groups).length > 0) return seen<Evidence>({ groups, services: null })
    const subscription = subscriptionOfDms(spec.manifest)
    if (!subscription.ok) return subscription
    const services = await arm.dmsServices(subscription.value)
    if (!services.ok) return services
    if (!services.value.found) return unseen('not-found', services.value.message)
    const all = services.value.value
    const own = all.find((service) => isOwn(service, spec.manifest))?.name
    const names = all.map(({ name }) => boundName(name))
    return seen<Evidence>({
      groups,
      services: { subscription: subscription.value, names, own: own === undefined ? null : boundName(own) },
    })
  },
  judge: (evidence) => {
    if ('generation' in evidence) return judgeMigrations(evidence)
    const { groups, services } = evidence
    const large = tooLarge(groups)
    if (services === null || large.length > 0) return needsMore(large)
    return judgeRoom(groups, services)
  },
})

function judgeRoom(groups: readonly GroupFact[], services: NonNullable<ActivityFacts['services']>): Judgement {
  const { subscription, names, own } = services
  const fit = `${groups.map(describe).join(', ')} fit one activity each (at most ${DATABASES_PER_ACTIVITY})`
  const expected = `at most ${DATABASES_PER_ACTIVITY} databases from a source to a target, and room for DMS in subscription ${subscription} (${SERVICES_PER_SUBSCRIPTION} services)`
  const shown = names.length === 0 ? 'none' : names.join(', ')
  const room = `DMS services of subscription ${subscription} that this identity may see: ${shown}`
  const actual = own === null ? room : `${own} is there, one of the DMS services of subscription ${subscription}`
  if (own !== null || names.length < SERVICES_PER_SUBSCRIPTION) {
    return { verdict: 'pass', proof: 'direct', summary: `${fit}; ${actual}`, expected, actual }
  }
  const text =
    'Name one of them in dms.service of the manifest, delete one that nobody needs, or ask Azure support for more.'
  if (names.length === SERVICES_PER_SUBSCRIPTION) {
    const full = `${room}; by Microsoft's limit of ${SERVICES_PER_SUBSCRIPTION} there is no room for another`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: full,
      expected,
      actual,
      remediation: { text, scripts: [] },
    }
  }
  // More than the limit are there, so that another limit holds for this subscription.
  const message = `${room}: more than Microsoft's limit of ${SERVICES_PER_SUBSCRIPTION}, so how many more it takes is not known`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [] },
  }
}

function needsMore(large: readonly GroupFact[]): Judgement {
  const parts = large.map((group) => {
    const activities = Math.ceil(group.databases / DATABASES_PER_ACTIVITY)
    return `${describe(group)}, for which ${activities} activities are needed`
  })
  const actual = parts.join('; ')
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `An activity takes ${DATABASES_PER_ACTIVITY} databases: ${actual}`,
    expected: `at most ${DATABASES_PER_ACTIVITY} databases from a source to a target`,
    actual,
    remediation: {
      text: `Plan that many activities, of at most ${DATABASES_PER_ACTIVITY} databases each, or split the wave into several manifests. Activities wait for each other when the service has no capacity left: count the time of all of them into the cutover. Who has planned them so can waive this check.`,
      scripts: [],
    },
  }
}

function describe({ source, target, databases }: GroupFact): string {
  return `${source} has ${databases} ${databases === 1 ? 'database' : 'databases'} for target ${target}`
}

function tooLarge(groups: readonly GroupFact[]): GroupFact[] {
  return groups.filter(({ databases }) => databases > DATABASES_PER_ACTIVITY)
}

function groupsOf({ sources }: Manifest): GroupFact[] {
  return sources.flatMap(({ name, databases }) =>
    [...new Set(databases.map(({ target }) => target))].map((target) => ({
      source: name,
      target,
      databases: databases.filter((database) => database.target === target).length,
    })),
  )
}

/** The service that the manifest names, or one in the subnet that it names. */
function isOwn({ id, virtualSubnetId }: DmsService, { dms }: Manifest): boolean {
  if (dms.serviceId !== undefined) return isSameResource(id, dms.serviceId)
  return virtualSubnetId !== undefined && dms.subnetId !== undefined && isSameResource(virtualSubnetId, dms.subnetId)
}
