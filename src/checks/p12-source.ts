/** Pages of Microsoft on the path to Azure SQL Database of the current service. */
export const TUTORIAL = {
  title: 'Tutorial: Migrate SQL Server to Azure SQL Database (offline)',
  url: 'https://learn.microsoft.com/data-migration/sql-server/database/database-migration-service',
  verified: '2026-11-26',
}

export const LIMITS = {
  title: 'Known issues, limitations, and troubleshooting',
  url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
  verified: '2026-11-26',
}
