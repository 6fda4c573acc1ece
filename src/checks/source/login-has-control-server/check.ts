import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { judgeSourceRight } from '../../judge-source-right.ts'
import { asksForControlServer } from '../../missing-control-server.ts'
import { observeSourceRights, type SourceRightsEvidence } from '../../source-login-rights.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

const ID = 'source/login-has-control-server'

export default defineCheck<SourceSpec, SourceRightsEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-006',
    title: 'The source login has CONTROL SERVER',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS works on the source with this login, and asks for the permission CONTROL SERVER, which a sysadmin has as well, before it starts.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D6', 'P23-003', 'P24-006', 'P25-006', 'P26-004', 'COM-004'],
    },
    remedy:
      'Have a sysadmin grant CONTROL SERVER to the login, and revoke it after the migration: it is nearly as much as sysadmin.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: (manifest) => (asksForControlServer(manifest) ? sourceSubjects(manifest) : []),
  observe: (ports, subject) => observeSourceRights(ports, subject, ID),
  judge: (evidence, subject) => judgeSourceRight(evidence, 'CONTROL SERVER', subject),
})
