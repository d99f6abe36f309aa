import { isRecord } from '../../internal/json.ts';
import type { JobQueue } from '../../ports/job-queue.ts';

/** What is needed of a queue to throw its dead letters away. */
export type DeadLetterQueue = Pick<JobQueue, 'deadJobs' | 'discard'>;

/** Each holds a whole body, so few at a time. */
const pageSize = 50;

/** Whether a job's payload is a delivery of that shop, whichever handler's. */
function isDeliveryOf(shop: string, payload: unknown): boolean {
  if (!isRecord(payload) || typeof payload['idempotencyKey'] !== 'string') return false;
  const { details } = payload;
  return isRecord(details) && details['shop'] === shop;
}

async function idsOf(queue: DeadLetterQueue, shop: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let offset = 0; ; offset += pageSize) {
    const page = await queue.deadJobs({ limit: pageSize, offset });
    for (const { id, payload } of page) if (isDeliveryOf(shop, payload)) ids.add(id);
    if (page.length < pageSize) return ids;
  }
}

/**
 * Throws away the dead letters of a shop's webhooks.
 *
 * @throws QueueError
 */
export async function discardDeadLetters(queue: DeadLetterQueue, shop: string): Promise<void> {
  // What leaves or enters the list while it is read shifts the pages, so it is read until none is left.
  for (let isLast = false; !isLast; ) {
    let discarded = 0;
    for (const id of await idsOf(queue, shop)) if (await queue.discard(id)) discarded += 1;
    isLast = discarded === 0;
  }
}
