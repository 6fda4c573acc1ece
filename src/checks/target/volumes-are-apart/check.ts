import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { readVolumes, type VolumeFacts } from '../../machine-volumes.ts'
import { describeNotSeen, observeInstance, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

type Evidence = SourceFacts<VolumeFacts>

const ID = 'target/volumes-are-apart'

export default defineCheck<TargetSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-134',
    title: 'Data, log and tempdb of the virtual machine are on volumes of their own',
    team: 'dba',
    scenarios: ['sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    severity: 'recommended',
    needs: [{ id: 'target/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'On one volume they share one limit of operations and throughput, and a full disk stops all of them; moving files after the migration costs another outage.',
    source: {
      title: 'Storage: Performance best practices for SQL Server on Azure VMs',
      url: 'https://learn.microsoft.com/azure/azure-sql/virtual-machines/windows/performance-guidelines-best-practices-storage',
      verified: '2026-11-26',
      rows: ['P25-010'],
    },
    remedy:
      'Put the default folders for data and log on different data disks and tempdb on the local one, before the first database comes.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetSubjects,
  observe: (ports, { name, spec }) =>
    observeInstance(ports, { name, spec }, ID, async (ask) => {
      const volumes = await readVolumes(ask)
      return () => seen(volumes)
    }),
  judge: (evidence, { name, spec }) => judgeVolumes(evidence, name, spec),
})

function judgeVolumes(evidence: Evidence, name: string, { manifest }: TargetSpec): Judgement {
  if (evidence.outcome !== 'answered') return judgeNoLogin(evidence, name, manifest.name, 'target')
  const { host, port, data, log, tempDb, notSeen } = evidence
  const at = `${host}:${String(port)}`
  const expected = `new data files, new log files and tempdb of ${at} are on three volumes`
  const places = [
    `data on ${data?.volume ?? 'an unknown volume'}`,
    `log on ${log?.volume ?? 'an unknown volume'}`,
    `tempdb on ${tempDb.length === 0 ? 'an unknown volume' : tempDb.join(', ')}`,
  ]
  const actual = `${at} has ${places.join(', ')}`
  const shared = [
    ...(isSame(data?.volume, log?.volume) ? ['data and log'] : []),
    ...(tempDb.some((one) => isSame(one, data?.volume)) ? ['data and tempdb'] : []),
    ...(tempDb.some((one) => isSame(one, log?.volume)) ? ['log and tempdb'] : []),
  ]
  if (shared.length > 0) {
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${actual}: ${shared.join(', ')} share one`,
      expected,
      actual,
      remediation: {
        text: 'Add disks, and set the default folders and the place of tempdb: in the portal under Storage of the SQL virtual machine, or in the properties of the server (a restart is needed for tempdb).',
        scripts: [{ language: 'tsql', code: LIST_PLACES }],
      },
    }
  }
  if (data === null || log === null || tempDb.length === 0) {
    const message = `${actual}${describeNotSeen(notSeen)}`
    const isRefused = notSeen.some(({ missing }) => missing !== undefined)
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: isRefused ? 'forbidden' : 'insufficient', message },
      remediation: {
        text: 'Grant the permission that is named, or look it up on the server.',
        scripts: [{ language: 'tsql', code: LIST_PLACES }],
      },
    }
  }
  return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase()
}

const LIST_PLACES = `SELECT SERVERPROPERTY('InstanceDefaultDataPath') AS data, SERVERPROPERTY('InstanceDefaultLogPath') AS log;
SELECT name, physical_name FROM sys.master_files WHERE database_id = 2;`
