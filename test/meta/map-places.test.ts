import { describe, expect, it } from '@jest/globals'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { AREA_KINDS, LEG_CHECKS, placeOf } from '../../src/report/map-places.ts'

const IDS = CATALOGUE.map(({ meta }) => meta.id)

describe('the places of the readiness map', () => {
  it('are there for every area of the catalogue', () => {
    const areas = new Set(IDS.map((id) => id.split('/')[0]))
    expect([...areas].filter((area) => AREA_KINDS[area ?? ''] === undefined)).toEqual([])
  })

  it('name checks of the catalogue only', () => {
    expect(Object.keys(LEG_CHECKS).filter((id) => !IDS.includes(id))).toEqual([])
  })

  it('show the network paths that count from the DMS subnet as ways, not as stations', () => {
    const paths = CATALOGUE.filter(({ meta }) => meta.vantage === 'network-path').map(({ meta }) => meta.id)
    expect(paths.length).toBeGreaterThan(3)
    expect(paths.filter((id) => placeOf(id).on !== 'leg')).toEqual([])
  })
})
