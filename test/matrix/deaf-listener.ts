import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

export interface DeafListener {
  port: number
  close(): Promise<void>
}

/** Listens with the shortest queue, and then never turns to it again. */
const LISTEN = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer()
server.listen({ ...workerData, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`
/** More than the queue of one holds; the kernel adds one or two. */
const FILLERS = 4
const SETTLE_MS = 100

/**
 * A TCP port that drops every packet, as a firewall does that filters: the queue of connections that wait to be accepted
 * is full, and the kernel then leaves further ones without an answer.
 */
export async function startDeafListener({ host = '127.0.0.1', port: wanted = 0 } = {}): Promise<DeafListener> {
  const worker = new Worker(LISTEN, { eval: true, workerData: { host, port: wanted } })
  const [port] = (await once(worker, 'message')) as [number]
  await delay(SETTLE_MS)
  const fillers: Socket[] = []
  for (let count = 0; count < FILLERS; count += 1) {
    fillers.push(connect({ host, port }).on('error', () => undefined))
  }
  await delay(SETTLE_MS)
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}
