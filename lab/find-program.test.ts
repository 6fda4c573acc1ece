import { describe, expect, it } from '@jest/globals'
import { findProgram } from './find-program.ts'

describe('findProgram', () => {
  it('finds what is on PATH, and nothing else', () => {
    expect(findProgram('node')).toMatch(/node(\.exe)?$/)
    expect(findProgram('no-such-program-anywhere')).toBeUndefined()
  })
})
