import { definePersonCheck } from '../../person-check.ts'

export default definePersonCheck(
  {
    id: 'migration/performance-baseline-is-captured',
    ref: 'DMSP-151',
    title: 'The load of the source was measured, and the target is sized for it',
    why: 'Sizes can be read, load cannot: a target that is too small shows at the first busy hour after the cutover, when the way back is long.',
    source: {
      title: 'Establish a performance baseline',
      url: 'https://learn.microsoft.com/sql/relational-databases/performance/establish-a-performance-baseline',
      verified: '2026-11-26',
      rows: ['COM-003', 'COM-007', 'P25-003'],
    },
    remedy:
      'Record CPU, memory, IO, throughput, change rate and growth of each source over at least one business cycle, and compare them with the limits of the target.',
  },
  {
    expected: 'a baseline of the load over one business cycle, and a target whose limits are above it',
    lacking: 'Whether the load was measured and the target sized for it, only a person knows',
    wanted: ({ scenario, migration }) => [
      'CPU, memory, IOPS, throughput and waits over one business cycle',
      'sizes and growth of the databases',
      ...(migration === 'online' ? ['log generated in an hour, and the size and time of log backups'] : []),
      scenario === 'sql-server-to-sql-server-on-azure-vm'
        ? "IOPS and throughput of the VM's size and disks against the measured ones"
        : 'the tier of the target and its headroom against the measured load',
    ],
  },
)
