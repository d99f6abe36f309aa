import { randomUUID } from 'node:crypto';
import { clearImmediate, setImmediate } from 'node:timers';
import type { Clock } from '../../../internal/clock.ts';
import { createRandom } from '../random.ts';
import {
  type DeliveryAttempt,
  type FakeDelivery,
  type WebhookDeliveryEntity,
  webhookKinds,
} from '../store/entities.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { type FakeWebhookOptions, readAddress } from './options.ts';

/** A delivery that is to be made. */
type NewDelivery = Omit<FakeDelivery, 'id' | 'webhookId' | 'isCopy' | 'attempts' | 'state' | 'nextAttemptAt'>;

/** Deliveries on their way. Those that wait stand in the store, so that a snapshot holds them. */
interface Deliveries {
  /** In the order in which they were made. */
  readonly list: readonly FakeDelivery[];
  /** Runs `work`, which may add deliveries, when the present operation has changed the store. */
  soon(work: () => void): void;
  /** Sends it, `copies` times if that is given, else as often as chance has it. */
  add(delivery: NewDelivery, copies: number | undefined): void;
  /** Resumes what the store holds now, in place of what was waiting. */
  reload(): void;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What deliveries need. */
interface DeliveriesContext {
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly seed: number;
  readonly options: FakeWebhookOptions;
  /** Domains of the shops. */
  readonly shops: readonly string[];
  /** Whether the body of what is done is kept. */
  readonly keepBodies: boolean;
  readonly attempt: (delivery: FakeDelivery) => Promise<DeliveryAttempt>;
  readonly onError: (error: unknown) => void;
}

/** The longest that `reorder` holds a delivery back, in milliseconds. */
const longestHoldMs = 2_000;

/** Makes the deliveries of one fake, and goes on with those that its store holds. */
export function createDeliveries(context: DeliveriesContext): Deliveries {
  const { store, clock, options } = context;
  const random = createRandom(context.seed, 'webhooks');
  const log = createDeliveryLog();
  /** Subscription → wall time of its last success. */
  const successes = new Map<string, number>();
  let closed = false;

  const queue = createDeliveryQueue<FakeDelivery>(clock, tryOnce, context.onError);

  function schedule(delivery: FakeDelivery): void {
    log.put(delivery);
    queue.at(delivery.nextAttemptAt ?? clock.now(), delivery, delivery.attempts.length === 0);
  }

  /** Records the state of a delivery. A waiting one is also stored, with the time of its next try. */
  function note(delivery: FakeDelivery): void {
    const { shop, id, state } = delivery;
    if (state === 'waiting') {
      store.put(shop, webhookKinds.delivery, { ...delivery });
      schedule(delivery);
    } else {
      log.put(context.keepBodies ? delivery : { ...delivery, body: '' });
      store.delete(shop, webhookKinds.delivery, id);
    }
  }

  async function tryOnce(delivery: FakeDelivery): Promise<void> {
    const attempt = await context.attempt(delivery);
    // A restore has put another state in its place, or the fake is closed: then the try is not part of this state.
    if (closed || log.get(delivery.id) !== delivery) return;
    const attempts = [...delivery.attempts, attempt];
    const after = { ...delivery, attempts, nextAttemptAt: null };
    if (attempt.status >= 200 && attempt.status < 300) {
      note({ ...after, state: 'delivered' });
      if (delivery.subscriptionId !== null) successes.set(delivery.subscriptionId, attempt.at);
    } else if (!delivery.isCopy && attempts.length <= retries) {
      const waitMs = retryAfterMs(attempts.length) - retryAfterMs(attempts.length - 1);
      note({ ...after, nextAttemptAt: attempt.at + waitMs });
    } else {
      note({ ...after, state: 'failed' });
      if (!delivery.isCopy) removeSubscription(delivery);
    }
  }

  /**
   * After eight retries that failed without a success in between, Shopify deletes a subscription that was made through
   * the API. https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
   */
  function removeSubscription({ shop, subscriptionId, attempts }: FakeDelivery): void {
    if (subscriptionId === null) return;
    const lastSuccess = successes.get(subscriptionId) ?? Number.NEGATIVE_INFINITY;
    const firstFailure = attempts[0]?.at ?? clock.now();
    if (lastSuccess < firstFailure) store.delete(shop, webhookKinds.subscription, subscriptionId);
  }

  /** Goes on with what the store holds. */
  function resume(): void {
    for (const shop of context.shops) {
      for (const delivery of store.all(shop, webhookKinds.delivery) as readonly WebhookDeliveryEntity[]) {
        if (log.get(delivery.id)?.state !== 'waiting') schedule(delivery);
      }
    }
  }

  // What an earlier fake left in the file waits a turn, so that a test can say first where it goes.
  queue.soon(resume);
  return {
    list: log.list,
    soon: queue.soon,
    add(delivery, copies) {
      const isDuplicate = random() < (options.duplicateRate ?? 0);
      const count = copies ?? (isDuplicate ? 2 : 1);
      const webhookId = randomUUID();
      for (let copy = 0; copy < count; copy += 1) {
        const id = copy === 0 ? webhookId : `${webhookId}/${copy}`;
        const holdMs = options.reorder ? Math.floor(random() * longestHoldMs) : 0;
        const start = { id, webhookId, isCopy: copy > 0, attempts: [] };
        if (readAddress(delivery.uri).type === 'http') {
          note({ ...delivery, ...start, state: 'waiting', nextAttemptAt: clock.now() + holdMs });
        } else {
          log.put({ ...delivery, ...start, state: 'recorded', nextAttemptAt: null });
        }
      }
    },
    reload() {
      queue.clear();
      successes.clear();
      log.dropWaiting();
      resume();
    },
    settled: queue.settled,
    close() {
      closed = true;
      return queue.close();
    },
  };
}

/** The present state of every delivery. */
interface DeliveryLog {
  /** In the order in which they were made. The list itself stays the same one. */
  readonly list: readonly FakeDelivery[];
  get(id: string): FakeDelivery | undefined;
  /** Adds a delivery, or puts it in the place of what it was. */
  put(delivery: FakeDelivery): void;
  /** Takes out what still waits. */
  dropWaiting(): void;
}

/** Makes an empty log. */
function createDeliveryLog(): DeliveryLog {
  const list: FakeDelivery[] = [];
  const places = new Map<string, number>();
  const put = (delivery: FakeDelivery): void => {
    const place = places.get(delivery.id) ?? list.length;
    places.set(delivery.id, place);
    list[place] = delivery;
  };
  return {
    list,
    get: (id) => list[places.get(id) ?? -1],
    put,
    dropWaiting() {
      const done = list.splice(0).filter(({ state }) => state !== 'waiting');
      places.clear();
      for (const delivery of done) put(delivery);
    },
  };
}

/** Tries under way at once, so that a thousand changes do not open a thousand connections. */
const maxUnderWay = 50;

/** When deliveries are tried. */
interface DeliveryQueue<Job extends object> {
  /** Runs `work` when the present turn of the event loop has ended, so that what it changes is done. */
  soon(work: () => void): void;
  /** Tries at that wall time. `settled` waits for those that are due, and for the awaited ones. */
  at(dueAt: number, job: Job, awaited: boolean): void;
  /** Forgets all that waits. */
  clear(): void;
  /** Resolves when nothing is under way and nothing is due. */
  settled(): Promise<void>;
  /** Forgets all that waits and resolves when nothing is under way. */
  close(): Promise<void>;
}

interface Waiting {
  readonly dueAt: number;
  readonly awaited: boolean;
}

/** Makes an empty queue. What `attempt` or work throws goes to `onError`. */
function createDeliveryQueue<Job extends object>(
  clock: Clock,
  attempt: (job: Job) => Promise<void>,
  onError: (error: unknown) => void,
): DeliveryQueue<Job> {
  const turns = new Set<NodeJS.Immediate>();
  const timers = new Map<Waiting, () => void>();
  const waiters: (() => void)[] = [];
  let ready: Job[] = [];
  let underWay = 0;
  let closed = false;

  const isBusy = (): boolean => {
    if (turns.size > 0 || ready.length > 0 || underWay > 0) return true;
    const now = clock.now();
    return [...timers.keys()].some(({ awaited, dueAt }) => awaited || dueAt <= now);
  };
  const tell = (): void => {
    if (waiters.length > 0 && !isBusy()) for (const resolve of waiters.splice(0)) resolve();
  };

  const pump = (): void => {
    while (underWay < maxUnderWay) {
      const job = ready.shift();
      if (!job) return;
      underWay += 1;
      attempt(job)
        .catch(onError)
        .finally(() => {
          underWay -= 1;
          pump();
          tell();
        });
    }
  };

  const clear = (): void => {
    for (const turn of turns) clearImmediate(turn);
    turns.clear();
    for (const cancel of timers.values()) cancel();
    timers.clear();
    ready = [];
    tell();
  };
  const settled = (): Promise<void> => {
    const done = new Promise<void>((resolve) => waiters.push(resolve));
    tell();
    return done;
  };

  return {
    soon(work) {
      if (closed) return;
      const turn = setImmediate(() => {
        turns.delete(turn);
        try {
          work();
        } catch (error) {
          onError(error);
        }
        tell();
      });
      turns.add(turn);
    },
    at(dueAt, job, awaited) {
      if (closed) return;
      const delayMs = dueAt - clock.now();
      if (delayMs <= 0) {
        ready.push(job);
        pump();
        return;
      }
      const waiting = { dueAt, awaited };
      const cancel = clock.setTimer(() => {
        timers.delete(waiting);
        ready.push(job);
        pump();
      }, delayMs);
      timers.set(waiting, cancel);
    },
    clear,
    settled,
    close() {
      closed = true;
      clear();
      return settled();
    },
  };
}

/** Tries after the first. https://shopify.dev/changelog/updates-to-webhook-retry-mechanism */
const retries = 8;

const wholeMs = 4 * 3_600_000;

/**
 * Milliseconds from the first try to retry `number`, counted from 1. Shopify says eight retries over four hours with
 * exponential backoff, and no more: here each wait is twice the one before, from 56 seconds to two hours.
 */
function retryAfterMs(number: number): number {
  return Math.round((wholeMs * (2 ** number - 1)) / (2 ** retries - 1));
}
