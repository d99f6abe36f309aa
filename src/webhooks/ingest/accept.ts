import { ConfigError, TimeoutError } from '../../errors/errors.ts';
import { linkSignal } from '../../internal/abort.ts';
import type { JobHandler, JobQueue } from '../../ports/job-queue.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { deliveryKeys } from '../../storage/keys.ts';
import type {
  WebhookDelivery,
  WebhookEvent,
  WebhookHandlerOptions,
  WebhookResponse,
  WebhookTopicHandler,
} from '../events.ts';
import type { Receive } from '../receive.ts';
import { fromRequest } from '../request-body.ts';
import { accepted, answerOf, toResponse } from '../response.ts';
import {
  type DurableContext,
  detailsOf,
  durableContext,
  handlerOf,
  logFailure,
  startTimeLimit,
  tell,
} from './context.ts';
import { createJobHandler, isDone, work } from './process.ts';
import { createTakeUp } from './recover.ts';
import { enqueue, toJob } from './store.ts';

/** The half of a handler that is loaded after it is made. */
export interface Handling {
  process(delivery: WebhookDelivery): Promise<WebhookResponse>;
  /** The same with fetch's own objects. */
  respond(request: Request): Promise<Response>;
  readonly doJob: JobHandler;
}

/** Makes what handles deliveries; with a queue, it takes up at once what an earlier process left. The options are checked. */
export function createHandling(options: WebhookHandlerOptions, receive: Receive): Handling {
  const { store } = options;
  const durable = store && createDurable(options, store);
  const accept = durable?.accept ?? acceptDirectly(options);
  const process = (delivery: WebhookDelivery): Promise<WebhookResponse> =>
    processWebhook(delivery, receive, options, accept);
  return {
    process,
    respond: async (request) => toResponse(await process(fromRequest(request))),
    async doJob(job) {
      if (!durable)
        throw new ConfigError('Invalid configuration', {
          issues: [{ field: 'store', message: 'is needed with a queue' }],
        });
      return durable.doJob(job);
    },
  };
}

/** Has a verified delivery handled, now or later, and answers. Rejects with what the handler throws. */
type Accept = (event: WebhookEvent, handle: WebhookTopicHandler<string>) => Promise<WebhookResponse>;

/** Without a store: handled at once, each time it comes. */
function acceptDirectly(options: WebhookHandlerOptions): Accept {
  return async (event, handle) => {
    await handle(event, { attempt: 1, signal: new AbortController().signal });
    tell(options, { type: 'handled', ...detailsOf(event) });
    return accepted;
  };
}

/** The life of one delivery: received, handed to its topic's handler, answered. */
async function processWebhook(
  delivery: WebhookDelivery,
  receive: Receive,
  options: WebhookHandlerOptions,
  accept: Accept,
): Promise<WebhookResponse> {
  const received =
    options.enabled === false
      ? ({ ok: false, status: 404, reason: 'disabled', message: 'Webhooks are switched off.' } as const)
      : await receive(delivery);
  if (!received.ok) {
    tell(options, { type: 'refused', status: received.status, reason: received.reason });
    return answerOf(received);
  }

  const { event } = received;
  const handle = handlerOf(options.on, event);
  if (!handle) {
    tell(options, { type: 'unhandled', ...detailsOf(event) });
    return accepted;
  }
  try {
    return await accept(event, handle);
  } catch (error) {
    logFailure(options, event, error, 'Shopify will try again');
    tell(options, { type: 'failed', error, attempt: 1, willRetry: true, ...detailsOf(event) });
    return answerOf({ status: 500, reason: 'handler-failed', message: 'The delivery could not be processed.' });
  }
}

/** What a handler does that remembers. */
interface Durable {
  readonly accept: Accept;
  readonly doJob: JobHandler;
}

/** Makes the part of a handler that needs a store. With a queue, it takes up at once what an earlier process left. */
function createDurable(options: WebhookHandlerOptions, store: KeyValueStore): Durable {
  const { queue } = options;
  const context = durableContext(options, store);
  const doJob = createJobHandler(context);
  if (!queue) return { accept: acceptAtOnce(context), doJob };

  const accept = acceptToQueue(context, queue);
  const takeUp = createTakeUp(context, queue);
  takeUp();
  return {
    doJob,
    async accept(event, handle) {
      const answer = await accept(event, handle);
      takeUp();
      return answer;
    },
  };
}

/**
 * With a queue: a delivery is claimed by writing it into the store's inbox, and queued; it stays in the inbox until it
 * is handled. The claim keeps nobody out: a copy queues the delivery as well, and the queue or the handling drops what
 * is too much. So no claim can outlive its process and block a retry, and whoever gets 200 knows that it is safe.
 */
function acceptToQueue(context: DurableContext, queue: JobQueue): Accept {
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

/** Milliseconds for a handler, as many as a queue gives to an attempt: its lock must not be held for ever. */
const handlerLimitMs = 300_000;

/**
 * With a store and no queue: a delivery is handled before it is answered. A copy that comes meanwhile waits for the
 * first, for a bounded time, and is handled itself where the first one failed.
 */
function acceptAtOnce({ settings, answer }: DurableContext): Accept {
  return async (event, handle) => {
    const { clock, limitMs, name } = settings;
    const limit = startTimeLimit(clock, limitMs);
    const link = linkSignal(clock, undefined, handlerLimitMs, () => {
      const message = `The webhook ${event.topic} was not handled within ${handlerLimitMs} ms.`;
      return new TimeoutError(message, { code: 'TIMEOUT', timeoutMs: handlerLimitMs, mayHaveExecuted: true });
    });
    let isHandling = false;
    try {
      const outcome = await work(settings, {
        event,
        keys: await deliveryKeys(name, event.shop, event.idempotencyKey),
        // Less than the limit: a lock that is not free is another matter than a store that does not answer.
        waitMs: Math.floor(limitMs * 0.8),
        limit,
        isAnswered: false,
        attempt: 1,
        signal: link.signal,
        handle(...call) {
          isHandling = true;
          return handle(...call);
        },
      });
      return answer(event, outcome === 'busy' ? { type: 'unavailable', reason: 'busy' } : { type: outcome });
    } catch (error) {
      if (isHandling) throw error;
      return answer(event, { type: 'unavailable', reason: 'store-failed', error });
    } finally {
      limit.end();
      link.release();
    }
  };
}
