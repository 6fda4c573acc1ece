import { beforeAll, describe, expect, it } from '@jest/globals'
import { judgeSourceRight } from '../../src/checks/judge-source-right.ts'
import { explainRefusal } from '../../src/checks/login-refusals.ts'
import backupsHaveChecksums from '../../src/checks/source/backups-have-checksums/check.ts'
import cdcIsOff from '../../src/checks/source/cdc-is-off/check.ts'
import computedColumnsAreKnown from '../../src/checks/source/computed-columns-are-known/check.ts'
import databaseIsReadable from '../../src/checks/source/database-is-readable/check.ts'
import encryptionIsInventoried from '../../src/checks/source/encryption-is-inventoried/check.ts'
import hasNoFilestream from '../../src/checks/source/has-no-filestream/check.ts'
import hasOneLogFile from '../../src/checks/source/has-one-log-file/check.ts'
import instanceObjectsAreKnown from '../../src/checks/source/instance-objects-are-known/check.ts'
import defaultedNullsAreDecided from '../../src/checks/source/defaulted-nulls-are-decided/check.ts'
import loginCanReadDefinitions from '../../src/checks/source/login-can-read-definitions/check.ts'
import loginsCanBeMigrated from '../../src/checks/source/logins-can-be-migrated/check.ts'
import namesAreSupported from '../../src/checks/source/names-are-supported/check.ts'
import recoveryModelIsFull from '../../src/checks/source/recovery-model-is-full/check.ts'
import logChainIsUnbroken from '../../src/checks/source/log-chain-is-unbroken/check.ts'
import oneBackupPerFile from '../../src/checks/storage/one-backup-per-file/check.ts'
import { historyGrant } from '../../src/checks/recorded-backups.ts'
import databaseNamesAreFree from '../../src/checks/target/database-names-are-free/check.ts'
import serviceAccountCanWrite from '../../src/checks/share/service-account-can-write/check.ts'
import hasTdeCertificates from '../../src/checks/target/has-tde-certificates/check.ts'
import { sourceDatabaseSubjects, targetDatabaseSubjects, targetSubjects } from '../../src/checks/subjects.ts'
import loginCanMigrateSchema from '../../src/checks/target/login-can-migrate-schema/check.ts'
import loginHasControlDatabase from '../../src/checks/target/login-has-control-database/check.ts'
import loginIsDbOwner from '../../src/checks/target/login-is-db-owner/check.ts'
import loginIsSysadmin from '../../src/checks/target/login-is-sysadmin/check.ts'
import versionIsNotOlder from '../../src/checks/target/version-is-not-older/check.ts'
import volumesAreApart from '../../src/checks/target/volumes-are-apart/check.ts'
import type { Check, Judgement } from '../../src/checks/define.ts'
import type { SourceRightsEvidence } from '../../src/checks/source-login-rights.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import type { Login } from '../../src/domain/manifest.ts'
import type { Script } from '../../src/domain/observed.ts'
import { answeredBy, AT_SOURCE, databaseAt } from '../instance-fixtures.ts'
import { machineAnswers, machineSubject } from '../machine-fixtures.ts'
import { MANIFEST } from '../fixtures.ts'
import { databaseSubject, manifestWith, sourceSubject } from '../sql-fixtures.ts'
import { FILES, filesWith } from './source-files.ts'
import { readTokens, syntaxError } from './tsql-guard.ts'

