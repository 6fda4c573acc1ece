import { describe, expect, it } from '@jest/globals'
import { isSameMachine } from './runtime-machines.ts'

describe('isSameMachine', () => {
  it.each<[string, string, boolean]>([
    ['SQL01', 'sql01.corp.example', true],
    ['sql01.corp.example', 'SQL01.CORP.EXAMPLE.', true],
    ['SQL01', 'sql01', true],
    ['SQL01', 'sql011.corp.example', false],
    ['sql01.corp.example', 'sql01.dmz.example', false],
    ['10.0.0.4', '10.0.0.4', true],
    ['10.0.0.4', '10.0.0.5', false],
    ['10', '10.0.0.4', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['MIGRATIONSERVER', 'migrationserver-west.corp.example', true],
    ['MIGRATIONSERVE', 'migrationserver-west.corp.example', false],
    ['', '', false],
  ])('%s and %s: %s', (one, other, same) => {
    expect(isSameMachine(one, other)).toBe(same)
    expect(isSameMachine(other, one)).toBe(same)
  })
})
