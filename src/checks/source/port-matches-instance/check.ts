import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { quoteYaml } from '../../quote-identifier.ts'
import { describeNotSeen, detail, observeSource, type NotSeen, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { CONNECTION_PORT, TCP_LISTENERS, TCP_SETTINGS } from '../../statements/listeners.ts'
import { SERVICES } from '../../statements/services.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

/** What the server is configured to, as far as it could be seen. */
type Details = {
  /** The server's own end of the connection. */
  connectionPort: number | null
  /** `TcpPort` of all addresses; empty: not fixed. */
  fixedPort: string | null
  dynamicPort: string | null
  /** Ports that the engine listens on for SQL. */
  listening: number[]
  /** The account of the engine's service. */
  serviceAccount: string | null
  notSeen: NotSeen[]
}

type Evidence = SourceFacts<{ details: Details }>
type Answered = Extract<Evidence, { outcome: 'answered' }>

const ID = 'source/port-matches-instance'
const DEFAULT_INSTANCE = 'MSSQLSERVER'
const PORTS_LIMIT = 20

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-017',
    title: 'The port leads to the instance that is named',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'blocked'],
    why: 'A port decides over the name of an instance: with the wrong one, DMS migrates the databases of another instance, or finds none.',
    source: {
      title: 'Configure SQL Server to listen on a specific TCP port',
      url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/configure-a-server-to-listen-on-a-specific-tcp-port',
      verified: '2026-11-22',
      rows: ['PORT'],
    },
    remedy:
      'Name the port of that instance (SQL Server Configuration Manager, TCP/IP, IPAll), or leave the port out and let SQL Server Browser tell it.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: (ports, subject) =>
    observeSource(ports, subject, ID, async (ask) => {
      const [connection, settings, listeners, services] = await Promise.all([
        ask(CONNECTION_PORT),
        ask(TCP_SETTINGS),
        ask(TCP_LISTENERS),
        ask(SERVICES),
      ])
      const end = detail('port of the connection', connection)
      const tcp = detail('configured ports', settings)
      const open = detail('listeners', listeners)
      const run = detail('service account', services)
      const setting = (name: string): string | null => tcp.rows?.find((row) => row.setting === name)?.value ?? null
      const listening = (open.rows ?? []).filter(({ type, state }) => type === 'TSQL' && state === 'ONLINE')
      const details: Details = {
        connectionPort: end.rows?.[0]?.port ?? null,
        fixedPort: setting('TcpPort'),
        dynamicPort: setting('TcpDynamicPorts'),
        listening: [...new Set(listening.map(({ port }) => port))].slice(0, PORTS_LIMIT),
        serviceAccount: run.rows?.find(({ service }) => /^SQL Server \(/i.test(service))?.account ?? null,
        notSeen: [...end.notSeen, ...tcp.notSeen, ...open.notSeen, ...run.notSeen],
      }
      return () => seen({ details })
    }),
  judge: (evidence, { name, spec }) =>
    evidence.outcome === 'answered'
      ? judgeInstance(evidence, spec.source)
      : judgeNoLogin(evidence, name, spec.manifest.name),
})

function judgeInstance({ host, port, server, details }: Answered, source: SourceSpec['source']): Judgement {
  const at = `${host}:${String(port)}`
  const named = source.server.instance
  const found = server.instanceName ?? DEFAULT_INSTANCE
  const wanted = named ?? 'the instance behind the port'
  const expected = named === undefined ? `an instance of SQL Server answers at ${at}` : `${at} is the instance ${named}`
  const actual = `${found === DEFAULT_INSTANCE ? 'the default instance' : `the instance ${found}`}${machine(server.machineName)}`
  const remarks = `${remarksOf({ port, details }, source.server.port !== undefined)}${describeNotSeen(details.notSeen)}`
  if (named !== undefined && named.toLowerCase() !== found.toLowerCase()) {
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${at} is ${actual}, and the manifest names ${wanted}${remarks}`,
      expected,
      actual,
      remediation: {
        text: `Look up the port of ${named} (on the host: SQL Server Configuration Manager, TCP/IP, IPAll), or leave the port out of the manifest. A port in the manifest decides over the name.`,
        scripts: [
          {
            language: 'yaml',
            code: `sources:\n  - name: ${quoteYaml(source.name)}\n    server: ${quoteYaml(`${host}\\${named}`)}`,
          },
        ],
      },
    }
  }
  return { verdict: 'pass', proof: 'direct', summary: `${at} is ${actual}${remarks}`, expected, actual }
}

function machine(name: string | null): string {
  return name === null ? '' : ` on ${name}`
}

function remarksOf({ port, details }: Pick<Answered, 'port' | 'details'>, isFixed: boolean): string {
  const { connectionPort, dynamicPort, fixedPort } = details
  const isDynamic = (dynamicPort ?? '') !== '' && (fixedPort ?? '') === ''
  return [
    ...(connectionPort === null || connectionPort === port
      ? []
      : [`the engine sees this connection on its port ${String(connectionPort)}, so something on the way forwards it`]),
    ...(isDynamic && isFixed
      ? [
          `the port is dynamic (${dynamicPort ?? ''}) and may be another one after the next restart: give the instance a fixed port before the migration`,
        ]
      : []),
  ]
    .map((remark) => `; ${remark}`)
    .join('')
}
