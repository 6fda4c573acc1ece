import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Json } from '../domain/json.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'

describe('canonicalJson', () => {
  it('gives the text of the example in RFC 8785, section 3.2', () => {
    const value = JSON.parse(
      String.raw`{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }`,
    ) as Json
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  it('sorts members as section 3.2.3 does: by UTF-16 code units', () => {
    const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö']
    const value = Object.fromEntries(names.map((name) => [name, 0]))
    const sorted = Object.keys(JSON.parse(canonicalJson(value)) as object)
    // JavaScript itself puts the name that is a number first.
    expect(sorted.filter((name) => name !== '1')).toEqual(['\r', '\u0080', 'ö', '€', '😀', '\ufb33'])
    expect(canonicalJson(value).startsWith('{"\\r":0,"1":0,')).toBe(true)
  })

  // Appendix B.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s as %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text)
  })

  it.each([['7fffffffffffffff'], ['7ff0000000000000']])('refuses the number %s', (bits) => {
    expect(() => canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toThrow('a number')
  })

  it.each([[{ a: ['\ud800'] }], [{ '\udc00x': 1 }]])('refuses half of a character', (value) => {
    expect(() => canonicalJson(value)).toThrow('half of a character')
  })

  it('is the same for the same value, whatever the order, and stays it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        if (/\p{Surrogate}/u.test(JSON.stringify(value).replaceAll(/\\ud[89a-f]../gi, '\ud800'))) return
        const text = canonicalJson(value as Json)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text)
        expect(canonicalJson(reversed(value as Json))).toBe(text)
      }),
    )
  })

  it('hashes as sha256sum does', () => {
    expect(sha256('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })
})

function reversed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([name, member]) => [name, reversed(member)]))
}
