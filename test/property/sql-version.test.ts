import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  canHoldFeature,
  canRestore,
  describeRelease,
  editionOf,
  isAboveFloor,
  parseSqlVersion,
  type SqlVersion,
} from '../../src/domain/sql-version.ts'

/** As the engine writes them: the minor number is 0, but for 2008 R2, of which each service pack has its own. */
const versions: fc.Arbitrary<SqlVersion> = fc.oneof(
  fc.record({
    major: fc.integer({ min: 8, max: 20 }),
    minor: fc.constant(0),
    build: fc.integer({ min: 0, max: 9999 }),
  }),
  fc.record({
    major: fc.constant(10),
    minor: fc.integer({ min: 50, max: 54 }),
    build: fc.integer({ min: 0, max: 9999 }),
  }),
)
const write = ({ major, minor, build }: SqlVersion): string => `${String(major)}.${String(minor)}.${String(build)}.7`

/** The order of the releases, written down a second time: years. */
function yearOf({ major, minor }: SqlVersion): number {
  if (major === 10) return minor >= 50 ? 2008.5 : 2008
  return major < 10 ? 2000 + (major - 8) * 5 : 2012 + (major - 11) * 2
}

describe('versions of SQL Server', () => {
  it('are read as they are written, and nothing else is', () => {
    fc.assert(fc.property(versions, (version) => expect(parseSqlVersion(write(version))).toEqual(version)))
    for (const text of ['', '16', '16.', 'x16.0.1', '16.0x', '1600.0.1.1', ' 16.0.1', '16,0']) {
      expect([text, parseSqlVersion(text)]).toEqual([text, undefined])
    }
    expect(parseSqlVersion('16.0')).toEqual({ major: 16, minor: 0, build: 0 })
  })

  it('restore on the same or a newer release, whatever the builds', () => {
    fc.assert(
      fc.property(versions, versions, (source, target) => {
        expect(canRestore(source, target)).toBe(yearOf(source) <= yearOf(target))
      }),
    )
  })

  it('restore is a total order: one of two ways goes, and what goes twice goes at once', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        expect(canRestore(a, b) || canRestore(b, a)).toBe(true)
        if (canRestore(a, b) && canRestore(b, c)) expect(canRestore(a, c)).toBe(true)
      }),
    )
  })

  it('have a floor: nothing below it is named, and nothing above it falls below', () => {
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        expect(isAboveFloor(a)).toBe(yearOf(a) >= 2008)
        if (isAboveFloor(a) && canRestore(a, b)) expect(isAboveFloor(b)).toBe(true)
        expect(describeRelease(a)).toMatch(isAboveFloor(a) ? /^SQL Server 20\d\d|newer/ : /older/)
      }),
    )
    expect(describeRelease({ major: 10, minor: 50, build: 0 })).toBe('SQL Server 2008 R2')
    expect(describeRelease({ major: 16, minor: 0, build: 0 })).toBe('SQL Server 2022')
  })
})

describe('editions', () => {
  const features = fc.constantFrom(
    ...['ChangeCapture', 'ColumnStoreIndex', 'Compression', 'InMemoryOLTP', 'MultipleFSContainers', 'Partitioning'],
    'TransparentDataEncryption',
  )

  it('hold at least as much in a newer release, and Enterprise holds all', () => {
    fc.assert(
      fc.property(
        features,
        versions,
        versions,
        fc.constantFrom('standard', 'web', 'express'),
        (feature, a, b, edition) => {
          const asNumber = ({ major, minor, build }: SqlVersion): number => major * 1e9 + minor * 1e6 + build
          const [older, newer] = asNumber(a) <= asNumber(b) ? [a, b] : [b, a]
          if (canHoldFeature(feature, older, edition) === true)
            expect(canHoldFeature(feature, newer, edition)).toBe(true)
          if (canHoldFeature(feature, a, edition) === true) expect(canHoldFeature(feature, a, 'standard')).toBe(true)
          expect(canHoldFeature(feature, a, 'enterprise')).toBe(true)
          expect(canHoldFeature('Something', a, edition)).toBeUndefined()
        },
      ),
    )
  })

  it.each([
    ['Compression', '13.0.1601.5', 'standard', false],
    ['Compression', '13.0.4001.0', 'express', true],
    ['TransparentDataEncryption', '14.0.3456.2', 'standard', false],
    ['TransparentDataEncryption', '15.0.2000.5', 'standard', true],
    ['TransparentDataEncryption', '16.0.1000.6', 'web', false],
    ['changecapture', '16.0.1000.6', 'express', false],
    ['ChangeCapture', '13.0.4001.0', 'standard', true],
  ] as const)('%s on %s %s: %s', (feature, version, edition, can) => {
    expect(canHoldFeature(feature, parseSqlVersion(version)!, edition)).toBe(can)
  })

  it('are told by the engine and its words', () => {
    expect([
      editionOf(2, 'Standard Edition (64-bit)'),
      editionOf(2, 'Web Edition (64-bit)'),
      editionOf(3, 'Developer Edition (64-bit)'),
      editionOf(4, 'Express Edition (64-bit)'),
      editionOf(8, 'SQL Azure'),
    ]).toEqual(['standard', 'web', 'enterprise', 'express', undefined])
  })
})
