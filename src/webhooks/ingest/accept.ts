import type { EnqueuedJob, JobQueue } from '../../ports/job-queue.ts';
import { type DeliveryKeys, deliveryKeys } from '../../storage/keys.ts';
import { toJob, type WebhookJob } from '../durable/job.ts';
import { startTimeLimit } from '../durable/time-limit.ts';
import type { Accept } from '../process.ts';
import type { DurableContext } from './context.ts';
import { isDone } from './process.ts';

/** Queues a delivery under its id. What waits in the queue already is not queued twice. @throws QueueError. */
export function enqueue(
  queue: JobQueue,
  context: DurableContext,
  keys: DeliveryKeys,
  job: WebhookJob,
): Promise<EnqueuedJob> {
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
      await limit.race('store', store.setIfAbsent(keys.inbox, JSON.stringify({ ...job, takenAt: clock.now() })));
      isClaimed = true;
      const { isNew } = await limit.race('queue', enqueue(queue, context, keys, job));
      return answer(event, { type: isNew ? 'queued' : 'duplicate' });
    } catch (error) {
      // What is in the inbox stays: Shopify's retry, or the next look at the inbox, queues it.
      return answer(event, { type: 'unavailable', reason: isClaimed ? 'queue-failed' : 'store-failed', error });
    } finally {
      limit.end();
    }
  };
}