/** Files that print T-SQL into which names are put, and files whose T-SQL is a constant. */
const PRINTERS = [
  'checks/judge-database-fact.ts',
  'checks/judge-source-right.ts',
  'checks/judge-writers.ts',
  'checks/login-refusals.ts',
  'checks/recorded-backups.ts',
  'checks/source-shape.ts',
  'checks/source/backups-have-checksums/check.ts',
  'checks/source/cdc-is-off/check.ts',
  'checks/source/computed-columns-are-known/check.ts',
  'checks/source/database-is-readable/check.ts',
  'checks/source/defaulted-nulls-are-decided/check.ts',
  'checks/source/encryption-is-inventoried/judge-encryption.ts',
  'checks/source/has-no-filestream/check.ts',
  'checks/source/has-one-log-file/check.ts',
  'checks/source/instance-objects-are-known/check.ts',
  'checks/source/log-chain-is-unbroken/judge-chain.ts',
  'checks/source/login-can-read-definitions/judge-reading.ts',
  'checks/source/logins-can-be-migrated/check.ts',
  'checks/source/names-are-supported/check.ts',
  'checks/source/recovery-model-is-full/check.ts',
  'checks/storage/one-backup-per-file/check.ts',
  'checks/target/database-names-are-free/check.ts',
  'checks/target/has-tde-certificates/check.ts',
  'checks/target/login-can-migrate-schema/judge-server-roles.ts',
  'checks/target/login-has-control-database/check.ts',
  'checks/target/login-is-db-owner/check.ts',
  'checks/target/login-is-sysadmin/check.ts',
  'checks/target/version-is-not-older/judge-versions.ts',
  'checks/target/volumes-are-apart/check.ts',
]
const CONSTANT_PRINTERS = [
  'checks/source/tcp-ip-is-enabled/check.ts',
  'checks/target/allows-contained-databases/check.ts',
  'checks/tls-remedies.ts',
]
const CONSTANT = /language: 'tsql',\s*code: (?:'([^'\n]+)'|"([^"\n]+)"),/g

const PASSWORD = { kind: 'sql', password: { secret: 'P' } } as const
const place = (name: string) => ({ host: 'sql01', port: 1433, database: name, account: name })

/** The T-SQL that checks print about things of that name. */
function printed(name: string): readonly string[] {
  const scripts = [
    ...refusalScripts(name),
    ...sourceRightScripts(name),
    ...targetScripts(name),
    ...instanceScripts(name),
    ...databaseScripts(name),
    ...historyScripts(name),
    ...shareScripts(name),
    ...machineScripts(name),
    ...modernScripts(name),
  ]
  return scripts.filter(({ language }) => language === 'tsql').map(({ code }) => code)
}

const scriptsOf = (judgement: Judgement): readonly Script[] =>
  'remediation' in judgement ? judgement.remediation.scripts : []

function refusalScripts(name: string): readonly Script[] {
  const numbers = [18456, 18452, 18470, 18486, 18487, 18488, 4060, 911]
  return numbers.flatMap((number) =>
    (['source', 'target'] as const).flatMap((area) => {
      const refused = { number, state: 1, database: name, server: 'sql01,1433', area } as const
      return [{ kind: 'sql', user: name } as const, { kind: 'entra' } as const].flatMap(
        (account) => explainRefusal({ ...refused, ...account })?.scripts ?? [],
      )
    }),
  )
}

function sourceRightScripts(name: string): readonly Script[] {
  const row = {
    login: name,
    controlServer: 0,
    sysadmin: 0,
    viewServerState: 0,
    viewAnyDefinition: 0,
    connectSql: 1,
    productVersion: '16.0.4135',
    edition: name,
    engineEdition: 3,
    netTransport: null,
    authScheme: null,
    localTcpPort: null,
  } as const
  const facts = { roles: [name], grantedTo: [name], deniedTo: [name], notSeen: [name] }
  const standing = {
    name,
    type: 'S',
    isDisabled: false,
    roles: [name],
    isSysadmin: false,
    grantedTo: [],
    deniedTo: [name],
    connectDeniedTo: [],
  }
  const own = (change: object): SourceRightsEvidence => ({
    ...place(name),
    outcome: 'answered',
    row: { ...row, ...change },
    facts,
  })
  const foreign = (change: object, isComplete = true): SourceRightsEvidence => ({
    ...place(name),
    outcome: 'foreign',
    ownLogin: name,
    productVersion: '10.50.6000',
    foreign: { login: name, groups: [], isComplete, ...change },
  })
  const evidence = [
    own({}),
    own({ productVersion: '10.50.6000' }),
    own({ controlServer: null, sysadmin: null }),
    foreign({}),
    foreign({}, false),
    foreign({ standing }),
    foreign({ standing: { ...standing, isDisabled: true } }),
    foreign({ standing: { ...standing, connectDeniedTo: [name] } }),
  ]
  return evidence.flatMap((one) =>
    (['CONTROL SERVER', 'sysadmin'] as const).flatMap((right) =>
      scriptsOf(judgeSourceRight(one, right, sourceSubject())),
    ),
  )
}

