import { describe, expect, it } from '@jest/globals'
import { recordingPorts, type RecordingPorts } from '../../test/trust/recording-ports.ts'
import { parseWave, SCOPE, WAVE_TEXT } from '../../test/trust/waves.ts'
import { parseAllowedHosts } from '../domain/allowed-hosts.ts'
import type { Manifest, Source } from '../domain/manifest.ts'
import { seen } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import { gatePorts } from './gate-ports.ts'
import { createPermit } from './permit.ts'
import { indexUses, usesOf } from './uses.ts'

/** A wave whose change adds a source of its own beside the trusted ones. */
const withSource = (text: string): Manifest =>
  parseWave(WAVE_TEXT.replace('target: {', `  - { name: evil, ${text}, databases: [X] }\ntarget: {`))

const LOGIN = 'login: { user: dms, password: "${SALES_PASSWORD}" }'
const TRUSTED_ADDRESS = '10.1.1.1'
const MI = `${SCOPE}/providers/Microsoft.Sql/managedInstances`

interface Attack {
  owner?: string
  lines?: string
  /** What Azure says that an instance is called. */
  fqdn?: string
}

function gate(manifest: Manifest, { owner = 'source:evil', lines = '', fqdn = 'x' }: Attack = {}) {
  const recording: RecordingPorts = recordingPorts((question, args) => {
    if (question === 'net.resolve') return seen({ found: true, addresses: [{ address: TRUSTED_ADDRESS, family: 4 }] })
    if (question === 'net.browse') {
      const instance = { instanceName: args[1], version: '16', tcpPort: 50_000 }
      return seen({ outcome: 'answered', address: args[0], instance, known: [] })
    }
    if (question === 'arm.managedInstance')
      return seen({ found: true, value: { id: args[0], name: 'mi', location: 'x', fullyQualifiedDomainName: fqdn } })
    return undefined
  })
  const permit = createPermit(manifest, {
    trusted: false,
    refName: 'main',
    trustedUses: indexUses(usesOf(parseWave())),
    allowed: parseAllowedHosts(lines).allowed,
    isSameFile: () => true,
  })
  const ports = gatePorts(recording.ports, permit)
  return { own: ports([owner]), sales: ports(['source:sales']), erp: ports(['source:erp']), asked: recording.asked }
}

/** All that a check does with a source. */
async function attack(ports: Ports, source: Source, address = TRUSTED_ADDRESS): Promise<boolean> {
  const { host, port, instance } = source.server
  await ports.net.resolve(host)
  if (instance !== undefined) await ports.net.browse(address, instance)
  const at = port ?? (instance === undefined ? 1433 : 50_000)
  await ports.net.connect(address, at)
  const { login, tls } = source
  const server = { host, address, port: at, login, tls, askedBy: { id: 'x', subject: 'y' } }
  await ports.sql.preLogin(server)
  await ports.sql.probeTls(server)
  return (await ports.sql.logIn(server, 'master')).ok
}

const evilOf = (manifest: Manifest): Source => manifest.sources.find(({ name }) => name === 'evil')!

describe('a source that a change adds', () => {
  it.each<[string, string]>([
    ['takes a secret to the trusted host of another one', `server: 'sql02.corp.example\\ERP', ${LOGIN}`],
    [
      'asks for another port of a trusted host',
      `server: 'sql01.corp.example,22', ${LOGIN}, tls: { ca: certs/root.pem }`,
    ],
    ['names a trusted host by its address', `server: '${TRUSTED_ADDRESS},1444', ${LOGIN}, tls: { ca: certs/root.pem }`],
    ['names it as IPv4 in IPv6', `server: '::ffff:a01:101,1444', ${LOGIN}, tls: { ca: certs/root.pem }`],
    ['names it with a dot', `server: 'sql01.corp.example.,1444', ${LOGIN}, tls: { ca: certs/root.pem }`],
    ['names it by its first label', `server: 'sql01,1444', ${LOGIN}, tls: { ca: certs/root.pem }`],
    ['is a name that has a trusted address', `server: 'evil.example,1444', ${LOGIN}, tls: { ca: certs/root.pem }`],
    ['sends the Azure identity', "server: 'sql01.corp.example,1444', login: { entra: true }"],
    ['takes the encryption away', `server: 'sql01.corp.example,1444', ${LOGIN}, tls: { encrypt: false }`],
  ])('%s: nothing of it leaves, and the trusted ones are asked nevertheless', async (_, text) => {
    const manifest = withSource(text)
    const { own, sales, erp, asked } = gate(manifest)
    expect([await attack(own, evilOf(manifest)), asked]).toEqual([false, []])
    expect(await attack(sales, manifest.sources[0]!)).toBe(true)
    expect(await attack(erp, manifest.sources[1]!)).toBe(true)
    // Nor after everything about the trusted hosts is known: addresses, and the ports that SQL Server Browser told. Then
    // a connect to a trusted address and port is what the trusted source does itself.
    const before = asked.length
    expect(await attack(own, evilOf(manifest))).toBe(false)
    expect(asked.slice(before).filter((question) => question !== `net.connect ${TRUSTED_ADDRESS} 1444`)).toEqual([])
  })

  it('asks for another instance of a trusted host: it is not looked for', async () => {
    const login = "login: { windows: 'CORP\\svc', password: '${ERP_PASSWORD}' }"
    const manifest = withSource(`server: 'sql02.corp.example\\EVIL', ${login}`)
    const { own, erp, asked } = gate(manifest)
    expect([await attack(own, evilOf(manifest)), asked]).toEqual([false, []])
    await attack(erp, manifest.sources[1]!)
    const before = asked.length
    await own.net.resolve('sql02.corp.example')
    await own.net.browse(TRUSTED_ADDRESS, 'EVIL')
    expect(asked.slice(before)).toEqual([])
  })

  it('spelled otherwise, but the same, is made', async () => {
    const same = `server: 'tcp:SQL01.corp.EXAMPLE,1444', ${LOGIN}, tls: { ca: certs/root.pem, encrypt: strict }`
    const manifest = withSource(same)
    expect(await attack(gate(manifest).own, evilOf(manifest))).toBe(true)
  })

  it('is not reached where only some of its addresses lie in a prefix', async () => {
    const manifest = withSource(`server: 'evil.example,1444', ${LOGIN}`)
    const { own, asked } = gate(manifest, { lines: '10.2.0.0/16' })
    expect(await attack(own, evilOf(manifest))).toBe(false)
    expect(asked).toEqual(['net.resolve evil.example'])
    // Nor at an address of the prefix that the name does not have.
    expect((await own.net.connect('10.2.0.1', 1444)).ok).toBe(false)
  })
})

