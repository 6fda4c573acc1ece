import { describe, expect, it } from '@jest/globals'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { parseAllowedHosts } from '../../src/domain/allowed-hosts.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import { seen } from '../../src/domain/observed.ts'
import type { RunOrigin } from '../../src/trust/trust.ts'
import { decideTrust, fullRefName } from '../../src/trust/trust.ts'
import { gatePorts } from '../../src/trust/gate-ports.ts'
import { createPermit } from '../../src/trust/permit.ts'
import { indexUses, usesOf, type Use } from '../../src/trust/uses.ts'
import { planChecks } from '../../src/plan/plan.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { recordingPorts } from './recording-ports.ts'
import { ALTERED, alterWave, parseWave } from './waves.ts'

const MAIN = fullRefName('main')
const SHA = 'a'.repeat(40)
const TRUSTED = parseWave()

/** GITHUB_REF of each event, where the change stands on the branch `change`, and on a base that is not the default branch. */
const EVENTS: Readonly<Record<string, { ref: string; onOtherBase: string; isOfTheRef?: true }>> = {
  pull_request: { ref: 'refs/pull/7/merge', onOtherBase: 'refs/pull/7/merge' },
  pull_request_target: { ref: MAIN, onOtherBase: 'refs/heads/attack' },
  issue_comment: { ref: MAIN, onOtherBase: MAIN },
  workflow_run: { ref: MAIN, onOtherBase: MAIN },
  merge_group: {
    ref: 'refs/heads/gh-readonly-queue/main/pr-7',
    onOtherBase: 'refs/heads/gh-readonly-queue/attack/pr-7',
  },
  repository_dispatch: { ref: MAIN, onOtherBase: MAIN },
  push: { ref: 'refs/heads/change', onOtherBase: 'refs/heads/attack' },
  workflow_dispatch: { ref: 'refs/heads/change', onOtherBase: 'refs/heads/attack' },
  schedule: { ref: 'refs/heads/change', onOtherBase: 'refs/heads/attack' },
  release: { ref: 'refs/tags/v1', onOtherBase: 'refs/tags/main' },
}

const parsed = new Map<string, Manifest>()
/** Each parsed once. */
function altered(from: string, to: string): Manifest {
  const key = `${from}\n${to}`
  const manifest = parsed.get(key) ?? alterWave(from, to)
  parsed.set(key, manifest)
  return manifest
}

const FQDN = 'mi.abc.database.windows.net'

/** A world in which every server is there and answers. */
function world() {
  return recordingPorts((question, args) => {
    if (question === 'net.resolve')
      return seen({ found: true, addresses: [{ address: addressOf(String(args[0])), family: 4 }] })
    if (question === 'net.connect') return seen({ address: args[0], port: args[1], outcome: 'open', ms: 1 })
    if (question === 'net.browse')
      return seen({
        outcome: 'answered',
        address: args[0],
        instance: { instanceName: args[1], version: '16', tcpPort: 50_000 },
        known: [],
      })
    if (question === 'arm.managedInstance')
      return seen({ found: true, value: { id: args[0], name: 'mi', location: 'x', fullyQualifiedDomainName: FQDN } })
    if (question === 'blob.access') return seen({ url: 'https://stmig.blob.core.windows.net/backups' })
    return undefined
  })
}

/** One address a host, so that what reached a port tells for whom. */
function addressOf(host: string): string {
  const bytes = Buffer.from(host)
  return `10.${bytes.reduce((sum, byte) => (sum * 31 + byte) % 251, 7)}.${bytes.length}.1`
}

/** Does by itself all that checks do with a use, from the first look-up to the login. */
async function make(use: Use, ports: Ports): Promise<boolean> {
  if (use.kind === 'azure') return (await ports.arm.permissions(use.resourceId)).ok
  if (use.kind === 'name') return (await ports.net.resolve(use.host)).ok
  if (use.kind === 'blob') {
    const [, , name = ''] = [use.owner, ...use.owner.split(':')]
    const container = {
      name,
      ...(use.secret === undefined ? {} : { sas: { secret: use.secret } }),
      ...(use.url === undefined ? {} : { url: use.url }),
      location: TRUSTED.location,
    }
    return (await ports.blob.list(container)).ok
  }
  if (use.kind === 'sql' && use.resourceId !== undefined) await ports.arm.managedInstance(use.resourceId)
  const host = use.host ?? FQDN
  const resolved = await ports.net.resolve(host)
  const address = addressOf(host)
  const port = typeof use.port === 'object' ? 50_000 : use.port === 'azure' ? 1433 : use.port
  if (typeof use.port === 'object') await ports.net.browse(address, use.port.instance)
  const open = await ports.net.connect(address, port)
  const askedBy = { id: 'x', subject: 'y' }
  if (use.kind === 'share') {
    const [, share = '', ...folders] = use.path.slice(2).split('\\')
    if (use.login.kind !== 'windows') return false
    const at = { host, address, port, share, folder: folders.join('\\'), login: use.login, askedBy }
    await ports.share.negotiate(at)
    return resolved.ok && open.ok && (await ports.share.logIn(at)).ok
  }
  const server = { host, address, port, login: use.login, tls: use.tls, askedBy }
  await ports.sql.probeTls(server)
  return resolved.ok && open.ok && (await ports.sql.logIn(server, 'master')).ok
}

