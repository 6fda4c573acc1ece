import { afterEach, describe, expect, it } from '@jest/globals'
import type { SqlState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const GRANTS = { logins: [{ user: 'dms', password: '', grants: ['VIEW SERVER STATE'] }] }
const named = (port: number, instance: string) => ({
  server: { text: String.raw`127.0.0.1\X,1`, host: '127.0.0.1', port, instance },
})

describe('source/port-matches-instance', () => {
  it.each<[string, Partial<SqlState>, string | undefined, string, RegExp]>([
    ['the default instance', GRANTS, undefined, 'pass', /is the default instance on SQL01$/],
    ['the default instance by its name', GRANTS, 'mssqlserver', 'pass', /is the default instance on SQL01$/],
    [
      'a named one, in another letter case',
      { ...GRANTS, instanceName: 'SALES' },
      'sales',
      'pass',
      /is the instance SALES/,
    ],
    ['any instance behind a port', { ...GRANTS, instanceName: 'SALES' }, undefined, 'pass', /is the instance SALES/],
    [
      'another instance',
      { ...GRANTS, instanceName: 'HR' },
      'SALES',
      'fail',
      /is the instance HR on SQL01, and the manifest names SALES/,
    ],
    ['the default instance instead of a named one', GRANTS, 'SALES', 'fail', /the default instance .*names SALES/],
    [
      'a port that changes at each start',
      { ...GRANTS, tcp: { dynamicPort: 51433 } },
      undefined,
      'pass',
      /the port is dynamic \(51433\) and may be another one after the next restart/,
    ],
    [
      'without VIEW SERVER STATE',
      {},
      undefined,
      'pass',
      /is the default instance on SQL01; not seen: configured ports, listeners, service account \(missing: VIEW SERVER STATE\)$/,
    ],
    [
      'without VIEW SERVER STATE, another instance',
      { instanceName: 'HR' },
      'SALES',
      'fail',
      /is the instance HR .*not seen: configured ports/,
    ],
  ])('%s', async (_which, state, instance, verdict, says) => {
    const first = await openSourceRig(state)
    const rig =
      instance === undefined ? first : await openSourceRig(state, named(first.server.port, instance), { port: 0 })
    // The second rig has a port of its own: its source has to name that one.
    if (instance !== undefined && rig.source.server !== undefined) rig.source.server.port = rig.server.port
    const told = await rig.verdict(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('says when something on the way forwards the connection', async () => {
    const rig = await openSourceRig(GRANTS)
    const observed = await rig.observe(check)
    if (!observed.ok) throw new Error(observed.failure.message)
    const subject = fixtures.sourceSubject()
    const told = fixtures.judgeStored(check, { ...observed.value, port: 14330 }, subject)
    expect(told).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/forwards it$/) })
  })

  it('is blocked by the check of the login', () => {
    const place = { host: 'h', port: 1433, database: 'master', account: 'dms' }
    const evidence = { ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }
    expect(fixtures.judgeStored(check, evidence, fixtures.sourceSubject())).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'sales' }],
    })
  })
})
