import { ConfigError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { FieldsChanged, ReceiveWebhookOptions, WebhookDelivery, WebhookEvent } from './events.ts';
import type { Json } from './payloads/fields.ts';
import { type Refusal, statusOf } from './response.ts';
import {
  headerOf,
  type RefusedWebhook,
  refuseBody,
  signableBody,
  type Verify,
  type WebhookDetails,
  type WebhookHeaders,
} from './verify.ts';

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
    if (body === null) return fromVerifier(refuseBody(read.rawBody, read.fix));
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

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** Until September 2026 it was one list, which did not tell added from updated. */
function fieldsChangedOf(payload: unknown): FieldsChanged {
  const changed = isRecord(payload) ? payload['fields_changed'] : undefined;
  const { added, updated = changed, removed } = isRecord(changed) ? changed : {};
  return { added: texts(added), updated: texts(updated), removed: texts(removed) };
}

/** Makes the event of a verified delivery. Without the header of its id nobody can tell its copies: each gets a key of its own. */
export function toEvent(
  details: WebhookDetails,
  payload: unknown,
  rawBody: Uint8Array,
  idempotencyKey: string = details.webhookId || crypto.randomUUID(),
): WebhookEvent {
  const fieldsChanged = details.generation === 'next' ? fieldsChangedOf(payload) : null;
  return { ...details, payload: payload as Json, rawBody, idempotencyKey, fieldsChanged };
}

/** @throws ConfigError when the option is no positive integer. */
export function wholeNumber(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigError('Invalid configuration', { issues: [{ field, message: 'must be a whole number above 0' }] });
}

/**
 * The `maxBodyBytes` option, checked.
 *
 * @throws ConfigError when it is no positive integer.
 */
function byteLimit(maxBodyBytes: number = 5 * 1024 * 1024): number {
  return wholeNumber('maxBodyBytes', maxBodyBytes);
}
