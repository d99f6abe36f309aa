import { GraphQLError } from 'graphql';
import type { ResolverContext } from '../../context.ts';
import type { FieldPath } from '../problems.ts';
import { canStock, ownerOfItem } from './levels.ts';

/** Notes a problem with a code that all inventory mutations have. */
export type InventoryReport = (code: string, field: FieldPath, message: string) => void;

/** https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states */
const reasons = new Set([
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
]);

/** Whether a text is a URI with a scheme and something behind it. */
export const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:(\/\/)?[^\s/]\S*$/i.test(text);

/** Why quantities change: a known reason, and a document that is a URI. */
export function checkCause(
  input: { readonly reason: string; readonly referenceDocumentUri?: string | null },
  report: InventoryReport,
): void {
  if (!reasons.has(input.reason)) report('INVALID_REASON', ['input', 'reason'], 'The specified reason is invalid.');
  if (input.referenceDocumentUri != null && !isUri(input.referenceDocumentUri)) {
    report(
      'INVALID_REFERENCE_DOCUMENT',
      ['input', 'referenceDocumentUri'],
      'The specified reference document is invalid.',
    );
  }
}

/** Whether item and location exist; reports which does not. */
export function checkPlace(
  place: { readonly inventoryItemId: string; readonly locationId: string },
  field: FieldPath,
  context: ResolverContext,
  report: InventoryReport,
): boolean {
  const hasItem = ownerOfItem(context, place.inventoryItemId) !== undefined;
  const hasLocation = canStock(context, place.locationId);
  if (!hasItem)
    report('INVALID_INVENTORY_ITEM', [...field, 'inventoryItemId'], 'The specified inventory item could not be found.');
  if (!hasLocation) report('INVALID_LOCATION', [...field, 'locationId'], 'The specified location could not be found.');
  return hasItem && hasLocation;
}

/**
 * Refuses an input that does not say what quantity it expects: `null` says that any will do, but must be written.
 * https://shopify.dev/changelog/making-changefromquantity-field-required
 *
 * @throws GraphQLError `INVALID_FIELD_ARGUMENTS`.
 */
export function requireChangeFrom(
  inputs: readonly { readonly changeFromQuantity?: number | null }[],
  type: string,
): void {
  // A variable that was not given leaves the field out; one that is `null` does not.
  if (inputs.every((input) => input.changeFromQuantity !== undefined)) return;
  throw new GraphQLError(`${type} must include the following argument: changeFromQuantity`, {
    extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
  });
}

/** Reports a quantity that is no longer what the caller expects. */
export function checkChangeFrom(
  expected: number | null | undefined,
  actual: number,
  field: FieldPath,
  report: InventoryReport,
): void {
  if (expected == null || expected === actual) return;
  report(
    'CHANGE_FROM_QUANTITY_STALE',
    [...field, 'changeFromQuantity'],
    'The changeFromQuantity argument no longer matches the persisted quantity.',
  );
}
