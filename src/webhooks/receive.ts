import { ConfigError } from '../errors/errors.ts';
import { linkSignal } from '../internal/abort.ts';
import { shortTimers, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames } from '../internal/names.ts';
import {
  type BodyRead,
  type FieldsChanged,
  maxBodyBytesOf,
  type ReceiveWebhookOptions,
  type WebhookDelivery,
  type WebhookEvent,
  wholeNumber,
} from './events.ts';
import type { Json } from './payloads/fields.ts';
import { type Refusal, statusOf } from './response.ts';
import {
  headerOf,
  type RefusedWebhook,
  refuseBody,
  refuseUnsigned,
  signableBody,
  type Verify,
  type WebhookDetails,
  type WebhookHeaders,
} from './verify.ts';

/** Turns a request into a verified event. */
export type Receive = (
  delivery: WebhookDelivery,
) => Promise<{ readonly ok: true; readonly event: WebhookEvent } | Refusal>;

/** Reasons caused by the host's app: something there has already read the body. */
const hostFaults: ReadonlySet<string> = new Set(['body-already-parsed', 'body-missing']);

/**
 * Creates the checks that every delivery passes: method, size, signature, JSON. A framework adds only reading the body
 * and sending the response.
 *
 * @throws ConfigError if `maxBodyBytes` or `bodyTimeoutMs` is not a positive integer.
 */
export function createReceiver(options: ReceiveWebhookOptions, verify: Verify): Receive {
  const { secrets, logger, bodyTimeoutMs = 10_000 } = options;
  const maxBytes = maxBodyBytesOf(options);
  wholeNumber('bodyTimeoutMs', bodyTimeoutMs);
  const timers = shortTimers(options.clock ?? systemClock);
  const tooLarge = (): Refusal => {
    const message = `The body is larger than ${maxBytes} bytes. If it is Shopify's, raise \`maxBodyBytes\`.`;
    return refusal(413, 'body-too-large', message);
  };

  /** Refuses what needs no body to be refused. */
  const refuseUnread = ({ method, headers }: WebhookDelivery): Refusal | undefined => {
    if (method !== 'POST') return refusal(405, 'method-not-allowed', 'Webhooks are sent by POST.');
    // Shopify announces the size. A sender that does not is stopped while the body is read.
    if (announcedBytes(headers) > maxBytes) return tooLarge();
    const unsigned = refuseUnsigned({ headers, secrets });
    return unsigned && fromVerifier(unsigned);
  };

  const receiveBody = async (delivery: WebhookDelivery, read: BodyRead): ReturnType<Receive> => {
    if (!read.ok) {
      if (read.reason === 'body-too-large') return tooLarge();
      return read.reason === 'body-timeout'
        ? refusal(408, read.reason, "The body did not arrive in time. If it is Shopify's, raise `bodyTimeoutMs`.")
        : refusal(400, read.reason, 'The body broke off.');
    }
    const body = signableBody(read.rawBody);
    if (body === null) return fromVerifier(refuseBody(read.rawBody, read.fix));
    const rawBody = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    if (rawBody.byteLength > maxBytes) return tooLarge();
    const verified = await verify({ rawBody, headers: delivery.headers, secrets });
    if (!verified.ok) return fromVerifier(verified);
    if (delivery.topic !== undefined && delivery.topic !== verified.topic) {
      const message = `This URL accepts only ${delivery.topic}. Fix the subscription's address or your route.`;
      return refusal(400, 'topic-unexpected', message);
    }
    const payload = parseJson(decoder.decode(rawBody));
    if (payload === undefined) {
      return refusal(400, 'body-not-json', 'The signature is valid, but the body is not JSON.');
    }
    const { ok, ...details } = verified;
    return { ok, event: toEvent(details, payload, rawBody) };
  };

  return async (delivery) => {
    const late = linkSignal(timers, undefined, bodyTimeoutMs, () => undefined);
    let isRead = false;
    let received: Awaited<ReturnType<Receive>> | undefined = refuseUnread(delivery);
    if (!received) {
      const read = await delivery.readBody(maxBytes, late.signal);
      isRead = read.ok || read.reason === 'body-unreadable';
      if (isRead) late.release();
      received = await receiveBody(delivery, read);
    }
    // The rest of the body must not hold the connection forever, even though the response was sent.
    if (!isRead) {
      if (delivery.leaveBody) delivery.leaveBody(late.signal, () => late.release());
      else if (!received.ok && received.reason !== 'body-too-large') late.release();
    }
    if (!received.ok) {
      // A forged delivery is the sender's fault; these must be fixed in the host's code or settings.
      const level = received.status === 500 || hostFaults.has(received.reason) ? 'error' : 'warn';
      logger?.[level]({ status: received.status, reason: received.reason }, `webhook refused: ${received.message}`);
    }
    return received;
  };
}

const optionNames: Record<keyof ReceiveWebhookOptions, true> = {
  secrets: true,
  maxBodyBytes: true,
  bodyTimeoutMs: true,
  logger: true,
  clock: true,
};

/**
 * Creates a stand-alone receiver, like `createReceiver`.
 *
 * @throws ConfigError also for an unknown option.
 */
export function createVerifier(options: ReceiveWebhookOptions, verify: Verify): Receive {
  const issues = unknownNames(options, optionNames);
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return createReceiver(options, verify);
}

const decoder = new TextDecoder();

function refusal(status: number, reason: Refusal['reason'], message: string): Refusal {
  return { ok: false, status, reason, message };
}

function fromVerifier({ reason, message }: RefusedWebhook): Refusal {
  return refusal(statusOf(reason), reason, message);
}

function announcedBytes(headers: WebhookHeaders): number {
  try {
    return Number(headerOf(headers, 'content-length'));
  } catch {
    // Such headers are not from Shopify. The verifier checks them too, and has the message for it.
    return Number.NaN;
  }
}

/**
 * Creates the event of a verified delivery. Without its id header, copies cannot be recognized: each gets a key of its
 * own.
 */
export function toEvent(
  details: WebhookDetails,
  payload: unknown,
  rawBody: Uint8Array,
  idempotencyKey: string = details.webhookId || crypto.randomUUID(),
): WebhookEvent {
  const fieldsChanged = details.generation === 'next' ? fieldsChangedOf(payload) : null;
  return { ...details, payload: payload as Json, rawBody, idempotencyKey, fieldsChanged };
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** Until September 2026 it was one list, which did not distinguish added from updated. */
function fieldsChangedOf(payload: unknown): FieldsChanged {
  const changed = isRecord(payload) ? payload['fields_changed'] : undefined;
  const { added, updated = changed, removed } = isRecord(changed) ? changed : {};
  return { added: textsIn(added), updated: textsIn(updated), removed: textsIn(removed) };
}
