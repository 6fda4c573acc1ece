import { describe, expect, it } from '@jest/globals'
import { azScript, groupOptions, quoteBash } from './azure-cli.ts'

describe('quoteBash', () => {
  it.each([
    ['sqlsales', 'sqlsales'],
    ['10.0.1.0/24', '10.0.1.0/24'],
    ['*', "'*'"],
    ["O'Brien; rm -rf", String.raw`'O'\''Brien; rm -rf'`],
    ['$(id)', "'$(id)'"],
    ['', "''"],
  ])('%j becomes %s', (text, word) => {
    expect(quoteBash(text)).toBe(word)
  })
})

describe('azScript', () => {
  it('puts every option on a line of its own', () => {
    const id = '/subscriptions/s1/resourceGroups/rg 1/providers/Microsoft.Sql/servers/sql'
    expect(azScript('az sql db create', { ...groupOptions(id), '--name': ['a', 'b c'] })).toEqual({
      language: 'bash',
      code: "az sql db create \\\n  --subscription s1 \\\n  --resource-group 'rg 1' \\\n  --name a 'b c'",
    })
    expect(groupOptions('nonsense')).toEqual({})
  })
})
