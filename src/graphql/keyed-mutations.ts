// Made by `npm run schema` from the descriptions of Shopify's schema 2026-10.

/** Mutations that take `@idempotent(key:)`, which Shopify requires from API version 2026-04. */
export const directiveMutations: ReadonlySet<string> = new Set([
  'inventoryActivate',
  'inventoryAdjustQuantities',
  'inventoryMoveQuantities',
  'inventorySetOnHandQuantities',
  'inventorySetQuantities',
  'inventoryShipmentAddItems',
  'inventoryShipmentCreate',
  'inventoryShipmentCreateInTransit',
  'inventoryShipmentReceive',
  'inventoryTransferCreate',
  'inventoryTransferCreateAsReadyToShip',
  'inventoryTransferDuplicate',
  'inventoryTransferSetItems',
  'locationActivate',
  'locationDeactivate',
  'refundCreate',
]);

/** Mutations that take their key as an argument: mutation → path of the key in its arguments. */
export const argumentMutations: Readonly<Record<string, string>> = {
  appUsageRecordCreate: 'idempotencyKey',
  orderCreateMandatePayment: 'idempotencyKey',
  subscriptionBillingAttemptCreate: 'subscriptionBillingAttemptInput.idempotencyKey',
};
