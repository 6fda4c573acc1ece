import { toRegion } from '../../../domain/azure-region.ts'
import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { DmsSku } from '../../../ports/arm-port.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { readPlace, type Place } from './read-place.ts'

type OfferFact = { name: string; restrictions: string[] }

type Evidence = Place & {
  /** Offers for the region. */
  offers: OfferFact[]
  /** Other regions with an offer. */
  elsewhere: string[]
  /** Whether the resource provider lists the region for services; null: not looked at. */
  isListed: boolean | null
}

const NAMESPACE = 'Microsoft.DataMigration'
const SERVICES = 'services'
/** Retirement notice of the classic service (azure-docs, 2023-09-14); it explains a refusal and decides nothing. */
const RETIRED = 'Microsoft retired DMS (classic) for SQL Server on 2026-03-15'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/dms-is-offered-in-region',
    ref: 'DMSP-046',
    title: 'DMS is offered to this subscription in the region',
    team: 'azure',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'recommended',
    needs: [
      { id: 'azure/provider-is-registered' },
      { id: 'network/dms-vnet-uses-resource-manager', when: ({ manifest }) => manifest.dms.serviceId === undefined },
    ],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS stands in the region of its virtual network. Where Azure does not offer it to the subscription, creating it ends in ServiceProvisioningDisabledException.',
    source: {
      title: 'What is Azure Database Migration Service?',
      url: 'https://learn.microsoft.com/azure/dms/dms-overview',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Use a subnet in a region where the subscription is offered DMS, or move to the current generation of the service.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const place = await readPlace(arm, spec.manifest)
    if (!place.ok) return place
    const none = { offers: [], elsewhere: [], isListed: null }
    if (place.value.placed !== null) return seen<Evidence>({ ...place.value, ...none })
    const { subscription, region } = place.value
    const skus = await arm.dmsSkus(subscription)
    if (!skus.ok) return skus
    if (!skus.value.found) return unseen('not-found', skus.value.message)
    const all = skus.value.value.filter(({ resourceType }) => (resourceType ?? SERVICES).toLowerCase() === SERVICES)
    const offers = all.filter((sku) => isFor(sku, region)).map((sku) => factOf(sku, region))
    if (offers.length > 0) return seen<Evidence>({ ...place.value, ...none, offers })
    const provider = await arm.provider(subscription, NAMESPACE)
    if (!provider.ok) return provider
    if (!provider.value.found) return unseen('not-found', provider.value.message)
    const { resourceTypes } = provider.value.value
    const listed = resourceTypes.filter(({ type }) => type.toLowerCase() === SERVICES)
    return seen<Evidence>({
      ...place.value,
      offers,
      elsewhere: [...new Set(all.flatMap(({ locations }) => locations.map((one) => boundName(toRegion(one)))))].sort(),
      isListed: listed.some(({ locations }) => locations.some((one) => toRegion(one) === region)),
    })
  },
  judge: (evidence) => judgeOffers(evidence),
})

function judgeOffers(evidence: Evidence): Judgement {
  const { subscription, region, from, placed, offers, elsewhere, isListed } = evidence
  const expected = `DMS is offered to subscription ${subscription} in ${region}, the region of ${from}`
  if (placed !== null) {
    const actual = `${from} is there already, in ${region} (${placed})`
    const summary = `${actual}, so that no offer is needed`
    return { verdict: 'pass', proof: 'direct', summary, expected, actual }
  }
  const open = offers.filter(({ restrictions }) => restrictions.length === 0).map(({ name }) => name)
  if (open.length > 0) {
    const actual = `DMS is offered to subscription ${subscription} in ${region} (${open.join(', ')})`
    return { verdict: 'pass', proof: 'direct', summary: `${actual}, the region of ${from}`, expected, actual }
  }
  const where = `in ${region}, the region of ${from}`
  if (offers.length > 0) {
    const why = offers.map(({ name, restrictions }) => `${name}: ${restrictions.join(', ')}`).join('; ')
    return failed(expected, `every offer of DMS to subscription ${subscription} ${where}, is restricted (${why})`)
  }
  const others = elsewhere.length === 0 ? 'and nowhere else' : `only in ${elsewhere.join(', ')}`
  const message = `DMS is not offered to subscription ${subscription} ${where}, ${others}`
  if (isListed !== true) return failed(expected, message)
  const doubt = `${message}; but ${NAMESPACE} lists the region for its services`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: doubt,
    expected,
    cause: { kind: 'insufficient', message: doubt },
    remediation: { text: 'Ask Azure support whether the subscription may have DMS in the region.', scripts: [] },
  }
}

function failed(expected: string, actual: string): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: boundText(`${actual}; ${RETIRED}`),
    expected,
    actual: boundText(actual),
    remediation: {
      text: 'Use a subnet in a region where DMS is offered, ask Azure support to lift the restriction, or migrate with the current generation of the service.',
      scripts: [],
    },
  }
}

function isFor({ locations }: DmsSku, region: string): boolean {
  return locations.some((one) => toRegion(one) === region)
}

/** With the restrictions that hold in the region. */
function factOf({ name, restrictions }: DmsSku, region: string): OfferFact {
  const holding = restrictions.filter(
    ({ locations }) => locations.length === 0 || locations.some((one) => toRegion(one) === region),
  )
  return { name: boundName(name), restrictions: holding.map(({ reason }) => boundText(reason, 60)) }
}
