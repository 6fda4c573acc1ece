import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { mapSeen, seen } from '../../../domain/observed.ts'
import type { PreLoginAnswer } from '../../../ports/sql-port.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import {
  BROWSER_PORT,
  readSourceEndpoint,
  toSqlServer,
  type BrowserFacts,
  type EngineEndpoint,
} from '../../engine-endpoint.ts'
import { boundText } from '../../foreign-text.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

type Place = { host: string; address: string; port: number }
type Answered = Place & { state: 'answered'; version: string; encryption: string; localAddress: string }
type NotTds = Place & { state: 'not-tds' | 'closed'; message: string }
/** No address of the host could be tried from here. */
type Untried = { state: 'untried'; host: string; message: string }
type Evidence = Answered | NotTds | Untried | EngineEndpoint

const ID = 'source/tcp-ip-is-enabled'

export default defineCheck<SourceSpec, Evidence, 'net' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-007',
    title: 'The source instance listens on TCP/IP',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/name-resolves' }, { id: 'source/sql-browser-is-reachable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS speaks to SQL Server over TCP/IP only, and some editions are installed with that protocol switched off.',
    source: {
      title: 'Enable or disable a server network protocol',
      url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/enable-or-disable-a-server-network-protocol',
      verified: '2026-11-22',
      rows: ['C5'],
    },
    remedy: 'Enable TCP/IP for the instance in SQL Server Configuration Manager and restart the service.',
  },
  uses: ['net', 'sql'],
  subjects: sourceSubjects,
  observe: async (ports, { name, spec: { source } }) => {
    const endpoint = await readSourceEndpoint(ports, source)
    // Where the port cannot even be tried, the check of the port says so.
    if (!endpoint.ok && endpoint.failure.kind !== 'cancelled') {
      return seen({ state: 'untried', host: source.server.host, message: boundText(endpoint.failure.message) })
    }
    if (!endpoint.ok || endpoint.value.state !== 'tried' || endpoint.value.outcome !== 'open') return endpoint
    const server = toSqlServer(endpoint.value, source, { id: ID, subject: name })
    const { host, address, port } = server
    return mapSeen(await ports.sql.preLogin(server), (answer) => ({ host, address, port, ...factsOf(answer) }))
  },
  judge: (evidence, { name, spec }) => {
    const expected = `${spec.source.server.text} answers a TDS pre-login over TCP`
    switch (evidence.state) {
      case 'answered': {
        const { host, address, port, version, encryption } = evidence
        const inside = encryption === 'strict' ? ', inside TLS (TDS 8.0)' : ''
        const actual = `${host} (${address}) answers on TCP ${String(port)} as version ${version}${inside}`
        return { verdict: 'pass', proof: 'direct', summary: `TCP/IP is enabled: ${actual}`, expected, actual }
      }
      case 'not-tds':
      case 'closed':
        return judgeNotTds(evidence, expected)
      case 'no-tcp':
        return judgeNoTcp(evidence.browser, expected)
      case 'no-name':
        return blocked('source/name-resolves', name, `${evidence.host} has no address`)
      case 'no-browser':
        return blocked('source/sql-browser-is-reachable', name, `the port of ${spec.source.server.text} is not known`)
      case 'untried':
        return blocked('source/engine-port-is-reachable', name, evidence.message)
      case 'not-listed':
        return blocked('source/engine-port-is-reachable', name, `the port of ${spec.source.server.text} is not known`)
      case 'tried': {
        const { host, port, outcome } = evidence
        return blocked(
          'source/engine-port-is-reachable',
          name,
          `TCP ${String(port)} of ${host} was not reached (${outcome})`,
        )
      }
    }
  },
})

function factsOf(answer: PreLoginAnswer): Omit<Answered, keyof Place> | Omit<NotTds, keyof Place> {
  if (!answer.answered) return { state: answer.reason, message: boundText(answer.message) }
  const { version, encryption, localAddress } = answer
  return { state: 'answered', version: boundText(version), encryption, localAddress }
}

function judgeNotTds({ state, host, address, port, message }: NotTds, expected: string): Judgement {
  const fact = `something accepts connections on TCP ${String(port)} of ${host} (${address}) and ${state === 'closed' ? 'closes them at the pre-login' : 'does not speak TDS'}: ${message}`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `${fact}; likely another service has that port, or a proxy stands before the server`,
    expected,
    cause: { kind: state === 'closed' ? 'reset' : 'protocol', message: fact },
    remediation: {
      text: 'Look up the port of the instance on the host and name it in the manifest as host,port.',
      scripts: [
        {
          language: 'tsql',
          code: 'SELECT ip_address, port, type_desc, state_desc FROM sys.dm_tcp_listener_states; -- needs VIEW SERVER STATE',
        },
      ],
    },
  }
}

function judgeNoTcp({ host, instance, address, version }: BrowserFacts, expected: string): Judgement {
  const actual = `SQL Server Browser on ${address}, UDP ${String(BROWSER_PORT)}, lists ${instance} (version ${version ?? 'not told'}) without a TCP port`
  // An instance's name goes into a script only when PowerShell reads nothing else in it.
  const named = /^\w+$/.test(instance) ? instance : '<instance>'
  const code = [
    `# on ${/^[\w.-]+$/.test(host) ? host : 'the SQL Server host'}, as administrator, with the SqlServer module`,
    'Import-Module SqlServer',
    '$wmi = New-Object Microsoft.SqlServer.Management.Smo.Wmi.ManagedComputer',
    `$tcp = $wmi.ServerInstances['${named}'].ServerProtocols['Tcp']`,
    '$tcp.IsEnabled = $true',
    '$tcp.Alter()',
    `Restart-Service -Name 'MSSQL$${named}' -Force`,
  ].join('\n')
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `TCP/IP is not enabled for ${host}\\${instance}: ${actual}`,
    expected,
    actual,
    remediation: {
      text: 'Enable TCP/IP for the instance in SQL Server Configuration Manager and restart the service (a short outage of the instance).',
      scripts: [{ language: 'powershell', code }],
    },
  }
}

function blocked(id: string, subject: string, why: string): Judgement {
  return { verdict: 'blocked', summary: `Not tried: ${why}`, blockedBy: [{ id, subject }] }
}
