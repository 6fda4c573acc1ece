import { afterEach, describe, expect, it } from '@jest/globals'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { AT_SOURCE, databaseAt } from '../../../../test/instance-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

describe('source/cdc-is-off', () => {
  it.each([
    [true, true, 'fail', /change data capture is on/],
    [false, true, 'pass', /change data capture is off/],
    [true, false, 'not-applicable', /does not migrate the schema/],
  ])('on: %s, schema migration: %s', async (cdc, schemaMigration, verdict, says) => {
    const rig = await openDatabaseRig({
      source: { databases: [{ name: 'Sales', readers: ['dms'], cdc }] },
      schemaMigration,
    })
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('does not know what the server does not tell, and is blocked by a database that was not seen', () => {
    const dms = { ...MANIFEST.dms, schemaMigration: true }
    const [subject] = check.subjects(fixtures.manifestWith({ generation: 'modern', dms }))
    if (subject === undefined) throw new Error('a source has databases')
    const evidence: JsonObject = databaseAt(AT_SOURCE, {})
    const untold = { ...evidence, state: { ...(evidence['state'] as JsonObject), isCdcEnabled: null } }
    expect(fixtures.judgeStored(check, untold, subject)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'insufficient' },
    })
    expect(fixtures.judgeStored(check, { ...evidence, state: null }, subject).verdict).toBe('blocked')
  })
})
