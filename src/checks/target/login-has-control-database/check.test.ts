import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen } from '../../../domain/observed.ts'
import check from './check.ts'

const HOST = 'sqlsales.database.windows.net'
const change = { target: { endpoint: { text: HOST, host: HOST } } }
const subject = fixtures.databaseSubject(change)
const place = { host: HOST, port: 1433, database: 'Sales', account: 'dms' }
const ROW = { database: 'Sales', controlDatabase: 1, dbOwner: 1, login: 'dms', user: 'dms', engineEdition: 5 }
const FACTS = { roles: ['public', 'db_owner'], grantedTo: [], deniedTo: [], notSeen: [] }
const answered = (row: object, facts: object = {}) => ({
  ...place,
  outcome: 'answered',
  row: { ...ROW, ...row },
  facts: { ...FACTS, ...facts },
})
const refused = (number: number) => ({ ...place, outcome: 'refused', number, state: 1, severity: 14, message: 'no' })

const TABLE = [
  [answered({}), 'pass', `dms has CONTROL on the database Sales on ${HOST}:1433 (db_owner: yes)`],
  [
    answered({ controlDatabase: 0, dbOwner: 0 }),
    'fail',
    `dms lacks CONTROL on the database Sales on ${HOST}:1433 (db_owner: no)`,
  ],
  [
    answered({ controlDatabase: 0, dbOwner: 0 }, { roles: ['public', 'loaders'], deniedTo: ['loaders'] }),
    'fail',
    '(db_owner: no; roles: loaders; CONTROL denied to loaders, which beats every grant)',
  ],
  [answered({ dbOwner: 0 }, { notSeen: ['sys.user_token could not be read'] }), 'pass', '(db_owner: no'],
  [refused(4060), 'fail', 'error 4060'],
  [refused(18456), 'fail', 'error 18456'],
  [refused(18486), 'unknown', 'locked out'],
  [refused(40532), 'unknown', 'error 40532'],
  [answered({ controlDatabase: null, dbOwner: null }), 'unknown', 'answered NULL'],
  [answered({ database: 'master' }), 'unknown', 'answered from the database master when Sales was asked'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'target/login-is-accepted', subject: 'default' } },
    'blocked',
    'refused by target/login-is-accepted (default)',
  ],
] as const

describe('target/login-has-control-database', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each([
    ['dms', 'Sales', 'GRANT CONTROL ON DATABASE::[Sales] TO [dms];'],
    ['a]b', 'x]y', 'GRANT CONTROL ON DATABASE::[x]]y] TO [a]]b];'],
    ['guest', 'Sales', 'CREATE USER [dms] FOR LOGIN [dms];\nGRANT CONTROL ON DATABASE::[Sales] TO [dms];'],
  ])('gives the user %s in %s the grant', (user, database, code) => {
    const evidence = { ...answered({ controlDatabase: 0, user, database }), database }
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement).toMatchObject({
      remediation: { scripts: [{ language: 'tsql', code: expect.stringContaining(code) }] },
    })
  })

  it.each([
    [answered({ controlDatabase: 0, user: null, login: 'dms-migration' }), '[dms-migration]'],
    [refused(4060), '[<name of the identity>]'],
  ])('makes the user of an identity from Entra (%#)', (evidence, name) => {
    const login = { kind: 'entra' } as const
    const judgement = fixtures.judgeStored(
      check,
      evidence,
      fixtures.databaseSubject({ target: { ...change.target, login } }),
    )
    const scripts = judgement.verdict === 'fail' ? judgement.remediation.scripts : []
    expect(scripts.at(-1)?.code).toContain(
      `CREATE USER ${name} FROM EXTERNAL PROVIDER;\nGRANT CONTROL ON DATABASE::[Sales] TO ${name};`,
    )
  })

  it('takes a denial back before it grants', () => {
    const evidence = answered({ controlDatabase: 0 }, { deniedTo: ['load]ers'] })
    expect(fixtures.judgeStored(check, evidence, subject)).toMatchObject({
      remediation: {
        scripts: [
          {
            code: expect.stringMatching(
              /REVOKE CONTROL ON DATABASE::\[Sales\] FROM \[load\]\]ers\];.*\nGRANT CONTROL ON DATABASE::\[Sales\] TO \[dms\];/,
            ),
          },
        ],
      },
    })
  })

  it('takes the names of databases in any letter case', () => {
    expect(fixtures.judgeStored(check, answered({ database: 'SALES' }), subject).verdict).toBe('pass')
  })

  it('logs in to the database itself', async () => {
    const asked: string[] = []
    const ports = fixtures.createPorts({
      names: { [HOST]: ['20.1.2.3'] },
      ports: { '20.1.2.3:1433': 'open' },
      logIn: (server, database) => {
        asked.push(`${server.askedBy.id} ${server.askedBy.subject} ${database}`)
        return seen(fixtures.ACCEPTED)
      },
      rows: {
        'target-database-rights': [
          {
            database_name: 'Sales',
            control_database: 1,
            db_owner: 1,
            login_name: 'dms',
            user_name: 'dms',
            engine_edition: 5,
          },
        ],
        'user-token': [
          { id: 0, name: 'public', type: 'ROLE' },
          { id: 16384, name: 'db_owner', type: 'ROLE' },
        ],
        'database-control': [],
      },
    })
    expect(await fixtures.observeValue(check, ports, subject)).toEqual(TABLE[0][0])
    expect(asked).toEqual(['target/login-has-control-database default/Sales Sales'])
  })
})
