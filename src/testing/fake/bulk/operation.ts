import type { Background } from '../background.ts';
import type { BulkErrorCode, BulkOperationEntity, BulkResultPartEntity } from '../store/bulk-entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { BulkLine } from './query-lines.ts';

/** The entity with what the next lines add, written as one batch with them. */
export function addLines(
  store: EntityStore,
  shop: string,
  operation: BulkOperationEntity,
  lines: readonly BulkLine[],
): BulkOperationEntity {
  const text = lines.map((line) => `${line.text}\n`).join('');
  const changed: BulkOperationEntity = {
    ...operation,
    objectCount: operation.objectCount + lines.length,
    rootObjectCount: operation.rootObjectCount + lines.filter(({ isRoot }) => isRoot).length,
    bytes: operation.bytes + Buffer.byteLength(text),
  };
  const transaction = store.begin();
  transaction.put(shop, 'BulkResultPart', {
    id: transaction.nextId('BulkResultPart'),
    operationId: operation.id,
    text,
  });
  transaction.put(shop, 'BulkOperation', changed);
  transaction.commit();
  return changed;
}

/** Takes back what was written, so that the operation can begin again. */
export function withoutLines(store: EntityStore, shop: string, operation: BulkOperationEntity): void {
  const transaction = store.begin();
  for (const part of store.find(shop, 'BulkResultPart', operation.id) as readonly BulkResultPartEntity[]) {
    transaction.delete(shop, 'BulkResultPart', part.id);
  }
  transaction.put(shop, 'BulkOperation', { ...operation, objectCount: 0, rootObjectCount: 0, bytes: 0 });
  transaction.commit();
}

/** How an operation ends. */
export type BulkEnd =
  | { readonly status: 'COMPLETED' | 'CANCELED' }
  | { readonly status: 'FAILED'; readonly errorCode: BulkErrorCode };

/** Ends an operation, and tells of it. What was written stays. */
export function endOperation(
  context: { readonly store: EntityStore; readonly background: Background; readonly now: number },
  shop: string,
  operation: BulkOperationEntity,
  end: BulkEnd,
): void {
  const endedAt = new Date(context.now).toISOString();
  const ended: BulkOperationEntity = {
    ...operation,
    status: end.status,
    errorCode: end.status === 'FAILED' ? end.errorCode : null,
    endedAt,
    completedAt: end.status === 'COMPLETED' ? endedAt : null,
  };
  context.store.put(shop, 'BulkOperation', ended);
  context.background.emit({ shop, topic: 'bulk_operations/finish', payload: finishPayload(ended) });
}

/** The body of the webhook. https://shopify.dev/docs/api/usage/bulk-operations/queries */
function finishPayload({ id, completedAt, createdAt, errorCode, status, type }: BulkOperationEntity): object {
  return {
    admin_graphql_api_id: id,
    completed_at: completedAt,
    created_at: createdAt,
    error_code: errorCode?.toLowerCase() ?? null,
    status: status.toLowerCase(),
    type: type.toLowerCase(),
  };
}
