import { describe, expect, it } from '@jest/globals'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult } from '../domain/report.ts'
import {
  adminRuleUnknown,
  applianceIsManual,
  at,
  attestation,
  blocked,
  browserDoesNotApply,
  check,
  controlServerFails,
  firewallFails,
  manifest,
  NOW,
  nsgFails,
  portPasses,
  portTimesOut,
  waiver,
} from '../../test/golden/fixtures.ts'
import {
  badManifestReport,
  conditionsReport,
  notReadyReport,
  readyReport,
  summarise,
  undeterminedReport,
} from '../../test/golden/reports.ts'
import { statusParts } from '../render/headline.ts'
import { coverNames, disclose } from './disclose.ts'
import { nextSteps } from './next-steps.ts'
import { vouch } from './vouch.ts'

const TRUSTED = { now: new Date(NOW), trusted: true }
const appliance = 'source/firewall-appliance-lets-dms-in'

function vouching(more: Partial<Manifest>): ReturnType<typeof vouch> {
  return vouch(manifest(more), [applianceIsManual, firewallFails, check()], TRUSTED)
}

describe('vouch', () => {
  it('turns manual into attested and fail into waived, and nothing else', () => {
    const { results, problems } = vouching({ attestations: [attestation], waivers: [waiver] })
    expect(results.map(({ verdict }) => verdict)).toEqual(['attested', 'waived', 'pass'])
    expect(results.map(({ expiresAt }) => expiresAt)).toEqual([attestation.expires, waiver.expires, null])
    expect(results[0]?.evidence).toEqual({
      statement: { by: '@dba-lead', expires: attestation.expires, reason: 'change 4711', on: '2026-11-20' },
    })
    expect(problems).toEqual([])
  })

  it('only proposes in an untrusted run', () => {
    const outcome = vouch(manifest({ attestations: [attestation] }), [applianceIsManual], {
      ...TRUSTED,
      trusted: false,
    })
    expect(outcome.results).toMatchObject([{ verdict: 'manual', proposed: { kind: 'attestation', by: '@dba-lead' } }])
    expect(outcome.ifCounted).toMatchObject([{ verdict: 'attested' }])
  })

  it.each<[string, Partial<Manifest>, string]>([
    ['expired', { attestations: [{ ...attestation, expires: NOW }] }, 'ended with 2026-11-22'],
    [
      'an attestation of what fails',
      { attestations: [{ ...attestation, check: firewallFails.id, subjects: [] }] },
      'only manual can become attested',
    ],
    ['a waiver of what passes', { waivers: [{ ...waiver, check: check().id }] }, 'has no effect: the check is pass'],
    ['a waiver of what is manual', { waivers: [{ ...waiver, check: appliance }] }, 'only fail can become waived'],
    [
      'an unknown check',
      { waivers: [{ ...waiver, check: 'target/server-firewal-admits-dms' }] },
      'did you mean `target/server-firewall-admits-dms`?',
    ],
    [
      'an unknown subject',
      { attestations: [{ ...attestation, subjects: ['Sales'] }] },
      'names the subject `Sales`, which the check does not have (did you mean `sales`?)',
    ],
    ['twice', { waivers: [waiver, { ...waiver, location: at(34) }] }, 'line 33 already has one'],
  ])('says so: %s', (_name, more, message) => {
    const { problems } = vouching(more)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ severity: 'warning' })
    expect(problems[0]?.message).toContain(message)
    expect(problems[0]?.location).toBeDefined()
  })

  it('wants a subject where a check has several', () => {
    const two = [
      portTimesOut,
      { ...portTimesOut, verdict: 'fail' as const, subject: { kind: 'sql-server' as const, name: 'crm' } },
    ]
    const unnamed = vouch(manifest({ waivers: [{ ...waiver, check: portTimesOut.id }] }), two, TRUSTED)
    expect(unnamed.problems[0]?.message).toContain('must name its `subject`: the check has 2 subjects, `erp`, `crm`')
    expect(unnamed.results.map(({ verdict }) => verdict)).toEqual(['unknown', 'fail'])
    const named = vouch(manifest({ waivers: [{ ...waiver, check: portTimesOut.id, subjects: ['crm'] }] }), two, TRUSTED)
    expect(named.results.map(({ verdict }) => verdict)).toEqual(['unknown', 'waived'])
  })

  it('keeps the earlier end of the evidence itself', () => {
    const soon = { ...applianceIsManual, expiresAt: '2026-11-25T00:00:00.000Z' }
    expect(vouch(manifest({ attestations: [attestation] }), [soon], TRUSTED).results[0]?.expiresAt).toBe(soon.expiresAt)
  })
})

