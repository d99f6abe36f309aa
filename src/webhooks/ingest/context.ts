import { TimeoutError } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { Logger } from '../../ports/logger.ts';
import { gracePeriodMs } from '../../internal/abort.ts';
import type { DeliveryKeys } from '../../storage/keys.ts';
import { callListener } from '../../telemetry/telemetry.ts';
import type {
  WebhookContext,
  WebhookEvent,
  WebhookHandlerEvent,
  WebhookHandlerOptions,
  WebhookOrder,
  WebhookResponse,
  WebhookStep,
  WebhookTopicHandler,
  WebhookTopicHandlers,
  WebhookUnavailable,
} from '../events.ts';
import { accepted, answerOf } from '../response.ts';
import type { WebhookDetails } from '../verify.ts';

const hourMs = 3_600_000;

/** What everything here needs, with the defaults filled in. */
export interface DurableContext {
  readonly options: WebhookHandlerOptions;
  readonly settings: WorkSettings;
  readonly retryDelaysMs: readonly number[];
  /** Keys of what is done with and could not be taken out of the inbox yet. */
  readonly leftBehind: Set<string>;
  /** Inbox keys of what this process handles just now. */
  readonly running: Set<string>;
  /** Tells of a step, and makes the answer that goes with it. */
  answer(event: WebhookEvent, step: WebhookStep | { readonly type: 'handled' }): WebhookResponse;
}

const messages: Readonly<Record<WebhookUnavailable, string>> = {
  busy: 'Another delivery of this resource is being handled.',
  'store-failed': 'The store for webhooks does not answer.',
  'queue-failed': 'The queue for webhooks does not answer.',
};

/** Fills in the defaults. The options are checked. */
export function durableContext(options: WebhookHandlerOptions, store: KeyValueStore): DurableContext {
  const { name = 'webhooks', order, dedupeTtlMs = 48 * hourMs, ackTimeoutMs: limitMs = 3_000 } = options;
  const { clock = systemClock, logger, retryDelaysMs = [10_000, 30_000, 60_000] } = options;
  return {
    options,
    settings: { store, name, order, dedupeTtlMs, limitMs, clock, logger },
    retryDelaysMs,
    leftBehind: new Set(),
    running: new Set(),
    answer(event, step) {
      tell(options, { ...step, ...detailsOf(event) });
      if (step.type !== 'unavailable') return accepted;
      const { reason } = step;
      if (reason !== 'busy') {
        const { topic, shop, webhookId } = event;
        logger?.error(
          { error: step.error, topic, shop, webhookId },
          'a webhook could not be taken in; Shopify will try again',
        );
      }
      return answerOf({ status: 503, reason, message: messages[reason] });
    },
  };
}

/** Tells the listener, and goes on whatever that does. */
export function tell({ onEvent, logger }: WebhookHandlerOptions, event: WebhookHandlerEvent): void {
  callListener(onEvent, event, (error) =>
    logger?.error({ error, event: event.type }, 'the listener for webhook events threw'),
  );
}

/** Tells the log that a handler threw; `next` says what comes of it. */
export function logFailure({ logger }: WebhookHandlerOptions, event: WebhookEvent, error: unknown, next: string): void {
  const { topic, shop, webhookId } = event;
  logger?.error({ error, topic, shop, webhookId }, `the webhook handler for ${topic} threw; ${next}`);
}

/** What may be logged and told of an event: not its body. */
export function detailsOf(event: WebhookEvent): WebhookDetails {
  const { payload: _payload, rawBody: _rawBody, idempotencyKey: _key, fieldsChanged: _fields, ...details } = event;
  return details;
}

/** The handler of an event: by resource and action for the next generation, else by topic. */
export function handlerOf(on: WebhookTopicHandlers, event: WebhookEvent): WebhookTopicHandler<string> | undefined {
  const { generation, topic, action } = event;
  // Own entries only: a topic is a word from outside, and `constructor` is one too.
  const own = (key: string): WebhookTopicHandler<string> | undefined => (Object.hasOwn(on, key) ? on[key] : undefined);
  return (generation === 'next' ? own(`${topic}/${action}`) : undefined) ?? own(topic);
}

