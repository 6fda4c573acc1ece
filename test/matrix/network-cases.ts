import type { BrowserEntry } from '../../lab/browser.ts'
import { SILENT } from './ask-checks.ts'
import type { Row, World } from './row.ts'

const NAME = 'name-resolves'
const BROWSER = 'sql-browser-is-reachable'
const PORT = 'engine-port-is-reachable'
const TCP_IP = 'tcp-ip-is-enabled'
/** Long enough on a busy machine, and short for what never answers. */
const IMPATIENT_MS = 700

const NAME_ROWS: readonly Row[] = [
  {
    step: 'name',
    failure: 'no such name',
    world: { addresses: 'ENOTFOUND' },
    root: NAME,
    verdict: 'fail',
    says: /From the DMS subnet snet-dms, this runner \(127\.0\.0\.1\) finds no address for sql01\.corp\.example .*ENOTFOUND/,
    next: /Resolve-DnsName -Name sql01\.corp\.example/,
  },
  {
    step: 'name',
    failure: 'no such name, seen from elsewhere',
    from: 'elsewhere',
    world: { addresses: 'ENOTFOUND' },
    root: NAME,
    verdict: 'unknown',
    cause: 'dns',
    says: /finds no address for sql01\.corp\.example .*the DNS servers of the DMS virtual network may know the name/,
    next: /getent ahosts sql01\.corp\.example/,
  },
  {
    step: 'name',
    failure: 'no such name of the target',
    side: 'target',
    world: { addresses: 'ENOTFOUND' },
    root: NAME,
    verdict: 'fail',
    says: /finds no address for sqlsales\.corp\.example/,
    next: /privatelink\.database\.windows\.net/,
  },
  {
    step: 'name',
    failure: 'a resolver that fails for the moment',
    world: { addresses: 'EAI_AGAIN' },
    root: NAME,
    verdict: 'unknown',
    cause: 'dns',
    says: /lookup of sql01\.corp\.example .*resolver of this runner gave no answer \(EAI_AGAIN\)/,
    next: /why the name servers of this runner gave no answer/,
  },
  {
    step: 'name',
    failure: 'a resolver that never answers',
    world: { addresses: SILENT, timeoutMs: IMPATIENT_MS },
    root: NAME,
    verdict: 'unknown',
    cause: 'dns',
    says: /resolver of this runner did not answer for sql01\.corp\.example within 700 ms/,
    next: /why the name servers of this runner gave no answer/,
  },
  {
    step: 'name',
    failure: 'a name that has no address',
    world: { addresses: [] },
    root: NAME,
    verdict: 'fail',
    says: /finds no address for sql01\.corp\.example/,
    next: /Resolve-DnsName/,
  },
]

const entry = (name: string, tcpPort?: number): BrowserEntry => ({
  name,
  version: '16.0.4135.4',
  ...(tcpPort === undefined ? {} : { tcpPort }),
})
const named = (browser: World['browser'], more: World = {}): World => ({
  server: () => String.raw`sql01.corp.example\SALES`,
  timeoutMs: IMPATIENT_MS,
  ...(browser === undefined ? {} : { browser }),
  ...more,
})

const BROWSER_ROWS: readonly Row[] = [
  {
    step: 'browser',
    failure: 'no Browser',
    world: named(() => 'nothing'),
    root: BROWSER,
    verdict: 'fail',
    says: /^UDP 1434 of sql01\.corp\.example \(127\.0\.0\.1\) from this runner \(127\.0\.0\.1\): refused/,
    next: /Start-Service -Name SQLBrowser/,
  },
  {
    step: 'browser',
    failure: 'no Browser, seen from elsewhere',
    from: 'elsewhere',
    world: named(() => 'nothing'),
    root: BROWSER,
    verdict: 'unknown',
    cause: 'refused',
    says: /^UDP 1434 of sql01\.corp\.example .*: refused.*not verified/,
    next: /Start-Service -Name SQLBrowser/,
  },
  {
    step: 'browser',
    failure: 'a Browser that never answers',
    world: named(() => ({ silent: true })),
    root: BROWSER,
    verdict: 'fail',
    says: /^UDP 1434 .*: no answer; most likely a firewall.*silent too where every instance of the host is stopped or hidden$/,
    next: /UDP -LocalPort 1434/,
  },
  {
    step: 'browser',
    failure: 'a hidden instance, alone on its host',
    world: named(() => ({ instances: [{ ...entry('SALES', 1433), hidden: true }] })),
    root: BROWSER,
    verdict: 'fail',
    says: /^UDP 1434 .*: no answer; .*stopped or hidden$/,
    next: /write host,port in the manifest/,
  },
  {
    step: 'browser',
    failure: 'another service on the port of the Browser',
    world: named(() => Buffer.from('NOT A BROWSER')),
    root: BROWSER,
    verdict: 'unknown',
    cause: 'protocol',
    says: /udp 127\.0\.0\.1:\d+: what came back is not an answer of SQL Server Browser/,
    next: /whether another service or a proxy answers there/,
  },
  {
    // The Browser answers: what it tells is about the instance.
    step: 'tcp',
    failure: 'the instance without TCP',
    world: named(() => ({ instances: [entry('SALES')] })),
    root: TCP_IP,
    verdict: 'fail',
    says: /TCP\/IP is not enabled for sql01\.corp\.example\\SALES: SQL Server Browser on 127\.0\.0\.1, UDP 1434, lists SALES/,
    next: /ServerProtocols\['Tcp'\]/,
  },
  {
    step: 'tcp',
    failure: 'other instances only',
    world: named((port) => ({ instances: [entry('OTHER', port)] })),
    root: PORT,
    verdict: 'unknown',
    cause: 'insufficient',
    says: /UDP 1434, answers and does not list the instance SALES; it lists OTHER/,
    next: /Get-Service -Name 'MSSQL\*'/,
  },
  {
    step: 'tcp',
    failure: 'a hidden instance beside another one',
    world: named((port) => ({ instances: [{ ...entry('SALES', port), hidden: true }, entry('OTHER', port)] })),
    root: PORT,
    verdict: 'unknown',
    cause: 'insufficient',
    says: /does not list the instance SALES; it lists OTHER: a stopped or hidden instance, or another name/,
    next: /a hidden instance is never listed/,
  },
  {
    step: 'tcp',
    failure: 'the port that the Browser tells is closed',
    world: named((port) => ({ instances: [entry('SALES', port)] }), { instead: 'nothing' }),
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\) from this runner \(127\.0\.0\.1\): refused/,
    next: /Test-NetConnection -ComputerName sql01\.corp\.example -Port <port>/,
  },
]

