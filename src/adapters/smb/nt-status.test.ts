import { execFileSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { findSamba } from '../../../lab/smb/samba.ts'
import { CAUSE_KINDS } from '../../domain/verdict.ts'
import {
  ACCOUNT_REFUSALS,
  ACCOUNT_RESTRICTIONS,
  causeOfStatus,
  describeStatus,
  KNOWN_STATUSES,
  STATUS,
} from './nt-status.ts'

describe('the table of NT statuses', () => {
  it('has each code and each name once, with a meaning and a cause', () => {
    expect(new Set(KNOWN_STATUSES.map(([code]) => code)).size).toBe(KNOWN_STATUSES.length)
    expect(new Set(KNOWN_STATUSES.map(([, name]) => name)).size).toBe(KNOWN_STATUSES.length)
    for (const [code, name] of KNOWN_STATUSES) {
      const { meaning } = describeStatus(code)
      expect(name).toMatch(/^STATUS_[A-Z0-9_]+$/)
      expect(meaning).toMatch(/^[a-z"N].*[^.]$/)
      expect(CAUSE_KINDS).toContain(causeOfStatus(code))
    }
    for (const code of Object.values(STATUS)) expect(KNOWN_STATUSES.map(([known]) => known)).toContain(code)
  })

  it('has the names that Samba has for the codes', () => {
    if (!findSamba()) return
    const program = `import samba.ntstatus as n
print("\\n".join("%d %s" % (getattr(n, k) & 0xffffffff, k) for k in dir(n) if k.startswith("NT_STATUS_")))`
    const output = execFileSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' })
    const theirs = output.split('\n').map((line) => line.split(' ') as [string, string])
    for (const [code, name] of KNOWN_STATUSES.filter(([known]) => known !== STATUS.success)) {
      const names = theirs.filter(([number]) => Number(number) === code).map(([, other]) => other.replace(/^NT_/, ''))
      expect(names).toContain(name)
    }
  })

  it('keeps what refuses an account apart from what only could not be tried', () => {
    expect(
      [0xc000006d, 0xc0000072, 0xc0000193, 0xc0000234, 0xc0000071, 0xc0000224].every((code) =>
        ACCOUNT_REFUSALS.has(code),
      ),
    ).toBe(true)
    expect([0xc0000418, 0xc000005e, 0xc0000022, 0xc000018d].some((code) => ACCOUNT_REFUSALS.has(code))).toBe(false)
    expect([...ACCOUNT_RESTRICTIONS].map(causeOfStatus)).toEqual(['unsupported', 'unsupported'])
  })

  it('shows a code that nobody knows as its number', () => {
    expect(describeStatus(0xc0de0001)).toEqual({
      code: '0xC0DE0001',
      name: '0xC0DE0001',
      meaning: 'a status that this program does not know',
    })
    expect(causeOfStatus(0xc0de0001)).toBe('server-error')
  })
})
