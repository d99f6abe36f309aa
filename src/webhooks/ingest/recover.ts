import { isRecord, parseJson } from '../../internal/json.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import { deliveryKeys, inboxPrefix, lookKey } from '../../storage/keys.ts';
import type { WebhookEvent } from '../events.ts';
import { type DurableContext, startTimeLimit, type WorkSettings } from './context.ts';
import { placeOf } from './ordering.ts';
import { dropLeftBehind, enqueue, fromJob, mostRounds, roundsOf, type WebhookJob } from './store.ts';

/** Milliseconds between the end of one look at the inbox and the next. */
const pauseMs = 300_000;

/** Milliseconds that a delivery may wait besides its retries before it is taken for one that nobody has in a queue. */
const patienceMs = 60_000;

/**
 * Takes up what is in the inbox and in no queue: at the start all that is there, for the process that took it in may
 * have died. After that, with a delivery and at most every five minutes, what has been there for longer than all its
 * attempts take: its process has died meanwhile, or the queue did not take it. No timer of it keeps a process alive.
 *
 * @returns To be called with each delivery.
 */
export function createTakeUp(context: DurableContext, queue: JobQueue): () => void {
  const { settings, retryDelaysMs } = context;
  const { store, name, clock, logger } = settings;
  const usualMs = retryDelaysMs.reduce((sum, delayMs) => sum + delayMs, patienceMs);
  let isStart = true;
  let isLooking = false;
  let nextMs = clock.monotonic();

  /** One of all processes looks: a look can go through all keys of a store, as in Redis. */
  const isOurs = async (): Promise<boolean> =>
    isStart || store.setIfAbsent(await lookKey(name), 'taken', { ttlMs: pauseMs });

  const look = async (): Promise<void> => {
    try {
      if (await isOurs()) await takeUp(context, queue, isStart ? undefined : usualMs);
      isStart = false;
      nextMs = clock.monotonic() + pauseMs;
    } catch (error) {
      logger?.error({ error }, 'the inbox of webhooks could not be read: the next delivery tries again');
    } finally {
      isLooking = false;
    }
  };
  return () => {
    if (isLooking || clock.monotonic() < nextMs) return;
    isLooking = true;
    void look();
  };
}

/**
 * Queues what has been in the inbox for longer than that; without it, all that is there, with what has failed in
 * earlier starts. What is in the queue already is not queued twice, and what another process handles just now is
 * dropped when its turn comes.
 *
 * @throws StorageError
 */
async function takeUp(context: DurableContext, queue: JobQueue, longerThanMs: number | undefined): Promise<void> {
  const { settings, leftBehind, running } = context;
  const { store, name, clock, limitMs, logger } = settings;
  const limit = startTimeLimit(clock, limitMs);
  try {
    await dropLeftBehind(context, limit);
  } finally {
    limit.end();
  }
  const ageMs = (entry: unknown): number => {
    const takenAt = isRecord(entry) ? entry['takenAt'] : undefined;
    return typeof takenAt === 'number' ? clock.now() - takenAt : Number.POSITIVE_INFINITY;
  };
  const isDue = (entry: unknown): boolean =>
    longerThanMs === undefined || (roundsOf(entry) === 0 && ageMs(entry) > longerThanMs);
  const givenUp: string[] = [];
  for await (const key of store.scan(await inboxPrefix(name))) {
    if (leftBehind.has(key) || running.has(key)) continue;
    const text = await store.get(key);
    if (text === undefined) continue;
    try {
      const entry = parseJson(text);
      if (!isDue(entry)) continue;
      const event = fromJob(entry);
      const rounds = roundsOf(entry);
      if (rounds >= mostRounds || (rounds > 0 && isOutdated(event, ageMs(entry), settings))) {
        givenUp.push(key);
        continue;
      }
      const keys = await deliveryKeys(name, event.shop, event.idempotencyKey);
      await enqueue(queue, context, keys, { ...(entry as WebhookJob), rounds });
    } catch (error) {
      logger?.error({ error, key }, 'a webhook in the inbox could not be queued: it is tried again later');
    }
  }
  if (givenUp.length === 0) return;
  const message =
    'webhooks that failed too often, or too long ago, stay in the inbox: they are not tried again at a start';
  logger?.error({ count: givenUp.length, keys: givenUp.slice(0, 10) }, message);
}

/** What failed so long ago that a newer one may have been applied and is not known any more would do harm now. */
function isOutdated(event: WebhookEvent, ageMs: number, { order, dedupeTtlMs }: WorkSettings): boolean {
  const place = placeOf(event, order);
  return ageMs >= dedupeTtlMs && place?.order === 'newest' && !place.isEnd;
}
