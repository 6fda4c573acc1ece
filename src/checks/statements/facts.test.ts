import { afterEach, describe, expect, it } from '@jest/globals'
import { closeSourceRigs, openSourceRig } from '../../../test/source-rig.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { SqlServer, Statement } from '../../ports/sql-port.ts'
import { BACKUP_HISTORY } from './backup-history.ts'
import { CLUSTER_NODES } from './cluster-nodes.ts'
import { DATABASE_ENCRYPTION } from './database-encryption.ts'
import { DATABASE_FILES, FILESTREAM_OPTIONS } from './database-files.ts'
import { DATABASE_CONTAINMENT, DATABASE_STATES } from './database-states.ts'
import { AGENT_JOBS, INSTANCE_OBJECTS } from './instance-objects.ts'
import { TCP_LISTENERS, TCP_SETTINGS } from './listeners.ts'
import { SERVER_FACTS } from './server-facts.ts'
import { LOGIN_TOKEN, SERVER_PERMISSIONS, SERVER_PRINCIPALS, SERVER_ROLE_MEMBERS } from './server-principals.ts'
import { DATABASE_SIZES, DEFAULT_PATHS, FIXED_DRIVES, SERVER_VOLUMES } from './server-volumes.ts'
import { SERVICES } from './services.ts'
import { SOURCE_RIGHTS } from './source-rights.ts'

afterEach(closeSourceRigs)

const ALL: readonly Statement<JsonObject>[] = [
  ...[SERVER_FACTS, TCP_SETTINGS, TCP_LISTENERS, SERVICES, DATABASE_STATES, DATABASE_CONTAINMENT],
  ...[DATABASE_FILES, FILESTREAM_OPTIONS, DATABASE_ENCRYPTION, BACKUP_HISTORY, SOURCE_RIGHTS],
  ...[SERVER_VOLUMES, FIXED_DRIVES, DEFAULT_PATHS, DATABASE_SIZES, INSTANCE_OBJECTS, AGENT_JOBS],
  ...[CLUSTER_NODES, LOGIN_TOKEN, SERVER_PERMISSIONS, SERVER_PRINCIPALS, SERVER_ROLE_MEMBERS],
]

const backup = { type: 'D' as const, finished: '2026-11-20T22:00:07', checksums: true }

async function open(count = 1) {
  const names = Array.from({ length: count }, (_, place) => `Db${String(place)}`)
  const rig = await openSourceRig({
    logins: [{ user: 'dms', password: '', sysadmin: true }],
    clusterNodes: ['N1'],
    agentJobs: ['nightly'],
    databases: names.map((name) => ({ name, encryptedBy: 'AB'.repeat(20), backups: [backup] })),
  })
  const server: SqlServer = {
    host: '127.0.0.1',
    address: '127.0.0.1',
    port: rig.server.port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
  return { rig, server }
}

describe('every statement about a source', () => {
  it('is answered and decoded to plain JSON; twenty databases take one batch', async () => {
    const { rig, server } = await open(20)
    const answers = await Promise.all(ALL.map((statement) => rig.ports.sql.query(server, 'master', statement)))
    answers.forEach((answer, place) => {
      if (!answer.ok) throw new Error(`${ALL[place]?.name ?? ''}: ${answer.failure.message}`)
      expect([ALL[place]?.name, answer.value.length > 0]).toEqual([ALL[place]?.name, true])
      expect(JSON.parse(JSON.stringify(answer.value))).toEqual(answer.value)
    })
    expect(rig.server.logins).toHaveLength(1)
    expect(rig.server.statements).toHaveLength(1)
  })

  it.each(ALL.map((statement) => [statement.name, statement] as const))(
    '%s refuses a row that lacks a column or has another type in it',
    async (_name, statement) => {
      const { rig, server } = await open()
      const raw: Record<string, unknown>[] = []
      const spy: Statement<JsonObject> = {
        ...statement,
        decode: (row) => {
          raw.push(row)
          return statement.decode(row)
        },
      }
      await rig.ports.sql.query(server, 'master', spy)
      const [row = {}] = raw
      for (const column of Object.keys(row)) {
        const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== column))
        expect(() => statement.decode(rest)).toThrow(`the column ${column} should be`)
        expect(() => statement.decode({ ...row, [column]: { secret: 'hunter2' } })).toThrow(/ and is object$/)
      }
    },
  )
})
