import { describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction, type ActionRun, type ActionStart } from '../../lab/runner.ts'
import { parseWorkflowCommands } from '../../lab/runner/commands.ts'

const SINKS = new URL('./', import.meta.url).href

/** Runs a few lines as an action of their own: what counts is what the runner would see. */
async function run(lines: string, start: Omit<ActionStart, 'entry'> = {}): Promise<ActionRun> {
  const folder = await mkdtemp(join(tmpdir(), 'dms-preflight-sinks-'))
  const entry = join(folder, 'entry.mjs')
  await writeFile(
    entry,
    `import { publishAnnotations } from '${SINKS}annotations.ts'
     import { createLog } from '${SINKS}log.ts'
     import { maskSecrets } from '${SINKS}masks.ts'
     import { publishOutputs } from '${SINKS}outputs.ts'
     import { Secret } from '${new URL('../domain/secret.ts', SINKS).href}'
     const redact = (text) => text.replaceAll('hunter2', '***')
     ${lines}`,
  )
  try {
    const result = await runAction({ entry, ...start })
    await result.dispose()
    if (result.code !== 0) throw new Error(result.stderr)
    return result
  } finally {
    await rm(folder, { recursive: true })
  }
}

const HOSTILE = [
  '::error::forged',
  '  ::set-env name=PATH::/evil',
  '\t::add-mask::a',
  'x ##[error]forged',
  'one\r::error::forged\rtwo',
  'one\n::stop-commands::t\ntwo',
  '\u2028::error::forged',
  '\u001b[31m::error::forged',
  '##[##[error]forged',
].join('\n')

describe('the log', () => {
  it('holds no command that came from outside, and no secret', async () => {
    const { stdout } = await run(`createLog(redact).write(${JSON.stringify(`${HOSTILE}\nhunter2`)})`)
    expect(parseWorkflowCommands(stdout)).toEqual([])
    expect(stdout).toContain('forged')
    expect(stdout).toContain('***')
    expect(stdout).not.toMatch(/hunter2|##\[|\u001b/)
  })

  it('folds lines under a title', async () => {
    const { stdout } = await run(`createLog(redact).group('Evidence\\n::error::x of hunter2', 'one\\n::error::y')`)
    expect(parseWorkflowCommands(stdout).map(({ name }) => name)).toEqual(['group', 'endgroup'])
    expect(stdout).toContain('of ***')
  })
})

describe('annotations', () => {
  it('stand where the value stands, as one command each', async () => {
    const { annotations, stdout } = await run(
      `publishAnnotations([
        { level: 'error', message: ${JSON.stringify(`wrong, 100%: hunter2\n${HOSTILE}`)}, title: 'a,b::c\\n::error::x', location: { path: 'a,b:c.yml', line: 2, column: 11 } },
        { level: 'warning', message: 'careful' },
        { level: 'notice', message: 'by the way' },
      ], redact)`,
    )
    expect(annotations).toHaveLength(3)
    expect(annotations[0]).toMatchObject({ level: 'error', file: 'a,b:c.yml', line: 2, col: 11 })
    expect(annotations[0]?.message).toMatch(/^wrong, 100%: \*\*\*\n: :error/)
    expect(parseWorkflowCommands(stdout)).toHaveLength(3)
  })

  it('beyond what GitHub shows are counted and stand in the log', async () => {
    const { annotations, stdout } = await run(
      `publishAnnotations(Array.from({ length: 25 }, (_, at) => ({ level: 'error', message: 'number ' + at, location: { path: 'a.yml', line: at + 1, column: 1 } })), redact)`,
    )
    expect(annotations).toHaveLength(10)
    expect(annotations[9]?.message).toMatch(/^16 more/)
    expect(stdout).toContain('a.yml:25:1: number 24')
  })
})

describe('outputs', () => {
  it('arrive as they are, whatever they hold', async () => {
    const values = {
      status: 'ready',
      lines: 'a\nstatus=forged\nstatus<<EOF\nready\nEOF\n',
      marks: 'ghadelimiter_x\n\n',
      empty: '',
      equals: 'a=b<<c',
    }
    const { outputs } = await run(
      `publishOutputs({ ...${JSON.stringify(values)}, total: 3, ready: true, secret: 'hunter2' }, redact)`,
    )
    expect(outputs).toEqual({ ...values, total: '3', ready: 'true', secret: '***' })
  })

  it('that cannot be written are a warning', async () => {
    const { stdout } = await run(`console.log(JSON.stringify(publishOutputs({ status: 'ready' }, redact)))`, {
      env: { GITHUB_OUTPUT: '/no/such/file' },
    })
    expect(JSON.parse(stdout)).toEqual({ severity: 'warning', message: expect.stringContaining('outputs of the step') })
  })
})

describe('masks', () => {
  const lines = `maskSecrets([new Secret('A', 'p@ss word\\nsecond line\\n{\\n'), new Secret('B', ' '), new Secret('C', '%0A')], process.env)`

  it('cover the secret, its lines, and their base64 and URL forms', async () => {
    const { masks } = await run(lines)
    expect(masks).toEqual(
      expect.arrayContaining([
        'p@ss word',
        'p%40ss%20word',
        Buffer.from('p@ss word').toString('base64'),
        'second line',
        '%0A',
        '%250A',
        'p@ss word\nsecond line\n{\n',
      ]),
    )
    expect(masks).not.toContain('{')
    expect(masks.every((mask) => mask.trim() !== '')).toBe(true)
  })

  it('are not printed where no runner reads them', async () => {
    const { stdout } = await run(lines, { env: { GITHUB_ACTIONS: undefined } })
    expect(stdout).toBe('')
  })
})