function targetScripts(name: string): readonly Script[] {
  const ofLogin = (login: Login): readonly Script[] => {
    const subject = databaseSubject({ target: { login } })
    const named = { ...subject, spec: { ...subject.spec, database: name } }
    return evidences.flatMap((evidence) => scriptsOf(loginHasControlDatabase.judge(evidence as JsonObject, named)))
  }
  const row = { database: name, controlDatabase: 0, dbOwner: 0, login: name, user: name, engineEdition: 5 }
  const facts = { roles: [name], grantedTo: [name], deniedTo: [name], notSeen: [] }
  const answered = { ...place(name), outcome: 'answered', row, facts }
  const refused = { ...place(name), outcome: 'refused', number: 4060, state: 1, severity: 11, message: name }
  const evidences = [answered, { ...answered, row: { ...row, user: null } }, refused]
  return [{ ...PASSWORD, user: name }, { kind: 'entra' } as const].flatMap(ofLogin)
}

function instanceScripts(name: string): readonly Script[] {
  const [subject] = targetDatabaseSubjects(manifestWith({}))
  if (subject === undefined) throw new Error('the fixture has no database')
  const ofLogin = (login: Login): readonly Script[] => {
    const named = {
      ...subject,
      spec: { ...subject.spec, database: name, target: { ...subject.spec.target, login } },
    }
    const row = { sysadmin: 0, login: name, engineEdition: 8 }
    const answered = { ...place(name), outcome: 'answered' }
    const told = { ...answered, server: { collation: null, viewAnyDatabase: 0 }, seen: 1 }
    return [
      loginIsSysadmin.judge({ ...answered, row, roles: [name] }, named),
      loginIsSysadmin.judge({ ...answered, row: { ...row, sysadmin: null }, roles: [] }, named),
      databaseNamesAreFree.judge({ ...told, taken: { name, state: 'ONLINE' } }, named),
      databaseNamesAreFree.judge({ ...told, taken: null }, named),
    ].flatMap(scriptsOf)
  }
  return [{ ...PASSWORD, user: name }, { kind: 'entra' } as const].flatMap(ofLogin)
}

function shareScripts(name: string): readonly Script[] {
  const known = { source: name, state: 'known', account: name, machines: [name], isClustered: false, accounts: [] }
  const messages = [{ number: 3201, state: 1, severity: 16, message: 'Operating system error 5(denied)' }]
  const refused = { state: 'refused', file: name, messages, osError: 5, end: { outcome: 'not-there' } }
  const security = { state: 'unseen', why: 'it says no' }
  const place = { path: name, host: name, share: name, folder: name, writes: false, security }
  return [null, refused].flatMap((backup) =>
    scriptsOf(serviceAccountCanWrite.judge({ ...place, writers: [{ ...known, backup }] }, sourceSubject())),
  )
}

