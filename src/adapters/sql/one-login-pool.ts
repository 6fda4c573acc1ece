import type { config, ConnectionPool } from 'mssql'
import { codedError } from './routing.ts'

/** tedious' connection, as mssql gives it to `beforeConnect`. */
export type Connection = Parameters<NonNullable<config['beforeConnect']>>[0]

/** Not in mssql's types, and the same since mssql 4: how the pool makes and ends a connection. */
interface PoolHooks {
  _poolCreate(): Promise<Connection>
  _poolDestroy(connection: Connection): Promise<void>
}

/**
 * A pool of mssql that logs in once in its life. mssql's own `connect()` makes a connection to prove the settings, throws
 * it away and logs in again for the first query; a connection that breaks is replaced by a further login. Here the
 * proving connection is the one that serves, and a broken one is not replaced. Pinned by the login counts in the tests.
 */
export async function createOneLoginPool(settings: config): Promise<ConnectionPool> {
  const { default: mssql } = await import('mssql')
  const pool = new mssql.ConnectionPool(settings)
  const hooks = pool as unknown as PoolHooks
  const create = hooks._poolCreate.bind(pool)
  const destroy = hooks._poolDestroy.bind(pool)
  let isProven = false
  let kept: Connection | undefined
  hooks._poolCreate = async () => {
    if (!isProven) {
      isProven = true
      kept = await create()
      return kept
    }
    const connection = kept
    kept = undefined
    if (connection === undefined) throw codedError('ELOST', 'the connection broke after the login')
    return connection
  }
  hooks._poolDestroy = async (connection) => {
    if (connection !== kept) await destroy(connection)
  }
  // Errors reach whoever asked; without a listener one of an idle connection would end the process.
  pool.on('error', () => undefined)
  return pool
}
