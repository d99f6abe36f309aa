import type { KeyValueStore, Lock } from '../../ports/key-value-store.ts';
import { type DeliveryKeys, markKey } from '../../storage/keys.ts';
import { untilLastWords } from '../durable/last-words.ts';
import { release, takeLock } from '../durable/resource-lock.ts';
import { startTimeLimit, type TimeLimit } from '../durable/time-limit.ts';
import type { Work, WorkOutcome, WorkSettings } from '../durable/work-types.ts';
import type { WebhookContext } from '../event-types.ts';
import { placeOf } from './ordering.ts';
import { advanceMark, isStale, readMark } from './store.ts';

/** `done` in the store, and nothing else: who sees it knows that there is nothing left to do. */
const doneValue = 'done';

/** Whether a delivery was handled, or was skipped as stale. */
export async function isDone(store: KeyValueStore, keys: DeliveryKeys): Promise<boolean> {
  return (await store.get(keys.done)) !== undefined;
}

/**
 * Handles a delivery, alone among those of its resource: skips what was handled and what is stale, calls the handler,
 * notes that it is done. The lock is renewed for as long as the handler takes, until 5 seconds after its signal was
 * aborted; it runs out where the process dies.
 *
 * @throws StorageError where the store fails before the handler is called, whatever the handler throws, and the reason
 * of its signal where it does not end.
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
    const seen = mark === undefined ? undefined : await limit.race('store', store.get(mark));
    if (place && isStale(place, readMark(seen))) {
      await limit.race('store', store.set(keys.done, doneValue, { ttlMs: keepForMs }));
      return 'stale';
    }
    limit.end();
    const noteDone = (within: TimeLimit): Promise<void> =>
      note(
        async () => {
          await store.set(keys.done, doneValue, { ttlMs: keepForMs });
          if (place && mark !== undefined) await advanceMark(store, mark, place, seen, keepForMs);
        },
        within,
        settings,
        delivery,
      );
    await handleInTime(lock, settings, delivery, noteDone);
    await noteDone(limit);
    return 'handled';
  } finally {
    await release(lock, settings, delivery);
  }
}

/** A handler that ends well after all was called to good effect, and is not called again where that can be helped. */
async function handleInTime(
  lock: Lock,
  { clock, limitMs, logger }: WorkSettings,
  { event, attempt, signal, handle }: Work,
  noteDone: (within: TimeLimit) => Promise<void>,
): Promise<void> {
  const call = async (): Promise<unknown> => handle(event, createContext(attempt, signal, lock));
  await untilLastWords(call(), {
    signal,
    clock,
    onLateEnd(result) {
      const { topic, shop, webhookId } = event;
      const message = 'the handler of a webhook did not listen to its signal, and ended when others had their turn';
      logger?.warn({ ...result, topic, shop, webhookId }, message);
      if ('error' in result) return;
      const limit = startTimeLimit(clock, limitMs);
      void noteDone(limit).finally(() => limit.end());
    },
  });
}

/** The signal is made when the handler first looks at it: joining two is dear, and most handlers never look. */
function createContext(attempt: number, outer: AbortSignal, lock: Lock): WebhookContext {
  let joined: AbortSignal | undefined;
  return {
    attempt,
    get signal() {
      joined ??= AbortSignal.any([outer, lock.signal]);
      return joined;
    },
  };
}

/**
 * Tries three times. A failure is not the handler's: running that again would do twice what was done once, while
 * a missing note matters only if a copy of the delivery, or an older one, is still to come. Where Shopify waits for
 * the answer, all tries have the time of one: a copy is to come for certain after an answer that is late.
 */
async function note(
  write: () => Promise<void>,
  limit: TimeLimit,
  { logger }: WorkSettings,
  { event: { topic, shop, webhookId }, isAnswered }: Work,
): Promise<void> {
  let failure: unknown;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    if (attempt === 1 || isAnswered) limit.restart();
    try {
      return await limit.race('store', write());
    } catch (error) {
      failure = error;
    }
  }
  const message = 'a webhook was handled, but the store could not note it: a copy of it would be handled again';
  logger?.error({ error: failure, topic, shop, webhookId }, message);
}
