import type { Attestation, Manifest, Waiver } from '../../src/domain/manifest.ts'
import type { CheckResult, RunFacts } from '../../src/domain/report.ts'

const PATH = '.github/dms-preflight.yml'
export const NOW = '2026-11-22T10:00:00.000Z'

export const RUN: RunFacts = {
  startedAt: NOW,
  durationMs: 812,
  vantage: { name: 'auto', verified: false },
  repository: 'corp/sales',
  sha: '3f2a9c1d5e6f708192a3b4c5d6e7f8091a2b3c4d',
  event: 'pull_request',
  url: 'https://github.example/corp/sales/actions/runs/42',
  trusted: true,
}

export function at(line: number, path = PATH): { path: string; line: number; column: number } {
  return { path, line, column: 5 }
}

export function manifest(more: Partial<Manifest> = {}): Manifest {
  return {
    path: PATH,
    files: [PATH],
    name: 'Sales to Azure SQL Database',
    scenario: 'sql-server-to-azure-sql-database',
    generation: 'classic',
    migration: 'offline',
    cutover: { start: '2026-12-05T20:00:00.000Z', durationMs: 21_600_000 },
    dms: {
      subnetId: '/subscriptions/s/subnets/snet-dms',
      egress: [],
      nsgPorts: 'seed',
      flows: [],
      runtimeHosts: [],
      schemaMigration: false,
      location: at(6),
    },
    sources: [],
    targets: [],
    shares: [],
    containers: [],
    tools: {},
    attestations: [],
    waivers: [],
    location: at(1),
    ...more,
  }
}

const SOURCE = {
  title: 'Prerequisites of Azure Database Migration Service',
  url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
  verified: '2026-11-22',
}

export function check(more: Partial<CheckResult> = {}): CheckResult {
  return {
    id: 'source/login-has-control-server',
    ref: 'DMSP-006',
    title: 'Login has CONTROL SERVER',
    severity: 'required',
    team: 'dba',
    subject: { kind: 'sql-server', name: 'sales' },
    verdict: 'pass',
    proof: 'direct',
    summary: 'The login `dms` on `sales` has CONTROL SERVER',
    expected: 'CONTROL SERVER',
    actual: '`HAS_PERMS_BY_NAME` = 1',
    evidence: { controlServer: 1 },
    vantage: 'runner',
    source: SOURCE,
    location: at(12),
    durationMs: 31,
    expiresAt: null,
    ...more,
  }
}

export const portPasses = check({
  id: 'source/engine-port-is-reachable',
  ref: 'DMSP-010',
  title: 'Engine port is reachable',
  team: 'network',
  proof: 'proxy',
  summary:
    'TCP 49823 of sql01.corp.example from this runner (10.8.0.4) is open after 3 ms; seen from the runner, which is not verified to stand where DMS will, because 10.8.0.4 is not in the DMS subnet snet-dms (10.1.2.0/24)',
  actual: '10.8.0.4 → 10.20.0.11:49823 in 3 ms',
  evidence: { outcome: 'open', ms: 3 },
})

export const portTimesOut = check({
  ...portPasses,
  subject: { kind: 'sql-server', name: 'erp' },
  verdict: 'unknown',
  location: at(17),
  summary:
    'TCP 1433 of sql02.corp.example from this runner (10.8.0.4): no answer after 3000 ms; most likely a firewall on the way or on the host drops it, or the host is down',
  actual: 'could not be determined',
  cause: {
    kind: 'timeout',
    message: 'TCP 1433 of sql02.corp.example from this runner (10.8.0.4): no answer after 3000 ms',
  },
  remediation: {
    text: 'Let TCP 1433 from the DMS subnet 10.1.2.0/24 through to sql02.corp.example. Or run this from a runner in the DMS subnet, where the outcome decides.',
    scripts: [
      {
        language: 'powershell',
        code: 'New-NetFirewallRule -DisplayName "SQL Server for DMS" -Direction Inbound -Action Allow -Protocol TCP -LocalPort 1433 -RemoteAddress 10.1.2.0/24',
      },
    ],
  },
})

export const controlServerFails = check({
  verdict: 'fail',
  summary: 'The login `dms` on `sales` lacks CONTROL SERVER; it has `VIEW SERVER STATE` and `CONNECT SQL`',
  actual: '`HAS_PERMS_BY_NAME` = 0, not in `sysadmin`',
  evidence: { controlServer: 0, sysadmin: 0 },
  remediation: {
    text: 'Grant it',
    scripts: [
      { language: 'tsql', code: '-- on sql01.corp.example\\SALES, as a sysadmin\nGRANT CONTROL SERVER TO [dms];' },
    ],
  },
})

