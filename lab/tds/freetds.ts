import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface TsqlRequest {
  port: number
  version: '7.1' | '7.2' | '7.3' | '7.4'
  encryption: 'off' | 'request' | 'require'
  /** PEM of the authority that the client trusts. */
  trusted: string
  user: string
  password: string
  database: string
  /** Each one is a batch of its own. */
  batches: readonly string[]
}

export interface TsqlOutcome {
  code: number
  /** Result sets: a line with the names of the columns, then one for each row, with tabs between the cells. */
  output: string
  /** Messages of the server, and what tsql says itself. */
  errors: string
}

/** The client of FreeTDS, which shares no code with tedious: what both understand is TDS, not a habit of one of them. */
export async function runTsql(program: string, request: TsqlRequest): Promise<TsqlOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'freetds-'))
  try {
    const [configuration, authority] = [join(folder, 'freetds.conf'), join(folder, 'ca.pem')]
    await writeFile(authority, request.trusted)
    const lines = ['[lab]', 'host = 127.0.0.1', `port = ${request.port}`, `tds version = ${request.version}`]
    lines.push(`encryption = ${request.encryption}`, `ca file = ${authority}`, 'client charset = UTF-8', '')
    await writeFile(configuration, lines.join('\n'))
    const { user, password, database } = request
    const child = spawn(program, ['-S', 'lab', '-U', user, '-P', password, '-D', database, '-o', 'q'], {
      env: { FREETDSCONF: configuration, LC_ALL: 'C.UTF-8', TDSVER: request.version },
    })
    const script = request.batches.map((batch) => `${batch}\ngo\n`).join('')
    child.stdin.on('error', () => undefined).end(`${script}exit\n`)
    const closed = once(child, 'close') as Promise<[number]>
    const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
    return { code, output, errors }
  } finally {
    await rm(folder, { recursive: true })
  }
}
