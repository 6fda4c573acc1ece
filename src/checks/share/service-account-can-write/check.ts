import { defineCheck } from '../../define.ts'
import { judgeWriters, type Claim } from '../../judge-writers.ts'
import { identityOf } from '../../service-identity.ts'
import { observeWriters, type WriterFact, type WritersEvidence } from '../../share-writers.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'

const ID = 'share/service-account-can-write'

export default defineCheck<ShareSpec, WritersEvidence, 'net' | 'arm' | 'sql' | 'share'>({
  meta: {
    id: ID,
    ref: 'DMSP-074',
    title: 'The service account of the source can write to the share',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'manual'],
    why: 'SQL Server writes the backups itself, as the account of its service. Where the share does not let that account write, no backup is made and the migration has nothing to move.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M7', 'SVCACCT-N', 'P23-004', 'P25-004', 'P26-004'],
    },
    remedy:
      'Give the account that SQL Server is on the network Change in the permissions of the share and Modify in those of the folder; then let the run write (allow-writes: true), or make a backup to it and attest it.',
  },
  uses: ['net', 'arm', 'sql', 'share'],
  subjects: shareSubjects,
  observe: (ports, subject) => observeWriters(ports, subject),
  judge: (evidence, { spec }) => {
    // The modern service asks for both, and reading back is what RESTORE HEADERONLY does.
    const asked = spec.manifest.generation === 'modern' ? 'read-and-write' : 'write'
    return judgeWriters(evidence, {
      expected: `the service of each source can ${asked === 'write' ? 'write to' : 'read and write'} ${evidence.path}`,
      claim,
      // The service writes the backup, whoever it is.
      proof: () => 'proves',
      asked,
      readsSecurity: false,
      advice:
        'Run the service of SQL Server as a domain user, a group managed service account or its virtual account (SQL Server Configuration Manager), and give that account Change on the share.',
    })
  },
})

function claim(
  { source, account, machines }: Extract<WriterFact, { state: 'known' }>,
  { host }: WritersEvidence,
): Claim {
  const identity = identityOf(account, machines)
  const runs = `${source} runs as ${account}`
  switch (identity.kind) {
    case 'computer':
      return { text: `${runs}, which is the computer account on the network`, accounts: identity.accounts }
    case 'account':
      return { text: runs, accounts: [identity.account] }
    case 'local':
      return {
        text: `${runs}, a local account: ${host} knows it only with a local account of the same name and password`,
        accounts: [identity.account],
      }
    case 'anonymous':
      return { text: `${runs}, which is anonymous on the network`, accounts: [] }
  }
}
