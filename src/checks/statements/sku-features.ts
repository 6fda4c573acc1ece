import type { Statement } from '../../ports/sql-port.ts'
import { text } from './decode.ts'

/** What the current database holds that not every edition can: `Compression`, `TransparentDataEncryption`. */
export type SkuFeatureRow = { feature: string }

/** Asked in the database itself. VIEW DATABASE STATE. */
export const SKU_FEATURES: Statement<SkuFeatureRow> = {
  name: 'sku-features',
  text: 'SELECT f.feature_name AS feature FROM sys.dm_db_persisted_sku_features AS f',
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-db-persisted-sku-features-transact-sql',
  decode: (row) => ({ feature: text(row, 'feature') }),
}