describe('a name', () => {
  it('is not looked up to learn a route', async () => {
    const { own, asked } = gate(parseWave())
    await own.net.routeAddress('evil.example')
    await own.net.routeAddress('localhost')
    expect(asked).toEqual([])
    await own.net.routeAddress('10.9.9.9')
    expect(asked).toEqual(['net.routeAddress 10.9.9.9'])
  })
})

describe('a target of another resource', () => {
  const other = parseWave(WAVE_TEXT.replace(`${MI}/mi,`, `${MI}/other,`))
  const target = { ...other.targets[0]!, server: { text: '', host: 'evil.example', port: 1433 } }

  it('is not read, and its name is nobody', async () => {
    const { own, asked } = gate(other, { owner: 'target:default', fqdn: 'evil.example' })
    expect((await own.arm.managedInstance(`${MI}/other`)).ok).toBe(false)
    expect(await attack(own, target as unknown as Source)).toBe(false)
    expect(asked).toEqual([])
  })

  it.each<[string, string, boolean]>([
    ['an allowed scope sends no secret to the host that it names', SCOPE, false],
    ['a host line of its own does', `${SCOPE}\nevil.example`, true],
    ['a line for another secret does not', `${SCOPE}\nSALES_PASSWORD=evil.example`, false],
  ])('%s', async (_, lines, expected) => {
    const { own, asked } = gate(other, { owner: 'target:default', lines, fqdn: 'EVIL.example' })
    expect((await own.arm.managedInstance(`${MI}/other`)).ok).toBe(true)
    expect(await attack(own, target as unknown as Source)).toBe(expected)
    expect(asked.some((question) => /^(?:net|sql)\./.test(question))).toBe(expected)
  })

  it.each([`${MI}/mi/../other`, `${MI}/mi2`, MI, SCOPE.replace('rg', 'rg2'), `${SCOPE}/../rg2`])(
    'no check reads %s by the leave of another',
    async (id) => {
      const { own, asked } = gate(parseWave(WAVE_TEXT.replace('managedInstances/mi,', 'managedInstances/other,')))
      const answer = await own.arm.managedInstance(id)
      expect([id, answer.ok, asked]).toEqual([id, false, []])
    },
  )
})

describe('roles in Azure', () => {
  const ROLE = 'providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7'
  const subscription = SCOPE.split('/').slice(0, 3).join('/')

  it('are read where a trusted resource is, and at that resource', async () => {
    const { own } = gate(parseWave())
    expect((await own.arm.roleDefinition(`${subscription}/${ROLE}`)).ok).toBe(true)
    expect((await own.arm.roleAssignments(`${MI}/mi`, 'x')).ok).toBe(true)
    expect((await own.arm.denyAssignments(`${MI}/mi`)).ok).toBe(true)
  })

  it('are read nowhere else', async () => {
    const { own, asked } = gate(parseWave())
    expect((await own.arm.roleDefinition(`${subscription.slice(0, -1)}f/${ROLE}`)).ok).toBe(false)
    expect((await own.arm.roleAssignments(`${MI}/other`, 'x')).ok).toBe(false)
    expect((await own.arm.denyAssignments(`${MI}/other`)).ok).toBe(false)
    expect(asked).toEqual([])
  })
})

describe('a share', () => {
  const share = (path: string): Manifest => parseWave(WAVE_TEXT.replace('\\\\fs01.corp.example\\dms\\in', () => path))
  it.each<[string, boolean]>([
    ['\\\\FS01.corp.example\\DMS\\in', true],
    ['\\\\fs01.corp.example\\dms\\in\\', true],
    ['\\\\fs01.corp.example\\dms', false],
    ['\\\\fs01.corp.example\\dms\\in\\deeper', false],
    ['\\\\fs01.corp.example\\dms$\\in', false],
    ['\\\\fs01.corp.example.\\dms\\in', false],
    ['\\\\10.1.1.1\\dms\\in', false],
  ])('%s: %s', async (path, expected) => {
    const [{ host, login }] = share(path).shares as [Manifest['shares'][number]]
    const { own, asked } = gate(share(path), { owner: 'share:default' })
    const [, name = '', ...folders] = path.slice(2).replace(/\\$/, '').split('\\')
    await own.net.resolve(host)
    await own.net.connect(TRUSTED_ADDRESS, 445)
    if (login.kind !== 'windows') throw new Error('no Windows login')
    const at = { host, address: TRUSTED_ADDRESS, port: 445, share: name, folder: folders.join('\\'), login }
    const answer = await own.share.logIn({ ...at, askedBy: { id: 'x', subject: 'y' } })
    expect([answer.ok, asked.length > 0]).toEqual([expected, expected])
  })
})