/** Of the checks that only the current service has. */
function modernScripts(name: string): readonly Script[] {
  const login = { ...PASSWORD, user: name }
  const dms = { ...MANIFEST.dms, schemaMigration: true }
  const [first] = sourceDatabaseSubjects(manifestWith({ source: { login }, dms }))
  const [owned] = targetDatabaseSubjects(manifestWith({ target: { login } }))
  const [server] = targetSubjects(manifestWith({ target: { login }, dms }))
  if (first === undefined || owned === undefined || server === undefined) throw new Error('the fixture has them')
  const subject = { ...first, spec: { ...first.spec, database: { ...first.spec.database, name } } }
  // Every such name has its script, whatever else is in it.
  const semicolon = { ...first, spec: { ...first.spec, database: { ...first.spec.database, name: `${name};` } } }
  const target = { ...owned, spec: { ...owned.spec, database: name } }
  const answered = { ...place(name), outcome: 'answered' }
  const shape = { database: name, tables: 1, selects: 0, viewsDefinitions: 0, computedColumns: 1, defaultedColumns: 1 }
  const own = { database: name, login: name, user: name, dataReader: 0, selects: 0, dbOwner: 0, viewAnyDefinition: 0 }
  const foreign = { login: name, standing: null, groups: 0, isComplete: true }
  const standing = { isDisabled: true, roles: [] }
  const other = (change: JsonObject): JsonObject => ({
    ...answered,
    ...{ outcome: 'foreign', ownLogin: name, foreign: { ...foreign, ...change } },
  })
  const roles = { login: name, authentication: 2, databaseManager: 0, databaseConnector: 0 }
  const asked = { ...place(name), kind: 'asked', row: roles, administrator: {}, master: null }
  const tables = { count: 1, first: [{ schema: name, table: name }] }
  const row = { database: name, controlDatabase: 0, dbOwner: 0, login: name, user: name, engineEdition: 5 }
  return [
    computedColumnsAreKnown.judge({ ...answered, shape, columns: [name] }, subject),
    computedColumnsAreKnown.judge({ ...answered, shape: { ...shape, computedColumns: 0 }, columns: [] }, subject),
    defaultedNullsAreDecided.judge({ ...answered, shape, columns: [name] }, subject),
    namesAreSupported.judge({ ...answered, shape, doubleByte: tables, other: tables }, semicolon),
    cdcIsOff.judge(
      { ...answered, server: {}, near: [], state: { name, isCdcEnabled: 1 }, facts: { notSeen: [] } },
      subject,
    ),
    loginCanReadDefinitions.judge({ ...answered, row: own }, subject),
    loginCanReadDefinitions.judge({ ...answered, row: { ...own, user: null } }, subject),
    loginCanReadDefinitions.judge(other({}), subject),
    loginCanReadDefinitions.judge(other({ isComplete: false }), subject),
    loginCanReadDefinitions.judge(other({ standing }), subject),
    loginCanReadDefinitions.judge(
      other({ standing: { ...standing, isDisabled: false, mayNotConnect: true } }),
      subject,
    ),
    loginIsDbOwner.judge({ ...answered, row }, target),
    loginIsDbOwner.judge({ ...answered, row: { ...row, user: null } }, target),
    loginCanMigrateSchema.judge(asked, server),
    loginCanMigrateSchema.judge({ ...asked, row: { ...roles, authentication: 4 } }, server),
  ].flatMap(scriptsOf)
}

