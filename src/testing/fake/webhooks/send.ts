import { assertValid } from '../../../errors/base.ts';
import { ConfigError } from '../../../errors/errors.ts';
import { linkSignal } from '../../../internal/abort.ts';
import type { Clock } from '../../../internal/clock.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { ComplianceTopic, WebhookTopic } from '../../../webhooks/topics.ts';
import { type EventContent, eventHeaders, type SignedWebhook, signWebhook } from '../../webhooks/sign-webhook.ts';
import type { DeliveryAttempt, FakeDelivery } from '../store/entities.ts';

/** Options of `emit`. */
export interface EmitOptions {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Shared by all events caused by one action of the merchant. Default: a new UUID. */
  readonly eventId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /**
   * How many times each delivery is sent, all at once and with the same `X-Shopify-Webhook-Id`. Default: once, or
   * twice for the share that `duplicateRate` selects.
   */
  readonly copies?: number;
}

/** The names of `EmitOptions`. */
export const emitNames: Record<keyof EmitOptions, true> = {
  shop: true,
  eventId: true,
  triggeredAt: true,
  copies: true,
};

/** A next-generation event that happens in a shop. */
export type FakeEvent = EventContent & Omit<EmitOptions, 'eventId'>;

/**
 * The webhooks of a fake. Changes in its shops are delivered to matching subscriptions, at least once and with
 * Shopify's headers, signature, time limit and retries, all on the fake's clock.
 */
export interface FakeWebhooks {
  /**
   * Sends a webhook to every subscription of the topic. Changes to simulated resources, such as products, send theirs
   * by themselves; use this for other events. Compliance topics go to `complianceUrl`.
   *
   * @throws ConfigError for an unknown topic or shop, and for a compliance topic without `complianceUrl`.
   */
  emit(topic: WebhookTopic | ComplianceTopic, payload: object, options?: EmitOptions): void;
  /**
   * Sends a next-generation event to the subscriptions in `webhooks.events` that match its topic and action.
   *
   * @throws ConfigError if `webhooks.events` is empty, and for an unknown shop.
   */
  emitEvent(event: FakeEvent): void;
  /**
   * Rotates the signing secret. The old one still signs for one hour, or for `keepOldMs`.
   *
   * @throws ConfigError for an unknown app.
   */
  rotateWebhookSecret(next: string, options?: RotationOptions): void;
  /** Every delivery, with its attempts and state. When its state changes, the entry is replaced, not mutated. */
  readonly deliveries: readonly FakeDelivery[];
  readonly webhooks: {
    /**
     * Handles all deliveries from now on in place of the network, so that a test needs no server. A response other than
     * 2xx, or an error, counts as a failed delivery, as it does on Shopify.
     *
     * @returns A function that sends deliveries over the network again.
     */
    onDelivery(handler: DeliveryHandler): () => void;
    /**
     * Resolves when every due delivery has been attempted, without waiting for later retries. With a manual clock,
     * use `clock.run(fake.webhooks.settled())` if deliveries need time on that clock (`reorder`, slow handlers). With
     * a real server, only `await` it before you advance the clock; otherwise the five seconds' time limit passes
     * first.
     */
    settled(): Promise<void>;
  };
}

/**
 * Handles deliveries in place of the network. The request's signal aborts at the time limit.
 *
 * @example
 * fake.webhooks.onDelivery((request) => handler(request));
 */
export type DeliveryHandler = (request: Request) => Response | Promise<Response>;

/** Milliseconds for the whole response. https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks */
const answerLimitMs = 5_000;

/** What a try needs to know. */
interface SendContext {
  readonly clock: Clock;
  readonly secret: string;
  readonly apiVersion: string;
  readonly handler: DeliveryHandler | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Ends when the fake is closed. */
  readonly signal: AbortSignal;
}

/**
 * Tries once to deliver. Never rejects: what went wrong is in the attempt. The second that Shopify gives for the
 * connection alone is not told apart, since `fetch` does not show it.
 */
