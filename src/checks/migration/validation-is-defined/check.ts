import { definePersonCheck } from '../../person-check.ts'

export default definePersonCheck(
  {
    id: 'migration/validation-is-defined',
    ref: 'DMSP-153',
    title: 'How the migrated databases are watched and validated is defined',
    why: 'The service reports rows and backups, not whether the application works; without a defined test, go or no-go is a guess.',
    source: {
      title: 'Migration guide: SQL Server to Azure SQL Managed Instance',
      url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/guide',
      verified: '2026-11-26',
      rows: ['COM-010', 'P12-006'],
    },
    remedy:
      'Write down the technical and business tests, their expected results, who runs them, and how the migration is watched while it runs.',
  },
  {
    expected: 'technical and business validation with expected results, and who watches the migration',
    lacking: 'Whether the validation is defined, only a person knows',
    wanted: ({ scenario }) => [
      'technical tests: row counts or checksums, DBCC CHECKDB, logins and permissions',
      'business tests with expected results and who runs them',
      'who watches the migration, and what happens at an error',
      ...(scenario === 'sql-server-to-azure-sql-database'
        ? ['how tables that failed are found, emptied and copied again, and how both sides are reconciled']
        : []),
    ],
  },
)
