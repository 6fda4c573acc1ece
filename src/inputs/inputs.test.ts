import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { HELD_INPUTS, INPUT_DEFAULTS } from './input-names.ts'
import { readInputs } from './inputs.ts'

const GUID = '00000000-0000-4000-8000-000000000001'

function env(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
}

function problemsOf(inputs: Record<string, string>): string[] {
  const result = readInputs(env(inputs))
  return result.ok ? [] : result.problems.map(({ message }) => message)
}

function inputsOf(variables: Record<string, string | undefined>) {
  const result = readInputs(variables)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.inputs
}

const DEFAULTS = {
  manifests: ['.github/dms-preflight.yml'],
  mode: 'check',
  azure: { authType: 'cli' },
  environment: 'azurecloud',
  allowedHosts: { hosts: [], bound: new Map(), scopes: [] },
  vantage: 'auto',
  failOn: 'undetermined',
  comment: 'always',
  disclose: 'auto',
  reportDirectory: 'dms-preflight-report',
  timeoutMs: 30_000,
  deadlineMs: 900_000,
  maxParallel: 64,
  allowWrites: false,
  probeThroughRuntime: false,
  receiptMaxAgeMs: 86_400_000,
  trackingIssue: false,
  from: [],
}

describe('the prerequisite plan', () => {
  it.each([
    ['migration/plan.json', 'migration/plan.json'],
    ['./migration/../plan.json', 'plan.json'],
    ['/w/migration/plan.json', 'migration/plan.json'],
  ])('%s lies in the workspace', (given, prerequisitePlan) => {
    expect(inputsOf({ GITHUB_WORKSPACE: '/w', ...env({ 'prerequisite-plan': given }) })).toMatchObject({
      prerequisitePlan,
    })
  })

  it.each([
    ['../plan.json', 'must not leave the workspace; the plan lies in the workspace'],
    ['/t/plan.json', 'must be relative, not absolute; the plan lies in the workspace'],
    ['//fs01/dms/plan.json', 'must be a path inside the workspace, not a UNC path; the plan lies in the workspace'],
    ['migration/', 'must name a file, not a folder; the plan lies in the workspace'],
    ['dms-preflight-report/./report.json', 'is a file of the report'],
    ['out/receipt.json', 'is the path of the receipt'],
  ])('%s is refused', (given, words) => {
    const inputs = { 'prerequisite-plan': given, receipt: '/w/out/receipt.json' }
    const read = readInputs({ GITHUB_WORKSPACE: '/w', RUNNER_TEMP: '/t', ...env(inputs) })
    expect(read.ok ? [] : read.problems.map(({ message }) => message)).toEqual([`input prerequisite-plan ${words}`])
  })
})

const FROM_GROUP = `/subscriptions/${GUID}/resourceGroups/rg/providers`
const FROM = {
  service: `${FROM_GROUP}/Microsoft.DataMigration/sqlMigrationServices/dms`,
  classic: `${FROM_GROUP}/Microsoft.DataMigration/services/dms`,
  server: `${FROM_GROUP}/microsoft.sql/SERVERS/srv`,
  instance: `${FROM_GROUP}/Microsoft.Sql/managedInstances/mi`,
  machine: `${FROM_GROUP}/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm`,
  subnet: `${FROM_GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s`,
  account: `${FROM_GROUP}/Microsoft.Storage/storageAccounts/st`,
}