export async function attemptDelivery(delivery: FakeDelivery, context: SendContext): Promise<DeliveryAttempt> {
  const at = context.clock.now();
  const limit = linkSignal(context.clock, context.signal, answerLimitMs, () => new Error('timeout'));
  const cut = new Promise<never>((_resolve, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
  });
  try {
    return { at, status: await Promise.race([post(delivery, context, limit.signal), cut]) };
  } catch (error) {
    return { at, status: 0, error: limit.signal.aborted ? words(limit.signal.reason) : words(error) };
  } finally {
    limit.release();
  }
}

async function post(delivery: FakeDelivery, context: SendContext, signal: AbortSignal): Promise<number> {
  const { body, headers } = sign(delivery, context);
  // A redirect is not followed: Shopify counts it as a failure.
  const init = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
  const response = context.handler
    ? await context.handler(new Request(delivery.uri, init))
    : await (context.fetch ?? globalThis.fetch)(delivery.uri, init);
  // The limit holds for the whole response, and a body that is read leaves the connection free.
  await response.arrayBuffer();
  return response.status;
}

function sign(delivery: FakeDelivery, { secret, apiVersion }: SendContext): SignedWebhook {
  const { topic, shop, body, webhookId, eventId, triggeredAt, name } = delivery;
  if (delivery.generation === 'classic') {
    const named = name !== null && { name };
    return signWebhook({ secret, topic, shop, payload: body, webhookId, eventId, triggeredAt, apiVersion, ...named });
  }
  const event = { secret, topic, shop, webhookId, triggeredAt, apiVersion };
  return { body, headers: eventHeaders({ ...event, action: delivery.action ?? '', handle: name ?? '' }, body) };
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Shopify may sign with the old secret for up to an hour. https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
const usualOverlapMs = 3_600_000;

/** Options of `rotateWebhookSecret`. */
export interface RotationOptions {
  /** Id of the app. Default: the first app. */
  readonly app?: string;
  /**
   * Milliseconds on the fake's clock for which the old secret still signs. Default: one hour, Shopify's longest; with
   * 0 the new secret signs at once.
   */
  readonly keepOldMs?: number;
}

/** An app, as far as it signs. */
interface SigningApp {
  readonly id: string;
  readonly clientSecret: string;
}

/** The secrets that sign, over rotations. */
interface SigningSecrets {
  /** The secret that signs now for an app; for the first one where that is unknown or `null`. */
  current(app: string | null): string;
  rotate(next: string, options?: RotationOptions): void;
}

interface AppSecret {
  signing: string;
  coming?: { readonly secret: string; readonly from: number } | undefined;
}

/** Begins with the secrets of the apps; `first` is in place of the first one's. */
export function createSigningSecrets(
  apps: readonly SigningApp[],
  first: string | undefined,
  clock: Clock,
): SigningSecrets {
  const main: AppSecret = { signing: first ?? apps[0]?.clientSecret ?? '' };
  const secrets = new Map(
    apps.map(({ id, clientSecret }, index) => [id, index === 0 ? main : { signing: clientSecret }]),
  );

  /** What was due until now is done, also where nobody asked for it. */
  const upToDate = (secret: AppSecret): AppSecret => {
    if (secret.coming && clock.now() >= secret.coming.from) {
      secret.signing = secret.coming.secret;
      secret.coming = undefined;
    }
    return secret;
  };

  return {
    current: (app) => upToDate(secrets.get(app ?? '') ?? main).signing,
    rotate(next, options = {}) {
      assertValid(unknownNames(options, { app: true, keepOldMs: true }));
      const { app, keepOldMs = usualOverlapMs } = options;
      const secret = app === undefined ? main : secrets.get(app);
      if (!secret) {
        const message = `is ${app}. Give one of: ${[...secrets.keys()].join(', ')}.`;
        throw new ConfigError('Invalid configuration', { issues: [{ field: 'app', message }] });
      }
      upToDate(secret).coming = { secret: next, from: clock.now() + keepOldMs };
    },
  };
}