interface Situation {
  manifest: Manifest
  isTrusted: boolean
  lines: string
}

async function madeUses({
  manifest,
  isTrusted,
  lines,
}: Situation): Promise<{ made: string[]; left: string[]; packets: number }> {
  const permit = createPermit(manifest, {
    trusted: isTrusted,
    refName: 'main',
    trustedUses: indexUses(usesOf(TRUSTED)),
    allowed: parseAllowedHosts(lines).allowed,
    isSameFile: () => true,
  })
  const made: string[] = []
  const left: string[] = []
  let packets = 0
  for (const use of permit.uses) {
    // A world of its own: what reaches it is for this use alone.
    const { ports, asked } = world()
    const gated = gatePorts(ports, permit)([use.owner])
    const isMade = await make(use, gated)
    ;(isMade ? made : left).push(`${use.owner} ${use.kind}`)
    if (!isMade) packets += asked.filter((question) => !isOfTarget(use, question) && !isLookUp(lines, question)).length
  }
  return { made, left, packets }
}

/** The target's own resource may be read, although the login of the target is refused. */
function isOfTarget(use: Use, question: string): boolean {
  return use.kind === 'sql' && use.host === undefined && question.startsWith('arm.managedInstance')
}

/** Whether a name lies in a prefix only its addresses tell: where the workflow gives prefixes, names are looked up. */
function isLookUp(lines: string, question: string): boolean {
  return lines.includes('/12') && question.startsWith('net.resolve')
}

const ALLOWED: Readonly<Record<string, string>> = {
  nothing: '',
  'an unrelated prefix': '172.16.0.0/12',
  'an unrelated host': 'other.example\n/subscriptions/00000000-0000-4000-8000-0000000000ff',
  'its host':
    '**.corp.example\n**.evil.example\nevil.example\n*.blob.core.windows.net\n**.database.windows.net\n/subscriptions/00000000-0000-4000-8000-000000000001',
}

describe.each(Object.keys(EVENTS))('%s', (eventName) => {
  it('makes no altered use, and all others, from whatever base and fork, whatever is altered', async () => {
    let situations = 0
    for (const isFork of [false, true])
      for (const isOtherBase of [false, true]) {
        const { ref, onOtherBase } = EVENTS[eventName]!
        const origin: RunOrigin = { eventName, ref: isOtherBase ? onOtherBase : ref, sha: SHA }
        // Neither fork nor base enters the decision: only the files do, and the ref for events of a ref.
        const file = {
          path: 'm.yml',
          here: seen({ found: true, shas: [isFork ? '2' : '3'] }),
          trusted: seen({ found: true as const, sha: '1' }),
        }
        const isTrusted = decideTrust(origin, seen(MAIN), [file]).trusted
        expect(isTrusted).toBe(false)
        for (const [what, from, to, refused] of ALTERED)
          for (const [kind, lines] of Object.entries(ALLOWED)) {
            situations += 1
            const { made, left, packets } = await madeUses({ manifest: altered(from, to), isTrusted, lines })
            // Only the SAS knows the host of a container without a url: no line can name it beforehand.
            const expected = kind === 'its host' && what !== 'the url left out' ? [] : refused
            expect([what, kind, left, packets]).toEqual([what, kind, expected, 0])
            expect(made.length).toBe(usesOf(TRUSTED).length - expected.length)
          }
      }
    expect(situations).toBe(2 * 2 * ALTERED.length * 4)
  })

  it('is trusted with equal files', () => {
    const file = {
      path: 'm.yml',
      here: seen({ found: true, shas: ['1'] }),
      trusted: seen({ found: true as const, sha: '1' }),
    }
    expect(decideTrust({ eventName, ref: EVENTS[eventName]!.ref, sha: SHA }, seen(MAIN), [file]).trusted).toBe(true)
  })
})

/** No check can forget to ask: all of them are played, and only what belongs to granted uses reaches the ports. */
describe('every check of the catalogue', () => {
  it.each(
    ALTERED.filter(
      ([what]) =>
        what.startsWith('the host') || ['the target', 'the subnet', 'the account', 'an endpoint'].includes(what),
    ),
  )('sends nothing to an altered place: %s', async (_, from, to) => {
    const manifest = alterWave(from, to)
    const terms = {
      trusted: false,
      refName: 'main',
      trustedUses: indexUses(usesOf(TRUSTED)),
      allowed: parseAllowedHosts('').allowed,
      isSameFile: () => true,
    }
    const { ports, asked } = world()
    const gate = gatePorts(ports, createPermit(manifest, terms))
    const plan = planChecks(manifest, CATALOGUE)
    await Promise.all(plan.checks.map(({ check, subject }) => check.observe(gate([]), subject).catch(() => undefined)))
    const word = to.replace(/^managedInstances\/mi, endpoint: /, '').replace(/,$/, '')
    expect(asked.length).toBeGreaterThan(10)
    expect(
      asked.filter(
        (question) => question.toLowerCase().includes(word.toLowerCase()) || question.includes(addressOf(word)),
      ),
    ).toEqual([])
  })
})
