import type { Issue } from '../../../errors/errors.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { Background } from '../background.ts';
import { isoTime } from '../graphql/context.ts';
import type {
  BulkErrorCode,
  BulkOperationEntity,
  BulkResultPartEntity,
  BulkType,
  StoredBulkStatus,
} from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { BulkLine } from './queries.ts';

/** How fast bulk operations run, and when they fail. All times are on the fake's clock. */
export interface BulkOptions {
  /** Milliseconds from `CREATED` to `RUNNING`. Default 100. */
  readonly delayMs?: number;
  /** Lines that a bulk query writes per second. Default 10,000. */
  readonly objectsPerSecond?: number;
  /** Rows that a bulk mutation executes per second. Default 1,000. */
  readonly rowsPerSecond?: number;
  /** An operation with more lines than this fails after that many, with `INTERNAL_SERVER_ERROR`. Default: none do. */
  readonly failAfterObjects?: number;
  /**
   * Whether bulk queries are enabled for the apps. If they are not, `bulkOperationRunQuery` is denied, as it has been
   * on Shopify since 2026-11-06 until an app enables them in the Dev Dashboard. Default `true`.
   */
  readonly queries?: boolean;
  /** The same for bulk mutations. Default `true`. */
  readonly mutations?: boolean;
}

const optionNames: Record<keyof BulkOptions, true> = {
  delayMs: true,
  objectsPerSecond: true,
  rowsPerSecond: true,
  failAfterObjects: true,
  queries: true,
  mutations: true,
};

/** How one bulk operation fails. */
export interface BulkFailure {
  /** Default `INTERNAL_SERVER_ERROR`. */
  readonly errorCode?: BulkErrorCode;
  /** Lines it writes before it fails; they are at `partialDataUrl`. If it has fewer, it fails after all of them. Default 0. */
  readonly afterObjects?: number;
}

/** Scripts what happens to bulk operations. */
export interface BulkScript {
  /** The next accepted bulk operation fails. Call it twice to fail the next two. */
  failNext(failure?: BulkFailure): void;
  /** Allows bulk operations of that type to start from now on. */
  enable(type: 'queries' | 'mutations'): void;
  /** Denies starting one of that type from now on, as if the app had not used it for 31 days. */
  disable(type: 'queries' | 'mutations'): void;
}

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

/** How fast bulk operations go, with every default in place. */
interface BulkPace {
  readonly delayMs: number;
  readonly perSecond: Readonly<Record<BulkType, number>>;
  readonly failAfterObjects: number;
}

/** Steps of an operation in a second of the clock, where it has that many lines. */
const stepsPerSecond = 10;

/** How long an operation may take. https://shopify.dev/docs/api/usage/bulk-operations/imports */
const timeLimitMs: Readonly<Record<BulkType, number>> = {
  QUERY: 10 * 24 * 60 * 60 * 1_000,
  MUTATION: 24 * 60 * 60 * 1_000,
};

/** Puts the defaults in. */
export function bulkPace(options: BulkOptions): BulkPace {
  const { delayMs = 100, objectsPerSecond = 10_000, rowsPerSecond = 1_000, failAfterObjects } = options;
  return {
    delayMs,
    perSecond: { QUERY: objectsPerSecond, MUTATION: rowsPerSecond },
    failAfterObjects: failAfterObjects ?? Number.POSITIVE_INFINITY,
  };
}

/** What is wrong with the options. */
export function bulkOptionProblems(options: BulkOptions): Issue[] {
  const { delayMs, perSecond, failAfterObjects } = bulkPace(options);
  const checks: readonly (readonly [field: string, value: number, isRight: boolean, wanted: string])[] = [
    ['delayMs', delayMs, delayMs >= 0, 'milliseconds, 0 or more'],
    ['objectsPerSecond', perSecond.QUERY, perSecond.QUERY > 0, 'a number above 0'],
    ['rowsPerSecond', perSecond.MUTATION, perSecond.MUTATION > 0, 'a number above 0'],
    ['failAfterObjects', failAfterObjects, failAfterObjects >= 0, 'a number, 0 or more'],
  ];
  const problems = checks.filter(([, , isRight]) => !isRight);
  return [
    ...unknownNames(options, optionNames, 'bulk.'),
    ...problems.map(([field, value, , wanted]) => ({
      field: `bulk.${field}`,
      message: `is ${value}. Give ${wanted}.`,
    })),
  ];
}

/** Lines of the next step, at most `left`, and how long it takes. */
export function nextStep(
  pace: BulkPace,
  type: BulkType,
  left: number,
): { readonly count: number; readonly takesMs: number } {
  const rate = pace.perSecond[type];
  const count = Math.min(left, Math.max(1, Math.round(rate / stepsPerSecond)));
  return { count, takesMs: (count / rate) * 1_000 };
}

/** Whether an operation has used up its time. */
export function isOverdue({ type, createdAt }: BulkOperationEntity, now: number): boolean {
  return now > Date.parse(createdAt) + timeLimitMs[type];
}

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
    completedAt: end.status === 'COMPLETED' ? isoTime(context.now) : null,
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

/** After how many lines an operation ends, and how. */
interface BulkStop {
  readonly at: number;
  readonly end: BulkEnd;
}

/**
 * Where an operation ends.
 *
 * @param failure What was scripted for it, if anything.
 * @param total Lines it would write.
 */
export function bulkStop(failure: BulkFailure | undefined, total: number, { failAfterObjects }: BulkPace): BulkStop {
  if (failure) {
    const { errorCode = 'INTERNAL_SERVER_ERROR', afterObjects = 0 } = failure;
    return { at: Math.min(afterObjects, total), end: { status: 'FAILED', errorCode } };
  }
  if (total > failAfterObjects) {
    return { at: failAfterObjects, end: { status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' } };
  }
  return { at: total, end: { status: 'COMPLETED' } };
}
