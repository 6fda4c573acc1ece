import { defineCheck } from '../../define.ts'
import { fedTargetSubjects, type TargetSpec } from '../../subjects.ts'
import { judgeVersions, type Evidence } from './judge-versions.ts'
import { readVersions } from './read-versions.ts'

export const ID = 'target/version-is-not-older'

export default defineCheck<TargetSpec, Evidence, 'net' | 'arm' | 'sql' | 'blob'>({
  meta: {
    id: ID,
    ref: 'DMSP-133',
    title: 'The SQL Server of the machine is not older, and its edition can hold the databases',
    team: 'dba',
    scenarios: ['sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }, { id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'A backup is restored only on the same or a newer version (error 3169), and a database that uses what the edition of the target lacks is restored to its end and then not brought online.',
    source: {
      title: 'RESTORE Statements (Transact-SQL)',
      url: 'https://learn.microsoft.com/sql/t-sql/statements/restore-statements-transact-sql',
      verified: '2026-11-26',
      rows: ['VMIAAS', 'FLAT', 'P25-001', 'P26-003'],
    },
    remedy:
      'Take an image with the same or a newer version, and with an edition that holds what the databases use; or take the features out of the databases first.',
  },
  uses: ['net', 'arm', 'sql', 'blob'],
  subjects: fedTargetSubjects,
  observe: (ports, { name, spec }) => readVersions(ports, name, spec, ID),
  judge: (evidence, { name, spec }) => judgeVersions(evidence, name, spec),
})
