import { randomUUID } from 'node:crypto';
import { assertValid } from '../../../errors/base.ts';
import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import { isRecord, parseExactJson, stringifyExactJson } from '../../../internal/json.ts';
import { unknownNames } from '../../../internal/names.ts';
import { complianceTopics, topicToEnum, webhookTopics } from '../../../webhooks/topics.ts';
import { type EventContent, eventBody } from '../../webhooks/sign-webhook.ts';
import type { Background, ShopEvent } from '../background.ts';
import { parseGid } from '../graphql/gid.ts';
import type { FakeApp } from '../oauth/session-token.ts';
import type { Shops } from '../shops.ts';
import {
  type MetafieldName,
  type StoredMetafield,
  type WebhookSubscriptionEntity,
  webhookKinds,
} from '../store/entities.ts';
import type { EntityStore, FakeStore } from '../store/entity-store.ts';
import { createDeliveries } from './deliveries.ts';
import { type EventSubscription, type FakeWebhookOptions, parseFilter } from './options.ts';
import { idOf } from './resource-payloads.ts';
import { attemptDelivery, createSigningSecrets, type DeliveryHandler, emitNames, type FakeWebhooks } from './send.ts';

/** What makes the webhooks of one fake. */
interface WebhookEmitter {
  /** What the fake shows of them. */
  readonly api: FakeWebhooks;
  /** Resumes what the store holds now, after a restore. */
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

  // Unlike times of resources, those of events are finer than a second.
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
    emit(topic, payload, given = {}) {
      assertValid(unknownNames(given, emitNames));
      const { shop, ...rest } = given;
      checkTopic(topic, options);
      checkCopies(rest.copies);
      background.emit({ eventId: randomUUID(), ...rest, shop: shops.get(shop).domain, topic, payload });
    },
    emitEvent(event) {
      const { topic, action, copies, triggeredAt = now() } = event;
      if (events.length === 0) throw problem('webhooks.events', 'is empty. List the Event subscriptions there.');
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
    api: face,
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
      throw problem('webhooks.complianceUrl', `is not set. ${topic} is sent only to that address.`);
    }
  } else if (!webhookTopics.some((name) => name === topic)) {
    throw problem('topic', `is ${topic}, which Shopify does not have. Give a wire name such as products/update.`);
  }
}

function checkCopies(copies: number | undefined): void {
  if (copies === undefined || (Number.isSafeInteger(copies) && copies > 0)) return;
  throw problem('copies', `is ${copies}. Give a whole number, 1 or more.`);
}

const problem = (field: string, message: string): ConfigError =>
  new ConfigError('Invalid configuration', { issues: [{ field, message }] });

/** Somebody who wants an event. */
interface Target extends PayloadWishes {
  /** Id of the app; `null` for the first one. */
  readonly app: string | null;
  /** `null` for one that is not made through the API, and that failures do not remove. */
  readonly subscriptionId: string | null;
  readonly uri: string;
  readonly name: string | null;
  readonly filter: string | null;
}

const everything: Omit<Target, 'uri'> = {
  app: null,
  subscriptionId: null,
  name: null,
  filter: null,
  includeFields: [],
  metafieldNamespaces: [],
  metafields: [],
};

/** Who wants an event, as subscriptions stand now: those of apps, of the app's configuration, and for compliance. */
function targetsOf(event: ShopEvent, store: EntityStore, options: FakeWebhookOptions): readonly Target[] {
  const { shop, topic } = event;
  if (complianceTopics.some((name) => name === topic)) {
    return options.complianceUrl === undefined ? [] : [{ ...everything, uri: options.complianceUrl }];
  }
  const name = topicToEnum(topic);
  const made = store.all(shop, webhookKinds.subscription) as readonly WebhookSubscriptionEntity[];
  const configured = (options.subscriptions ?? []).filter(({ topics }) => topics.some((wanted) => wanted === topic));
  return [
    ...made
      .filter((subscription) => subscription.topic === name)
      .map((subscription) => ({ ...subscription, subscriptionId: subscription.id })),
    ...configured.map((subscription) => ({ ...everything, ...subscription })),
  ];
}

/** Who wants a next-generation event. */
function eventTargets(event: EventContent, subscriptions: readonly EventSubscription[]): readonly EventSubscription[] {
  return subscriptions.filter(
    ({ topic, actions }) => topic === event.topic && (actions === undefined || actions.includes(event.action)),
  );
}

/** What a subscription wants of a payload. */
interface PayloadWishes {
  /** Paths such as `variants.price`; empty for everything. Unknown ones are ignored. */
  readonly includeFields: readonly string[];
  readonly metafieldNamespaces: readonly string[];
  readonly metafields: readonly MetafieldName[];
}

/**
 * The payload as a subscription gets it. Metafields come first, so that one with `includeFields` must list them.
 * https://shopify.dev/docs/apps/build/webhooks/delivery-structure
 */
function shapePayload(payload: object, wishes: PayloadWishes, store: EntityStore, shop: string): object {
  const whole = withMetafields(payload, wishes, store, shop);
  if (wishes.includeFields.length === 0) return whole;
  return pick(
    whole,
    wishes.includeFields.map((field) => field.split('.')),
  ) as object;
}

function pick(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((entry) => pick(entry, paths));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const below = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
    return below.length > 0 ? [[name, pick(inner, below)] as const] : [];
  });
  return Object.fromEntries(entries);
}

function withMetafields(payload: object, wishes: PayloadWishes, store: EntityStore, shop: string): object {
  const { metafieldNamespaces, metafields } = wishes;
  if (metafieldNamespaces.length === 0 && metafields.length === 0) return payload;
  const gid: unknown = 'admin_graphql_api_id' in payload ? payload.admin_graphql_api_id : undefined;
  const kind = typeof gid === 'string' ? parseGid(gid)?.kind : undefined;
  if (typeof gid !== 'string' || kind === undefined) return payload;

  const owned = store.get(shop, kind, gid)?.['metafields'];
  const wanted = (Array.isArray(owned) ? (owned as readonly StoredMetafield[]) : []).filter(
    ({ namespace, key }) =>
      metafieldNamespaces.includes(namespace) ||
      metafields.some((name) => name.namespace === namespace && name.key === key),
  );
  return { ...payload, metafields: wanted.map((metafield) => metafieldPayload(metafield, gid, kind)) };
}

/** The REST shape of a metafield. */
function metafieldPayload(metafield: StoredMetafield, owner: string, kind: string): object {
  return {
    id: idOf(metafield.id),
    admin_graphql_api_id: metafield.id,
    namespace: metafield.namespace,
    key: metafield.key,
    value: metafield.value,
    type: metafield.type,
    description: null,
    owner_id: idOf(owner),
    owner_resource: kind.toLowerCase(),
    created_at: metafield.createdAt,
    updated_at: metafield.updatedAt,
  };
}
