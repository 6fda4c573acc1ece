import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { describePeer } from '../../engine-port.ts'
import { boundText } from '../../foreign-text.ts'
import { describeRunner, readVantage } from '../../network-path.ts'
import { noShare, readShareEndpoint } from '../../share-place.ts'
import { shareSubjects, type ShareSpec } from '../../subjects.ts'
import { smbFact, type Evidence } from './evidence.ts'
import { judgeSmbPort } from './judge-smb-port.ts'
import { readNsgAnswer } from './read-nsg-answer.ts'

export default defineCheck<ShareSpec, Evidence, 'net' | 'arm' | 'share'>({
  meta: {
    id: 'share/smb-port-is-reachable',
    ref: 'DMSP-070',
    title: 'The file server of the share answers SMB',
    team: 'network',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [],
    provenBy: 'share/runtime-can-connect',
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS, or its integration runtime, fetches the backups from the share over SMB, TCP 445. A firewall on the way lets the migration fail after the backups were made.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M2', 'COM-005', 'P24-005', 'P25-005', 'P26-005'],
    },
    remedy:
      'Let the place from which the backups are fetched (the subnet of DMS, or the host of the integration runtime) through to TCP 445 of the file server, on every firewall on the way and on its host.',
  },
  uses: ['net', 'arm', 'share'],
  subjects: shareSubjects,
  observe: async ({ net, arm, share: smb }, { spec }): Promise<Observed<Evidence>> => {
    const { manifest, share } = spec
    if (share === undefined) return noShare()
    const [observed, nsg] = await Promise.all([
      readShareEndpoint({ net }, share),
      // The modern service stands in no subnet.
      manifest.generation === 'modern' ? null : readNsgAnswer({ net, arm }, share, manifest),
    ])
    if (!observed.ok) return observed
    const endpoint = observed.value
    if (endpoint.state !== 'tried') {
      const message = endpoint.state === 'no-name' ? boundText(endpoint.message) : 'it has no address'
      return seen({ state: 'no-name', host: share.host, port: share.port, message, nsg })
    }
    const vantage = await readVantage({ net, arm }, manifest, endpoint.localAddress)
    const { host, address, port, outcome } = endpoint
    const path = { from: describeRunner(vantage), to: describePeer(endpoint), protocol: 'tcp' as const, vantage }
    const tried = { ...endpoint, ...path, nsg }
    if (outcome !== 'open') return seen(tried)
    return seen({ ...tried, smb: smbFact(await smb.negotiate({ host, address, port })) })
  },
  judge: (evidence, { spec }) => judgeSmbPort(evidence, spec.manifest.generation),
})
