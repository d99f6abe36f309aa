// @ts-nocheck
// Made by `npm run schema` from Shopify's schemas 2026-10, 2026-07, 2026-04, 2026-01.

/**
 * Mutations that take `@idempotent(key:)`, each with the oldest API version of the package in which it does. Shopify
 * requires most of them from 2026-04.
 */
export const directiveMutations: ReadonlyMap<string, string> = new Map([
  ['inventoryActivate', '2026-01'],
  ['inventoryAdjustQuantities', '2026-01'],
  ['inventoryDeactivate', '2026-01'],
  ['inventoryMoveQuantities', '2026-01'],
  ['inventorySetOnHandQuantities', '2026-01'],
  ['inventorySetQuantities', '2026-01'],
  ['inventorySetScheduledChanges', '2026-01'],
  ['inventoryShipmentAddItems', '2026-01'],
  ['inventoryShipmentCreate', '2026-01'],
  ['inventoryShipmentCreateInTransit', '2026-01'],
  ['inventoryShipmentReceive', '2026-01'],
  ['inventoryTransferCreate', '2026-01'],
  ['inventoryTransferCreateAsReadyToShip', '2026-01'],
  ['inventoryTransferDuplicate', '2026-01'],
  ['inventoryTransferSetItems', '2026-01'],
  ['locationActivate', '2026-01'],
  ['locationDeactivate', '2026-01'],
  ['refundCreate', '2026-01'],
]);

/** Mutations that take their key as an argument: mutation → path of the key in its arguments. */
export const argumentMutations: Readonly<Record<string, string>> = {
  appUsageRecordCreate: 'idempotencyKey',
  orderCreateMandatePayment: 'idempotencyKey',
  subscriptionBillingAttemptCreate: 'subscriptionBillingAttemptInput.idempotencyKey',
};
