import { ConfigError, isShopwrightError } from '../../errors/errors.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import type { KeyValueStore, Lock } from '../../ports/key-value-store.ts';
import { defer, deferDelay } from '../../queue/job.ts';
import { type DeliveryKeys, deliveryKeys, markKey } from '../../storage/keys.ts';
import type { WebhookContext, WebhookEvent } from '../events.ts';
import {
  type DurableContext,
  detailsOf,
  handlerOf,
  logFailure,
  startTimeLimit,
  type TimeLimit,
  tell,
  untilLastWords,
  type Work,
  type WorkOutcome,
  type WorkSettings,
} from './context.ts';
import { placeOf } from './ordering.ts';
import {
  advanceMark,
  fromJob,
  isStale,
  leaveInbox,
  noteRound,
  readMark,
  release,
  takeLock,
  type WebhookJob,
} from './store.ts';

/** Milliseconds to wait for another delivery of the resource; then the job makes room for others as long again. */
const turnMs = 1_000;

/** Handles a queued delivery. What the handler throws is thrown on, for the queue to try again. */
export function createJobHandler(context: DurableContext): JobHandler {
  const { settings, options, answer, retryDelaysMs, running } = context;
  const { store, clock, limitMs, name } = settings;
  const lastAttempt = `that was the last attempt${options.queue?.isInMemory ? ' before the next start' : ''}`;

  return async ({ job, attempt, signal }) => {
    const event = fromJob(job.payload);
    const { rounds: roundsBefore } = job.payload as WebhookJob;
    const keys = await deliveryKeys(name, event.shop, event.idempotencyKey);
    const limit = startTimeLimit(clock, limitMs + turnMs);
    running.add(keys.inbox);
    try {
      // Before the handler, for it may be what kills the process.
      if (roundsBefore !== undefined && attempt === 1) {
        await limit.race('store', noteRound(store, keys.inbox, roundsBefore + 1));
      }
      const handle = handlerOf(options.on, event) ?? missing(event);
      const delivery = { event, keys, waitMs: turnMs, limit, isAnswered: true, attempt, signal, handle };
      const outcome = await work(settings, delivery);
      if (outcome === 'busy') throw defer(turnMs);
      await leaveInbox(context, keys.inbox, limit);
      answer(event, { type: outcome });
    } catch (error) {
      if (deferDelay(error) !== undefined) throw error;
      // What a closing queue stops loses no attempt: the queue gives it back, or the next start takes it up.
      const isGivenBack = signal.aborted && !isShopwrightError(signal.reason, 'TIMEOUT', 'DEADLINE_EXCEEDED');
      const willRetry = isGivenBack || attempt <= retryDelaysMs.length;
      if (!willRetry) await endRound(context, keys.inbox, (roundsBefore ?? 0) + 1, limit);
      logFailure(options, event, error, willRetry ? 'the queue will try again' : lastAttempt);
      tell(options, { type: 'failed', error, attempt, willRetry, ...detailsOf(event) });
      throw error;
    } finally {
      running.delete(keys.inbox);
      limit.end();
    }
  };
}

/**
 * After the last attempt the queue's dead letter holds the delivery, and one of the same id starts anew. Where the dead
 * letter is gone with the process, the delivery stays in the inbox for the next start.
 */
async function endRound(context: DurableContext, inboxKey: string, rounds: number, limit: TimeLimit): Promise<void> {
  const { settings, options } = context;
  if (!options.queue?.isInMemory) {
    await leaveInbox(context, inboxKey, limit);
    return;
  }
  limit.restart();
  try {
    await limit.race('store', noteRound(settings.store, inboxKey, rounds));
  } catch (error) {
    settings.logger?.warn({ error, key: inboxKey }, 'the store could not note that a webhook had its last attempt');
  }
}

/** Another version of the app may know the topic, so the job is not thrown away: it is tried again, and then a dead letter. */
function missing({ topic }: WebhookEvent): () => never {
  return () => {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'on', message: `has no handler for ${topic}, which another process has queued` }],
    });
  };
}

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
  const { store, name, order, dedupeTtlMs } = settings;
  const { event, keys, limit } = delivery;
  const place = placeOf(event, order);
  const mark = place && (await markKey(name, event.shop, place.family, place.resource));

  const lock = await takeLock(mark ?? keys.done, settings, delivery);
  if (!lock) return 'busy';
  try {
    if (await limit.race('store', isDone(store, keys))) return 'duplicate';
    const seen = mark === undefined ? undefined : await limit.race('store', store.get(mark));
    if (place && isStale(place, readMark(seen))) {
      await limit.race('store', store.set(keys.done, doneValue, { ttlMs: dedupeTtlMs }));
      return 'stale';
    }
    limit.end();
    const noteDone = (within: TimeLimit): Promise<void> =>
      note(
        async () => {
          await store.set(keys.done, doneValue, { ttlMs: dedupeTtlMs });
          if (place && mark !== undefined) await advanceMark(store, mark, place, seen, dedupeTtlMs);
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