describe('summariseReport', () => {
  it('counts, and is as bad as the worst manifest', () => {
    const report = notReadyReport()
    expect(report).toMatchObject({ status: 'not-ready', ready: false, readyUntil: null, statusIfMerged: 'not-ready' })
    expect(report.counts).toMatchObject({ fail: 6, unknown: 1, blocked: 3, pass: 1, attested: 1 })
    expect(report.title).toBe('Sales to Azure SQL Database, Wave 2')
  })

  it('is undetermined when a manifest could not be run, however well the others did', () => {
    expect(badManifestReport().status).toBe('undetermined')
    const sound = { manifest: manifest({ generation: 'modern' }), results: [check()] }
    const problem = { severity: 'error', message: 'Unknown key' } as const
    expect(summarise({ manifests: [sound], problems: [problem] })).toMatchObject({
      status: 'undetermined',
      ready: false,
    })
    expect(summarise({ manifests: [sound], problems: [{ ...problem, severity: 'warning' }] }).status).toBe('ready')
  })

  it('holds until the first end', () => {
    expect(readyReport().readyUntil).toBeNull()
    expect(conditionsReport().readyUntil).toBe(waiver.expires)
    const sas = check({ expiresAt: '2026-11-28T12:00:00Z' })
    const both = { manifest: manifest({ attestations: [attestation] }), results: [sas, applianceIsManual] }
    expect(summarise({ manifests: [both] }).readyUntil).toBe('2026-11-28T12:00:00.000Z')
  })

  describe('compared with the cutover, which ends on 6 December at 02:00', () => {
    const WORDS = /NOT THROUGH THE CUTOVER, which ends Sun 6 Dec 02:00 UTC/
    const of = (expiresAt: string | null, more: Partial<Manifest> = {}) => {
      const report = summarise({ manifests: [{ manifest: manifest(more), results: [check({ expiresAt })] }] })
      const early = report.notices.filter((notice) => notice.startsWith('Not good through the cutover'))
      return { report, early, status: statusParts(report, nextSteps(report)).join(' · ') }
    }

    it.each([
      ['a minute before', '2026-12-06T01:59:00.000Z', true],
      ['at its end', '2026-12-06T02:00:00.000Z', false],
      ['never', null, false],
    ])('says it loudly when something ends: %s', (_when, expiresAt, isEarly) => {
      const { report, early, status } = of(expiresAt)
      expect([early.length > 0, WORDS.test(status)]).toEqual([isEarly, isEarly])
      expect(report.status).toBe('ready')
      expect(report.readyUntil).toBe(expiresAt)
    })

    it('names what ends, and how much more', () => {
      const results = [
        check({ expiresAt: '2026-12-03T00:00:00.000Z' }),
        applianceIsManual,
        check({ verdict: 'fail', expiresAt: '2026-12-02T00:00:00.000Z' }),
      ]
      const vouched = { ...attestation, expires: '2026-12-01T00:00:00.000Z' }
      const { notices } = summarise({ manifests: [{ manifest: manifest({ attestations: [vouched] }), results }] })
      expect(notices[0]).toBe(
        'Not good through the cutover: the attestation by `@dba-lead` of `source/firewall-appliance-lets-dms-in` on `sales` ends 2026-12-01 00:00 UTC, and 1 more, before the cutover of `Sales to Azure SQL Database` ends (2026-12-06 02:00 UTC). Renew it, or the migration loses what it rests on midway.',
      )
    })

    it('has nothing to say of a cutover that is over, or of none', () => {
      const over = { cutover: { start: '2026-11-01T00:00:00.000Z', durationMs: 1000 } }
      expect(of('2026-12-01T00:00:00.000Z', over).early).toEqual([])
      const { cutover, ...without } = manifest({})
      expect(cutover).toBeDefined()
      const results = [check({ expiresAt: '2026-12-01T00:00:00.000Z' })]
      expect(summarise({ manifests: [{ manifest: without, results }] }).notices.join()).not.toMatch(/Not good/)
    })

    it('keeps names to itself where the report is public', () => {
      const { report } = of('2026-12-01T00:00:00.000Z')
      for (const level of ['names', 'counts'] as const) {
        const [notice = ''] = disclose(report, level, new Map()).notices
        expect(notice).toMatch(/^Not good through the cutover/)
        expect(notice).not.toContain('`sales`')
      }
    })
  })

  it('says what the status would be if what is proposed counted', () => {
    const one = { manifest: manifest({ attestations: [attestation] }), results: [check(), applianceIsManual] }
    expect(summarise({ manifests: [one], trusted: false })).toMatchObject({
      status: 'undetermined',
      statusIfMerged: 'ready-with-conditions',
    })
  })

  it('tells every reader of a retired service, TLS that is switched off, and an untrusted run', () => {
    const tls = { encrypt: 'on', trustServerCertificate: true } as const
    const source = {
      name: 'sales',
      server: { text: 'h', host: 'h' },
      login: { kind: 'entra' },
      tls,
      databases: [],
      location: at(9),
    } as const
    const target = {
      name: 'default',
      resourceId: 'x',
      login: { kind: 'entra' },
      tls: { encrypt: 'off', trustServerCertificate: false },
      location: at(19),
    } as const
    const one = { manifest: manifest({ sources: [source], targets: [target] }), results: [check()] }
    const { notices } = summarise({ manifests: [one, one], trusted: false, notices: ['Write probes were left out'] })
    expect(notices).toHaveLength(5)
    expect(notices[0]).toBe('Write probes were left out')
    expect(notices[1]).toContain('This run is not trusted')
    expect(notices[2]).toMatch(/^DMS classic for SQL Server.* was retired on 2026-03-15.* 2023-08-01.*`mode: convert`/)
    expect(notices[3]).toContain('certificate verification off for source `sales`')
    expect(notices[4]).toContain('encryption off for target `default`')
  })
})

