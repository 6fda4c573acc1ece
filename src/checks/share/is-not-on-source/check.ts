import { parseAddress } from '../../../domain/address.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { noShare } from '../../share-place.ts'
import { shareSubjects, sourceSubjects, type ShareSpec } from '../../subjects.ts'
import { judgeHosts, type Evidence, type HostFact } from './judge-hosts.ts'

export default defineCheck<ShareSpec, Evidence, 'net'>({
  meta: {
    id: 'share/is-not-on-source',
    ref: 'DMSP-076',
    title: 'The share is not on a SQL Server that backs up to it',
    team: 'windows',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'recommended',
    needs: [],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'Windows refuses a machine that comes to itself under a full name or an alias (loopback check), so SQL Server cannot back up to a share of its own host, nor an integration runtime read one. Such a share also fills the disks of the source.',
    source: {
      title: 'Error message when you try to access a server locally by using its FQDN or its CNAME alias',
      url: 'https://learn.microsoft.com/troubleshoot/windows-server/networking/accessing-server-locally-with-fqdn-cname-alias-denied',
      verified: '2026-11-26',
      rows: ['LOOPBACK'],
    },
    remedy:
      'Put the share on another machine; or let the names by which the host comes to itself through (BackConnectionHostNames), and waive this check.',
  },
  uses: ['net'],
  subjects: shareSubjects,
  observe: async ({ net }, { spec: { share, manifest } }): Promise<Observed<Evidence>> => {
    if (share === undefined) return noShare()
    const sources = sourceSubjects(manifest).filter(({ spec }) => spec.source.share === share.name)
    const [host, others, runtimes] = await Promise.all([
      readHost(net, share.host),
      Promise.all(
        sources.map(async ({ name, spec }) => ({ source: name, ...(await readHost(net, spec.source.server.host)) })),
      ),
      Promise.all(manifest.dms.runtimeHosts.map((runtime) => readHost(net, runtime))),
    ])
    return seen({ path: share.path, share: host, sources: others, ...(runtimes.length === 0 ? {} : { runtimes }) })
  },
  judge: (evidence) => judgeHosts(evidence),
})

async function readHost(net: Ports['net'], host: string): Promise<HostFact> {
  if (parseAddress(host) !== undefined) return { host, addresses: [host] }
  const answer = await net.resolve(host)
  if (!answer.ok) return { host, addresses: [], unresolved: boundText(answer.failure.message) }
  if (!answer.value.found) return { host, addresses: [], unresolved: boundText(answer.value.message) }
  return { host, addresses: answer.value.addresses.map(({ address }) => address) }
}