export const nsgPasses = check({
  id: 'network/nsg-allows-dms-ports',
  ref: 'DMSP-003',
  title: 'NSG allows DMS ports',
  team: 'network',
  location: at(6),
  subject: { kind: 'nsg-port', name: 'snet-dms:443' },
  summary: 'NSG `nsg-dms` lets TCP 443 from `snet-dms` through',
  actual: 'allowed by `AllowInternetOutBound`',
  evidence: { answer: 'allowed', decidingRules: ['AllowInternetOutBound'] },
})

export const nsgFails = check({
  ...nsgPasses,
  verdict: 'fail',
  summary:
    'NSG `nsg-dms` blocks TCP 443 from `snet-dms` to AzureMonitor. Rule `DenyInternetOut` (priority 300) denies 10.1.2.4 → 20.42.1.9:443',
  actual: 'denied by `DenyInternetOut`',
  evidence: {
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

export const firewallFails = check({
  id: 'target/server-firewall-admits-dms',
  ref: 'DMSP-005',
  title: 'Server firewall admits DMS',
  team: 'azure',
  subject: { kind: 'target', name: 'default' },
  verdict: 'fail',
  location: at(20),
  summary:
    'The firewall of `sqlsales` does not admit `snet-dms`; rules cover 10.1.2.0/25 alone, and a private range has no effect there in any case',
  actual: '128 of 256 addresses, private range only',
  evidence: { rules: ['10.1.2.0-10.1.2.127'] },
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

export const applianceIsManual = check({
  id: 'source/firewall-appliance-lets-dms-in',
  ref: 'DMSP-011',
  title: 'Firewall appliance lets DMS in',
  team: 'network',
  verdict: 'manual',
  summary: 'Whether the firewall in front of `sales` lets 10.1.2.0/24 in can only be said by who runs it',
  actual: 'nobody has vouched for it',
  evidence: {},
  remediation: {
    text: 'Ask who runs the appliance, and attest it',
    scripts: [
      {
        language: 'yaml',
        code: 'attestations:\n  - { check: source/firewall-appliance-lets-dms-in, subject: sales, by: "@you", on: 2026-11-22, expires: 2026-12-20 }',
      },
    ],
  },
})

export const browserDoesNotApply = check({
  id: 'source/sql-browser-is-reachable',
  ref: 'DMSP-012',
  title: 'SQL Browser is reachable',
  team: 'windows',
  verdict: 'not-applicable',
  summary: 'The server is named with its port, so the Browser is not asked',
  actual: 'does not apply',
  evidence: {},
})

export const adminRuleUnknown = check({
  id: 'network/no-admin-rule-blocks-dms',
  ref: 'DMSP-040',
  title: 'No security admin rule blocks DMS',
  team: 'network',
  severity: 'recommended',
  verdict: 'unknown',
  subject: { kind: 'manifest', name: 'Sales to Azure SQL Database' },
  location: at(6),
  summary: 'The effective security admin rules of vnet-hub could not be read: 403 AuthorizationFailed',
  actual: 'could not be determined',
  evidence: {},
  cause: { kind: 'forbidden', message: 'GET listNetworkManagerEffectiveSecurityAdminRules: 403 AuthorizationFailed' },
  remediation: {
    text: 'Missing: Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action.',
    scripts: [],
  },
})

export function blocked(
  id: string,
  title: string,
  by: string,
  subject = 'erp',
  more: Partial<CheckResult> = {},
): CheckResult {
  return check({
    id,
    title,
    ref: 'DMSP-099',
    subject: { kind: 'sql-server', name: subject },
    verdict: 'blocked',
    proof: 'proxy',
    evidence: {},
    location: at(17),
    summary: `Not tried: ${by} (${subject}) must hold first`,
    actual: 'not tried',
    blockedBy: [{ id: by, subject }],
    ...more,
  })
}

export const attestation: Attestation = {
  check: 'source/firewall-appliance-lets-dms-in',
  subjects: ['sales'],
  by: '@dba-lead',
  on: '2026-11-20',
  expires: '2026-12-21T00:00:00.000Z',
  evidence: 'change 4711',
  location: at(30),
}

export const waiver: Waiver = {
  check: 'target/server-firewall-admits-dms',
  subjects: [],
  by: '@release-lead',
  reason: 'private endpoint only',
  expires: '2026-12-02T00:00:00.000Z',
  location: at(33),
}
