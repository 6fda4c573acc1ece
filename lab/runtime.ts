import { createSqlPort } from '../src/adapters/sql/sql-port.ts'
import { isJsonObject, type JsonObject } from '../src/domain/json.ts'
import { Secret } from '../src/domain/secret.ts'
import type { LabIrError, LabRuntime } from './azure/validate-ir.ts'

const TIMEOUT_MS = 3_000

/** A runtime on this machine: it logs in to the lab's SQL Servers with what it is given, and says what came of it. */
export function createLabRuntime(authority: string, more: Partial<LabRuntime> = {}): LabRuntime {
  return {
    online: true,
    asked: [],
    most: 0,
    connect: async ({ test, body }) => {
      const part = body[`${test}SqlConnection`]
      return isJsonObject(part)
        ? connectToSql(part, authority)
        : [failed('Cannot connect to the file share. Detail Message: the lab has none')]
    },
    ...more,
  }
}

async function connectToSql(part: JsonObject, authority: string): Promise<readonly LabIrError[]> {
  const text = (name: string): string => (typeof part[name] === 'string' ? part[name] : '')
  const [host = '', port = '1433'] = text('dataSource').split(',')
  const sql = createSqlPort({
    timeoutMs: TIMEOUT_MS,
    signal: AbortSignal.timeout(2 * TIMEOUT_MS),
    secrets: new Map([['GIVEN', new Secret('GIVEN', text('password'))]]),
    readCa: () => Promise.resolve(authority),
    applicationName: 'integration-runtime',
  })
  try {
    const answer = await sql.logIn(
      {
        host,
        address: '127.0.0.1',
        port: Number(port),
        login: { kind: 'sql', user: text('userName'), password: { secret: 'GIVEN' } },
        tls: { encrypt: 'on', ca: 'root.pem', trustServerCertificate: part['trustServerCertificate'] === true },
        askedBy: { id: 'runtime', subject: host },
      },
      '',
    )
    if (!answer.ok) return [failed(`Cannot connect to ${host}. Detail Message: ${answer.failure.message}`)]
    if (answer.value.outcome === 'accepted') return []
    const said = answer.value.outcome === 'refused' ? answer.value.message.message : 'withheld'
    return [failed(`Cannot connect to ${host}. Detail Message: ${said}`)]
  } finally {
    await sql.close()
  }
}

function failed(detail: string): LabIrError {
  return {
    code: '2012',
    message: `Failed to test connections using provided Integration Runtime. Error details: '${detail}'`,
  }
}