describe('the inputs of mode init', () => {
  const init = (from: string, more: Record<string, string> = {}): string[] =>
    problemsOf({ mode: 'init', from, ...more })

  it('are ids, each once, and one file', () => {
    const from = `\n ${FROM.service}\r\n${FROM.server}/databases/Sales\n${FROM.service.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')}\n`
    const inputs = inputsOf(env({ mode: 'init', from, manifest: 'migration/a.yml' }))
    expect(inputs).toMatchObject({ mode: 'init', manifests: ['migration/a.yml'] })
    expect(inputs.from.map(({ kind, id }) => [kind, id.name])).toEqual([
      ['service', 'DMS'],
      ['database', 'Sales'],
    ])
  })

  it.each<[string, string, RegExp]>([
    ['nothing', ' \n', /^input from is missing: `mode: init` needs, one a line, the full Azure resource id/],
    ['no id', `${FROM.server}\nS3cret!`, /^input from holds in line 2 no id to start from: it must be/],
    ['another thing', FROM.subnet.replace('/subnets/s', ''), /^input from holds in line 1 no id/],
    ['a wrong subscription', FROM.server.replace(GUID, 'mine'), /^input from holds in line 1 no id/],
    ['two services', `${FROM.service}\n${FROM.classic}`, /^input from must name one service at most/],
    ['two subnets', `${FROM.subnet}\n${FROM.subnet}2`, /^input from must name one subnet at most/],
    [
      'an account twice',
      `${FROM.account}\n${FROM.account}/blobServices/default/containers/b`,
      /^input from must name one storage account or container at most/,
    ],
    ['two kinds of target', `${FROM.server}\n${FROM.instance}`, /^input from must name targets of one kind/],
    ['classic to a VM', `${FROM.classic}\n${FROM.machine}`, /^input from must not name a classic service together/],
    ['too many', Array.from({ length: 51 }, (_, at) => `${FROM.server}${at}`).join('\n'), /at most 50 ids/],
  ])('are refused: %s', (_name, from, message) => {
    const problems = init(from)
    expect(problems).toEqual([expect.stringMatching(message)])
    expect(problems.join()).not.toContain('S3cret')
  })

  it.each(['a.yml\nb.yml', 'waves/*.yml', '../a.yml', '/etc/a.yml'])('do not name the file %j', (manifest) => {
    expect(init(FROM.server, { manifest })).toEqual([expect.stringMatching(/^input manifest must/)])
  })

  it.each(['check', 'verify', 'convert'])('are ignored with a warning under mode %s', (mode) => {
    const read = readInputs(env({ mode, from: 'x', receipt: 'r.json' }))
    expect([read.ok, read.warnings]).toEqual([true, ['the input from was ignored: only `mode: init` starts from it']])
  })
})

describe('the inputs of a receipt', () => {
  it('warn of a key that has nothing to sign', () => {
    expect(readInputs(env({ 'receipt-key': 'k'.repeat(32) })).warnings).toEqual([
      expect.stringMatching(/signs nothing/),
    ])
    expect(readInputs(env({ 'receipt-key': 'k'.repeat(32), receipt: 'r.json' })).warnings).toEqual([])
  })

  it.each([
    ['receipt.json', '1m', 60_000],
    ['out/receipt.json', '7d', 604_800_000],
    ['/w/receipt.json', '90', 90_000],
    ['/t/receipt.json', '12h', 43_200_000],
  ])('%s for %s', (receipt, age, receiptMaxAgeMs) => {
    const key = 'ä'.repeat(16)
    const inputs = inputsOf({
      GITHUB_WORKSPACE: '/w',
      RUNNER_TEMP: '/t/',
      ...env({ mode: 'verify', receipt, 'receipt-max-age': age, 'receipt-key': key }),
    })
    expect(inputs).toMatchObject({ mode: 'verify', receipt, receiptMaxAgeMs })
    expect([inputs.receiptKey?.reveal(), JSON.stringify(inputs).includes(key)]).toEqual([key, false])
  })
})

