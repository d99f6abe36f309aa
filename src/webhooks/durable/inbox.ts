import { parseJson } from '../../internal/json.ts';
import type { EnqueuedJob, JobQueue } from '../../queue/types.ts';
import type { Accept } from '../process.ts';
import { fromJob, toJob, type WebhookJob } from './job.ts';
import { type DeliveryKeys, deliveryKeys, inboxPrefix } from './keys.ts';
import type { DurableContext } from './settings.ts';
import { startTimeLimit } from './time-limit.ts';
import { isDone } from './work.ts';

function enqueue(queue: JobQueue, context: DurableContext, keys: DeliveryKeys, job: WebhookJob): Promise<EnqueuedJob> {
  const { settings, retryDelaysMs } = context;
  return queue.enqueue({ type: settings.name, key: keys.job, payload: job, retryDelaysMs });
}

/**
 * With a queue: a delivery is claimed by writing it into the store's inbox, and queued; it stays in the inbox until it
 * is handled. The claim keeps nobody out: a copy queues the delivery as well, and the queue or the handling drops what
 * is too much. So no claim can outlive its process and block a retry, and whoever gets 200 knows that it is safe.
 */
export function acceptToQueue(context: DurableContext, queue: JobQueue): Accept {
  const { settings, answer, leftBehind } = context;
  const { store, name, clock, limitMs } = settings;
  return async (event) => {
    const limit = startTimeLimit(clock, limitMs);
    let isClaimed = false;
    try {
      const keys = await deliveryKeys(name, event.shop, event.idempotencyKey);
      if (await limit.race('store', isDone(store, keys))) return answer(event, { type: 'duplicate' });
      const job = toJob(event);
      // It is not done with any more: it was a dead letter, and comes anew.
      leftBehind.delete(keys.inbox);
      // Kept for as long as it takes: the answer says that it is safe.
      await limit.race('store', store.setIfAbsent(keys.inbox, JSON.stringify(job)));
      isClaimed = true;
      const { isNew } = await limit.race('queue', enqueue(queue, context, keys, job));
      return answer(event, { type: isNew ? 'queued' : 'duplicate' });
    } catch (error) {
      // What is in the inbox stays: Shopify's retry, or the next start, queues it.
      return answer(event, { type: 'unavailable', reason: isClaimed ? 'queue-failed' : 'store-failed', error });
    } finally {
      limit.end();
    }
  };
}

/**
 * Queues what an earlier process has taken in and not handled. What is in the queue already is not queued twice, and
 * what another process handles just now is dropped when its turn comes.
 *
 * @throws StorageError and QueueError.
 */
export async function recoverInbox(context: DurableContext, queue: JobQueue): Promise<void> {
  const { store, name, logger } = context.settings;
  for await (const key of store.scan(await inboxPrefix(name))) {
    const text = await store.get(key);
    if (text === undefined) continue;
    try {
      const job = parseJson(text) as WebhookJob;
      const { shop, idempotencyKey } = fromJob(job);
      await enqueue(queue, context, await deliveryKeys(name, shop, idempotencyKey), job);
    } catch (error) {
      logger?.error({ error, key }, 'a webhook in the inbox could not be queued: it is tried at the next start');
    }
  }
}
