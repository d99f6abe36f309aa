import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import { parseExactJson, stringifyExactJson } from '../../../internal/exact-json.ts';
import { complianceTopics, webhookTopics } from '../../../webhooks/topics.ts';
import { eventBody } from '../../webhooks/sign-event.ts';
import type { Background } from '../background.ts';
import type { FakeApp } from '../oauth/apps.ts';
import type { Shops } from '../shops.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { createDeliveries } from './deliveries.ts';
import { parseFilter } from './filter.ts';
import type { FakeWebhookOptions } from './options.ts';
import { shapePayload } from './payload.ts';
import { createSigningSecrets } from './secrets.ts';
import { attemptDelivery, type DeliveryHandler } from './send.ts';
import { eventTargets, type Target, targetsOf } from './targets.ts';
import type { FakeWebhooks } from './types.ts';

/** What makes the webhooks of one fake. */
interface WebhookEmitter {
  /** What the fake shows of them. */
  readonly face: FakeWebhooks;
  /** Takes up what the store holds now, after a restore. */
  reload(): void;
  /** Ends what is under way, and forgets what waits. */
  close(): Promise<void>;
}

/** What the webhooks of a fake need. */
interface WebhookEmitterContext {
  readonly options: FakeWebhookOptions;
  /** The first one is that of the configuration: compliance, Events. */
  readonly apps: readonly FakeApp[];
  readonly background: Background;
  readonly shops: Shops;
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly seed: number;
  readonly apiVersion: string;
  readonly keepBodies: boolean;
  readonly onError: (error: unknown) => void;
}

/** Delivers what happens in the background to those who subscribed. The options are checked. */
export function createWebhookEmitter(context: WebhookEmitterContext): WebhookEmitter {
  const { options, background, shops, store, clock, apiVersion } = context;
  const { events = [] } = options;
  const secrets = createSigningSecrets(context.apps, options.secret, clock);
  const closing = new AbortController();
  let handler: DeliveryHandler | undefined;
  const deliveries = createDeliveries({
    ...context,
    shops: shops.all.map(({ domain }) => domain),
    attempt: (delivery) => {
      const { fetch } = options;
      const signal = closing.signal;
      return attemptDelivery(delivery, {
        clock,
        secret: secrets.current(delivery.app),
        apiVersion,
        handler,
        fetch,
        signal,
      });
    },
  });

  const now = (): string => new Date(clock.now()).toISOString();
  const nextActionId = actionIds();

  background.subscribe((event) => {
    // Who wants it is decided now: an app that is uninstalled hears of it, though its subscriptions go.
    const targets = targetsOf(event, store, options);
    if (targets.length === 0) return;
    const { shop, topic } = event;
    const eventId = event.eventId ?? nextActionId(shop);
    const triggeredAt = event.triggeredAt ?? now();
    // As text it stays what it is now, and numbers beyond 2^53 stay exact.
    const text = stringifyExactJson(event.payload);
    deliveries.soon(() => {
      const payload = parseExactJson(text) as object;
      for (const target of targets) {
        const shaped = shapePayload(payload, target, store, shop);
        if (!passes(target, shaped)) continue;
        const { uri, name, app, subscriptionId } = target;
        const body = stringifyExactJson(shaped);
        const sent = { shop, topic, uri, name, app, subscriptionId, eventId, triggeredAt, body };
        deliveries.add({ ...sent, generation: 'classic', action: null }, event.copies);
      }
    });
  });

  const face: FakeWebhooks = {
    emit(topic, payload, { shop, ...rest } = {}) {
      checkTopic(topic, options);
      checkCopies(rest.copies);
      background.emit({ eventId: randomUUID(), ...rest, shop: shops.get(shop).domain, topic, payload });
    },
    emitEvent(event) {
      const { topic, action, copies, triggeredAt = now() } = event;
      if (events.length === 0) throw problem('webhooks.events', 'is empty. List the subscriptions to Events there.');
      checkCopies(copies);
      const shop = shops.get(event.shop).domain;
      const eventId = randomUUID();
      for (const { handle, uri } of eventTargets(event, events)) {
        const body = stringifyExactJson(eventBody({ ...event, handle }));
        const sent = { shop, topic, uri, name: handle, app: null, subscriptionId: null, eventId, triggeredAt, body };
        deliveries.soon(() => deliveries.add({ ...sent, generation: 'next', action }, copies));
      }
    },
    rotateWebhookSecret: secrets.rotate,
    deliveries: deliveries.list,
    webhooks: {
      onDelivery(next) {
        handler = next;
        return () => {
          if (handler === next) handler = undefined;
        };
      },
      settled: deliveries.settled,
    },
  };
  return {
    face,
    reload: deliveries.reload,
    close() {
      closing.abort(new Error('the fake was closed'));
      return deliveries.close();
    },
  };
}

function passes({ filter }: Target, payload: object): boolean {
  return !filter || (parseFilter(filter)?.matches(payload) ?? false);
}

/** One id for the events that happen in a shop in one go, as when one mutation changes a product and its stock. */
function actionIds(): (shop: string) => string {
  const ids = new Map<string, string>();
  return (shop) => {
    const id = ids.get(shop) ?? randomUUID();
    ids.set(shop, id);
    queueMicrotask(() => ids.delete(shop));
    return id;
  };
}

function checkTopic(topic: string, { complianceUrl }: FakeWebhookOptions): void {
  if (complianceTopics.some((name) => name === topic)) {
    if (complianceUrl === undefined) {
      throw problem('webhooks.complianceUrl', `is not set, and ${topic} goes nowhere else.`);
    }
  } else if (!webhookTopics.some((name) => name === topic)) {
    throw problem('topic', `is ${topic}, which Shopify does not have. Give a wire name such as products/update.`);
  }
}

function checkCopies(copies: number | undefined): void {
  if (copies === undefined || (Number.isSafeInteger(copies) && copies > 0)) return;
  throw problem('copies', `is ${copies}. Give a whole number, 1 or more.`);
}

const problem = (field: string, message: string): ConfigError => new ConfigError([{ field, message }]);
