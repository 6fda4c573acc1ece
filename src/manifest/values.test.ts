import { describe, expect, it } from '@jest/globals'
import { completeId, SERVICE_ID, SERVICE_IDS, STORAGE_ID, SUBNET_ID, TARGET_ID } from './azure-id.ts'
import { parseInstantMs } from './instant.ts'
import { parseSecretRef, SECRET_FORM } from './secret-ref.ts'
import { parseServerName } from './server-name.ts'
import { parseUncPath } from './unc-path.ts'

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001'
const SCOPE = { subscription: SUBSCRIPTION, resourceGroup: 'rg-mig' }
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-mig/providers`

function valueOf<T>(parsed: { ok: true; value: T } | { ok: false; problem: string }): T | string {
  return parsed.ok ? parsed.value : parsed.problem
}

describe('parseServerName', () => {
  it.each([
    ['sql01', { host: 'sql01' }],
    ['sql01.corp.example', { host: 'sql01.corp.example' }],
    ['sql01.corp.example.', { host: 'sql01.corp.example.' }],
    ['sql_01,1433', { host: 'sql_01', port: 1433 }],
    ['tcp:sql01,1433', { host: 'sql01', port: 1433 }],
    ['TCP:sql01', { host: 'sql01' }],
    ['sql01\\SALES', { host: 'sql01', instance: 'SALES' }],
    ['sql01\\SALES,14331', { host: 'sql01', instance: 'SALES', port: 14331 }],
    ['sql01\\DEV$1', { host: 'sql01', instance: 'DEV$1' }],
    ['10.1.2.3,1433', { host: '10.1.2.3', port: 1433 }],
    ['::1', { host: '::1' }],
    ['2001:db8::7,1433', { host: '2001:db8::7', port: 1433 }],
    ['[2001:db8::7],1433', { host: '2001:db8::7', port: 1433 }],
    ['[2001:db8::7]\\SALES', { host: '2001:db8::7', instance: 'SALES' }],
    ['localhost', { host: 'localhost' }],
  ])('reads %s', (text, expected) =>
    expect(valueOf(parseServerName(text, { instance: true }))).toEqual({ text, ...expected }),
  )

  const form = 'must be `host`, `host,port` or `host\\instance`'
  it.each([
    ['', `${form}: the host is missing`],
    ['tcp:', `${form}: the host is missing`],
    ['\\SALES', `${form}: the host is missing`],
    [',1433', `${form}: the host is missing`],
    ['sql01,', 'must have a port from 1 to 65535 after the comma'],
    ['sql01,0', 'must have a port from 1 to 65535 after the comma'],
    ['sql01,65536', 'must have a port from 1 to 65535 after the comma'],
    ['sql01,1e3', 'must have a port from 1 to 65535 after the comma'],
    ['sql01,1433,1', `${form}, with one comma at most`],
    ['sql01, 1433', `${form}, without spaces`],
    ['sql01;Database=x', `${form}; a ";" begins the rest of a connection string, leave that out`],
    ['sql01:1433', `${form}: a port stands after a comma, and an IPv6 address is written in full`],
    ['[sql01]', `${form}: a host name has letters, digits, "-" and "." only`],
    ['10.0.0.300', `${form}: this is not an IPv4 address`],
    ['.', `${form}: "here" is another machine for DMS than for this run`],
    ['(local)', `${form}: "here" is another machine for DMS than for this run`],
    ['np:sql01', `${form}; DMS connects over TCP only`],
    ['sql01\\', `${form}, with the instance's name after one backslash`],
    ['sql01\\\\SALES', `${form}, with the instance's name after one backslash`],
    ['sql01\\A\\B', `${form}, with the instance's name after one backslash`],
    [`sql01\\${'A'.repeat(33)}`, `${form}, with the instance's name after one backslash`],
    [`${'a'.repeat(64)}.example`, `${form}: a host name has letters, digits, "-" and "." only`],
    ['a..b', `${form}: a host name has letters, digits, "-" and "." only`],
  ])('refuses %j', (text, problem) => expect(valueOf(parseServerName(text, { instance: true }))).toBe(problem))

  it('takes no instance for an endpoint', () =>
    expect(valueOf(parseServerName('sql01\\SALES', { instance: false }))).toBe(
      'must be `host` or `host,port`: it has no instance',
    ))
})

