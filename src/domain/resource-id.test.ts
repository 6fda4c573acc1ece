import { describe, expect, it } from '@jest/globals'
import { isSameResource, parseResourceId } from './resource-id.ts'

const VNET = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v'

describe('parseResourceId', () => {
  it('reads a top-level resource and a child', () => {
    expect(parseResourceId(VNET)).toEqual({
      text: VNET,
      names: ['v'],
      subscription: 's',
      resourceGroup: 'rg',
      type: 'Microsoft.Network/virtualNetworks',
      name: 'v',
    })
    expect(parseResourceId(`${VNET}/subnets/a`)).toEqual({
      text: `${VNET}/subnets/a`,
      names: ['v', 'a'],
      subscription: 's',
      resourceGroup: 'rg',
      type: 'Microsoft.Network/virtualNetworks/subnets',
      name: 'a',
      parent: VNET,
    })
  })

  it.each(['Sales Archive', 'Sales#1', 'Größe (2) & mehr'])('reads the name %j', (name) => {
    expect(parseResourceId(`${VNET}/subnets/${name}`)).toMatchObject({ name, parent: VNET })
  })

  it.each(['a ', '\ud800', '.', '..', 'a?b', 'a%2fb', 'a\\b', 'a\nb', ''])('takes the name %j for unsafe', (name) => {
    expect(parseResourceId(`${VNET}/subnets/${name}/x/y`)).toBeUndefined()
  })

  it('comes to an end on a long text that is nearly an id', () => {
    expect(parseResourceId(`${VNET}${'/a'.repeat(50_001)}`)).toBeUndefined()
  })

  it.each(['', '/subscriptions/s', '/subscriptions/s/resourceGroups/rg', `${VNET}/subnets`, `x${VNET}`])(
    'takes %j for no id',
    (id) => {
      expect(parseResourceId(id)).toBeUndefined()
    },
  )
})

it('compares ids in any letter case', () => {
  expect(isSameResource(VNET, `${VNET.toUpperCase()}/`)).toBe(true)
  expect(isSameResource(VNET, `${VNET}2`)).toBe(false)
})