describe('nextSteps', () => {
  it('lists root causes, not what waits for them', () => {
    const { teams, required, recommended } = nextSteps(undeterminedReport())
    expect([required, recommended]).toEqual([2, 1])
    const steps = teams.flatMap(({ steps }) => steps)
    expect(steps.map(({ id, blocks }) => [id, blocks])).toEqual([
      ['source/engine-port-is-reachable', 3],
      [appliance, 0],
      ['network/no-admin-rule-blocks-dms', 0],
    ])
  })

  it('makes one step of the same finding on several subjects, and of the same subject in several manifests', () => {
    const steps = nextSteps(notReadyReport()).teams.flatMap(({ steps }) => steps)
    const login = steps.find(({ id }) => id === controlServerFails.id)
    expect(login?.findings.map(({ result }) => result.subject.name)).toEqual(['sales', 'erp'])
    expect(login?.scripts).toHaveLength(1)
    const ports = steps.find(({ id }) => id === nsgFails.id)
    expect(ports?.findings.map(({ manifests }) => manifests)).toEqual([['Sales to Azure SQL Database', 'Wave 2']])
  })

  it('keeps causes apart, but not those of the whole run', () => {
    const untrusted = { kind: 'untrusted-host', message: 'not trusted' } as const
    const results = [
      portTimesOut,
      {
        ...portTimesOut,
        cause: { kind: 'refused', message: 'refused' } as const,
        subject: { kind: 'sql-server' as const, name: 'crm' },
      },
      check({ verdict: 'unknown', cause: untrusted }),
      { ...adminRuleUnknown, cause: untrusted },
    ]
    const { teams } = nextSteps(summarise({ manifests: [{ manifest: manifest(), results }] }))
    expect(teams.map(({ team, steps }) => [team, steps.length])).toEqual([
      ['run', 1],
      ['network', 2],
    ])
    expect(teams[0]?.steps[0]).toMatchObject({ severity: 'required', cause: 'untrusted-host' })
  })

  it('takes a recommended check that blocks a required one for required', () => {
    const root = { ...adminRuleUnknown }
    const behind = { ...blocked(check().id, 'x', root.id), blockedBy: [{ id: root.id, subject: root.subject.name }] }
    const steps = nextSteps(summarise({ manifests: [{ manifest: manifest(), results: [root, behind] }] }))
    expect(steps).toMatchObject({ required: 1, recommended: 0 })
  })

  it('loses no blocked check, whatever blocks it', () => {
    const waived = {
      manifest: manifest({ waivers: [waiver] }),
      results: [firewallFails, blocked(check().id, 'x', firewallFails.id, 'default')],
    }
    const gone = { manifest: manifest(), results: [blocked(check().id, 'x', 'source/not-here')] }
    const circle = { manifest: manifest(), results: [blocked('a/b', 'x', 'a/c'), blocked('a/c', 'y', 'a/b')] }
    const count = (one: typeof gone): number => nextSteps(summarise({ manifests: [one] })).required
    expect([count(waived), count(gone), count(circle)]).toEqual([1, 1, 2])
  })
})

