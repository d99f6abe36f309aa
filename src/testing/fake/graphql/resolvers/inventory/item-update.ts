import type { InventoryItemInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredVariant } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { plainProblem } from '../problems.ts';
import { inventoryItemFrom } from '../product-set/inventory-item.ts';
import { amountFrom } from '../product-set/money.ts';
import { ownerOfItem } from './levels.ts';
import { itemPayload } from './payloads.ts';

/** `inventoryItemUpdate`. The SKU is the variant's too. */
export function updateItem(id: string, input: InventoryItemInput, context: ResolverContext): unknown {
  requireGid(id);
  if (input.countryHarmonizedSystemCodes?.length) throw notSimulated('InventoryItemInput.countryHarmonizedSystemCodes');
  if (input.measurement?.shippingPackageId) throw notSimulated('InventoryItemMeasurementInput.shippingPackageId');
  const owner = ownerOfItem(context, id);
  const problem = owner
    ? problemOf(input)
    : plainProblem(['id'], "The product couldn't be updated because it does not exist.");
  if (!owner || problem) return { inventoryItem: null, userErrors: [problem] };

  const { store, shop, clock, info } = context;
  const now = new Date(clock.now()).toISOString();
  const { product, variant: before } = owner;
  const sku = input.sku === undefined ? before.sku : input.sku;
  const inventoryItem = inventoryItemFrom(input, before.inventoryItem, { id, sku, now, info });
  const variant: StoredVariant = { ...before, sku, inventoryItem, updatedAt: now };
  const variants = product.variants.map((candidate) => (candidate.id === variant.id ? variant : candidate));
  store.put(shop, 'Product', { ...product, variants });
  context.announce('inventory_items/update', () => itemPayload(inventoryItem));
  return { inventoryItem, userErrors: [] };
}

const maxSku = 255;

function problemOf({ cost, sku, harmonizedSystemCode }: InventoryItemInput): unknown {
  if (cost != null && amountFrom(cost) === undefined)
    return plainProblem(['input', 'cost'], 'Unit cost must be greater than or equal to 0');
  if (sku != null && sku.length > maxSku)
    return plainProblem(['input', 'sku'], `SKU is too long (maximum is ${maxSku} characters)`);
  if (harmonizedSystemCode != null && !/^\d{6,13}$/.test(harmonizedSystemCode))
    return plainProblem(
      ['input', 'harmonizedSystemCode'],
      'Harmonized system code must be a number between 6 and 13 digits',
    );
  return undefined;
}
