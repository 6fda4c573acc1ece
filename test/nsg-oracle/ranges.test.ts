import { describe, expect, it } from '@jest/globals'
import {
  formatAddress,
  holdsAddress,
  isTagText,
  pointsOf,
  portPointsOf,
  readAddress,
  readPorts,
  readPrefix,
} from './ranges.ts'

const span = (text: string): string[] =>
  readPrefix(text).map(({ family, first, last }) =>
    [first, last].map((value) => formatAddress({ family, value })).join(' '),
  )

describe('texts of the oracle', () => {
  it.each([
    ['10.0.1.4', ['10.0.1.4 10.0.1.4']],
    ['10.0.1.0/24', ['10.0.1.0 10.0.1.255']],
    ['10.0.1.77/24', ['10.0.1.0 10.0.1.255']],
    ['0.0.0.0/0', ['0.0.0.0 255.255.255.255']],
    ['10.0.1.4-10.0.2.3', ['10.0.1.4 10.0.2.3']],
    ['::ffff:10.0.1.4', ['10.0.1.4 10.0.1.4']],
    ['::FFFF:10.0.1.0/120', ['10.0.1.0 10.0.1.255']],
    ['::ffff:a00:104', ['10.0.1.4 10.0.1.4']],
    ['fd00::/8', ['fd00:0:0:0:0:0:0:0 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']],
    ['2001:DB8:0:1::5/64', ['2001:db8:0:1:0:0:0:0 2001:db8:0:1:ffff:ffff:ffff:ffff']],
    ['::1', ['0:0:0:0:0:0:0:1 0:0:0:0:0:0:0:1']],
    ['1::', ['1:0:0:0:0:0:0:0 1:0:0:0:0:0:0:0']],
    ['*', ['0.0.0.0 255.255.255.255', '0:0:0:0:0:0:0:0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']],
    ['ANY', ['0.0.0.0 255.255.255.255', '0:0:0:0:0:0:0:0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']],
  ])('%s', (text, ranges) => {
    expect(span(text)).toEqual(ranges)
    expect(isTagText(text)).toBe(false)
  })

  it.each(['10.0.1', '10.0.1.256', '10.0.1.4.5', '1:2:3', 'fd00::g', '10.0.1.9-10.0.1.4'])('are not %s', (text) => {
    expect(() => readPrefix(text)).toThrow('not a')
  })

  it('tell tags from addresses', () => {
    for (const tag of ['Internet', 'virtualnetwork', 'Storage.WestEurope', 'AzureCloud'])
      expect(isTagText(tag)).toBe(true)
    for (const text of ['fd00::1', 'abcd:1::/32', 'any', 'Any', '*', '1.2.3.4']) expect(isTagText(text)).toBe(false)
  })

  it('read ports', () => {
    expect(['*', '443', '443-443', '80-90,443', '0-65535'].map(readPorts)).toEqual([
      [[0, 65535]],
      [[443, 443]],
      [[443, 443]],
      [
        [80, 90],
        [443, 443],
      ],
      [[0, 65535]],
    ])
  })

  it('have both bounds and their neighbours for points, within what there is', () => {
    const points = pointsOf(readPrefix('10.0.1.0/24'), 4).map((value) => formatAddress({ family: 4, value }))
    expect(points).toEqual(['10.0.0.255', '10.0.1.0', '10.0.1.1', '10.0.1.254', '10.0.1.255', '10.0.2.0'])
    expect(pointsOf(readPrefix('*'), 4)).toEqual([0n, 1n, 2n ** 32n - 2n, 2n ** 32n - 1n])
    expect(pointsOf(readPrefix('10.0.1.0/24'), 6)).toEqual([])
    expect(portPointsOf([[0, 443], [65535, 65535]])).toEqual([0, 1, 442, 443, 444, 65534, 65535]) // prettier-ignore
  })

  it('keep the families apart', () => {
    expect(holdsAddress(readPrefix('::/0'), readAddress('10.0.1.4'))).toBe(false)
    expect(holdsAddress(readPrefix('0.0.0.0/0'), readAddress('::a00:104'))).toBe(false)
  })
})