describe('parseInstantMs', () => {
  it.each([
    ['2026-12-01', 'start', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01', 'end', '2026-12-02T00:00:00.000Z'],
    ['2026-12-31', 'end', '2027-01-01T00:00:00.000Z'],
    ['2028-02-29', 'end', '2028-03-01T00:00:00.000Z'],
    ['2026-12-05T20:00:00Z', 'end', '2026-12-05T20:00:00.000Z'],
    ['2026-12-05T20:00Z', 'start', '2026-12-05T20:00:00.000Z'],
    ['2026-12-05 20:00:00.25+01:00', 'start', '2026-12-05T19:00:00.250Z'],
    ['2026-12-05T20:00:00-0530', 'start', '2026-12-06T01:30:00.000Z'],
  ] as const)('%s by its %s is %s', (text, means, iso) => {
    const ms = parseInstantMs(text, means)
    expect(ms.ok ? new Date(ms.value).toISOString() : ms.problem).toBe(iso)
  })

  it.each([
    ['2026-02-30', 'must be a day that the calendar has'],
    ['2027-02-29', 'must be a day that the calendar has'],
    ['2026-13-01', 'must be a day that the calendar has'],
    ['2026-12-05T24:00:00Z', 'must be a time that the clock has'],
    ['2026-12-05T20:00:00', 'must name its zone: add Z for UTC, or an offset like +01:00'],
    ['05.12.2026', 'must be a date (2026-12-01) or an instant with its zone (2026-12-01T20:00:00Z)'],
    ['tomorrow', 'must be a date (2026-12-01) or an instant with its zone (2026-12-01T20:00:00Z)'],
  ])('refuses %s', (text, problem) => expect(valueOf(parseInstantMs(text, 'end'))).toBe(problem))
})

describe('parseSecretRef', () => {
  it.each(['A', 'SALES_PASSWORD', 'X1', 'MY_INPUT_', 'PROXY'])('takes ${%s}', (name) =>
    expect(valueOf(parseSecretRef(`\${${name}}`))).toEqual({ secret: name }),
  )

  it.each([
    'hunter2',
    '$A',
    '${a}',
    '${A',
    '${1A}',
    '${_A}',
    'x${A}',
    '${A}${B}',
    '${A} ',
    '${{ secrets.A }}',
    '',
    '${}',
  ])('refuses %j without repeating it', (text) => expect(valueOf(parseSecretRef(text))).toBe(SECRET_FORM))

  it.each(['ACTIONS_X', 'GITHUB_TOKEN', 'RUNNER_TEMP', 'INPUT_CLIENT', 'NODE_OPTIONS'])('refuses ${%s}', (name) =>
    expect(valueOf(parseSecretRef(`\${${name}}`))).toMatch(/^must not name a variable that begins with [A-Z]+_: /),
  )

  it.each(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'])('refuses ${%s}', (name) =>
    expect(valueOf(parseSecretRef(`\${${name}}`))).toBe(`must not name the proxy variable ${name}`),
  )
})

describe('completeId', () => {
  it.each([
    ['servers/sql', TARGET_ID, `${GROUP}/Microsoft.Sql/servers/sql`],
    ['vnet/snet', SUBNET_ID, `${GROUP}/Microsoft.Network/virtualNetworks/vnet/subnets/snet`],
    ['dms-weu', SERVICE_ID, `${GROUP}/Microsoft.DataMigration/services/dms-weu`],
    ['services/dms-weu', SERVICE_ID, `${GROUP}/Microsoft.DataMigration/services/dms-weu`],
    ['managedInstances/mi', TARGET_ID, `${GROUP}/Microsoft.Sql/managedInstances/mi`],
    ['storageAccounts/st1', STORAGE_ID, `${GROUP}/Microsoft.Storage/storageAccounts/st1`],
  ])('completes %s', (text, kind, id) => expect(valueOf(completeId(text, kind, SCOPE))).toBe(id))

  it('takes a full id as it is written, in any letter case', () => {
    const id = `/SUBSCRIPTIONS/${SUBSCRIPTION}/resourcegroups/RG/Providers/microsoft.sql/SERVERS/Sql`
    expect(valueOf(completeId(id, TARGET_ID, {}))).toBe(id)
    const classic = `${GROUP}/Microsoft.ClassicNetwork/virtualNetworks/v/subnets/s`
    expect(valueOf(completeId(classic, SUBNET_ID, {}))).toBe(classic)
  })

  it.each([
    ['servers/sql', TARGET_ID, /^is a short id: `azure` must give the subscription and the resource-group/],
    [
      'sql',
      TARGET_ID,
      /^must be a full Azure resource id of Microsoft\.Sql\/servers or .*, or short `servers\/<name>`/,
    ],
    [`${GROUP}/Microsoft.Sql/servers/a/databases/b`, TARGET_ID, /^must be a full Azure resource id/],
    [`${GROUP}/Microsoft.Sql/servers/`, TARGET_ID, /^must hold a real name/],
    [`${GROUP}/Microsoft.Sql/servers`, TARGET_ID, /^must be a full Azure resource id/],
    [
      '/subscriptions/<id>/resourceGroups/rg/providers/Microsoft.Sql/servers/a',
      TARGET_ID,
      /^must hold the subscription's id/,
    ],
    [
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/<rg>/providers/Microsoft.Sql/servers/a`,
      TARGET_ID,
      /^must hold a real/,
    ],
    [
      `${GROUP}/Microsoft.DataMigration/sqlMigrationServices/x`,
      SERVICE_IDS.classic,
      /^must be a full Azure resource id of Microsoft\.DataMigration\/services, or short `<name>`/,
    ],
    ['services/x', SERVICE_IDS.modern, /^must be a full Azure resource id of Microsoft\.DataMigration\/sqlMigration/],
    ['a/b/c', SUBNET_ID, /^must be a full Azure resource id of Microsoft\.Network/],
    [`/${'a/'.repeat(5000)}`, SUBNET_ID, /^must be a full Azure resource id/],
  ])('refuses %.60s', (text, kind, problem) => expect(valueOf(completeId(text, kind, {}))).toMatch(problem))
})

describe('parseUncPath', () => {
  it.each([
    ['\\\\fs01.corp.example\\dms', 'fs01.corp.example'],
    ['\\\\10.1.2.3\\dms$\\wave 2', '10.1.2.3'],
    ['\\\\fs01\\dms\\', 'fs01'],
  ])('reads %s', (path, host) => expect(valueOf(parseUncPath(path))).toEqual({ path, host }))

  it.each([
    ['//fs01/dms', /with backslashes/],
    ['\\fs01\\dms', /each backslash is eaten, use single quotes/],
    ['C:\\dms', /^must be `/],
    ['\\\\fs01', /the share's name is missing/],
    ['\\\\\\dms', /the host is missing/],
    ['\\\\fs01\\a\\..\\b', /a name in it is empty/],
    ['\\\\fs01\\a\\\\b', /a name in it is empty/],
    ['\\\\?\\C:\\x', /a host name has/],
  ])('refuses %s', (path, problem) => expect(valueOf(parseUncPath(path))).toMatch(problem))
})
