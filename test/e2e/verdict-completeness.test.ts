import { describe, expect, it } from '@jest/globals'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { mayGive } from './rig.ts'
import { AZURE_CASES } from './verdicts/azure-cases.ts'
import { BACKUP_CASES } from './verdicts/backup-cases.ts'
import { BROWSER_CASES } from './verdicts/browser-cases.ts'
import { DMS_CASES } from './verdicts/dms-cases.ts'
import { FACTS_CASES } from './verdicts/facts-cases.ts'
import { FLOW_CASES } from './verdicts/flow-cases.ts'
import { INSTANCE_CASES } from './verdicts/instance-cases.ts'
import { LOGIN_CASES } from './verdicts/login-cases.ts'
import { MACHINE_CASES } from './verdicts/machine-cases.ts'
import { MODERN_BACKUP_CASES } from './verdicts/modern-backup-cases.ts'
import { MODERN_FURTHER_CASES } from './verdicts/modern-further-cases.ts'
import { NETWORK_CASES } from './verdicts/network-cases.ts'
import { ROLES_CASES } from './verdicts/roles-cases.ts'
import { RUNTIME_CASES } from './verdicts/runtime-cases.ts'
import { STORAGE_CASES } from './verdicts/storage-cases.ts'
import { SHARE_CASES } from './verdicts/share-cases.ts'
import { SOURCE_CASES } from './verdicts/source-cases.ts'
import { SQLDB_CASES } from './verdicts/sqldb-cases.ts'
import { SQLDB_UNSEEN_CASES } from './verdicts/sqldb-unseen-cases.ts'
import { TARGET_CASES } from './verdicts/target-cases.ts'
import { TLS_CASES } from './verdicts/tls-cases.ts'
import { TOOLS_CASES } from './verdicts/tools-cases.ts'
import { WAY_CASES } from './verdicts/way-cases.ts'
import { WELL_CASES } from './verdicts/well-cases.ts'

const expected = [
  ...[SOURCE_CASES, TLS_CASES, BROWSER_CASES, TARGET_CASES, FACTS_CASES, LOGIN_CASES],
  ...[
    AZURE_CASES,
    NETWORK_CASES,
    FLOW_CASES,
    DMS_CASES,
    STORAGE_CASES,
    TOOLS_CASES,
    WELL_CASES,
    WAY_CASES,
    INSTANCE_CASES,
    MACHINE_CASES,
    SHARE_CASES,
    BACKUP_CASES,
    RUNTIME_CASES,
    SQLDB_CASES,
    SQLDB_UNSEEN_CASES,
    ROLES_CASES,
    MODERN_BACKUP_CASES,
    MODERN_FURTHER_CASES,
  ],
].flatMap((cases) => cases.flatMap((one) => one.expected))
const covered = new Set(expected.map(({ check, verdict }) => `${check} ${verdict}`))

/** Pairs whose world is still to be built; one that has a world has to leave this list. */
const WITHOUT_WORLD: readonly string[] = [
  'service/runtime-reaches-azure unknown',
  'share/runtime-can-connect not-applicable',
  'share/windows-user-can-read unknown',
  'source/cdc-is-off unknown',
  'source/recovery-model-is-full unknown',
  'source/tables-fit-limits fail',
]

// Each expectation is a test of its own suite: what stands in the table was produced over real sockets when all are green.
describe('the table of verdicts', () => {
  it('has a world for every verdict that any check can give, but for those of the list', () => {
    const possible = CATALOGUE.flatMap(({ meta, uses }) => {
      // The engine makes a check unknown when a probe fails, and blocked when what it needs does not hold.
      const canFail = uses.some((port) => port !== 'clock')
      const byEngine = [...(canFail ? ['unknown'] : []), ...(meta.needs.length === 0 ? [] : ['blocked'])]
      return [...new Set([...meta.verdicts, ...byEngine])].map((verdict) => `${meta.id} ${verdict}`)
    })
    expect(possible.filter((pair) => !covered.has(pair)).sort()).toEqual([...WITHOUT_WORLD].sort())
  })

  it('holds nothing that a check cannot give', () => {
    expect(expected.filter(({ check, verdict }) => !mayGive(check, verdict))).toEqual([])
  })
})
