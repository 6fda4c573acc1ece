import { SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { firewallPath, type FirewallRule } from '../../firewall-path.ts'
import { sourceSubjects } from '../../subjects.ts'

const ID = 'source/windows-firewall-lets-dms-in'

export default defineCheck({
  meta: {
    id: ID,
    ref: 'DMSP-009',
    title: "Windows Firewall on the source's host lets DMS in",
    team: 'windows',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'source/engine-port-is-reachable' }],
    vantage: 'network-path',
    verdicts: ['pass', 'manual', 'blocked'],
    why: 'Windows Firewall blocks the port of SQL Server unless a rule opens it, and a rule can be for some remote addresses only.',
    source: {
      title: 'Configure Windows Firewall for Database Engine access',
      url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/configure-a-windows-firewall-for-database-engine-access',
      verified: '2026-11-22',
      rows: ['C4'],
    },
    remedy:
      'Open the port of the source in Windows Firewall for the prefix of the DMS subnet, then attest it; or run this from a runner in the DMS subnet.',
  },
  uses: ['net', 'arm'],
  subjects: sourceSubjects,
  ...firewallPath({
    id: ID,
    firewall: "Windows Firewall on the source's host",
    ask: 'Ask the administrator of the host for the inbound rules of the port and their remote addresses.',
    by: '@windows-lead',
    isOnRoute: false,
    scripts: (rule) => [{ language: 'powershell', code: firewallRules(rule) }],
  }),
})

function firewallRules({ port, browser, prefixes }: FirewallRule): string {
  const remote =
    prefixes.length === 0 ? "'<prefix of the DMS subnet>'" : prefixes.map((prefix) => `'${prefix}'`).join(', ')
  const rule = (name: string, protocol: string, local: number): string =>
    `New-NetFirewallRule -DisplayName '${name}' -Direction Inbound -Protocol ${protocol} -LocalPort ${String(local)} -RemoteAddress ${remote} -Action Allow`
  return [
    '# on the SQL Server host, as administrator: what is there',
    `Get-NetFirewallPortFilter -Protocol TCP | Where-Object LocalPort -eq ${String(port)} | Get-NetFirewallRule`,
    '# what is needed',
    rule('SQL Server for DMS', 'TCP', port),
    ...(browser
      ? [
          rule('SQL Server Browser for DMS', 'UDP', 1434),
          '# without a fixed port, allow the program sqlservr.exe instead of one TCP port',
        ]
      : []),
  ].join('\n')
}
