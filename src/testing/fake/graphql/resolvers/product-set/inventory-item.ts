import type { InventoryItemInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredVariant } from '../../../store/entities.ts';
import type { ShopInfo } from '../../context.ts';
import { amountFrom } from './money.ts';

type StoredItem = StoredVariant['inventoryItem'];

/** An inventory item after its input: what is left out stays. */
export function inventoryItemFrom(
  input: InventoryItemInput | null | undefined,
  before: StoredItem | undefined,
  item: { readonly id: string; readonly sku: string | null; readonly now: string; readonly info: ShopInfo },
): StoredItem {
  const { cost, measurement, tracked, countryHarmonizedSystemCodes: _notSimulated, ...plain } = input ?? {};
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const currencyCode = item.info.currencyCode ?? 'USD';
  return {
    requiresShipping: true,
    countryCodeOfOrigin: null,
    provinceCodeOfOrigin: null,
    harmonizedSystemCode: null,
    unitCost: null,
    measurement: { weight: { unit: 'KILOGRAMS', value: 0 } },
    createdAt: item.now,
    ...before,
    ...given,
    ...(cost !== undefined && { unitCost: cost === null ? null : { amount: amountFrom(cost) ?? cost, currencyCode } }),
    ...(measurement?.weight && { measurement: { weight: measurement.weight } }),
    id: item.id,
    tracked: tracked ?? before?.tracked ?? false,
    sku: item.sku,
    updatedAt: item.now,
  };
}
