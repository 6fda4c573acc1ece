import { describe, expect, it } from '@jest/globals'
import { parseResourceId } from '../../domain/resource-id.ts'
import { readResourceId, resourcePath } from './resource-id.ts'

const ID = '/subscriptions/s/resourceGroups/rg (1)/providers/Microsoft.Sql/servers/a/databases/b c#1'

describe('resource ids', () => {
  it('are taken apart in any letter case', () => {
    const id = parseResourceId('/SUBSCRIPTIONS/S/resourcegroups/RG/Providers/microsoft.sql/Servers/a/')
    expect(id).toMatchObject({ subscription: 'S', resourceGroup: 'RG', type: 'microsoft.sql/Servers', names: ['a'] })
    expect(id?.text.endsWith('/a')).toBe(true)
  })

  it('become a path with each name encoded', () => {
    const id = parseResourceId(ID)
    expect(id === undefined ? '' : resourcePath(id)).toBe(
      '/subscriptions/s/resourceGroups/rg%20(1)/providers/Microsoft.Sql/servers/a/databases/b%20c%231',
    )
  })

  it.each([
    '',
    'servers/a',
    '/subscriptions/s/resourceGroups/rg',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/..',
    '/subscriptions/../resourceGroups/rg/providers/Microsoft.Sql/servers/a',
    '/subscriptions/s/resourceGroups/../providers/Microsoft.Sql/servers/a',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/a?x=y',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers#a/b',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/%2e%2e',
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers//databases/b',
    'https://evil.example/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/a',
  ])('"%s" is none', (text) => {
    expect(parseResourceId(text)).toBeUndefined()
    expect(readResourceId(text, 'Microsoft.Sql/servers')).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input' },
    })
  })

  it('of another type are refused', () => {
    const read = readResourceId(ID, 'Microsoft.Sql/servers')
    expect(read).toMatchObject({ ok: false, failure: { kind: 'missing-input' } })
    expect(readResourceId(ID, 'microsoft.sql/SERVERS/databases').ok).toBe(true)
  })
})
