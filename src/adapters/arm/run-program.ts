import { spawn, type ChildProcess } from 'node:child_process'

export interface Command {
  program: string
  args: readonly string[]
  /** The arguments are already one line for Windows' command interpreter. */
  isVerbatim?: boolean
}

export interface RunOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Where it starts: never the workspace, whose files come from the repository. */
  cwd: string
  timeoutMs: number
  signal: AbortSignal
}

export type Ran =
  | { ended: 'exit'; code: number | null; stdout: string; stderr: string }
  | { ended: 'not-started'; code: string }
  | { ended: 'timeout' }
  | { ended: 'cancelled' }
  | { ended: 'too-much' }

/** Far above what any answer here has. */
const OUTPUT_LIMIT_CHARS = 1_000_000

/** Runs a program without a shell and without input. One that takes too long is ended, with all that it started. */
export function runProgram({ program, args, isVerbatim }: Command, options: RunOptions): Promise<Ran> {
  if (options.signal.aborted) return Promise.resolve({ ended: 'cancelled' })
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      windowsVerbatimArguments: isVerbatim ?? false,
      // A process group of its own, so that it can be ended as a whole.
      detached: process.platform !== 'win32',
    })
    const output = { stdout: '', stderr: '' }
    const finish = (ran: Ran): void => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      resolve(ran)
    }
    const stop = (ended: 'timeout' | 'cancelled' | 'too-much'): void => {
      endTree(child, options.env)
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      finish({ ended })
    }
    const onAbort = (): void => stop('cancelled')
    const timer = setTimeout(stop, options.timeoutMs, 'timeout')
    options.signal.addEventListener('abort', onAbort, { once: true })
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk
        if (output[name].length > OUTPUT_LIMIT_CHARS) stop('too-much')
      })
    }
    child.once('error', (error: NodeJS.ErrnoException) => finish({ ended: 'not-started', code: error.code ?? '' }))
    child.once('close', (code) => finish({ ended: 'exit', code, ...output }))
  })
}

function endTree(child: ChildProcess, env: RunOptions['env']): void {
  const { pid } = child
  if (pid === undefined) return
  if (process.platform === 'win32') {
    const killer = `${env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\taskkill.exe`
    spawn(killer, ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true })
      .on('error', () => undefined)
      .unref()
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