describe('readInputs', () => {
  it('gives the defaults for nothing and for empty inputs', () => {
    expect(inputsOf({})).toEqual(DEFAULTS)
    expect(inputsOf(env(Object.fromEntries(Object.keys(INPUT_DEFAULTS).map((name) => [name, '']))))).toEqual(DEFAULTS)
    expect(inputsOf(env(HELD_INPUTS))).toEqual(DEFAULTS)
  })

  it('reads everything', () => {
    const inputs = inputsOf({
      GITHUB_WORKSPACE: '/w',
      RUNNER_TEMP: '/t/',
      ...env({
        manifest: '\n .github/*.yml \r\n\n waves/**/*.yml\n',
        mode: 'check',
        'client-id': GUID,
        'tenant-id': GUID,
        'subscription-id': GUID,
        'client-secret': ' hunter2 ',
        'auth-type': 'secret',
        audience: 'api://other',
        environment: 'AzureUSGovernment',
        'github-token': 'ghs_x',
        'trusted-ref': 'release/1.x',
        vantage: 'dms-subnet',
        'fail-on': 'not-ready',
        comment: 'problems',
        title: 'Wave 2',
        disclose: 'counts',
        'report-directory': '/t/report/',
        timeout: '5',
        deadline: '1h',
        'max-parallel': '8',
        'allow-writes': 'TRUE',
      }),
    })
    expect(inputs).toMatchObject({
      manifests: ['.github/*.yml', 'waves/**/*.yml'],
      azure: { authType: 'secret', clientId: GUID, tenantId: GUID, subscriptionId: GUID, audience: 'api://other' },
      environment: 'azureusgovernment',
      trustedRef: 'release/1.x',
      vantage: 'dms-subnet',
      failOn: 'not-ready',
      comment: 'problems',
      title: 'Wave 2',
      disclose: 'counts',
      reportDirectory: '/t/report',
      timeoutMs: 5000,
      deadlineMs: 3_600_000,
      maxParallel: 8,
      allowWrites: true,
    })
    expect(inputs.azure.clientSecret?.reveal()).toBe('hunter2')
    expect(inputs.githubToken?.reveal()).toBe('ghs_x')
    expect(JSON.stringify(inputs)).not.toMatch(/hunter2|ghs_x/)
  })

  it.each<[Record<string, string>, string]>([
    [{ mode: 'plan' }, 'input mode is not supported yet as plan; supported: check, verify, init, convert'],
    [{ mode: 'chek' }, 'input mode must be one of check, verify, init, convert; did you mean check?'],
    [
      { 'auth-type': 'secrets' },
      'input auth-type must be one of auto, oidc, secret, cli, managed-identity; did you mean secret?',
    ],
    [{ 'client-id': GUID }, 'input tenant-id is missing: `client-id` needs it'],
    [{ 'client-id': GUID, 'auth-type': 'oidc' }, 'input tenant-id is missing: `auth-type: oidc` needs it'],
    [
      { 'client-id': GUID, 'tenant-id': GUID, 'auth-type': 'secret' },
      'input client-secret is missing: `auth-type: secret` needs it',
    ],
    [
      { 'auth-type': 'cli', audience: 'api: //x' },
      'input audience must be printable ASCII without spaces, like api://AzureADTokenExchange',
    ],
    [
      { 'client-id': 'me', 'auth-type': 'managed-identity' },
      'input client-id must be a GUID, like 00000000-0000-4000-8000-000000000000',
    ],
    [
      { environment: 'azurecluod' },
      'input environment must be one of azurecloud, azureusgovernment, azurechinacloud, or the https URL of an Azure Resource Manager endpoint; did you mean azurecloud?',
    ],
    [
      { environment: 'http://arm.example' },
      'input environment must be one of azurecloud, azureusgovernment, azurechinacloud, or the https URL of an Azure Resource Manager endpoint',
    ],
    [
      { environment: 'https://u:p@arm.example' },
      'input environment must be one of azurecloud, azureusgovernment, azurechinacloud, or the https URL of an Azure Resource Manager endpoint, without user, query and fragment',
    ],
    [{ 'trusted-ref': 'a b' }, 'input trusted-ref must be the name of a branch or tag, or a commit'],
    [{ 'trusted-ref': '../x' }, 'input trusted-ref must be the name of a branch or tag, or a commit'],
    [{ vantage: 'my place' }, 'input vantage must be auto, or a name of letters, digits, ".", "_" and "-"'],
    [
      { 'fail-on': 'undetermind' },
      'input fail-on must be one of not-ready, undetermined, conditions, never; did you mean undetermined?',
    ],
    [{ comment: 'sometimes' }, 'input comment must be one of always, changes, problems, never'],
    [{ title: 'a\nb' }, 'input title must be one line of at most 200 characters'],
    [{ disclose: 'all' }, 'input disclose must be one of auto, full, names, counts'],
    [
      { 'report-directory': '../x' },
      "input report-directory must not leave the workspace; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [
      { 'report-directory': '/etc' },
      "input report-directory must be relative, not absolute; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [
      { 'report-directory': '.' },
      "input report-directory must name something inside the workspace; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [{ timeout: '2h' }, 'input timeout must be a duration of at most 1h: 30 or 30s (seconds), 15m, 6h'],
    [{ timeout: 'soon' }, 'input timeout must be a duration of at most 1h: 30 or 30s (seconds), 15m, 6h'],
    [{ deadline: '6d' }, 'input deadline must be a duration of at most 5d: 30 or 30s (seconds), 15m, 6h'],
    [{ 'max-parallel': '0' }, 'input max-parallel must be a whole number from 1 to 1024'],
    [{ 'max-parallel': '1e3' }, 'input max-parallel must be a whole number from 1 to 1024'],
    [{ 'allow-writes': 'yes' }, 'input allow-writes must be true or false'],
    [{ 'receipt-max-age': '59s' }, 'input receipt-max-age must be at least 1m'],
    [
      { 'receipt-max-age': '169h' },
      'input receipt-max-age must be a duration of at most 7d: 30 or 30s (seconds), 15m, 6h',
    ],
    [
      { 'receipt-key': 'k'.repeat(31) },
      'input receipt-key must have at least 32 characters; `openssl rand -base64 32` makes a good one',
    ],
    [{ mode: 'verify' }, 'input receipt is missing: `mode: verify` reads it'],
    [
      { receipt: 'out/' },
      "input receipt must name a file, not a folder; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [
      { receipt: './dms-preflight-report/Report.json' },
      'input receipt is a file of the report: give it a name of its own, such as receipt.json',
    ],
    [
      { receipt: 'out/report.sarif', 'report-directory': 'x/../out/' },
      'input receipt is a file of the report: give it a name of its own, such as receipt.json',
    ],
    [
      { receipt: '../r.json' },
      "input receipt must not leave the workspace; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [
      { receipt: '/etc/r.json' },
      "input receipt must be relative, not absolute; it lies in the workspace or in the runner's folder for temporary files",
    ],
    [
      { 'allowed-hosts': 'a.example\nb.example:1433' },
      'input allowed-hosts line 2 ("b.example:1433") must be a host without a port: a host that is allowed is so on every port',
    ],
    [{ shard: '1/5' }, 'input shard is not supported yet: leave it out'],
  ])('%j is refused', (inputs, message) => expect(problemsOf(inputs)).toEqual([message]))

  it('wants the identity of a secret, and reports all problems at once without secrets', () => {
    const problems = problemsOf({ 'client-secret': 'hunter2', mode: 'merge', timeout: 'x' })
    expect(problems).toHaveLength(4)
    expect(problems.join('\n')).not.toContain('hunter2')
    expect(problems).toContain('input client-id is missing: `client-secret` needs it')
    expect(problems).toContain('input tenant-id is missing: `client-secret` needs it')
  })

  it.each<[Record<string, string>, string]>([
    [{}, 'cli'],
    [{ 'tenant-id': GUID, 'subscription-id': GUID }, 'cli'],
    [{ 'client-id': GUID, 'tenant-id': GUID }, 'oidc'],
    [{ 'client-id': GUID, 'tenant-id': GUID, 'client-secret': 'x' }, 'secret'],
    [{ 'client-id': GUID, 'tenant-id': GUID, 'client-secret': 'x', 'auth-type': 'oidc' }, 'oidc'],
    [{ 'client-id': GUID, 'tenant-id': GUID, 'auth-type': 'cli' }, 'cli'],
    [{ 'auth-type': 'managed-identity' }, 'managed-identity'],
    [{ 'client-id': GUID, 'auth-type': 'managed-identity' }, 'managed-identity'],
  ])('%j signs in by %s', (inputs, authType) => {
    for (const auto of [{}, { 'auth-type': 'auto' }]) {
      expect(inputsOf(env({ ...auto, ...inputs })).azure.authType).toBe(authType)
    }
  })

  it('ignores what it does not know, and says so', () => {
    const result = readInputs({ INPUT_FAIL_ON: 'never', INPUT_COLOUR: 'red', INPUT_EMPTY: '', OTHER: 'x' })
    expect(result.ok && result.inputs.failOn).toBe('undetermined')
    expect(result.warnings).toEqual([
      'the input "fail_on" is unknown and was ignored; did you mean "fail-on"?',
      'the input "colour" is unknown and was ignored',
    ])
  })
})

describe('action.yml', () => {
  const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
    inputs: Record<string, { description: string; default?: string }>
    outputs: Record<string, { description: string }>
    runs: { using: string; main: string }
  }

  it('has every input that works, with the same default', () => {
    const defaults = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']),
    )
    expect(defaults).toEqual({ ...INPUT_DEFAULTS, 'github-token': '${{ github.token }}' })
    expect(Object.keys(action.inputs)).toEqual(Object.keys(INPUT_DEFAULTS))
  })

  it('describes everything and runs on Node 24', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description).toMatch(/\.$/)
    }
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' })
  })
})
