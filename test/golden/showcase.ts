// Reports as large as real ones, with the catalogue's own titles: what the pictures of `npm run screenshot` show.
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { Scenario } from '../../src/domain/manifest.ts'
import type { CheckResult, Report } from '../../src/domain/report.ts'
import type { SubjectKind } from '../../src/domain/subject.ts'
import { adminRuleUnknown, attestation, blocked, check, manifest, RUN, waiver } from './fixtures.ts'
import { summarise } from './reports.ts'

const TITLE = 'Sales to Azure SQL Database'
const SERVER: Readonly<Record<string, string>> = { sales: 'sql01.corp.example', erp: 'sql02.corp.example' }
const NSG = { subnet: 'snet-dms', nsg: { name: 'nsg-dms' }, answer: 'allowed', decidingRules: ['AllowDmsToServices'] }

/** A result of a check of the catalogue, with its own title, team and severity. */
export function of(id: string, kind: SubjectKind, name: string, more: Partial<CheckResult> = {}): CheckResult {
  const meta = CATALOGUE.find((one) => one.meta.id === id)?.meta
  if (meta === undefined) throw new Error(`No check is named ${id}`)
  const { ref, title, team, severity, source } = meta
  return check({
    id,
    ref,
    title,
    team,
    severity: typeof severity === 'string' ? severity : 'required',
    subject: { kind, name },
    source: { title: source.title, url: source.url, verified: source.verified },
    summary: `${title} (${name})`,
    actual: 'as it should be',
    evidence: { seen: true },
    ...more,
  })
}

function passing(scenario: Scenario, id: string, source: string, target: string): CheckResult[] {
  const host = SERVER[source] ?? `${source}.corp.example`
  const area = id.split('/')[0] ?? ''
  const far = `${target}.database.windows.net`
  const more: Record<string, Partial<CheckResult>> = {
    'source/engine-port-is-reachable': {
      proof: 'proxy',
      actual: '10.8.0.4 → 10.20.0.11:49823 in 3 ms',
      evidence: { host, port: 49823, outcome: 'open' },
    },
    'target/engine-port-is-reachable': { proof: 'proxy', evidence: { host: far, port: 1433, outcome: 'open' } },
    'target/server-firewall-admits-dms': { evidence: { server: target } },
    'share/smb-port-is-reachable': { evidence: { path: String.raw`\\fs01.corp.example\dms-backup`, port: 445 } },
    'storage/container-exists': { evidence: { account: 'stmig', container: 'backups' } },
    'source/firewall-appliance-lets-dms-in': {
      verdict: 'manual',
      summary: `Nobody has vouched that the firewall appliance before ${host} lets 10.1.2.0/24 in`,
      remediation: { text: 'Ask who runs it, and attest it', scripts: [] },
    },
  }
  if (id === 'network/nsg-allows-dms-ports')
    return [443, 53, 9354, 445, 12_000].map((port) =>
      of(id, 'nsg-port', `snet-dms:${String(port)}`, {
        severity: port === 443 ? 'required' : 'recommended',
        actual: 'allowed by `AllowDmsToServices`',
        evidence: NSG,
      }),
    )
  if (id === 'network/nsg-allows-source-ports' || id.startsWith('network/dms-vnet-has-site'))
    return [of(id, 'sql-server', source, { proof: 'proxy' })]
  if (id === 'target/login-has-control-database' || id === 'target/sql-database-exists')
    return ['Sales', 'Orders'].map((name) => of(id, 'database', `default/${name}`))
  const kinds: Record<string, [SubjectKind, string]> = {
    source: ['sql-server', source],
    target: ['target', 'default'],
    share: ['share', 'default'],
    storage: ['container', 'main'],
  }
  const [kind, name] = kinds[area] ??
    (id === 'network/target-is-connected' ? kinds['target'] : undefined) ?? [
      'manifest',
      scenario.endsWith('instance') ? 'ERP to Managed Instance' : TITLE,
    ]
  return [of(id, kind, name, more[id] ?? {})]
}

/** Every check of the scenario, all well. */
function everything(scenario: Scenario, source: string, target: string): CheckResult[] {
  return CATALOGUE.filter(
    ({ meta }) => meta.scenarios.includes(scenario) && meta.generations.includes('classic'),
  ).flatMap(({ meta: { id } }) =>
    id === 'network/nsg-allows-declared-flows' ? [] : passing(scenario, id, source, target),
  )
}

/** The given results in place of those on the same check and subject. */
function withResults(results: readonly CheckResult[], ...others: CheckResult[]): CheckResult[] {
  const same = (a: CheckResult, b: CheckResult): boolean => a.id === b.id && a.subject.name === b.subject.name
  return [
    ...results.map((result) => others.find((other) => same(other, result)) ?? result),
    ...others.filter((other) => !results.some((result) => same(other, result))),
  ]
}

const sales = (): CheckResult[] => everything('sql-server-to-azure-sql-database', 'sales', 'sqlsales')

const controlServer = of('source/login-has-control-server', 'sql-server', 'sales', {
  verdict: 'fail',
  summary: 'The login `dms` lacks CONTROL SERVER on `sql01.corp.example`; it has VIEW SERVER STATE and CONNECT SQL',
  actual: 'CONTROL SERVER: no, sysadmin: no',
  remediation: {
    text: 'A sysadmin grants it; nothing less is enough',
    scripts: [{ language: 'tsql', code: '-- in master, as a sysadmin\nGRANT CONTROL SERVER TO [dms];' }],
  },
})

