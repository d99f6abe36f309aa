import { ConfigError, TimeoutError } from '../../errors/errors.ts';
import { linkSignal } from '../../internal/abort.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import type {
  WebhookDelivery,
  WebhookEvent,
  WebhookHandlerOptions,
  WebhookResponse,
  WebhookTopicHandler,
} from '../events.ts';
import { createReceiver, type Receive } from '../receive.ts';
import { fromRequest } from '../request-body.ts';
import { failureResponse, toResponse } from '../response.ts';
import { verifyHere } from '../verify.ts';
import { createJobHandler, handleOnce, handlerOf } from './process.ts';
import { InboxRecovery } from './recover.ts';
import { DeliveryReporter } from './report.ts';
import { DeliveryStore } from './store.ts';

/**
 * Time limit for a handler in milliseconds, the same as a queue's for an attempt: its lock must not be held forever.
 */
const handlerTimeoutMs = 300_000;

/** Handles a verified delivery, now or later, and responds. Rejects with what the handler throws. */
type Accept = (event: WebhookEvent, handle: WebhookTopicHandler<string>) => Promise<WebhookResponse>;

/** The part of a handler that is loaded after it is created. */
export class WebhookIngest {
  readonly #options: WebhookHandlerOptions;
  readonly #receive: Receive;
  readonly #reporter: DeliveryReporter;
  readonly #accept: Accept;
  /** Handles a queued delivery. */
  readonly runJob: JobHandler;

  /**
   * With a queue, it immediately recovers what an earlier process left.
   *
   * @param options Checked already.
   */
  constructor(options: WebhookHandlerOptions) {
    this.#options = options;
    this.#receive = createReceiver(options, verifyHere);
    this.#reporter = new DeliveryReporter(options);
    const { store, queue } = options;
    const deliveries = store && new DeliveryStore(options, store);
    this.runJob = deliveries ? createJobHandler(options, deliveries, this.#reporter) : refuseJob;
    if (!deliveries) this.#accept = handleAlways(this.#reporter, options.appId);
    else if (queue) this.#accept = acceptToQueue(deliveries, this.#reporter, new InboxRecovery(deliveries));
    else this.#accept = handleOnceBeforeResponse(deliveries, this.#reporter);
  }

  /** The life of one delivery: received, handed to its topic's handler, answered. */
  async process(delivery: WebhookDelivery): Promise<WebhookResponse> {
    const reporter = this.#reporter;
    const { enabled, on } = this.#options;
    const received =
      enabled === false
        ? ({ ok: false, status: 404, reason: 'disabled', message: 'Webhooks are turned off.' } as const)
        : await this.#receive(delivery);
    if (!received.ok) {
      reporter.emit({ type: 'refused', status: received.status, reason: received.reason });
      return failureResponse(received);
    }

    const { event } = received;
    const handle = handlerOf(on, event);
    if (!handle) return reporter.respond(event, { type: 'unhandled' });
    try {
      return await this.#accept(event, handle);
    } catch (error) {
      reporter.failed(event, error, 1, true, 'Shopify will try again');
      const message = 'The delivery could not be processed.';
      return failureResponse({ status: 500, reason: 'handler-failed', message });
    }
  }

  /** Like `process`, with fetch's `Request` and `Response`. */
  async respond(request: Request): Promise<Response> {
    return toResponse(await this.process(fromRequest(request)));
  }
}

const refuseJob: JobHandler = async () => {
  throw new ConfigError('Invalid configuration', { issues: [{ field: 'store', message: 'is needed with a queue' }] });
};

/** Without a store: a delivery is handled before the response, each time it comes. */
function handleAlways(reporter: DeliveryReporter, appId: string | undefined): Accept {
  const app = appId === undefined ? {} : { appId };
  return async (event, handle) => {
    await handle(event, { ...app, attempt: 1, signal: new AbortController().signal });
    return reporter.respond(event, { type: 'handled' });
  };
}

/**
 * With a store and no queue: a delivery is handled before the response, once. A copy that arrives meanwhile waits for
 * the first, for a limited time, and is handled if the first one failed.
 */
function handleOnceBeforeResponse(deliveries: DeliveryStore, reporter: DeliveryReporter): Accept {
  const { clock, timeoutMs } = deliveries;
  // Less than the limit, so that a lock that is not free differs from a store that does not respond.
  const waitMs = Math.floor(timeoutMs * 0.8);
  return async (event, handle) => {
    const link = linkSignal(clock, undefined, handlerTimeoutMs, () => {
      const message = `The webhook ${event.topic} was not handled within ${handlerTimeoutMs} ms.`;
      return new TimeoutError(message, { code: 'TIMEOUT', timeoutMs: handlerTimeoutMs, mayHaveExecuted: true });
    });
    let isHandling = false;
    try {
      const outcome = await handleOnce(deliveries, await deliveries.open(event), {
        waitMs,
        isAnswered: false,
        attempt: 1,
        within: link,
        handle(...call) {
          isHandling = true;
          return handle(...call);
        },
      });
      return reporter.respond(event, outcome === 'busy' ? { type: 'unavailable', reason: 'busy' } : { type: outcome });
    } catch (error) {
      if (isHandling) throw error;
      return reporter.respond(event, { type: 'unavailable', reason: 'store-failed', error });
    } finally {
      link.release();
    }
  };
}

/** With a queue: a delivery is accepted and queued before the response, and handled later. */
function acceptToQueue(deliveries: DeliveryStore, reporter: DeliveryReporter, recovery: InboxRecovery): Accept {
  recovery.run();
  return async (event) => {
    let isAccepted = false;
    try {
      const delivery = await deliveries.open(event);
      const accepted = await deliveries.accept(delivery);
      if (!accepted) return reporter.respond(event, { type: 'duplicate' });
      isAccepted = true;
      const isNew = await deliveries.enqueue(accepted);
      return reporter.respond(event, { type: isNew ? 'queued' : 'duplicate' });
    } catch (error) {
      // An accepted delivery stays in the inbox: Shopify's retry, or the next recovery, queues it.
      const reason = isAccepted ? 'queue-failed' : 'store-failed';
      return reporter.respond(event, { type: 'unavailable', reason, error });
    } finally {
      recovery.run();
    }
  };
}
