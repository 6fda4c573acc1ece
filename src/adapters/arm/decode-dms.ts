import type { DmsService } from '../../ports/arm-port.ts'
import { optionalFields, optionalText, propertiesOf, text, type Fields } from './decode.ts'

/** https://learn.microsoft.com/rest/api/datamigration/services/get (classic, api-version 2018-07-15-preview) */
export function decodeDmsService(body: Fields): DmsService {
  const properties = propertiesOf(body)
  const provisioningState = optionalText(properties, 'provisioningState')
  const virtualSubnetId = optionalText(properties, 'virtualSubnetId')
  const sku = optionalFields(body, 'sku')
  const skuName = sku === undefined ? undefined : optionalText(sku, 'name')
  const skuTier = sku === undefined ? undefined : optionalText(sku, 'tier')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    ...(provisioningState === undefined ? {} : { provisioningState }),
    ...(virtualSubnetId === undefined ? {} : { virtualSubnetId }),
    ...(skuName === undefined ? {} : { skuName }),
    ...(skuTier === undefined ? {} : { skuTier }),
  }
}
