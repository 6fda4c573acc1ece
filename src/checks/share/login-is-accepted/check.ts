import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { describeStatus, readFileShare, type SharePlace } from '../../share-place.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'
import { loginFact, type LoginFact } from './evidence.ts'
import { explainStatus, isAboutRunner } from './refusals.ts'

type Evidence = SharePlace & LoginFact

const ID = 'share/login-is-accepted'

export default defineCheck<ShareSpec, Evidence, 'net' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-071',
    title: 'The file server accepts the Windows user of the share',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'share/smb-port-is-reachable' }],
    disprovedBy: ['login-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS reads the backups as this Windows user. A wrong, expired or locked password ends the migration, and a server that lets it in as a guest has not accepted it.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['P24-005', 'P26-005'],
    },
    remedy:
      'Correct the user or the secret of the share, or have the account enabled, unlocked or given a new password.',
  },
  uses: ['net', 'share'],
  subjects: shareSubjects,
  observe: async ({ net, share }, subject): Promise<Observed<Evidence>> => {
    const asked = await readFileShare({ net }, subject, ID)
    if (!asked.ok) return asked
    const answer = await share.logIn(asked.value)
    return answer.ok ? seen({ ...asked.value.place, ...loginFact(answer.value) }) : answer
  },
  judge: (evidence, { spec }) => judgeLogin(evidence, spec.manifest.name),
})

function judgeLogin(evidence: Evidence, ownManifest: string): Judgement {
  const { host, port, account } = evidence
  const at = `${host}:${String(port)}`
  const expected = `${at} accepts ${account}`
  switch (evidence.outcome) {
    case 'accepted': {
      const { dialect, signing, cipher } = evidence
      const actual = `accepted over SMB ${dialect}, signed (${signing})${cipher === undefined ? '' : `, encrypted (${cipher})`}`
      return { verdict: 'pass', proof: 'direct', summary: `${at} accepts ${account}: ${actual}`, expected, actual }
    }
    case 'withheld': {
      const { id, subject, manifest } = evidence.refusedAt
      const other = manifest === undefined || manifest === ownManifest ? undefined : manifest
      const where = other === undefined ? subject : `${subject}, in the manifest ${other}`
      return {
        verdict: 'blocked',
        summary: `Not tried: ${account} was refused by ${id} (${where}), and a refused password is not tried again, so that ${at} does not lock the account`,
        blockedBy: [{ id, subject, ...(other === undefined ? {} : { manifest: other }) }],
      }
    }
    case 'downgraded': {
      const as = evidence.to === 'guest' ? 'as a guest' : 'anonymously'
      return {
        verdict: 'fail',
        proof: 'direct',
        summary: `${at} did not accept ${account}: it let it in ${as} instead, as it does with users and passwords that it does not know`,
        expected,
        actual: `let in ${as}`,
        remediation: {
          text: 'Correct the user or the secret; then switch guest access off on the file server, which hides a wrong password (on Samba: map to guest = never). The password is not tried again in this run.',
          scripts: [],
        },
      }
    }
    case 'refused': {
      const said = describeStatus(evidence.status)
      const summary = `${at} refused ${account}: ${said}`
      if (isAboutRunner(evidence.status)) {
        const text = 'Run this where and when the account may log in; or have the restriction looked up there.'
        return {
          verdict: 'unknown',
          proof: 'direct',
          summary: `${summary}; that says nothing of DMS, which comes from another machine at another hour`,
          expected,
          cause: { kind: 'auth', message: summary },
          remediation: { text, scripts: [] },
        }
      }
      const remediation = explainStatus(evidence.status, account)
      return { verdict: 'fail', proof: 'direct', summary, expected, actual: said, remediation }
    }
  }
}
