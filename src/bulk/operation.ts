import { BulkFailedError, BulkNotEnabledError } from '../errors/bulk-errors.ts';
import { isShopwrightError, ShopifyUserError, type ShopwrightError, type UserErrorEntry } from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import {
  BulkCancelDocument,
  BulkOperationByIdDocument,
  BulkOperationsSinceDocument,
  BulkRunMutationDocument,
  BulkRunQueryDocument,
  type BulkStateFragment,
} from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import { sleep, whenAborted } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import { freeLock, keyPart } from '../storage/keys.ts';

/** What the bulk operations of one shop need. */
export interface BulkShop {
  readonly graphql: GraphqlClient['graphql'];
  /** Domain of the shop. */
  readonly shop: string;
  readonly app: string;
  /** Scheme and host of the shop, or of a test server. */
  readonly origin: string;
  readonly apiVersion: string;
  readonly clock: Clock;
  /** Default: the global one, at each request. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly logger: Logger | undefined;
}

/** The types of bulk operations; each has its own limit. */
export type BulkKind = 'queries' | 'mutations';

/** A bulk operation as returned by Shopify. */
export interface BulkOperation {
  readonly id: string;
  /** `CREATED`, `RUNNING`, `CANCELING`, `CANCELED`, `COMPLETED`, `FAILED` or `EXPIRED`. */
  readonly status: string;
  readonly errorCode: string | null;
  readonly kind: BulkKind;
  /** The text of the operation. */
  readonly query: string;
  /** Number of lines so far, or in the whole file. */
  readonly objectCount: number;
  /** Number of lines without a parent. */
  readonly rootObjectCount: number;
  /** Size of the file in bytes. */
  readonly fileSize: number | null;
  /** URL of the result. It gives access to the result, so it never appears in errors or logs. */
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}

const operationOf = (state: BulkStateFragment): BulkOperation => ({
  id: state.id,
  status: state.status,
  errorCode: state.errorCode ?? null,
  kind: state.type === 'MUTATION' ? 'mutations' : 'queries',
  query: state.query,
  objectCount: Number(state.objectCount),
  rootObjectCount: Number(state.rootObjectCount),
  fileSize: state.fileSize === null || state.fileSize === undefined ? null : Number(state.fileSize),
  url: state.url ?? null,
  partialDataUrl: state.partialDataUrl ?? null,
});

/** Reads one operation. @throws BulkFailedError if the shop has none with that id. */
export async function readOperation(shop: BulkShop, id: string, signal?: AbortSignal): Promise<BulkOperation> {
  const { data } = await shop.graphql(BulkOperationByIdDocument, { id }, background(signal));
  if (data.bulkOperation) return operationOf(data.bulkOperation);
  throw new BulkFailedError(
    `${shop.shop} has no bulk operation ${id} of this app. Use the app and shop that started it, or start it again.`,
    { shop: shop.shop, operationId: id, status: 'UNKNOWN', errorCode: null, hasPartialData: false },
  );
}

const background = (signal: AbortSignal | undefined) => ({
  priority: 'background' as const,
  ...(signal && { signal }),
});

/** A request to start an operation. */
export interface Submission {
  readonly kind: BulkKind;
  /** The text, with the token as the name of its operation. */
  readonly text: string;
  /** Unique, so that the operation can be found if the response is lost. */
  readonly token: string;
  /** Queries only: whether each line follows its parent. */
  readonly groupObjects?: boolean;
  /** Mutations only: path of the uploaded rows. */
  readonly stagedUploadPath?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between tries while five operations are running. */
const crowdedMs = { first: 2_000, longest: 30_000 };

/** Milliseconds before each search for an operation whose start had no response: it may appear late. */
const looksMs = [0, 2_000, 10_000];

/** Consecutive lost starts after which the last failure is thrown. */
const maxLost = 3;

/**
 * Starts an operation once: if the response is lost, it is looked up by its time and text before it is sent again.
 * Waits if five are already running.
 *
 * @throws BulkNotEnabledError if the app may not run this kind.
 * @throws ShopifyUserError if Shopify refuses the text.
 */
export async function submit(shop: BulkShop, submission: Submission): Promise<BulkOperation> {
  const { signal } = submission;
  let lost = 0;
  for (let waitMs = crowdedMs.first; ; ) {
    const sentAt = shop.clock.now();
    try {
      const { bulkOperation, userErrors } = await send(shop, submission);
      if (bulkOperation) return operationOf(bulkOperation);
      if (!userErrors.some(isCrowded)) throw refused(shop, submission, userErrors);
      shop.logger?.debug(
        { shop: shop.shop, kind: submission.kind },
        'five bulk operations are already running: waiting',
      );
      await sleep(shop.clock, waitMs * (0.75 + Math.random() / 4), signal);
      waitMs = Math.min(crowdedMs.longest, waitMs * 2);
    } catch (error) {
      if (isShopwrightError(error, 'ACCESS_DENIED')) throw notEnabled(shop, submission.kind, error);
      if (!isShopwrightError(error) || !error.mayHaveExecuted || isShopwrightError(error, 'USER_ERROR')) throw error;
      signal?.throwIfAborted();
      const found = await findLost(shop, submission.token, sentAt, looksMs, signal);
      if (found) return found;
      lost += 1;
      if (lost === maxLost) throw error;
      shop.logger?.warn(
        { shop: shop.shop, error: error.code },
        'the start of a bulk operation was lost: sending it again',
      );
    }
  }
}

async function send(shop: BulkShop, { kind, text, groupObjects = false, stagedUploadPath = '', signal }: Submission) {
  const options = { ...background(signal), userErrors: 'return' } as const;
  if (kind === 'queries') {
    const { data } = await shop.graphql(BulkRunQueryDocument, { query: text, groupObjects }, options);
    return {
      bulkOperation: data.bulkOperationRunQuery?.bulkOperation,
      userErrors: data.bulkOperationRunQuery?.userErrors ?? [],
    };
  }
  const { data } = await shop.graphql(BulkRunMutationDocument, { mutation: text, stagedUploadPath }, options);
  return {
    bulkOperation: data.bulkOperationRunMutation?.bulkOperation,
    userErrors: data.bulkOperationRunMutation?.userErrors ?? [],
  };
}

/** Five of a kind may run at once: https://shopify.dev/docs/api/usage/bulk-operations/queries */
const isCrowded = ({ code, message }: UserErrorEntry): boolean =>
  code === 'OPERATION_IN_PROGRESS' || code === 'LIMIT_REACHED' || (!code && /already in progress/i.test(message));

function refused(shop: BulkShop, { kind }: Submission, userErrors: readonly UserErrorEntry[]): ShopifyUserError {
  const what = userErrors.map(({ field, message }) => `${field?.join('.') ?? 'input'}: ${message}`).join('; ');
  const message = `Shopify refused the bulk ${kind === 'queries' ? 'query' : 'mutation'}: ${what || 'without a reason'}`;
  return new ShopifyUserError(message, { shop: shop.shop, operation: 'bulkOperationRun', userErrors });
}

/** Since 2026-11-06 bulk operations must be enabled for the app, and are turned off after 31 days without use. */
function notEnabled({ shop }: BulkShop, kind: BulkKind, cause: ShopwrightError): BulkNotEnabledError {
  const message =
    `Bulk ${kind} are not enabled for this app on ${shop}. Enable them for the app in the Dev Dashboard: they are turned ` +
    'off again after 31 days without use, and a public app needs an IP allowlist first. ' +
    (kind === 'queries'
      ? "To read without them, set the option fallback: 'paginate'."
      : 'To write without them, send the rows with shop.graphql.');
  return new BulkNotEnabledError(message, {
    ...{ shop, kind, cause },
    ...(cause.requestId !== undefined && { requestId: cause.requestId }),
  });
}

/** Milliseconds by which the clocks of Shopify and this machine may differ. */
const skewMs = 5 * 60_000;

/**
 * Searches for an operation started at that time or later, by the token in its text.
 *
 * @param looks Milliseconds to wait before each search.
 */
export async function findLost(
  shop: BulkShop,
  token: string,
  sentAt: number,
  looks: readonly number[] = [0],
  signal?: AbortSignal,
): Promise<BulkOperation | undefined> {
  const since = new Date(sentAt - skewMs).toISOString().replace(/\.\d+Z$/, 'Z');
  for (const waitMs of looks) {
    if (waitMs > 0) await sleep(shop.clock, waitMs, signal);
    const operations = await allPages('bulkOperations', async (after) => {
      const variables = { query: `created_at:>='${since}'`, after };
      return (await shop.graphql(BulkOperationsSinceDocument, variables, background(signal))).data.bulkOperations;
    });
    const found = operations.find(({ query }) => query.includes(token));
    if (found) return operationOf(found);
  }
  return undefined;
}

/** Cancels an operation. Does nothing if it has ended. */
export async function cancelOperation(shop: BulkShop, id: string): Promise<void> {
  await shop.graphql(BulkCancelDocument, { id }, { userErrors: 'return' });
}

const hasEnded = ({ status }: BulkOperation): boolean => !['CREATED', 'RUNNING', 'CANCELING'].includes(status);

/** Milliseconds between checks of a running operation, each about 3 % of its time so far: first, longest, growth. */
const pollMs = { first: 1_000, longest: 30_000, growth: 1.03 };

/** Milliseconds of failing checks after which the last failure is thrown. */
const patienceMs = 30 * 60_000;

/** Scopes by their `fetch`: that of a test, or the global object. */
const scopes = new WeakMap<object, Scope>();

/** State that the bulk operations of one process share. */
interface Scope {
  /** Functions that wake the calls waiting for an operation. */
  readonly wakers: Map<string, Set<() => void>>;
  readonly slots: Map<string, MemorySlots>;
}

function scopeOf({ fetch }: BulkShop): Scope {
  const place = fetch ?? globalThis;
  const scope = scopes.get(place) ?? { wakers: new Map(), slots: new Map() };
  scopes.set(place, scope);
  return scope;
}

/** Wakes the calls waiting for an operation. Returns `false` if there are none in this process. */
export function wake(shop: BulkShop, id: string): boolean {
  const wakers = scopeOf(shop).wakers.get(`${shop.origin} ${id}`);
  for (const run of wakers ?? []) run();
  return wakers !== undefined;
}

/**
 * Waits until an operation has ended. Checks it with growing pauses, and at once when the webhook arrives.
 *
 * @param onChange Called after each check.
 * @throws The error of a check, if it cannot succeed later.
 */
export async function untilEnded(
  shop: BulkShop,
  started: BulkOperation,
  onChange: (operation: BulkOperation) => void,
  signal: AbortSignal,
): Promise<BulkOperation> {
  const { wakers } = scopeOf(shop);
  const key = `${shop.origin} ${started.id}`;
  let nap = new AbortController();
  let isWoken = false;
  const wakeUp = (): void => {
    isWoken = true;
    nap.abort(wakeUp);
  };
  const own = wakers.get(key) ?? new Set();
  wakers.set(key, own.add(wakeUp));
  let operation = started;
  let waitMs = pollMs.first;
  let failingSinceMs: number | undefined;
  try {
    onChange(operation);
    while (!hasEnded(operation)) {
      if (!isWoken) {
        nap = new AbortController();
        const detach = signal.aborted ? undefined : whenAborted(signal, () => nap.abort(signal.reason));
        signal.throwIfAborted();
        try {
          await sleep(shop.clock, waitMs, nap.signal);
        } catch (reason) {
          if (reason !== wakeUp) throw reason;
        } finally {
          detach?.();
        }
      }
      isWoken = false;
      waitMs = Math.min(pollMs.longest, waitMs * pollMs.growth);
      try {
        operation = await readOperation(shop, started.id, signal);
        failingSinceMs = undefined;
        onChange(operation);
      } catch (error) {
        // The operation continues at Shopify even if this process cannot reach it.
        if (!isShopwrightError(error) || !error.isRetryable) throw error;
        failingSinceMs ??= shop.clock.monotonic();
        if (shop.clock.monotonic() - failingSinceMs > patienceMs) throw error;
        waitMs = Math.max(waitMs, Math.min(error.retryAfterMs ?? 0, patienceMs));
      }
    }
    return operation;
  } finally {
    own.delete(wakeUp);
    if (own.size === 0) wakers.delete(key);
  }
}

/** @throws BulkFailedError unless the operation is complete. */
export function checkCompleted({ shop }: BulkShop, operation: BulkOperation): void {
  const { id: operationId, status, errorCode, objectCount } = operation;
  if (status === 'COMPLETED') return;
  const hasPartialData = operation.partialDataUrl !== null;
  const fixes: Readonly<Record<string, string>> = {
    ACCESS_DENIED: 'The token lacks access to some fields: grant the scopes, and start it again.',
    TIMEOUT: 'Shopify ran out of time: request less, such as one month at a time with the argument query.',
    EXPIRED: 'Results are kept for seven days: start it again.',
    CANCELED: 'Start it again if that was not intended.',
  };
  const fix = fixes[errorCode ?? status] ?? 'Start it again; if it fails again, request less at a time.';
  const partial = hasPartialData
    ? ` The rows so far can be read with bulk.resume(${JSON.stringify(operationId)}, { partial: true }).`
    : '';
  throw new BulkFailedError(
    `The bulk operation ${operationId} ended as ${status}${errorCode ? ` (${errorCode})` : ''} after ${objectCount} objects. ${fix}${partial}`,
    { shop, operationId, status, errorCode, hasPartialData },
  );
}

/** Operations of one kind that may run at once for an app on a shop. https://shopify.dev/docs/api/usage/bulk-operations/queries */
const maxRunning = 5;

/** One of the five slots for operations. */
export interface Slot {
  release(): void;
}

/** Milliseconds after which the slot of a crashed process is free again. */
const slotLeaseMs = 60_000;

/** Milliseconds between searches for a free slot in the store. */
const slotPollMs = { first: 500, longest: 10_000 };

/**
 * Takes one of the five slots of an app and shop, and waits until one is free. All processes that use the store share
 * the slots; without a store, they count in this process only.
 *
 * @param wait If `false`, returns nothing if none is free.
 */
export async function takeSlot(
  shop: BulkShop,
  kind: BulkKind,
  store: KeyValueStore | undefined,
  signal: AbortSignal | undefined,
  wait = true,
): Promise<Slot | undefined> {
  if (!store) {
    const { slots } = scopeOf(shop);
    const name = `${shop.origin} ${shop.shop} ${shop.app} ${kind}`;
    const places = slots.get(name) ?? new MemorySlots();
    slots.set(name, places);
    return places.take(signal, wait);
  }
  const prefix = `bulk:${await keyPart(shop.shop, 80)}:${await keyPart(shop.app)}:${kind}`;
  for (let waitMs = slotPollMs.first; ; waitMs = Math.min(slotPollMs.longest, waitMs * 1.5)) {
    const first = Math.floor(Math.random() * maxRunning);
    for (let place = 0; place < maxRunning; place += 1) {
      signal?.throwIfAborted();
      const lock = await store.lock(`${prefix}:${(first + place) % maxRunning}`, { leaseMs: slotLeaseMs });
      if (!lock) continue;
      return { release: () => void freeLock(lock) };
    }
    if (!wait) return undefined;
    await sleep(shop.clock, waitMs * (0.5 + Math.random() / 2), signal);
  }
}

/** The slots of one app and shop in this process. */
class MemorySlots {
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  async take(signal: AbortSignal | undefined, wait: boolean): Promise<Slot | undefined> {
    signal?.throwIfAborted();
    if (this.#taken >= maxRunning) {
      if (!wait) return undefined;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const detach = signal && whenAborted(signal, () => reject(signal.reason));
      try {
        await promise;
      } catch (error) {
        // The slot arrived together with the abort: pass it to the next one.
        if (!this.#waiting.delete(resolve)) this.#free();
        throw error;
      } finally {
        detach?.();
      }
    } else this.#taken += 1;
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) this.#free();
        isHeld = false;
      },
    };
  }

  /** Passes the slot to the next one waiting, if any. */
  #free(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#taken -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
