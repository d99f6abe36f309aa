import { ConfigError, isShopwrightError } from '../../errors/errors.ts';
import { boundedWait, gracePeriodMs } from '../../internal/abort.ts';
import type { JobHandler } from '../../ports/job-queue.ts';
import type { Lock } from '../../ports/key-value-store.ts';
import { defer, deferDelay } from '../../queue/defer.ts';
import type {
  WebhookContext,
  WebhookEvent,
  WebhookHandlerOptions,
  WebhookTopicHandler,
  WebhookTopicHandlers,
} from '../events.ts';
import type { DeliveryReporter } from './report.ts';
import {
  Deadline,
  type Delivery,
  type DeliveryStore,
  idsOf,
  type RunningDelivery,
  readJob,
  type Signalled,
} from './store.ts';

/** Milliseconds to wait for another delivery of the resource; then the job is deferred for the same time. */
const turnMs = 1_000;

/** Milliseconds for which a delivery queued by a newer version is deferred. */
const newerPauseMs = 60_000;

/** Handles queued deliveries. Errors of the handler are rethrown, so that the queue tries again. */
export function createJobHandler(
  options: WebhookHandlerOptions,
  deliveries: DeliveryStore,
  reporter: DeliveryReporter,
): JobHandler {
  const { retryDelaysMs, logger, timeoutMs } = deliveries;
  const lastAttempt = `that was the last attempt${options.queue?.isInMemory ? ' before the next start' : ''}`;

  return async (context) => {
    const { job, attempt } = context;
    const read = readJob(job.payload);
    if (!read) {
      const message =
        'a webhook was queued by a newer version of shopwright; it is left to a process that runs that version';
      logger?.warn({ id: job.id, jobType: job.type }, message);
      throw defer(newerPauseMs);
    }
    const { event, restarts } = read;
    const delivery = await deliveries.open(event, timeoutMs + turnMs);
    // A request to erase must still be handled.
    const isErased = async (of: Delivery): Promise<boolean> =>
      !isRequest(event) && deliveries.isErasedSince(of, job.enqueuedAt);
    deliveries.hold(delivery);
    try {
      // Before the handler, because the handler may be what kills the process.
      if (restarts !== undefined && attempt === 1) await deliveries.noteRestart(delivery, restarts + 1);
      const handle = handlerOf(options.on, event) ?? missingHandler(event);
      const call = { waitMs: turnMs, isAnswered: true, attempt, within: context, handle };
      // Its shop was erased while it waited.
      const isGone = await isErased(delivery);
      const outcome = isGone ? 'stale' : await handleOnce(deliveries, delivery, call);
      if (outcome === 'busy') throw defer(turnMs);
      await deliveries.leaveInbox(delivery);
      reporter.respond(event, { type: outcome });
    } catch (error) {
      if (deferDelay(error) !== undefined) throw error;
      // Neither another attempt nor a dead letter may keep erased data.
      if ((await isErased(delivery)) || (await deliveries.isDoneMeanwhile(delivery))) {
        await deliveries.leaveInbox(delivery);
        const what = 'its shop or customer was erased meanwhile, so it is not kept';
        reporter.failed(event, error, attempt, false, what);
        return;
      }
      // A job stopped by a closing queue loses no attempt: the queue returns it, or the next start recovers it.
      const { signal } = context;
      const isGivenBack = signal.aborted && !isShopwrightError(signal.reason, 'TIMEOUT', 'DEADLINE_EXCEEDED');
      const willRetry = isGivenBack || attempt <= retryDelaysMs.length;
      if (!willRetry) await deliveries.bury(delivery, (restarts ?? 0) + 1);
      reporter.failed(event, error, attempt, willRetry, willRetry ? 'the queue will try again' : lastAttempt);
      throw error;
    } finally {
      deliveries.letGo(delivery);
    }
  };
}

const isRequest = ({ topic }: WebhookEvent): boolean =>
  topic === 'shop/redact' || topic === 'customers/redact' || topic === 'customers/data_request';

/** Another version of the app may know the topic, so the job is retried, and then becomes a dead letter. */
function missingHandler({ topic }: WebhookEvent): () => never {
  return () => {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'on', message: `has no handler for ${topic}, which another process has queued` }],
    });
  };
}

/** Returns the handler of an event: by resource and action for the next generation, otherwise by topic. */
export function handlerOf(on: WebhookTopicHandlers, event: WebhookEvent): WebhookTopicHandler<string> | undefined {
  const { generation, topic, action } = event;
  // Own entries only: a topic is a word from outside, and `constructor` is one too.
  const own = (key: string) =>
    Object.hasOwn(on, key) ? (on as Readonly<Record<string, WebhookTopicHandler<string>>>)[key] : undefined;
  return (generation === 'next' ? own(`${topic}/${action}`) : undefined) ?? own(topic);
}

/** How the handler of a delivery is called. */
interface HandlerCall {
  /** Milliseconds to wait for another delivery of the resource. */
  readonly waitMs: number;
  /** Whether the response was already sent. */
  readonly isAnswered: boolean;
  readonly attempt: number;
  /** Its signal is aborted when the handler should stop; the wait for the handler ends 5 seconds later. */
  readonly within: Signalled;
  readonly handle: (event: WebhookEvent, context: WebhookContext) => unknown;
}

/**
 * Handles a delivery, one at a time per resource, unless it was handled or is stale, and records that it is done.
 *
 * @throws StorageError if the store fails before the handler is called, whatever the handler throws, and its signal's
 * reason if it does not end.
 */
export async function handleOnce(
  deliveries: DeliveryStore,
  delivery: Delivery,
  call: HandlerCall,
): Promise<'handled' | 'duplicate' | 'stale' | 'busy'> {
  const started = await deliveries.start(delivery, call.waitMs, call.within);
  if (started.state !== 'running') return started.state;
  const running = started.delivery;
  try {
    await callHandler(deliveries, running, call);
    await deliveries.finish(running, call.isAnswered);
    return 'handled';
  } finally {
    await deliveries.release(running);
  }
}

/**
 * Waits for the handler until 5 seconds after its signal was aborted: one that ignores it must not block others. If
 * such a handler succeeds later, that is recorded, so that it is not called again.
 */
async function callHandler(
  deliveries: DeliveryStore,
  running: RunningDelivery,
  { attempt, within, handle, isAnswered }: HandlerCall,
): Promise<void> {
  const { clock, timers, logger, timeoutMs } = deliveries;
  const { event, lock } = running;
  const handling = handle(event, createContext(attempt, within, lock, deliveries.appId));
  // A handler that is done when it returns cannot be late.
  if (typeof Object(handling).then !== 'function') return;
  await boundedWait<unknown>(Promise.resolve(handling), {
    ...{ signal: within.signal, graceMs: gracePeriodMs, clock },
    onLate(outcome) {
      const message = 'the handler of a webhook ignored its signal, and ended after its lock was released';
      const failure = 'error' in outcome ? { error: outcome.error } : {};
      logger?.warn({ ...failure, ...idsOf(event) }, message);
      if ('error' in outcome) return;
      void deliveries.finish({ ...running, deadline: new Deadline(timers, timeoutMs) }, isAnswered);
    },
  });
}

/** The signal is created when the handler first reads it: joining two is expensive, and most handlers never do. */
function createContext(attempt: number, outer: Signalled, lock: Lock, appId: string | undefined): WebhookContext {
  let joined: AbortSignal | undefined;
  return {
    ...(appId !== undefined && { appId }),
    attempt,
    get signal() {
      joined ??= AbortSignal.any([outer.signal, lock.signal]);
      return joined;
    },
  };
}