function databaseScripts(name: string): readonly Script[] {
  const [subject] = sourceDatabaseSubjects(manifestWith({ source: { login: { ...PASSWORD, user: name } } }))
  if (subject === undefined) throw new Error('the fixture has no database')
  const named = { ...subject, spec: { ...subject.spec, database: { ...subject.spec.database, name } } }
  const state = {
    name,
    state: 'ONLINE',
    userAccess: 'MULTI_USER',
    recoveryModel: 'SIMPLE',
    collation: name,
    hasAccess: 0,
  }
  const facts = {
    containment: null,
    encryption: null,
    files: { data: 1, log: 2, filestream: 1, sizeMb: 8 },
    nonTransactedAccess: null,
    lastFullBackup: null,
    lastLogBackup: null,
    notSeen: [],
  }
  const seen = (stateChange: object | null, factsChange: object = {}, server: JsonObject = {}): JsonObject => ({
    ...place(name),
    outcome: 'answered',
    server,
    near: [name],
    state: stateChange === null ? null : { ...state, ...stateChange },
    facts: { ...facts, ...factsChange },
  })
  const kind = { count: 1, names: [name] }
  const logins = { outcome: 'answered', ownLogin: name, isComplete: true, sql: kind, windows: kind, entra: kind }
  const states = ['OFFLINE', 'RESTORING', 'RECOVERING', 'RECOVERY_PENDING', 'SUSPECT', 'EMERGENCY', 'ONLINE', name]
  return [
    ...states.map((one) => databaseIsReadable.judge(seen({ state: one }), named)),
    databaseIsReadable.judge(seen({ userAccess: 'SINGLE_USER' }), named),
    databaseIsReadable.judge(seen(null), named),
    databaseIsReadable.judge(seen({ hasAccess: null }), named),
    databaseIsReadable.judge(seen(null, {}, { viewAnyDatabase: 1 }), named),
    databaseIsReadable.judge(seen(null, {}, { viewAnyDatabase: 1, alterAnyDatabase: 1 }), named),
    recoveryModelIsFull.judge(seen({}), named),
    hasOneLogFile.judge(seen({}), named),
    hasNoFilestream.judge(seen({}), named),
    hasNoFilestream.judge(seen({}, { nonTransactedAccess: 'FULL' }), named),
    backupsHaveChecksums.judge(seen({}), named),
    loginsCanBeMigrated.judge({ ...place(name), ...logins, disabled: kind }, sourceSubject()),
  ].flatMap(scriptsOf)
}

function historyScripts(name: string): readonly Script[] {
  const [subject] = sourceDatabaseSubjects(manifestWith({}))
  if (subject === undefined) throw new Error('the fixture has no database')
  const named = { ...subject, spec: { ...subject.spec, database: { ...subject.spec.database, name } } }
  const at = { host: 'sql01', port: 1433, isCut: false }
  const history = { ...at, recorded: 0, incomplete: 0, isReplica: false, nextLogFrom: null }
  const backup = { kind: 'log', finished: name, firstLsn: '1', lastLsn: '2', file: name }
  const sharing = [{ ...backup, position: 2, sharing: 'behind-another' }]
  const judgements = [
    ...['no-full', 'not-started'].map((is) => logChainIsUnbroken.judge({ ...history, chain: { is } }, named)),
    oneBackupPerFile.judge({ ...at, onFiles: 1, elsewhere: 0, striped: 0, sharing, sharingInAll: 1 }, named),
  ]
  return [historyGrant(name), ...judgements.flatMap(scriptsOf)]
}

