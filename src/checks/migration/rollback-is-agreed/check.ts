import { definePersonCheck } from '../../person-check.ts'

export default definePersonCheck(
  {
    id: 'migration/rollback-is-agreed',
    ref: 'DMSP-154',
    title: 'The way back is agreed: method, last reversible point, deadline and owner',
    why: 'Once users write to the target, going back to the source loses what they wrote, unless that was planned before.',
    source: {
      title: 'Migration guide: SQL Server to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/guide',
      verified: '2026-11-26',
      rows: ['COM-011', 'P12-006'],
    },
    remedy:
      'Agree how to go back, until when that is possible without loss, who decides, and keep the source untouched and read-only until then.',
  },
  {
    expected: 'a way back with its method, the last reversible point, a deadline and an owner',
    lacking: 'Whether the way back is agreed, only a person knows',
    wanted: ({ scenario, migration }) => [
      'the method, tried once: the source goes on, or data go back',
      'the last moment at which it loses nothing, and the deadline',
      'who decides and who does it',
      ...(migration === 'online' ? ['what happens to a restore that is under way when the cutover is called off'] : []),
      ...(scenario === 'sql-server-to-azure-sql-managed-instance'
        ? [
            'that a database of the instance can be restored on SQL Server only from the version of its update policy on',
          ]
        : []),
    ],
  },
)
