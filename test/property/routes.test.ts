import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { chooseRoute, type Route, type RouteSource } from '../../src/domain/routes.ts'

// A world of 256 addresses, in which a prefix is a string of bits and holding is beginning with it.
interface BitRoute extends Route {
  bits: string
}

const SOURCES: readonly RouteSource[] = ['user', 'gateway', 'peering', 'network']
const bits = fc.array(fc.constantFrom('0', '1'), { maxLength: 8 }).map((all) => all.join(''))
const route = fc.record({ source: fc.constantFrom(...SOURCES), bits }).map(routeOf)
/** As Azure has them: one route for each source and prefix. */
const routes = fc.uniqueArray(route, { maxLength: 12, selector: (one) => `${one.source} ${one.bits}` })
const address = fc.nat(255)

function routeOf({ source, bits: all }: { source: RouteSource; bits: string }): BitRoute {
  const last = Number.parseInt(all.padEnd(8, '0'), 2)
  return { source, bits: all, prefix: `10.0.0.${String(last)}/${String(24 + all.length)}` }
}

function holds(one: BitRoute, last: number): boolean {
  return last.toString(2).padStart(8, '0').startsWith(one.bits)
}

/** Written from the documentation, step by step, without arithmetic on addresses. */
function oracle(all: readonly BitRoute[], last: number): BitRoute | undefined {
  const holding = all.filter((one) => holds(one, last))
  const local = holding.some(({ source }) => source === 'network' || source === 'peering')
  const usable = local ? holding.filter(({ source }) => source !== 'gateway') : holding
  for (let length = 8; length >= 0; length--) {
    for (const source of SOURCES) {
      const found = usable.find((one) => one.bits.length === length && one.source === source)
      if (found !== undefined) return found
    }
  }
  return undefined
}

describe('the route of a packet', () => {
  it('is the one that the documentation tells', () => {
    fc.assert(
      fc.property(routes, address, (all, last) => {
        expect(chooseRoute(all, `10.0.0.${String(last)}`)).toEqual(oracle(all, last))
      }),
      { numRuns: 2000 },
    )
  })

  it('does not hang on the order of the routes, nor on routes that do not hold the address', () => {
    fc.assert(
      fc.property(routes, address, (all, last) => {
        const chosen = chooseRoute(all, `10.0.0.${String(last)}`)
        expect(chooseRoute([...all].reverse(), `10.0.0.${String(last)}`)).toEqual(chosen)
        const holding = all.filter((one) => holds(one, last))
        expect(chooseRoute(holding, `10.0.0.${String(last)}`)).toEqual(chosen)
      }),
    )
  })

  it('is never narrowed away by a route of the user that is added above it', () => {
    fc.assert(
      fc.property(routes, address, (all, last) => {
        const own: BitRoute = routeOf({ source: 'user', bits: last.toString(2).padStart(8, '0') })
        expect(chooseRoute([own, ...all], `10.0.0.${String(last)}`)).toEqual(own)
      }),
    )
  })

  it.each<[string, Route[], string, string | undefined]>([
    ['nothing', [], '10.0.0.4', undefined],
    ['another family', [{ source: 'user', prefix: '0.0.0.0/0' }], 'fd00::1', undefined],
    ['a default route for IPv6', [{ source: 'user', prefix: '::/0' }], 'fd00::1', '::/0'],
    ['a service tag', [{ source: 'user', prefix: 'Storage.WestEurope' }], '10.0.0.4', undefined],
    ['no address', [{ source: 'user', prefix: '0.0.0.0/0' }], 'sql01', undefined],
    ['an IPv4 address written as IPv6', [{ source: 'user', prefix: '10.0.0.0/8' }], '::ffff:10.0.0.4', '10.0.0.0/8'],
  ])('%s', (_, all, target, prefix) => {
    expect(chooseRoute(all, target)?.prefix).toBe(prefix)
  })
})
