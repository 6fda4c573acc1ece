import type { PlanRow } from './plan-rows.ts'

/** Rows that are common to all paths. */
export const COMMON_ROWS: readonly PlanRow[] = [
  {
    id: 'COM-001',
    type: 'required',
    blocking: true,
    asks: "source version, build, edition, OS and place known and above the path's floor",
    rest: 'where the server stands, and that its operating system is supported',
  },
  {
    id: 'COM-002',
    type: 'required',
    blocking: true,
    asks: 'inventory of database features and instance objects, blockers, logins, jobs, linked servers',
    rest: 'what else lies in msdb and master: operators, alerts, proxies, mail, audits, packages, code of your own',
  },
  {
    id: 'COM-003',
    type: 'required',
    blocking: true,
    asks: 'target subscription, region, tier, size, limits and headroom confirmed',
    rest: 'the tier of the target and its headroom against the measured load',
  },
  {
    id: 'COM-004',
    type: 'required',
    blocking: true,
    asks: 'least-privilege roles on source, target and Azure assigned',
    rest: 'that nobody of the migration has more rights than it takes',
  },
  {
    id: 'COM-005',
    type: 'required',
    blocking: true,
    asks: 'routing, DNS, firewall and NSG, proxy, TLS inspection, endpoints tested from the real migration runtime',
    rest: 'proxies and TLS inspection between the runtime and Azure',
  },
  {
    id: 'COM-006',
    type: 'conditional',
    blocking: true,
    when: 'encryption in use',
    asks: 'TDE, backup encryption, Always Encrypted, keys and certificates inventoried with restore procedure',
    rest: 'that the keys can be restored, tried once',
  },
  {
    id: 'COM-007',
    type: 'required',
    blocking: true,
    asks: 'performance baseline, sizes, throughput and change rate captured',
  },
  {
    id: 'COM-008',
    type: 'required',
    blocking: true,
    asks: 'downtime, RPO, RTO, freeze, go/no-go authority agreed',
  },
  {
    id: 'COM-009',
    type: 'required',
    blocking: true,
    asks: 'connection strings, drivers, DNS aliases, jobs, owners; traffic switch order',
  },
  {
    id: 'COM-010',
    type: 'required',
    blocking: true,
    asks: 'technical and business validation defined',
  },
  {
    id: 'COM-011',
    type: 'required',
    blocking: true,
    asks: 'rollback: method, last reversible point, deadline, owner',
  },
  {
    id: 'COM-012',
    type: 'required',
    blocking: false,
    asks: 'each open item has an owner; evidence register kept',
    outOfScope:
      'it is about the plan itself: the report names the team of each open item, and keeps what each verdict rests on',
  },
]