const nsg443 = of('network/nsg-allows-dms-ports', 'nsg-port', 'snet-dms:443', {
  verdict: 'fail',
  summary:
    'NSG `nsg-dms` blocks TCP 443 from `snet-dms` to AzureMonitor. Rule `DenyInternetOut` (priority 300) denies 10.1.2.4 → 20.42.1.9:443',
  actual: 'denied by `DenyInternetOut`',
  evidence: {
    ...NSG,
    answer: 'partial',
    decidingRules: ['DenyInternetOut'],
    witness: { source: '10.1.2.4', destination: '20.42.1.9', protocol: 'tcp', port: 443 },
  },
  remediation: {
    text: 'Allow it above that rule',
    scripts: [
      {
        language: 'bash',
        code: 'az network nsg rule create -g rg-net --nsg-name nsg-dms -n AllowDmsMonitor --priority 299 \\\n  --direction Outbound --access Allow --protocol Tcp \\\n  --destination-address-prefixes AzureMonitor.WestEurope --destination-port-ranges 443',
      },
    ],
  },
})

const serverFirewall = of('target/server-firewall-admits-dms', 'target', 'default', {
  verdict: 'fail',
  summary:
    'The firewall of `sqlsales` does not admit `snet-dms`; its rules cover 10.1.2.0/25 alone, and a private range has no effect there in any case',
  actual: '128 of 256 addresses, private range only',
  evidence: { server: 'sqlsales', rules: ['10.1.2.0-10.1.2.127'] },
  remediation: {
    text: 'Add a virtual network rule',
    scripts: [
      {
        language: 'bash',
        code: 'az sql server vnet-rule create -g rg-sales -s sqlsales -n dms --subnet <id of snet-dms>',
      },
    ],
  },
})

const attested = { ...attestation, location: { path: '.github/dms-preflight.yml', line: 30, column: 5 } }

function salesReport(results: readonly CheckResult[], more: Parameters<typeof summarise>[0] = {}): Report {
  return summarise({ manifests: [{ manifest: manifest({ attestations: [attested] }), results }], ...more })
}

export function showNotReady(): Report {
  return salesReport(withResults(sales(), controlServer, nsg443, serverFirewall))
}

export function showUndetermined(): Report {
  const refused = of('source/engine-port-is-reachable', 'sql-server', 'sales', {
    verdict: 'unknown',
    proof: 'proxy',
    summary:
      'TCP 49823 of sql01.corp.example from this runner (10.8.0.4): no answer after 3000 ms; most likely a firewall on the way or on the host drops it, or the host is down',
    cause: { kind: 'timeout', message: 'TCP 49823 of sql01.corp.example: no answer after 3000 ms' },
    evidence: {},
    remediation: { text: 'Let TCP 49823 from the DMS subnet 10.1.2.0/24 through', scripts: [] },
  })
  const waiting = sales()
    .filter(({ id, subject }) => id.startsWith('source/') && subject.name === 'sales' && id !== refused.id)
    .filter(({ id }) => id !== 'source/name-resolves' && id !== 'source/firewall-appliance-lets-dms-in')
    .map(({ id, title, team }) => blocked(id, title, refused.id, 'sales', { team }))
  return salesReport(withResults(sales(), refused, ...waiting, admin()), { trusted: false })
}

function admin(): CheckResult {
  const { id, cause, summary, remediation } = adminRuleUnknown
  return of(id, 'manifest', TITLE, {
    severity: 'recommended',
    verdict: 'unknown',
    evidence: {},
    summary,
    ...(cause === undefined ? {} : { cause }),
    ...(remediation === undefined ? {} : { remediation }),
  })
}

export function showConditions(): Report {
  const vouching = manifest({
    attestations: [attested],
    waivers: [{ ...waiver, expires: '2026-12-20T00:00:00.000Z' }],
  })
  return summarise({ manifests: [{ manifest: vouching, results: withResults(sales(), serverFirewall, admin()) }] })
}

export function showReady(): Report {
  const results = sales()
    .filter(({ verdict }) => verdict !== 'manual')
    .map((result): CheckResult => ({ ...result, proof: 'direct', expiresAt: '2026-12-20T00:00:00.000Z' }))
  return summarise({
    manifests: [{ manifest: manifest({ generation: 'modern' }), results }],
    run: { ...RUN, vantage: { name: 'dms-subnet', verified: true } },
  })
}

/** Twelve servers in three waves to managed instances, three of them not ready. */
export function showEstate(): Report {
  const wave = (place: number): Parameters<typeof summarise>[0] => {
    const names = [1, 2, 3, 4].map((number) => `erp${String(place * 4 + number).padStart(2, '0')}`)
    const [first = '', ...others] = names
    const own = others.flatMap((name) =>
      everything('sql-server-to-azure-sql-managed-instance', name, 'mi-erp').filter(
        ({ subject }) => subject.name === name,
      ),
    )
    const all = [...everything('sql-server-to-azure-sql-managed-instance', first, 'mi-erp'), ...own]
    const sysadmin = of('source/login-is-sysadmin', 'sql-server', first, {
      verdict: 'fail',
      summary: `The login \`dms\` is no sysadmin on \`${first}.corp.example\``,
      actual: 'sysadmin: no',
      remediation: {
        text: 'A managed instance migration backs up through this login',
        scripts: [{ language: 'tsql', code: 'ALTER SERVER ROLE sysadmin ADD MEMBER [dms];' }],
      },
    })
    const name = `Wave ${String(place + 1)}`
    const results = withResults(all, sysadmin)
    return {
      manifests: [
        { manifest: manifest({ name, path: `waves/wave-${String(place + 1)}.yml`, attestations: [] }), results },
      ],
    }
  }
  return summarise({
    title: 'ERP to Azure SQL Managed Instance',
    manifests: [0, 1, 2].flatMap((place) => wave(place)?.manifests ?? []),
  })
}
