import { describe, expect, it } from '@jest/globals'
import { isAllowedHost, isInScopes, matchHost, parseAllowedHosts, rulesFor } from './allowed-hosts.ts'
import { isOddAddress, normalHost } from './host.ts'

const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001'

function rulesOf(...lines: string[]) {
  const { allowed, problems } = parseAllowedHosts(lines.join('\n'))
  expect(problems).toEqual([])
  return allowed
}
const allows = (line: string, host: string) => {
  const match = matchHost(rulesOf(line).hosts, host)
  return match === undefined ? 'no' : match.ranges === undefined ? 'yes' : 'by address'
}

describe('a line that names hosts', () => {
  it.each<[string, string, string]>([
    ['sql01.corp.example', 'SQL01.corp.example', 'yes'],
    ['sql01.corp.example.', 'sql01.corp.example', 'yes'],
    ['sql01.corp.example', 'sql01.corp.example.', 'yes'],
    ['sql01.corp.example', 'sql02.corp.example', 'no'],
    ['sql01.corp.example', 'sql01.corp.example.evil.example', 'no'],
    ['sql01.corp.example', 'xsql01.corp.example', 'no'],
    ['*.corp.example', 'sql01.corp.example', 'yes'],
    ['*.corp.example', 'corp.example', 'no'],
    ['*.corp.example', 'a.b.corp.example', 'no'],
    ['*.corp.example', 'evilcorp.example', 'no'],
    ['*.corp.example', 'sql01.corp.example.evil.example', 'no'],
    ['**.corp.example', 'a.b.corp.example', 'yes'],
    ['**.corp.example', 'sql01.corp.example', 'yes'],
    ['**.corp.example', 'corp.example', 'no'],
    ['**.corp.example', 'evilcorp.example', 'no'],
    ['sql.*.corp.example', 'sql.eu.corp.example', 'yes'],
    ['sql.*.corp.example', 'sql.corp.example', 'no'],
    ['grün.example', 'xn--grn-ioa.example', 'yes'],
    ['xn--grn-ioa.example', 'GRÜN.example', 'yes'],
    ['*.grün.example', 'a.xn--grn-ioa.example', 'yes'],
    ['ｓｑｌ。corp.example', 'sql.corp.example', 'yes'],
    ['10.0.0.5', '10.0.0.5', 'yes'],
    ['10.0.0.5', '::ffff:10.0.0.5', 'yes'],
    ['::ffff:10.0.0.5', '10.0.0.5', 'yes'],
    ['10.0.0.0/8', '10.255.0.1', 'yes'],
    ['10.0.0.0/8', '11.0.0.1', 'no'],
    ['10.0.0.0/8', 'sql01.corp.example', 'by address'],
    ['10.0.0.5', 'sql01.corp.example', 'by address'],
    ['[fd00::1]', 'fd00:0::1', 'yes'],
    ['fd00:20::/48', '[fd00:20::7]', 'yes'],
    ['fd00:20::/48', 'fd00:21::7', 'no'],
    ['127.0.0.0/8', '127.1', 'no'],
    ['127.0.0.0/8', '2130706433', 'no'],
    ['127.0.0.0/8', '0x7f.1', 'no'],
    ['127.0.0.0/8', '0x7f000001', 'no'],
    ['127.0.0.0/8', '0177.0.0.1', 'no'],
  ])('%s, asked for %s: %s', (line, host, expected) => {
    expect(allows(line, host)).toBe(expected)
  })
})

describe('lines that bind a secret', () => {
  const allowed = rulesOf(
    'db.corp.example',
    'SALES_PASSWORD=*.sales.corp.example',
    'SALES_PASSWORD = 10.9.0.0/16',
    '# a comment',
    '',
  )
  it('hold for that secret alone, and no other line holds for it', () => {
    const of = (secret: string | undefined, host: string) => matchHost(rulesFor(allowed, secret).rules, host)
    expect(of('SALES_PASSWORD', 'sql.sales.corp.example')).toEqual({})
    expect(of('SALES_PASSWORD', '10.9.1.1')).toEqual({})
    expect(of('SALES_PASSWORD', 'db.corp.example')).toMatchObject({ ranges: [{}] })
    expect(of('OTHER', 'sql.sales.corp.example')).toBeUndefined()
    expect([of('OTHER', 'db.corp.example'), of(undefined, 'db.corp.example')]).toEqual([{}, {}])
    expect([rulesFor(allowed, 'SALES_PASSWORD').isBound, rulesFor(allowed, 'OTHER').isBound]).toEqual([true, false])
  })
  it('do not name hosts of a cloud', () => {
    expect(isAllowedHost(allowed, 'sql.sales.corp.example')).toBe(false)
    expect(isAllowedHost(allowed, 'db.corp.example:8443')).toBe(true)
    expect(isAllowedHost(rulesOf('10.0.0.0/8'), 'login.corp.example')).toBe(false)
  })
})

