export interface ClockPort {
  /** Milliseconds since the epoch, UTC. */
  now(): number
}
