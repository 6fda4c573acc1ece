// A port for Azure whose every answer is remembered, so that runs that differ in one answer ask for that one alone.
import type { AzureLab } from '../../lab/azure/connect.ts'
import type { Observed } from '../../src/domain/observed.ts'
import type { ArmPort } from '../../src/ports/arm-port.ts'

/** One question to the port. */
export interface Call {
  method: keyof ArmPort
  given: readonly string[]
}

export type Outcome = Observed<unknown>
export type Outcomes = ReadonlyMap<string, Outcome>

export function keyOf({ method, given }: Call): string {
  return JSON.stringify([method, ...given])
}

type Question = (...given: readonly string[]) => Promise<Outcome>

/** Below what a port may ask at once: the rate budget makes the next ones wait. */
const CALLS_OF_A_PORT = 30

/** Asks the lab by real ports, a new one whenever the last one has asked enough. */
export function createAsker(lab: AzureLab): (call: Call) => Promise<Outcome> {
  let port = lab.arm()
  let asked = 0
  let last: Promise<unknown> = Promise.resolve()
  // One after another, so that they share a connection.
  return ({ method, given }) => {
    const outcome = last.then(() => {
      if (asked >= CALLS_OF_A_PORT) {
        port = lab.arm()
        asked = 0
      }
      asked += 1
      return (port[method] as Question)(...given)
    })
    last = outcome
    return outcome
  }
}

/** Answers from `known` as far as it goes, else by `ask`, and keeps that for the next run. */
export function replayPort(
  known: Outcomes,
  ask: (call: Call) => Promise<Outcome>,
  kept: Map<string, Promise<Outcome>>,
): ArmPort {
  const answer =
    (method: keyof ArmPort): Question =>
    (...given) => {
      const call = { method, given }
      const key = keyOf(call)
      const outcome = known.get(key)
      if (outcome !== undefined) return Promise.resolve(outcome)
      const asking = kept.get(key) ?? ask(call)
      kept.set(key, asking)
      return asking
    }
  return new Proxy({} as ArmPort, { get: (_, method) => answer(method as keyof ArmPort) })
}
