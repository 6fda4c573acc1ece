import { describe, expect, it } from '@jest/globals'
import { parseContainerUrl } from './container-url.ts'

describe('parseContainerUrl', () => {
  it.each([
    ['https://stmig.blob.core.windows.net/backups', 'stmig', 'backups'],
    ['https://stmig.blob.core.windows.net/backups/', 'stmig', 'backups'],
    ['https://STMIG.blob.core.windows.net/backups', 'stmig', 'backups'],
    ['https://stmig.blob.core.usgovcloudapi.net/b-1', 'stmig', 'b-1'],
    ['https://stmig.blob.core.chinacloudapi.cn/$root', 'stmig', '$root'],
    ['https://stmig.z12.blob.storage.azure.net/backups', 'stmig', 'backups'],
    ['https://stmig.blob.local.azurestack.external/backups', 'stmig', 'backups'],
    ['https://stmig.blob.core.windows.net:443/backups', 'stmig', 'backups'],
    ['https://localhost:10000/stmig/backups', 'stmig', 'backups'],
    ['https://127.0.0.1:10000/stmig/backups/', 'stmig', 'backups'],
    ['https://[::1]:10000/stmig/backups', 'stmig', 'backups'],
  ])('reads %s', (text, account, container) => {
    const read = parseContainerUrl(text)
    expect(read).toMatchObject({ account, container })
    expect(read?.url).toBe(new URL(text.replace(/\/$/, '')).href.replace(/\/$/, ''))
    expect(parseContainerUrl(read?.url ?? '')).toEqual(read)
  })

  it.each([
    'http://stmig.blob.core.windows.net/backups',
    'https://stmig.blob.core.windows.net',
    'https://stmig.blob.core.windows.net/backups/full.bak',
    'https://stmig.blob.core.windows.net/backups?sv=1',
    'https://stmig.blob.core.windows.net/backups#x',
    'https://user:secret@stmig.blob.core.windows.net/backups',
    'https://stmig.blob.core.windows.net/Backups',
    'https://stmig.blob.core.windows.net/b--a',
    'https://stmig.blob.core.windows.net/ab',
    `https://stmig.blob.core.windows.net/${'a'.repeat(64)}`,
    'https://st.blob.core.windows.net/backups',
    'https://stmig-secondary.blob.core.windows.net/backups',
    'https://stmig.file.core.windows.net/backups',
    'https://stmig.dfs.core.windows.net/backups',
    'https://blob.core.windows.net/backups',
    'https://stmig.blob.net/backups',
    'https://storage.example/backups',
    'https://localhost/backups',
    'https://stmig.blob.core.windows.net/..%2fbackups',
    'backups',
    '',
  ])('takes no %s', (text) => expect(parseContainerUrl(text)).toBeUndefined())
})
