import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findProgram } from '../../lab/find-program.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import type { Question } from './ask-checks.ts'

/** A network with one runner and one router in it, each in a namespace of its own. */
export interface Network {
  /** The results of each question, asked from the runner. */
  ask(questions: readonly Question[]): Promise<CheckResult[][]>
  close(): void
}

const RUNNER = fileOf('./answer-questions.ts')

/** The program that makes namespaces, where it may; else undefined, after saying so. */
export function findNamespaces(): string | undefined {
  const leftOut = (why: string): string | undefined => {
    console.warn(`left out: ${why}`)
    return undefined
  }
  const ip = findProgram('ip')
  if (ip === undefined) return leftOut('iproute2 is not installed (ip)')
  if (process.getuid?.() !== 0) return leftOut('only root may make network namespaces')
  const name = `dmsp-${process.pid}-try`
  try {
    run(ip, ['netns', 'add', name])
    run(ip, ['netns', 'exec', name, ip, 'link', 'set', 'lo', 'up'])
    run(ip, ['link', 'add', 've0', 'netns', name, 'type', 'veth', 'peer', 'name', 've1', 'netns', name])
    return ip
  } catch (error) {
    return leftOut(`this machine makes no network namespaces (${error instanceof Error ? error.message : 'no reason'})`)
  } finally {
    quietly(ip, ['netns', 'del', name])
  }
}

/** `routes` are arguments of `ip route add`. The router is 10.77.0.254, the runner 10.77.0.1. */
export function openNetwork(
  ip: string,
  { runner, router, nobody }: { runner: readonly string[]; router: readonly string[]; nobody: string },
): Network {
  const [near, far] = [`dmsp-${process.pid}-runner`, `dmsp-${process.pid}-router`]
  const close = (): void => {
    for (const name of [near, far]) quietly(ip, ['netns', 'del', name])
  }
  const inside = (name: string, line: string): void => {
    run(ip, ['-n', name, ...line.split(' ')])
  }
  try {
    for (const name of [near, far]) run(ip, ['netns', 'add', name])
    run(ip, ['link', 'add', 've0', 'netns', near, 'type', 'veth', 'peer', 'name', 've0', 'netns', far])
    for (const [name, address] of [
      [near, '10.77.0.1/24'],
      [far, '10.77.0.254/24'],
    ] as const) {
      inside(name, 'link set lo up')
      inside(name, `address add ${address} dev ve0`)
      inside(name, 'link set ve0 up')
    }
    // A router says only once a second to the same machine why it does not forward, if it is let.
    const settings = 'cd /proc/sys/net/ipv4 && echo 1 > ip_forward && echo 0 > icmp_ratelimit'
    run(ip, ['netns', 'exec', far, 'sh', '-c', settings])
    // Packets to it have a card to go to, which no machine has: nothing comes back, not even that it is not there.
    inside(near, `neighbour add ${nobody} lladdr 02:00:00:00:00:99 dev ve0 nud permanent`)
    for (const route of runner) inside(near, `route add ${route}`)
    for (const route of router) inside(far, `route add ${route}`)
  } catch (error) {
    close()
    throw error
  }
  return { ask: (questions) => askFrom(ip, near, questions), close }
}

async function askFrom(ip: string, name: string, questions: readonly Question[]): Promise<CheckResult[][]> {
  const child = spawn(ip, ['netns', 'exec', name, process.execPath, RUNNER], { stdio: 'pipe' })
  child.stdin.end(JSON.stringify(questions))
  const ended = once(child, 'close')
  const [errors, results] = await Promise.all([text(child.stderr), text(child.stdout), ended])
  if (results === '') throw new Error(`No answer from the namespace:\n${errors}`)
  return JSON.parse(results) as CheckResult[][]
}

function fileOf(path: string): string {
  return new URL(path, import.meta.url).pathname
}

function run(ip: string, args: readonly string[]): void {
  execFileSync(ip, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function quietly(ip: string, args: readonly string[]): void {
  try {
    run(ip, args)
  } catch {
    // It was not made, or is gone already.
  }
}
