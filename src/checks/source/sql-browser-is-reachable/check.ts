import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { BROWSER_PORT, instanceBehindBrowser, readBrowser, type BrowserFacts } from '../../engine-endpoint.ts'
import { describeRunner, judgePath, readVantage, type PathFacts } from '../../network-path.ts'
import { placeWords } from '../../place-words.ts'
import { takerOfSource } from '../../runtime-vantage.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

type Evidence =
  { state: 'not-needed'; server: string; why: string } | ({ state: 'asked'; browser: BrowserFacts } & PathFacts)

const isNeeded = ({ source }: SourceSpec): boolean => instanceBehindBrowser(source.server) !== undefined

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm'>({
  meta: {
    id: 'source/sql-browser-is-reachable',
    ref: 'DMSP-002',
    title: 'SQL Server Browser answers for the named instance',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: (spec) => (isNeeded(spec) ? 'required' : 'recommended'),
    needs: [{ id: 'source/name-resolves', when: isNeeded }],
    provenBy: 'source/runtime-can-connect',
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'A named instance without a fixed port takes another TCP port at each start; only SQL Server Browser, on UDP 1434, tells DMS which.',
    source: {
      title: 'SQL Server Browser service (Database Engine and SSAS)',
      url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/sql-server-browser-service-database-engine-and-ssas',
      verified: '2026-11-22',
      rows: ['D4', 'M4'],
    },
    remedy:
      'Start SQL Server Browser and open UDP 1434 from where DMS runs, or give the instance a fixed port and name it in the manifest as host,port.',
  },
  uses: ['net', 'arm'],
  subjects: sourceSubjects,
  observe: async (ports, { spec: { source, manifest } }) => {
    const { text: server, host, port } = source.server
    const instance = instanceBehindBrowser(source.server)
    if (instance === undefined) {
      const why = port === undefined ? 'it is a default instance' : `the manifest gives its port, ${String(port)}`
      return seen({ state: 'not-needed', server, why })
    }
    const resolved = await ports.net.resolve(host)
    if (!resolved.ok) return resolved
    const addresses = resolved.value.found ? resolved.value.addresses.map(({ address }) => address) : []
    const browser = await readBrowser(ports, host, instance, addresses)
    if (!browser.ok) return browser
    const { address, localAddress } = browser.value
    const vantage = await readVantage(ports, manifest, localAddress, takerOfSource(manifest, source))
    return seen({
      state: 'asked',
      from: describeRunner(vantage),
      to: address === host ? host : `${host} (${address})`,
      port: BROWSER_PORT,
      protocol: 'udp',
      outcome: browser.value.outcome === 'answered' ? 'open' : browser.value.outcome,
      vantage,
      browser: browser.value,
    })
  },
  judge: (evidence, { spec: { manifest, source } }) => {
    if (evidence.state === 'not-needed') {
      return { verdict: 'not-applicable', summary: `${evidence.server} needs no SQL Server Browser: ${evidence.why}` }
    }
    const { browser, to } = evidence
    const { place, at, addresses } = placeWords(manifest, takerOfSource(manifest, source))
    const judgement = judgePath(evidence, {
      expected: `SQL Server Browser on UDP ${String(BROWSER_PORT)} of ${to} answers ${at}`,
      remediation: {
        text: `On the host, start SQL Server Browser and let UDP 1434 in from ${place}; on the way, let the firewall appliance pass it. Or give the instance a fixed port and write host,port in the manifest: then the Browser is not needed.`,
        scripts: [{ language: 'powershell', code: startBrowser(addresses) }],
      },
    })
    if (judgement.verdict === 'pass') return withEntry(judgement, browser)
    return browser.outcome === 'timeout' ? { ...judgement, summary: `${judgement.summary}${SILENT_TOO}` } : judgement
  },
})

/** It has nothing to tell then, and MC-SQLR 3.2.5 has no answer for that. */
const SILENT_TOO = '; a Browser that runs is silent too where every instance of the host is stopped or hidden'

function withEntry(judgement: Extract<Judgement, { verdict: 'pass' }>, browser: BrowserFacts): Judgement {
  const entry = describeEntry(browser)
  return { ...judgement, summary: `${judgement.summary}; ${entry}`, actual: `${judgement.actual}; ${entry}` }
}

function describeEntry({ instance, listed, tcpPort, version, known }: BrowserFacts): string {
  if (!listed) {
    return `it does not list the instance ${instance}, ${known.length === 0 ? 'nor any other' : `only ${known.join(', ')}`}`
  }
  const port = tcpPort === undefined ? 'without a TCP port' : `on TCP ${String(tcpPort)}`
  return `it lists ${instance} ${port}, version ${version ?? 'not told'}`
}

function startBrowser(addresses: string): string {
  return [
    '# on the SQL Server host, as administrator',
    "Get-Service -Name 'MSSQL*', SQLBrowser",
    'Set-Service -Name SQLBrowser -StartupType Automatic',
    'Start-Service -Name SQLBrowser',
    `New-NetFirewallRule -DisplayName 'SQL Server Browser' -Direction Inbound -Protocol UDP -LocalPort 1434 -RemoteAddress '${addresses}' -Action Allow`,
  ].join('\n')
}
