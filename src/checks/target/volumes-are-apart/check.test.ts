import { afterEach, describe, expect, it } from '@jest/globals'
import { refusedBy } from '../../../../test/instance-fixtures.ts'
import { AT_MACHINE, machineAnswers, machineSubject, openMachineRig } from '../../../../test/machine-fixtures.ts'
import { closeSourceRigs } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = machineSubject(check)
const place = (path: string, volume = path.slice(0, 3), freeMb: number | null = 1000) => ({ path, volume, freeMb })
const HIDDEN = { fact: 'volumes', why: 'VIEW SERVER STATE permission was denied', missing: 'VIEW SERVER STATE' }
const has = (data: object | null, log: object | null, tempDb: string[], notSeen: object[] = []) =>
  machineAnswers({ data, log, tempDb, notSeen } as never)

const TABLE = [
  [has(place('F:\\data'), place('G:\\log'), ['D:\\']), 'pass', /data on F:\\, log on G:\\, tempdb on D:\\$/],
  [has(place('F:\\data'), place('f:\\log'), ['D:\\']), 'fail', /data and log share one/],
  [
    has(place('C:\\data'), place('C:\\log'), ['C:\\']),
    'fail',
    /data and log, data and tempdb, log and tempdb share one/,
  ],
  [has(place('F:\\data'), place('G:\\log'), ['D:\\', 'g:\\']), 'fail', /log and tempdb share one/],
  [has(place('F:\\data'), place('F:\\log'), [], [HIDDEN]), 'fail', /data and log share one/],
  [
    has(place('F:\\data'), place('G:\\log'), [], [HIDDEN]),
    'unknown',
    /not seen: volumes \(missing: VIEW SERVER STATE\)/,
  ],
  [has(null, place('G:\\log'), ['D:\\']), 'unknown', /data on an unknown volume/],
  [refusedBy(AT_MACHINE), 'blocked', /refused dms/],
] as const

describe('target/volumes-are-apart', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  describe('over the wire', () => {
    const drive = (mount: string) => ({ mount, totalMb: 1000, freeMb: 500 })

    it('takes the longest mount point above the folders', async () => {
      const volumes = {
        drives: ['F:\\', 'F:\\log\\', 'D:\\'].map(drive),
        dataPath: 'F:\\data\\',
        logPath: 'F:\\log\\sql\\',
        tempDb: 'D:\\',
      }
      const told = await (await openMachineRig({}, { volumes })).verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'pass',
        expect.stringMatching(/data on F:\\, log on F:\\log\\, tempdb on D:\\/),
      ])
    })

    it('knows a volume without files by its letter', async () => {
      const volumes = {
        drives: ['C:\\', 'F:\\'].map(drive),
        empty: ['F:\\'],
        dataPath: 'F:\\data\\',
        logPath: 'F:\\data\\',
        tempDb: 'C:\\',
      }
      const told = await (await openMachineRig({}, { volumes })).verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'fail',
        expect.stringMatching(/data on F:\\, log on F:\\.*data and log share/),
      ])
    })

    it('does not know what the login may not see', async () => {
      const told = await (await openMachineRig({}, { logins: [{ user: 'dms', password: '' }] })).verdict(check)
      expect([told.verdict, told.summary]).toEqual(['unknown', expect.stringMatching(/missing: VIEW SERVER STATE/)])
    })
  })
})
