import type { Clock } from '../../internal/clock.ts';
import type { KeyValueStore, Lock, LockOptions } from '../../storage/ports/key-value-store.ts';
import type { Logger } from '../../telemetry/types.ts';
import type { WebhookContext } from '../event-types.ts';
import type { WebhookEvent } from '../handler-types.ts';
import { type DeliveryKeys, markKey } from './keys.ts';
import { advanceMark, isStale, readMark } from './marks.ts';
import { placeOf } from './order.ts';
import type { WebhookOrder } from './order-types.ts';
import type { TimeLimit } from './time-limit.ts';

/** What came of a delivery; `busy`: another one of its resource is being handled. */
export type WorkOutcome = 'handled' | 'duplicate' | 'stale' | 'busy';

/** What the work on deliveries needs. */
export interface WorkSettings {
  readonly store: KeyValueStore;
  readonly name: string;
  readonly order: Readonly<Record<string, WebhookOrder>> | undefined;
  /** Milliseconds for which it is known what was handled. */
  readonly keepForMs: number;
  /** Milliseconds for what store and queue do before the handler is called, and again for what they do after it. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** One delivery at work. */
export interface Work {
  readonly event: WebhookEvent;
  readonly keys: DeliveryKeys;
  /** Milliseconds to wait for another delivery of the resource. */
  readonly waitMs: number;
  /** For what comes before the handler. */
  readonly limit: TimeLimit;
  readonly attempt: number;
  readonly signal: AbortSignal | undefined;
  readonly handle: (event: WebhookEvent, context: WebhookContext) => unknown;
}

/** `done` in the store, and nothing else: who sees it knows that there is nothing left to do. */
const doneValue = 'done';

/** Whether a delivery was handled, or was skipped as stale. */
export async function isDone(store: KeyValueStore, keys: DeliveryKeys): Promise<boolean> {
  return (await store.get(keys.done)) !== undefined;
}

/**
 * Handles a delivery, alone among those of its resource: skips what was handled and what is stale, calls the handler,
 * notes that it is done. The lock is renewed for as long as the handler takes; it runs out where the process dies.
 *
 * @throws StorageError where the store fails before the handler is called, and whatever the handler throws.
 */
export async function work(settings: WorkSettings, delivery: Work): Promise<WorkOutcome> {
  const { store, name, order, keepForMs } = settings;
  const { event, keys, limit } = delivery;
  const place = placeOf(event, order);
  const mark = place && (await markKey(name, event.shop, place.family, place.resource));

  const lock = await takeLock(mark ?? keys.done, settings, delivery);
  if (!lock) return 'busy';
  try {
    if (await limit.race('store', isDone(store, keys))) return 'duplicate';
    if (place && mark !== undefined && isStale(place, readMark(await limit.race('store', store.get(mark))))) {
      await limit.race('store', store.set(keys.done, doneValue, { ttlMs: keepForMs }));
      return 'stale';
    }
    limit.end();
    const { attempt, signal } = delivery;
    await delivery.handle(event, createContext(attempt, signal, lock));
    await note(
      async () => {
        await store.set(keys.done, doneValue, { ttlMs: keepForMs });
        if (place && mark !== undefined) await advanceMark(store, mark, place, keepForMs);
      },
      settings,
      delivery,
    );
    return 'handled';
  } finally {
    await release(lock, settings, delivery);
  }
}

/** The signal is made when the handler first looks at it: joining two is dear, and most handlers never look. */
function createContext(attempt: number, outer: AbortSignal | undefined, lock: Lock): WebhookContext {
  let joined: AbortSignal | undefined;
  return {
    attempt,
    get signal() {
      joined ??= outer ? AbortSignal.any([outer, lock.signal]) : lock.signal;
      return joined;
    },
  };
}

async function takeLock(
  key: string,
  { store }: WorkSettings,
  { limit, waitMs, signal }: Work,
): Promise<Lock | undefined> {
  const ask = async (options: LockOptions): Promise<Lock | undefined> => {
    const asked = store.lock(key, options);
    try {
      return await limit.race('store', asked);
    } catch (error) {
      // It may still be given, when nobody waits for it any more.
      asked.then((late) => late?.release()).catch(() => undefined);
      throw error;
    }
  };
  // As a rule it is free, and then no wait has to be set up.
  return (await ask({})) ?? ask({ waitMs, ...(signal && { signal }) });
}

/**
 * Tries three times. A failure is not the handler's: running that again would do twice what was done once, while
 * a missing note matters only if a copy of the delivery, or an older one, is still to come.
 */
async function note(
  write: () => Promise<void>,
  { logger }: WorkSettings,
  { event: { topic, shop, webhookId }, limit }: Work,
): Promise<void> {
  limit.restart();
  let failure: unknown;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      return await limit.race('store', write());
    } catch (error) {
      failure = error;
    }
  }
  const message = 'a webhook was handled, but the store could not note it: a copy of it would be handled again';
  logger?.error({ error: failure, topic, shop, webhookId }, message);
}

async function release(
  lock: Lock,
  { logger }: WorkSettings,
  { event: { topic, shop, webhookId }, limit }: Work,
): Promise<void> {
  limit.restart();
  try {
    await limit.race('store', lock.release());
  } catch (error) {
    const message = 'the lock of a webhook could not be given back: its lease runs out';
    logger?.warn({ error, topic, shop, webhookId }, message);
  }
}
