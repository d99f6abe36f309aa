import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../internal/clock.ts';
import { createRandom, hashText } from '../random.ts';
import type { FakeStore } from '../store/entity-store.ts';
import {
  type DeliveryAttempt,
  type FakeDelivery,
  type WebhookDeliveryEntity,
  webhookKinds,
} from '../store/webhook-entities.ts';
import { createDeliveryLog } from './delivery-log.ts';
import { createDeliveryQueue } from './delivery-queue.ts';
import type { FakeWebhookOptions } from './options.ts';
import { retries, retryAfterMs } from './retry-times.ts';
import { readAddress } from './uri.ts';

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
  /** Takes up what the store holds now, in place of what was waiting. */
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
  const random = createRandom(context.seed ^ hashText('webhooks'));
  const log = createDeliveryLog();
  /** Subscription → wall time of its last success. */
  const successes = new Map<string, number>();
  let closed = false;

  const queue = createDeliveryQueue<FakeDelivery>(clock, tryOnce, context.onError);

  function schedule(delivery: FakeDelivery): void {
    log.put(delivery);
    queue.at(delivery.nextAttemptAt ?? clock.now(), delivery, delivery.attempts.length === 0);
  }

  /** Notes where a delivery stands; one that waits also stands in the store, and has its next try. */
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
