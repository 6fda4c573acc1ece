import { definePersonCheck } from '../../person-check.ts'

export default definePersonCheck(
  {
    id: 'migration/clients-can-be-switched',
    ref: 'DMSP-152',
    title: 'Everything that connects to the source is known, and can be switched over',
    why: 'A job or a report that still writes to the source after the cutover loses its data, and nobody notices at first.',
    source: {
      title: 'Migration guide: SQL Server to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/guide',
      verified: '2026-11-26',
      rows: ['COM-009'],
    },
    remedy:
      'List connection strings, drivers, DNS aliases, jobs, linked servers and reports with their owners, and the order in which they are switched.',
  },
  {
    expected: 'a list of all clients with owners, and the order in which their traffic is switched',
    lacking: 'Which clients connect to the source, and how they are switched over, only a person knows',
    wanted: ({ scenario }) => [
      'connection strings, drivers and their versions, DNS aliases, with an owner for each',
      'jobs, integrations and reports from other servers',
      'the order of the switch, and who makes it',
      ...(scenario === 'sql-server-to-azure-sql-database'
        ? ['what clients use that Azure SQL Database has not: three-part names, jobs, linked servers']
        : []),
    ],
  },
)