/** What came of a delivery; `busy`: another one of its resource is being handled. */
export type WorkOutcome = 'handled' | 'duplicate' | 'stale' | 'busy';

/** What the work on deliveries needs. */
export interface WorkSettings {
  readonly store: KeyValueStore;
  readonly name: string;
  readonly order: Readonly<Record<string, WebhookOrder>> | undefined;
  /** Milliseconds for which it is known what was handled. */
  readonly dedupeTtlMs: number;
  /** Milliseconds for what store and queue do before the handler is called, and again for what they do after it. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** One delivery at work. */
export interface Work {
  readonly event: WebhookEvent;
  readonly keys: DeliveryKeys;
  /** Milliseconds to wait for another delivery of the resource. */
  readonly waitMs: number;
  /** For what comes before the handler. */
  readonly limit: TimeLimit;
  /** Whether Shopify has its answer already. */
  readonly isAnswered: boolean;
  readonly attempt: number;
  /** Aborted when the handler shall end; 5 seconds later it is not waited for any more. */
  readonly signal: AbortSignal;
  readonly handle: (event: WebhookEvent, context: WebhookContext) => unknown;
}

/** A bound on the time that store and queue may take for one delivery. */
export interface TimeLimit {
  /** Settles as the work does, or rejects with a `TimeoutError` once the time is up. */
  race<T>(place: 'store' | 'queue', work: Promise<T>): Promise<T>;
  /** Begins the time anew. */
  restart(): void;
  /** Stops the timer. */
  end(): void;
}

/** Starts the time. What is still under way when it is up goes on, and what becomes of it is not waited for. */
export function startTimeLimit(clock: Clock, timeoutMs: number): TimeLimit {
  const waiting = new Set<() => void>();
  let isOver = false;
  let endsAtMs = 0;
  let cancel: (() => void) | undefined;
  /** One timer serves all beginnings: where it comes too early for the latest, it waits for the rest. */
  const watch = (delayMs: number): void => {
    cancel = clock.setTimer(() => {
      const leftMs = endsAtMs - clock.monotonic();
      if (leftMs > 0) {
        watch(leftMs);
        return;
      }
      cancel = undefined;
      isOver = true;
      for (const giveUp of waiting) giveUp();
    }, delayMs);
  };
  const start = (): void => {
    isOver = false;
    endsAtMs = clock.monotonic() + timeoutMs;
    if (!cancel) watch(timeoutMs);
  };
  start();
  return {
    race(place, work) {
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          const message = `The ${place} for webhooks did not answer within ${timeoutMs} ms.`;
          reject(new TimeoutError(message, { code: 'TIMEOUT', timeoutMs, mayHaveExecuted: true }));
        };
        if (isOver) giveUp();
        waiting.add(giveUp);
        work.then(
          (value) => {
            waiting.delete(giveUp);
            resolve(value);
          },
          (error: unknown) => {
            waiting.delete(giveUp);
            reject(error);
          },
        );
      });
    },
    restart: start,
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}

/** Whose end is waited for, and for how long. */
interface LastWords {
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called where it ends after all, when nobody waits for it any more. `error`: it failed. */
  readonly onLateEnd: (result: { readonly error?: unknown }) => void;
}

/**
 * Settles as the promise does; but 5 seconds after the signal was aborted it rejects with the signal's reason, for a
 * handler that does not listen must not hold what others wait for.
 */
export function untilLastWords(handling: Promise<unknown>, { signal, clock, onLateEnd }: LastWords): Promise<void> {
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      cancel = clock.setTimer(() => {
        isGivenUp = true;
        reject(signal.reason);
      }, gracePeriodMs);
    };
    const end = (settle: () => void, result: { readonly error?: unknown }): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      if (isGivenUp) onLateEnd(result);
      else settle();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    handling.then(
      () => end(resolve, {}),
      (error: unknown) => end(() => reject(error), { error }),
    );
  });
}
