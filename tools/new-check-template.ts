/** A check that compiles, is honest (it says `manual` until it can look) and passes its own test. */
export function checkTemplate(id: string, ref: string): string {
  return `import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { manifestSubject } from '../../subjects.ts'

interface Evidence {
  readonly [key: string]: string
  asked: string
}

export default defineCheck<Spec, Evidence, never>({
  meta: {
    id: '${id}',
    ref: '${ref}',
    title: '${titleOf(id)}',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['classic'],
    severity: 'recommended',
    needs: [],
    vantage: 'person',
    verdicts: ['manual'],
    why: 'Say what breaks in the migration without it.',
    source: {
      title: 'Prerequisites of the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '${new Date().toISOString().slice(0, 10)}',
      rows: [],
    },
    remedy: 'Say what to do in general.',
  },
  uses: [],
  subjects: manifestSubject,
  observe: (_ports, subject) => Promise.resolve(seen({ asked: subject.name })),
  judge: ({ asked }) => ({
    verdict: 'manual',
    summary: \`Nobody has looked at \${asked} yet\`,
    expected: '${titleOf(id)}',
    remediation: { text: 'Say what to look at, and attest it in the manifest.', scripts: [] },
  }),
})
`
}

export function testTemplate(id: string): string {
  return `import { describe, expect, it } from '@jest/globals'
import check from './check.ts'

const subject = { kind: 'manifest', name: 'Wave 1', key: 'manifest:Wave 1', within: [], spec: {} as never } as const

describe('${id}', () => {
  it.each([['Wave 1', 'manual']])('judges %s as %s', (asked, verdict) => {
    expect(check.judge({ asked }, subject).verdict).toBe(verdict)
  })
})
`
}

function titleOf(id: string): string {
  const words = (id.split('/')[1] ?? id).replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
