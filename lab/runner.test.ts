import { describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFileCommands, parseWorkflowCommand, parseWorkflowCommands } from './runner/commands.ts'
import { runAction, spawnAction, type ActionStart } from './runner.ts'

async function withScript<T>(script: string, use: (entry: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dms-preflight-entry-'))
  const entry = join(folder, 'entry.mjs')
  await writeFile(entry, script)
  try {
    return await use(entry)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function run(script: string, start: Omit<ActionStart, 'entry'> = {}) {
  return withScript(script, async (entry) => {
    const result = await runAction({ entry, ...start })
    await result.dispose()
    return result
  })
}

describe('runAction', () => {
  it('gives the action what the runner gives: inputs with hyphens, event, files and nothing of our own environment', async () => {
    process.env['LAB_RUNNER_LEAK'] = 'x'
    const { outputs, code } = await run(
      `import { appendFileSync, readFileSync } from 'node:fs'
       const { env } = process
       const facts = { input: env['INPUT_CLIENT-ID'], leak: env.LAB_RUNNER_LEAK ?? 'none', own: env.OWN, gone: env.GITHUB_JOB ?? 'gone',
         ref: env.GITHUB_REF, head: env.GITHUB_HEAD_REF, cwd: String(process.cwd() === env.GITHUB_WORKSPACE), file: readFileSync('a/b.yml', 'utf8'),
         number: String(JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8')).pull_request.number) }
       for (const [name, value] of Object.entries(facts)) appendFileSync(env.GITHUB_OUTPUT, name + '<<EOT\\n' + value + '\\nEOT\\n')`,
      {
        inputs: { 'client-id': 'abc' },
        eventName: 'pull_request',
        event: { pull_request: { number: 7, head: { ref: 'wave-2' } } },
        files: { 'a/b.yml': 'two\nlines', 'a/link': { link: 'b.yml' } },
        env: { OWN: 'yes', GITHUB_JOB: undefined },
      },
    )
    expect(code).toBe(0)
    expect(outputs).toEqual({
      input: 'abc',
      leak: 'none',
      own: 'yes',
      gone: 'gone',
      ref: 'refs/pull/7/merge',
      head: 'wave-2',
      cwd: 'true',
      file: 'two\nlines',
      number: '7',
    })
  })

  it('collects annotations, masks, the summary and the exit code', async () => {
    const result = await run(
      `import { appendFileSync } from 'node:fs'
       console.log('::add-mask::line%0Atwo')
       console.log('::error title=A%2C b,file=x.yml,line=2,col=11::wrong%0Avalue')
       console.error('::warning::careful')
       appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# hello')
       process.exitCode = 3`,
    )
    expect(result.code).toBe(3)
    expect(result.masks).toEqual(['line\ntwo'])
    expect(result.summary).toBe('# hello')
    expect(result.annotations).toEqual([
      { level: 'error', title: 'A, b', file: 'x.yml', line: 2, col: 11, message: 'wrong\nvalue' },
      { level: 'warning', message: 'careful' },
    ])
  })

  it('cancels by signal, and ends what does not end', async () => {
    const cancelled = await run(`process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 50)`, {
      signalAfterMs: 300,
    })
    expect([cancelled.code, cancelled.timedOut]).toEqual([9, false])
    const stuck = await run('setInterval(() => {}, 50)', { timeoutMs: 200 })
    expect([stuck.code, stuck.signal, stuck.timedOut]).toEqual([null, 'SIGKILL', true])
  })

  it('lets a test look on and signal at the right moment', async () => {
    await withScript(`console.log('under way'); setInterval(() => {}, 50)`, async (entry) => {
      const started = await spawnAction({ entry, files: { 'a.txt': 'a' } })
      await started.printed('under way')
      expect(await readFile(join(started.workspace, 'a.txt'), 'utf8')).toBe('a')
      started.kill('SIGTERM')
      const result = await started.done
      await result.dispose()
      expect(result.signal).toBe('SIGTERM')
      await expect(started.printed('never')).rejects.toThrow('without printing')
    })
  })
})

describe('workflow commands', () => {
  it('finds what the runner would obey', () => {
    expect(parseWorkflowCommand('  ::notice::x')?.name).toBe('notice')
    expect(parseWorkflowCommand('text ##[error]x')).toEqual({ name: 'error', properties: {}, message: 'x' })
    expect(parseWorkflowCommand('text ::error::x')).toBeUndefined()
    expect(
      parseWorkflowCommands('::stop-commands::t\n::error::x\n::t::\n::error::y').map(({ message }) => message),
    ).toEqual(['t', 'y'])
  })

  it('refuses an output file that the runner would refuse', () => {
    expect(parseFileCommands('a=b=c\nd<<E\n1\n2\nE\n')).toEqual({ a: 'b=c', d: '1\n2' })
    expect(() => parseFileCommands('a<<E\n1\n')).toThrow('Matching delimiter not found')
    expect(() => parseFileCommands('stray')).toThrow('Invalid format')
  })
})
