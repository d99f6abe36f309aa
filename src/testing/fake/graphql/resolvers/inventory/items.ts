import type { InventoryItemInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredVariant } from '../../../store/entities.ts';
import { itemPayload } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext, type ShopInfo } from '../../context.ts';
import { notSimulated, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { ownerOf } from '../find-entities.ts';
import { amountFrom, lengthProblem } from '../input-values.ts';

/** An inventory item with what it belongs to. */
interface OwnedItem {
  readonly product: ProductEntity;
  readonly variant: StoredVariant;
}

/** The variant behind an inventory item. */
export function itemOwner(context: Pick<ResolverContext, 'store' | 'shop'>, itemId: string): OwnedItem | undefined {
  const product = ownerOf(context, itemId);
  const variant = product?.variants.find(({ inventoryItem }) => inventoryItem.id === itemId);
  return product && variant && { product, variant };
}

/** `inventoryItemUpdate`. The SKU is the variant's too. */
export function updateItem(id: string, input: InventoryItemInput, context: ResolverContext): unknown {
  requireGid(id);
  if (input.countryHarmonizedSystemCodes?.length) throw notSimulated('InventoryItemInput.countryHarmonizedSystemCodes');
  if (input.measurement?.shippingPackageId) throw notSimulated('InventoryItemMeasurementInput.shippingPackageId');
  const owner = itemOwner(context, id);
  const problem = owner
    ? problemOf(input)
    : userError(['id'], "The product couldn't be updated because it does not exist.");
  if (!owner || problem) return { inventoryItem: null, userErrors: [problem] };

  const { store, shop, clock, info } = context;
  const now = isoNow(clock);
  const { product, variant: before } = owner;
  const sku = input.sku === undefined ? before.sku : input.sku;
  const inventoryItem = inventoryItemFrom(input, before.inventoryItem, { id, sku, now, info });
  const variant: StoredVariant = { ...before, sku, inventoryItem, updatedAt: now };
  const variants = product.variants.map((candidate) => (candidate.id === variant.id ? variant : candidate));
  store.put(shop, 'Product', { ...product, variants });
  context.announce('inventory_items/update', () => itemPayload(inventoryItem));
  return { inventoryItem, userErrors: [] };
}

/** How Shopify writes units of weight. */
const unitSymbols: Readonly<Record<string, string>> = { GRAMS: 'g', KILOGRAMS: 'kg', OUNCES: 'oz', POUNDS: 'lb' };

/** Shopify's words for a weight below nothing; `undefined` for any other. */
export function weightProblem(input: InventoryItemInput | null | undefined): string | undefined {
  const weight = input?.measurement?.weight;
  if (!weight || weight.value >= 0) return undefined;
  const unit = unitSymbols[weight.unit] ?? weight.unit;
  return `Measurement weight value ${weight.value} ${unit} must be >= 0 ${unit}`;
}

function problemOf(input: InventoryItemInput): unknown {
  const { cost, countryCodeOfOrigin, sku, harmonizedSystemCode } = input;
  const weight = weightProblem(input);
  if (weight !== undefined) return userError(['input', 'measurement', 'weight'], weight);
  if (cost != null && amountFrom(cost) === undefined)
    return userError(['input', 'cost'], 'Cost must be greater than or equal to 0');
  const tooLong = sku == null ? undefined : lengthProblem('SKU', sku);
  if (tooLong !== undefined) return userError(['input', 'sku'], tooLong);
  // `ZZ` is in the enum, but is not a country. Recorded 2025-10.
  if (countryCodeOfOrigin === 'ZZ')
    return userError(['input', 'countryCodeOfOrigin'], 'Country code of origin is invalid');
  if (harmonizedSystemCode != null && !/^\d{6,13}$/.test(harmonizedSystemCode))
    return userError(
      ['input', 'harmonizedSystemCode'],
      'Harmonized system code must be a number between six and thirteen digits',
    );
  return undefined;
}

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