describe('disclose', () => {
  it('does not say of which of two manifests of one name a blocker is', () => {
    const behind = blocked('source/x', 'X', 'source/login-is-accepted', 'sales', {
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'sales', manifest: 'Twin' }],
    })
    const twin = (results: CheckResult[]) => ({ manifest: manifest({ name: 'Twin' }), results })
    const report = summarise({ manifests: [twin([behind, check()]), twin([check()])] })
    const [first] = disclose(report, 'names', new Map()).manifests
    expect(first?.checks[0]?.blockedBy).toEqual([
      { id: 'source/login-is-accepted', subject: 'a subject', manifest: 'Twin' },
    ])
  })

  it('shows the names of manifests in sentences, too, and nobody else', () => {
    const report = summarise({
      manifests: [{ manifest: manifest(), results: [check()] }],
      notices: ['The cutover of `Sales to Azure SQL Database` by `@lead` on `sales` ends'],
    })
    expect(disclose(report, 'names', new Map()).notices).toContain(
      'The cutover of `Sales to Azure SQL Database` by `…` on `…` ends',
    )
    expect(disclose(report, 'counts', new Map()).notices).toContain('The cutover of `…` by `…` on `…` ends')
  })

  it.each([
    ['targets.sqlsales.login must be a map', 'targets.….login must be a map'],
    ['targets.sql.corp.example.endpoint', 'targets.….endpoint'],
    ['shares["Sales \\"EU\\""].path', 'shares.….path'],
    ['containers.stmig', 'containers.…'],
    ['containers.default.resource and target.login', 'containers.default.resource and target.login'],
  ])('covers the names that a manifest gives to things in the key %s', (text, covered) => {
    expect(coverNames(text)).toBe(covered)
  })

  const full = notReadyReport()
  const secretWords = [
    'sales',
    'erp',
    'sql01',
    'sql02',
    '10.8.0.4',
    '10.1.2.0',

    'nsg-dms',
    'DenyInternetOut',
    'dba-lead',
    'release-lead',
    'sqlsales',
    'snet-dms',
    '4711',
    'rg-sales',
  ]

  it('shows all with full', () => {
    expect(disclose(full, 'full', new Map())).toBe(full)
  })

  it('keeps ids, verdicts and manifest names, and no evidence, host, login or rule', () => {
    const covered = disclose(full, 'names', new Map([[controlServerFails.id, 'Grant it.']]))
    const text = JSON.stringify({
      ...covered,
      run: undefined,
      title: undefined,
      manifests: covered.manifests.map((one) => ({ ...one, name: '' })),
    })
    for (const word of secretWords) expect(text).not.toContain(word)
    expect(covered.manifests.flatMap(({ checks }) => checks.map(({ id, verdict }) => [id, verdict]))).toEqual(
      full.manifests.flatMap(({ checks }) => checks.map(({ id, verdict }) => [id, verdict])),
    )
    expect(covered.manifests.map(({ name }) => name)).toEqual(full.manifests.map(({ name }) => name))
    expect(covered.manifests[0]?.checks[0]?.remediation).toEqual({ text: 'Grant it.', scripts: [] })
    expect(covered.problems[0]?.location).toEqual(full.problems[0]?.location)
  })

  it('shows no check with counts', () => {
    const covered = disclose(full, 'counts', new Map())
    expect(covered.manifests).toEqual([])
    expect(covered.counts).toEqual(full.counts)
    for (const word of [...secretWords, 'Wave 2', 'login-has', 'admits-dms'])
      expect(
        JSON.stringify({ ...covered, run: undefined, problems: covered.problems.map(({ message }) => message) }),
      ).not.toContain(word)
  })

  it('keeps what a reader needs of a problem in the manifest', () => {
    const message =
      'Unknown key `dms.subnett` at `sql01.corp.example`, CORP\\svc, \\\\fs01\\dms, 10.0.0.1; did you mean `dms.subnet`?'
    const covered = disclose(
      summarise({ problems: [{ severity: 'error', message, location: at(3) }] }),
      'names',
      new Map(),
    )
    expect(covered.problems[0]?.message).toBe('Unknown key `…` at `…`, …, …, …; did you mean `dms.subnet`?')
  })

  it('numbers a subject alike wherever it stands', () => {
    const results = [portPasses, portTimesOut, blocked(check().id, 'x', portTimesOut.id), browserDoesNotApply]
    const [one] = disclose(summarise({ manifests: [{ manifest: manifest(), results }] }), 'names', new Map()).manifests
    expect(one?.checks.map(({ subject }) => subject.name)).toEqual([
      'sql-server 1',
      'sql-server 2',
      'sql-server 2',
      'sql-server 1',
    ])
    expect(one?.checks[2]?.blockedBy).toEqual([{ id: portTimesOut.id, subject: 'sql-server 2' }])
  })
})