/** What the grammar of the parser does not know, although SQL Server does; each begins a statement. */
const UNKNOWN_TO_THE_GRAMMAR = [
  /^EXECUTE AS LOGIN = N'/,
  /^CREATE LOGIN \[.*\] FROM EXTERNAL PROVIDER$/s,
  /^RESTORE DATABASE \[.*\] WITH RECOVERY$/s,
  /^RESTORE HEADERONLY FROM DISK = N'/,
  /^REVOKE (?:CONTROL|CONNECT)\b/,
  /^GRANT (?:CONNECT SQL|VIEW ANY \w+) TO \[/,
  /^ALTER DATABASE \[.*\] REMOVE FILE \[/s,
  /^GRANT CONTROL ON DATABASE : : \[/,
]

/** The statements of a script, as their tokens stand, without comments. */
function statementsOf(script: string): readonly string[] {
  const statements = ['']
  for (const { kind, text, isComment } of readTokens(script)) {
    if (kind === 'SEMI') statements.push('')
    else if (!isComment) statements.push(`${statements.pop() ?? ''} ${text}`.trim())
  }
  return statements.filter((statement) => statement !== '')
}

const kindsOf = (script: string): readonly string[] => readTokens(script).map(({ kind }) => kind)

/** With a backslash a name is that of a Windows account, for which other things are printed. */
const HOSTILE: readonly [string, string][] = [
  ['a]; DROP TABLE b --', 'plain'],
  ["a'; DROP TABLE b --", 'plain'],
  ["]]'']'", 'plain'],
  ['*/ DROP TABLE b /*', 'plain'],
  ['"a"\u2028\u{1f600}\u{10ffff}\uff07\uff3d', 'plain'],
  ['a\nDROP TABLE b', 'plain'],
  ['a\r\nGO\r\nDROP TABLE b\r\nGO\r\n', 'plain'],
  ["]'\u{1f600}".repeat(42), 'plain'],
  ['CORP\\a]; DROP TABLE b --', 'CORP\\plain'],
  ['CORP\\a\nDROP TABLE b', 'CORP\\plain'],
  ["CORP\\a\r'; DROP TABLE b", 'CORP\\plain'],
]

/** Of a virtual machine as target, and of what is inventoried for it. */
function machineScripts(name: string): readonly Script[] {
  const source = { source: 'sales', outcome: 'seen', at: 'sql01:1433', productVersion: '13.0.1.1', edition: 'Standard' }
  const standard = { productVersion: '14.0.1.1', edition: 'Standard Edition', engineEdition: 2 }
  const volume = { path: name, volume: 'C:\\', freeMb: 1 }
  const evidences: readonly [Check, JsonObject][] = [
    [
      versionIsNotOlder,
      {
        target: machineAnswers({}, standard),
        sources: [{ ...source, databases: [{ database: name, features: ['TransparentDataEncryption'], gap: null }] }],
      },
    ],
    [volumesAreApart, machineAnswers({ data: volume, log: volume, tempDb: [], notSeen: [] })],
    [
      hasTdeCertificates,
      {
        source: databaseAt(AT_SOURCE, { encryption: { state: 3, thumbprint: name } }),
        instance: machineAnswers({ rows: [] }),
      },
    ],
    [
      instanceObjectsAreKnown,
      answeredBy(AT_SOURCE, { kinds: [{ kind: 'login', count: 1, names: [name] }], notSeen: [] }),
    ],
    [
      encryptionIsInventoried,
      answeredBy(AT_SOURCE, { databases: [{ database: name, tde: name, count: 0, keys: [], gap: null }], notSeen: [] }),
    ],
  ]
  return evidences.flatMap(([check, evidence]) => scriptsOf(check.judge(evidence, machineSubject(check))))
}

describe('the T-SQL that checks print', () => {
  let plain: ReadonlyMap<string, readonly string[]>
  beforeAll(() => {
    plain = new Map(['plain', 'CORP\\plain'].map((name) => [name, printed(name)]))
  })

  it('comes from the files that are looked at here', () => {
    const files = filesWith(/'tsql'/).filter((file) => file.startsWith('checks/'))
    expect(files.sort()).toEqual([...PRINTERS, ...CONSTANT_PRINTERS].sort())
    expect(plain.get('plain')?.length).toBeGreaterThan(50)
  })

  it('is T-SQL', () => {
    const constants = CONSTANT_PRINTERS.flatMap((file) => [...(FILES.get(file) ?? '').matchAll(CONSTANT)])
    expect(constants).toHaveLength(CONSTANT_PRINTERS.length)
    const scripts = [...plain.values()].flat().concat(constants.map(([, single, double]) => single ?? double ?? ''))
    const statements = [...new Set(scripts.flatMap(statementsOf))]
    const isKnown = (statement: string): boolean => !UNKNOWN_TO_THE_GRAMMAR.some((known) => known.test(statement))
    expect(statements.filter(isKnown).filter((statement) => syntaxError(statement) !== undefined)).toEqual([])
    expect(UNKNOWN_TO_THE_GRAMMAR.filter((known) => !statements.some((statement) => known.test(statement)))).toEqual([])
  })

  it.each(HOSTILE)('keeps its shape with the name %j', (name, like) => {
    const scripts = printed(name)
    expect(scripts.map(kindsOf)).toEqual(plain.get(like)?.map(kindsOf))
  })
})
