import { describe, expect, it } from '@jest/globals'
import { evidenceIn } from '../../../../test/arm-fixtures.ts'
import { MODERN, modernWith, SHARED, sharedWith } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import check from './check.ts'

const { definition } = check
const MACHINE = sharedWith({ scenario: 'sql-server-to-sql-server-on-azure-vm' })
const IN_CONTAINER = modernWith({ scenario: 'sql-server-to-sql-server-on-azure-vm' })

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

describe('service/runtime-is-kept-up-to-date', () => {
  it.each<[string, Manifest, string, string]>([
    ['Azure SQL Database', MODERN, 'manual', 'recommended'],
    ['managed instance', SHARED, 'manual', 'recommended'],
    ['virtual machine', MACHINE, 'manual', 'required'],
    ['virtual machine, backups in the container', IN_CONTAINER, 'not-applicable', 'recommended'],
  ])('%s', async (_, manifest, verdict, severity) => {
    const subject = subjectOf(manifest)
    expect(definition.judge(evidenceIn(await definition.observe({}, subject)), subject).verdict).toBe(verdict)
    const of = definition.meta.severity
    expect(typeof of === 'function' && of(subject.spec)).toBe(severity)
  })

  it('says which evidence is wanted', () => {
    expect(definition.judge({ used: true }, subjectOf(MACHINE))).toMatchObject({
      remediation: { text: expect.stringContaining('decision to update by hand') as unknown },
    })
  })
})
