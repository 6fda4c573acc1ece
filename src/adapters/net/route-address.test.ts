import { describe, expect, it } from '@jest/globals'
import { createNetPort } from './net-port.ts'
import type { NetPort } from '../../ports/net-port.ts'

function netPort(signal = new AbortController().signal): NetPort {
  return createNetPort({ timeoutMs: 700, signal })
}

describe('routeAddress', () => {
  it('knows the own address on a route', async () => {
    expect(await netPort().routeAddress('127.0.0.9')).toBe('127.0.0.1')
  })

  it.each(['sql01.corp.example', '', '999.1.1.1'])('does not know the route to %j', async (toward) => {
    expect(await netPort().routeAddress(toward)).toBeUndefined()
  })

  it('does not ask in a stopped run', async () => {
    const net = netPort(AbortSignal.abort())
    expect(await net.routeAddress('127.0.0.1')).toBeUndefined()
  })
})
