import { seen, type Observed } from '../../src/domain/observed.ts'
import type { Ports } from '../../src/ports/ports.ts'

/** Ports that note what reaches them, `net.resolve sql01.corp.example`, and answer what they are told to. */
export interface RecordingPorts {
  ports: Ports
  asked: string[]
}

const REST: Readonly<Record<string, Observed<unknown>>> = {
  'net.connect': seen({ outcome: 'open' }),
  'sql.preLogin': seen({ answered: true }),
}

export function recordingPorts(answers: (question: string, args: readonly unknown[]) => unknown): RecordingPorts {
  const asked: string[] = []
  const port = (name: string): unknown =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          if (method === 'writes') return false
          if (['vantageDoubt', 'runtimeDoubt', 'isLoopbackWorld'].includes(String(method))) return undefined
          const question = `${name}.${String(method)}`
          return (...args: unknown[]) => {
            asked.push(
              `${question} ${args.filter((arg) => typeof arg === 'string' || typeof arg === 'number').join(' ')}`.trim(),
            )
            const answer = answers(question, args)
            if (question === 'net.routeAddress') return Promise.resolve(undefined)
            return Promise.resolve(answer ?? REST[question] ?? seen({ found: false, message: 'nothing here' }))
          }
        },
        ownKeys: () => [],
      },
    )
  const names = ['net', 'sql', 'share', 'arm', 'blob', 'runtime', 'files', 'clock'] as const
  return { ports: Object.fromEntries(names.map((name) => [name, port(name)])) as unknown as Ports, asked }
}
