import { describe, expect, it } from '@jest/globals'
import { ESTATE, SALES, WAVE } from '../../test/manifests.ts'
import { parseManifest } from '../manifest/parse-manifest.ts'
import { readSecrets, secretNames } from './secrets.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const checkIds = ['source/firewall-appliance-lets-dms-in', 'target/server-firewall-admits-dms']

describe('secretNames', () => {
  it.each([
    [SALES, undefined, ['SALES_PASSWORD', 'TARGET_PASSWORD', 'SHARE_PASSWORD', 'BACKUP_SAS']],
    [WAVE, ESTATE, ['DMS_PASSWORD', 'ERP_PASSWORD', 'CRM_PASSWORD', 'SHARE_PASSWORD', 'BACKUP_SAS']],
  ])('lists each variable once', (text, base, names) => {
    const extended = base === undefined ? undefined : { path: 'estate.yml', text: base }
    const result = parseManifest({ path: 'm.yml', text, extended, now: NOW, checkIds })
    expect(result.ok && secretNames(result.manifest)).toEqual(names)
  })
})

describe('readSecrets', () => {
  it('reads what is set and not empty', () => {
    const secrets = readSecrets({ A: 'x', B: '', C: ' ' }, ['A', 'B', 'C', 'D', 'constructor'])
    expect([...secrets].map(([name, secret]) => [name, secret.reveal(), String(secret)])).toEqual([
      ['A', 'x', '***'],
      ['C', ' ', '***'],
    ])
  })
})
