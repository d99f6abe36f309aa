import { linkSignal } from '../../../internal/abort.ts';
import type { Clock } from '../../../internal/clock.ts';
import { eventHeaders } from '../../webhooks/sign-event.ts';
import { type SignedWebhook, signWebhook } from '../../webhooks/sign-webhook.ts';
import type { DeliveryAttempt, FakeDelivery } from '../store/webhook-entities.ts';

/**
 * Takes deliveries in place of the network. The signal of the request ends with the time limit.
 *
 * @example
 * fake.webhooks.onDelivery((request) => handler(request));
 */
export type DeliveryHandler = (request: Request) => Response | Promise<Response>;

/** Milliseconds for the whole answer. https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks */
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
  // The limit holds for the whole answer, and a body that is read leaves the connection free.
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
