import { parseJson } from '../internal/json.ts';
import { byteLimit } from './byte-limit.ts';
import { refuseBody, signableBody } from './claim.ts';
import { toEvent } from './event.ts';
import type { ReceiveWebhookOptions, WebhookDelivery, WebhookEvent } from './events.ts';
import { headerOf } from './headers.ts';
import { type Refusal, statusOf } from './response.ts';
import type { RefusedWebhook, VerifyWebhookInput, WebhookHeaders, WebhookVerification } from './types.ts';

/** `verifyWebhook` or `verifyWebhookAsync`. */
export type Verify = (input: VerifyWebhookInput) => WebhookVerification | Promise<WebhookVerification>;

/** Takes one delivery from the request to a verified event. */
export type Receive = (
  delivery: WebhookDelivery,
) => Promise<{ readonly ok: true; readonly event: WebhookEvent } | Refusal>;

function refusal(status: number, reason: Refusal['reason'], message: string): Refusal {
  return { ok: false, status, reason, message };
}

function fromVerifier({ reason, message }: RefusedWebhook): Refusal {
  return refusal(statusOf(reason), reason, message);
}

/** Something in the host's app has had the body before. */
const hostFaults: ReadonlySet<string> = new Set(['body-already-parsed', 'body-missing']);

const decoder = new TextDecoder();

function announcedBytes(headers: WebhookHeaders): number {
  try {
    return Number(headerOf(headers, 'content-length'));
  } catch {
    // No such headers come over the wire. The verifier looks at them too, and has the words for it.
    return Number.NaN;
  }
}

/**
 * The way of every delivery: method, size, signature, JSON. What each framework adds is only how its body
 * is read and its answer sent.
 *
 * @throws ConfigError when `maxBodyBytes` is no positive integer.
 */
export function createReceiver({ secrets, maxBodyBytes, logger }: ReceiveWebhookOptions, verify: Verify): Receive {
  const maxBytes = byteLimit(maxBodyBytes);
  const tooLarge = refusal(
    413,
    'body-too-large',
    `The body is larger than ${maxBytes} bytes. If it is Shopify's, raise \`maxBodyBytes\`.`,
  );

  const receive: Receive = async (delivery) => {
    if (delivery.method !== 'POST') return refusal(405, 'method-not-allowed', 'Webhooks come as POST.');
    // An honest sender says how much it will send; any other is stopped while the body is read.
    if (announcedBytes(delivery.headers) > maxBytes) return tooLarge;
    const read = await delivery.readBody(maxBytes);
    if (!read.ok) return read.reason === 'body-too-large' ? tooLarge : refusal(400, read.reason, 'The body broke off.');

    const body = signableBody(read.rawBody);
    if (body === null) return fromVerifier(refuseBody(read.rawBody, read.mend));
    const rawBody = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    if (rawBody.byteLength > maxBytes) return tooLarge;
    const verified = await verify({ rawBody, headers: delivery.headers, secrets });
    if (!verified.ok) return fromVerifier(verified);
    if (delivery.topic !== undefined && delivery.topic !== verified.topic) {
      return refusal(
        400,
        'topic-unexpected',
        `This URL is for ${delivery.topic}: mend the subscription's or the route.`,
      );
    }

    const payload = parseJson(decoder.decode(rawBody));
    if (payload === undefined) return refusal(400, 'body-not-json', 'The signature is right, but the body is no JSON.');
    const { ok, ...details } = verified;
    return { ok, event: toEvent(details, payload, rawBody) };
  };

  return async (delivery) => {
    const received = await receive(delivery);
    if (!received.ok) {
      // A forged delivery is the sender's fault; these can only be mended in the host's code or settings.
      const level = received.status === 500 || hostFaults.has(received.reason) ? 'error' : 'warn';
      logger?.[level]({ status: received.status, reason: received.reason }, `webhook refused: ${received.message}`);
    }
    return received;
  };
}
