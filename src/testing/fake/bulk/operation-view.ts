import type { BulkOperationEntity, BulkType, StoredBulkStatus } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';

/** How long a result can be downloaded: 7 days. https://shopify.dev/docs/api/usage/bulk-operations/queries */
export const resultLifeSeconds = 7 * 24 * 60 * 60;

/** Bulk operations of one type that may run at once, for each app and shop, from API version 2026-01. */
export const maxRunning = 5;

const running: ReadonlySet<StoredBulkStatus> = new Set(['CREATED', 'RUNNING', 'CANCELING']);

/** Whether an operation has yet to end. */
export const isRunning = ({ status }: BulkOperationEntity): boolean => running.has(status);

/** Whether the time of its file, if it has one, is over. */
export function isExpired({ endedAt }: BulkOperationEntity, now: number): boolean {
  return endedAt !== null && now >= Date.parse(endedAt) + resultLifeSeconds * 1_000;
}

/** The status that Shopify tells. */
export function statusOf(operation: BulkOperationEntity, now: number): StoredBulkStatus | 'EXPIRED' {
  const hadFile = operation.status === 'COMPLETED' && operation.bytes > 0;
  return hadFile && isExpired(operation, now) ? 'EXPIRED' : operation.status;
}

/** Whether there is something to download. */
export function hasFile(operation: BulkOperationEntity, now: number): boolean {
  return !isRunning(operation) && operation.bytes > 0 && !isExpired(operation, now);
}

/** The bulk operations of a shop, oldest first. */
export function bulkOperations(store: EntityStore, shop: string): readonly BulkOperationEntity[] {
  return store.all(shop, 'BulkOperation') as readonly BulkOperationEntity[];
}

/** The bulk operation with that gid. */
export function bulkOperation(store: EntityStore, shop: string, id: string): BulkOperationEntity | undefined {
  return store.get(shop, 'BulkOperation', id) as BulkOperationEntity | undefined;
}

/** The operations of one type and app that have yet to end. */
export function runningOperations(
  store: EntityStore,
  caller: { readonly shop: string; readonly app: string },
  type: BulkType,
): readonly BulkOperationEntity[] {
  return bulkOperations(store, caller.shop).filter(
    (operation) => operation.app === caller.app && operation.type === type && isRunning(operation),
  );
}
