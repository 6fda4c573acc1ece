import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { quoteIdentifier, quoteYaml } from '../../quote-identifier.ts'
import { observeInstance, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { DATABASE_STATES } from '../../statements/database-states.ts'
import { targetDatabaseSubjects, type TargetDatabaseSpec } from '../../subjects.ts'
import { isSameName } from '../../fold-name.ts'

type Evidence = SourceFacts<{
  /** The database that has the name; null: none that the login sees. */
  taken: { name: string; state: string } | null
  /** How many databases the login sees. */
  seen: number
}>

const ID = 'target/database-names-are-free'

export default defineCheck<TargetDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-054',
    title: 'No database on the target has the name yet',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS restores a database under its name and overwrites none: while another one has that name, the migration does not start.',
    source: {
      title: 'Known issues, limitations, and troubleshooting',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['TGTDB'],
    },
    remedy: 'Drop or rename the database that is there, or give the migrated one another name (`as` in the manifest).',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetDatabaseSubjects,
  observe: (ports, { spec }) =>
    observeInstance(ports, { name: spec.target.name, spec }, ID, async (ask) => {
      const states = await ask(DATABASE_STATES)
      return ({ collation }) => {
        if (!states.ok) return states
        const found = states.value.find(({ name }) => isSameName(name, spec.database, collation))
        const taken = found === undefined ? null : { name: boundName(found.name), state: found.state }
        return seen({ taken, seen: states.value.length })
      }
    }),
  judge: (evidence, { spec }) => judgeName(evidence, spec),
})

function judgeName(evidence: Evidence, { target, database, manifest }: TargetDatabaseSpec): Judgement {
  if (evidence.outcome !== 'answered') return judgeNoLogin(evidence, target.name, manifest.name, 'target')
  const { host, port, account, taken, server } = evidence
  const at = `${host}:${String(port)}`
  const expected = `no database on ${at} is named ${database}`
  if (taken !== null) {
    const actual = `${at} has a database ${taken.name} (${taken.state})`
    const other = taken.name === database ? '' : `, which is the same name by its collation ${server.collation ?? ''}`
    const rename = `ALTER DATABASE ${quoteIdentifier(taken.name)} MODIFY NAME = ${quoteIdentifier('<another name>')};`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `The name ${database} is taken: ${actual}${other}`,
      expected,
      actual,
      remediation: {
        text: 'Look whose database it is. Rename or drop it, or migrate under another name.',
        scripts: [
          { language: 'tsql', code: `-- in master of the target, as a sysadmin\n${rename}` },
          { language: 'yaml', code: `databases:\n  - { name: NAME, as: ${quoteYaml(`${database}-migrated`)} }` },
        ],
      },
    }
  }
  if (server.viewAnyDatabase !== 1) {
    const message = `${account} sees ${String(evidence.seen)} databases on ${at} and none named ${database}, and may not see all of them: it lacks VIEW ANY DATABASE`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'forbidden', message },
      remediation: {
        text: 'Grant VIEW ANY DATABASE to the login, as everybody has it by default; a sysadmin has it as well.',
        scripts: [
          {
            language: 'tsql',
            code: `-- in master of the target\nGRANT VIEW ANY DATABASE TO ${quoteIdentifier(account)};`,
          },
        ],
      },
    }
  }
  const actual = `${String(evidence.seen)} databases are on ${at}, and none is named ${database}`
  return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
}
