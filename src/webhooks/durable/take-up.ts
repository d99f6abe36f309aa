import { isRecord, parseJson } from '../../internal/json.ts';
import type { JobQueue } from '../../queue/types.ts';
import { enqueue } from './inbox.ts';
import { fromJob, type WebhookJob } from './job.ts';
import { deliveryKeys, inboxPrefix } from './keys.ts';
import { dropLeftBehind } from './leave-inbox.ts';
import type { DurableContext } from './settings.ts';
import { startTimeLimit } from './time-limit.ts';

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
  const { clock, logger } = settings;
  const usualMs = retryDelaysMs.reduce((sum, delayMs) => sum + delayMs, patienceMs);
  let isStart = true;
  let isLooking = false;
  let nextMs = clock.monotonic();

  const look = async (): Promise<void> => {
    try {
      await takeUp(context, queue, isStart ? 0 : usualMs);
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
 * Queues what has been in the inbox for that long. What is in the queue already is not queued twice, and what another
 * process handles just now is dropped when its turn comes.
 *
 * @throws StorageError
 */
async function takeUp(context: DurableContext, queue: JobQueue, leastMs: number): Promise<void> {
  const { settings, leftBehind, running } = context;
  const { store, name, clock, limitMs, logger } = settings;
  const limit = startTimeLimit(clock, limitMs);
  try {
    await dropLeftBehind(context, limit);
  } finally {
    limit.end();
  }
  for await (const key of store.scan(await inboxPrefix(name))) {
    if (leftBehind.has(key) || running.has(key)) continue;
    const text = await store.get(key);
    if (text === undefined) continue;
    try {
      const entry = parseJson(text);
      if (isRecord(entry) && typeof entry['takenAt'] === 'number' && clock.now() - entry['takenAt'] < leastMs) continue;
      const { shop, idempotencyKey } = fromJob(entry);
      await enqueue(queue, context, await deliveryKeys(name, shop, idempotencyKey), entry as unknown as WebhookJob);
    } catch (error) {
      logger?.error({ error, key }, 'a webhook in the inbox could not be queued: it is tried again later');
    }
  }
}
