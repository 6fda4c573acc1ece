import { SCENARIOS } from '../../../domain/manifest.ts'
import { defineCheck } from '../../define.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'
import { judgeEncryption, type Evidence } from './judge-encryption.ts'
import { readEncryption } from './read-encryption.ts'

const ID = 'source/encryption-is-inventoried'

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-136',
    title: 'Keys and certificates of the databases are known, and can be brought back on the target',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['manual', 'not-applicable', 'unknown', 'blocked'],
    why: 'What a key protects stays unreadable on the target until that key is there: the master key of a database hangs on the instance it was made on, and column master keys of Always Encrypted are outside of the database altogether.',
    source: {
      title: 'Encryption hierarchy',
      url: 'https://learn.microsoft.com/sql/relational-databases/security/encryption/encryption-hierarchy',
      verified: '2026-11-26',
      rows: ['COM-006'],
    },
    remedy:
      'Write down who holds each key and how it gets to the target, back the keys and certificates up, try it once, and attest it.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: (ports, subject) => readEncryption(ports, subject, ID),
  judge: (evidence, { name, spec }) => judgeEncryption(evidence, name, spec),
})
