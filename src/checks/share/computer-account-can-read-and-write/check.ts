import { defineCheck } from '../../define.ts'
import { judgeWriters, type Claim } from '../../judge-writers.ts'
import { computerAccounts, identityOf } from '../../service-identity.ts'
import { observeWriters, type WriterFact, type WritersEvidence } from '../../share-writers.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'

const ID = 'share/computer-account-can-read-and-write'

export default defineCheck<ShareSpec, WritersEvidence, 'net' | 'arm' | 'sql' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-075',
    title: 'The computer account of the source can read and write on the share',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'manual'],
    why: 'Microsoft asks for read and write access of the computer account beside that of the service account. Migrations have failed until it was given.',
    source: {
      title: 'Tutorial: Migrate SQL Server to an Azure SQL Managed Instance offline using DMS (classic)',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-to-managed-instance',
      verified: '2026-11-26',
      rows: ['M7'],
    },
    remedy:
      'Give the computer account of the SQL Server host, and of every node of a cluster, Change in the permissions of the share and Modify in those of the folder; then let the run write (allow-writes: true) where the service comes as the computer, else attest it.',
  },
  uses: ['net', 'arm', 'sql', 'share'],
  subjects: shareSubjects,
  observe: (ports, subject) => observeWriters(ports, subject),
  judge: (evidence) =>
    judgeWriters(evidence, {
      expected: `the computer account of each source can read and write on ${evidence.path}`,
      claim,
      proof: proofOf,
      asked: 'read-and-write',
      readsSecurity: true,
      advice: 'Join the SQL Server host to a domain.',
    }),
})

/** Only where the service comes as its computer, and in a cluster that of one node alone. */
function proofOf(writer: WriterFact): 'proves' | 'disproves' | 'nothing' {
  if (writer.state !== 'known' || identityOf(writer.account, writer.machines).kind !== 'computer') return 'nothing'
  return writer.isClustered ? 'disproves' : 'proves'
}

function claim({ source, account, machines, isClustered }: Extract<WriterFact, { state: 'known' }>): Claim {
  const where = isClustered ? `${source} can run on ${machines.join(', ')}` : `${source} runs on ${machines.join(', ')}`
  const isSame = identityOf(account, machines).kind === 'computer'
  const note = isSame ? ` as ${account}, so that share/service-account-can-write asks for the same account` : ''
  return { text: `${where}${note}`, accounts: computerAccounts(machines) }
}