const TCP_ROWS: readonly Row[] = [
  {
    step: 'tcp',
    failure: 'nothing listens',
    world: { instead: 'nothing' },
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\) from this runner \(127\.0\.0\.1\): refused/,
    next: /Test-NetConnection -ComputerName sql01\.corp\.example -Port <port>/,
  },
  {
    step: 'tcp',
    failure: 'nothing listens, seen from elsewhere',
    from: 'elsewhere',
    world: { instead: 'nothing' },
    root: PORT,
    verdict: 'unknown',
    cause: 'refused',
    says: /^TCP <port> of sql01\.corp\.example .*: refused.*127\.0\.0\.1 is not in the DMS subnet snet-dms \(10\.1\.0\.0\/24\)/,
    next: /run this from a runner that stands where DMS runs/,
  },
  {
    step: 'tcp',
    failure: 'nothing listens at the target',
    side: 'target',
    world: { instead: 'nothing' },
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sqlsales\.corp\.example .*: refused/,
    next: /Azure SQL answers on TCP 1433/,
  },
  {
    step: 'tcp',
    failure: 'no packet comes back',
    world: { instead: 'silence', timeoutMs: IMPATIENT_MS },
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sql01\.corp\.example .*: no answer after \d+ ms; most likely a firewall .* drops it/,
    next: /does the firewall appliance let the DMS subnet through/,
  },
  {
    step: 'tcp',
    failure: 'no packet comes back, seen from elsewhere',
    from: 'elsewhere',
    world: { instead: 'silence', timeoutMs: IMPATIENT_MS },
    root: PORT,
    verdict: 'unknown',
    cause: 'timeout',
    says: /^TCP <port> of sql01\.corp\.example .*: no answer .*not verified/,
    next: /run this from a runner that stands where DMS runs/,
  },
  {
    step: 'tcp',
    failure: 'none of several addresses listens',
    world: { instead: 'nothing', addresses: ['127.0.0.2', '127.0.0.3'] },
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sql01\.corp\.example \(127\.0\.0\.2, 127\.0\.0\.3\) .*: refused/,
    next: /Test-NetConnection/,
  },
  {
    step: 'tcp',
    failure: 'one of several addresses refuses, and another is silent',
    world: {
      instead: 'nothing',
      addresses: ['127.0.0.3', '127.0.0.2'],
      silentAt: ['127.0.0.3'],
      timeoutMs: IMPATIENT_MS,
    },
    root: PORT,
    verdict: 'fail',
    says: /^TCP <port> of sql01\.corp\.example \(127\.0\.0\.2\) .*: refused .*; other addresses of the name: 127\.0\.0\.3 \(timeout\)$/,
    next: /Test-NetConnection/,
  },
  {
    step: 'tcp',
    // The kernel makes no TCP connection to the broadcast address; filtered.test.ts has routes that lead nowhere.
    failure: 'no route',
    world: { addresses: ['255.255.255.255'] },
    root: PORT,
    verdict: 'unknown',
    cause: 'unreachable',
    says: /^TCP <port> of sql01\.corp\.example \(255\.255\.255\.255\) from this runner: unreachable.*which address of this runner/,
    next: /Test-NetConnection/,
  },
]

export const NETWORK_ROWS: readonly Row[] = [...NAME_ROWS, ...BROWSER_ROWS, ...TCP_ROWS]
