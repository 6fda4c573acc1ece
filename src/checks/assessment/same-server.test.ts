import { describe, expect, it } from '@jest/globals'
import type { ServerName } from '../../domain/manifest.ts'
import { isSameServer } from './same-server.ts'

const name = (host: string, more: Partial<ServerName> = {}): ServerName => ({
  text: `${host}${more.instance === undefined ? '' : `\\${more.instance}`}${more.port === undefined ? '' : `,${more.port}`}`,
  host,
  ...more,
})

describe('isSameServer', () => {
  it.each([
    ['SQL01.corp.example', name('sql01.corp.example'), 'yes'],
    ['sql01', name('sql01.corp.example'), 'yes'],
    ['SQL01\\SALES', name('sql01.corp.example', { instance: 'Sales' }), 'yes'],
    ['tcp:sql01.corp.example,14330', name('sql01.corp.example', { port: 14330 }), 'yes'],
    ['sql01\\HR', name('sql01.corp.example', { instance: 'SALES' }), 'no'],
    ['sql01', name('sql01.corp.example', { instance: 'SALES' }), 'no'],
    ['sql01,1500', name('sql01.corp.example', { port: 14330 }), 'no'],
    ['sql01\\SALES', name('sql01.corp.example', { port: 14330 }), 'unsure'],
    ['sql01,14330', name('sql01.corp.example', { instance: 'SALES', port: 14330 }), 'yes'],
    ['sql01\\SALES,14330', name('sql01.corp.example', { port: 14330 }), 'yes'],
    ['sql01\\HR,14330', name('sql01.corp.example', { instance: 'SALES', port: 14330 }), 'no'],
    ['sql01,14330', name('sql01.corp.example', { instance: 'SALES' }), 'unsure'],
    ['sql01.other.example', name('sql01.corp.example'), 'unsure'],
    ['10.1.2.3', name('sql01.corp.example'), 'unsure'],
    ['CLUSTER7', name('sql01.corp.example'), 'unsure'],
    ['', name('sql01.corp.example'), 'unsure'],
  ] as const)('%s and %j: %s', (reported, server, same) => {
    expect(isSameServer(reported, server)).toBe(same)
  })
})