describe('a line that is an id of Azure', () => {
  it.each<[string, string, boolean]>([
    [SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Sql/servers/a`, true],
    [
      `${SUBSCRIPTION}/resourceGroups/RG`,
      `${SUBSCRIPTION.toUpperCase()}/resourcegroups/rg/providers/Microsoft.Sql/servers/a`,
      true,
    ],
    [`${SUBSCRIPTION}/resourceGroups/rg/`, `${SUBSCRIPTION}/resourceGroups/rg`, true],
    [
      `${SUBSCRIPTION}/resourceGroups/rg`,
      `${SUBSCRIPTION}/resourceGroups/rg-other/providers/Microsoft.Sql/servers/a`,
      false,
    ],
    [`${SUBSCRIPTION}/resourceGroups/rg`, SUBSCRIPTION, false],
  ])('%s, asked for %s: %s', (line, id, expected) => {
    expect(isInScopes(rulesOf(line).scopes, id)).toBe(expected)
  })
})

describe('a wrong line', () => {
  it.each<[string, RegExp]>([
    ['sql01.corp.example:1433', /without a port/],
    ['10.0.0.1:1433', /without a port/],
    ['[fd00::1]:1433', /prefix such as|without a port/],
    ['sql01.corp.example,1433', /one host/],
    ['a.example b.example', /one host/],
    ['https://sql01.corp.example', /without https/],
    ['sql-*.corp.example', /whole label/],
    ['a.**.example', /whole label/],
    ['*', /every host/],
    ['**', /every host/],
    ['*.*', /every host/],
    ['.corp.example', /whole label/],
    ['a..example', /whole label/],
    ['-a.example', /whole label/],
    ['user@host.example', /whole label/],
    ['127.1', /no address/],
    ['2130706433', /no address/],
    ['0x7f.1', /no address/],
    ['0x7f000001', /no address/],
    ['010.0.0.1', /no address/],
    ['10.0.0.0/33', /prefix/],
    ['10.0.0.1/8', /did you mean 10\.0\.0\.0\/8/],
    ['sql01.corp.example/24', /prefix/],
    ['fe80::1%eth0', /port|whole label|address/],
    ['sales_password=a.example', /variable of a secret/],
    ['=a.example', /variable of a secret/],
    [`NAME=${SUBSCRIPTION}`, /hosts only/],
    ['/subscriptions', /id of Azure/],
    ['/subscriptions/x', /id of Azure/],
    [`${SUBSCRIPTION}/resourceGroups`, /id of Azure/],
    [`${SUBSCRIPTION}/resourceGroups/*`, /id of Azure/],
    [`${SUBSCRIPTION}/resourceGroups/..`, /id of Azure/],
    [`${SUBSCRIPTION}/foo/bar`, /id of Azure/],
  ])('%s is told of, with its place', (line, words) => {
    const { allowed, problems } = parseAllowedHosts(`good.example\n${line}`)
    expect(problems).toEqual([expect.stringMatching(words)])
    expect(problems[0]).toContain('line 2')
    expect(allowed.hosts).toHaveLength(1)
  })

  it('and all of them at once', () => {
    expect(parseAllowedHosts('*\n127.1\na.example').problems).toHaveLength(2)
    expect(parseAllowedHosts('a.example\n'.repeat(2000)).problems).toHaveLength(1)
  })
})

describe('one spelling of a host', () => {
  it.each<[string, string | undefined]>([
    ['SQL01.Corp.Example', 'sql01.corp.example'],
    ['[::FFFF:127.0.0.1]', '127.0.0.1'],
    ['::1', '::1'],
    ['[127.0.0.1]', undefined],
    ['0x7f.0x1', undefined],
    ['1.2.3', undefined],
    ['a.example/b', undefined],
    ['a%2eexample', undefined],
    ['', undefined],
  ])('%s: %s', (text, expected) => {
    expect(normalHost(text)).toBe(expected)
  })
  it('takes numbers at the end for addresses', () => {
    expect(['127.1', '0X7F', 'a.0x', '1.'].map(isOddAddress)).toEqual([true, true, true, true])
    expect(['sql1', 'a.1b', '0x7g', '1.example'].map(isOddAddress)).toEqual([false, false, false, false])
  })
})
