import { ConfigError } from '../../errors/errors.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import { toEvent } from '../event.ts';
import type { WebhookEvent } from '../events.ts';
import { detailsOf } from '../report.ts';
import type { WebhookDetails } from '../types.ts';

/** A delivery as a queue and a store keep it. Plain JSON. */
export interface WebhookJob {
  readonly details: WebhookDetails;
  readonly idempotencyKey: string;
  /** The body; as base64 where it is no valid UTF-8. */
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  /** Where it was taken up from the inbox: the rounds of attempts that it had lost before. */
  readonly rounds?: number;
}

/** A byte order mark stays: the bytes must come out as they went in. */
const exactly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decoder = new TextDecoder();

const encoder = new TextEncoder();

/** The delivery as JSON. */
export function toJob(event: WebhookEvent): WebhookJob {
  const kept = { details: detailsOf(event), idempotencyKey: event.idempotencyKey };
  try {
    const body = exactly.decode(event.rawBody);
    // Stores take no NUL and no half of a surrogate pair; JSON writes neither as it is.
    return { ...kept, body, encoding: 'utf8' };
  } catch {
    const body = btoa(Array.from(event.rawBody, (byte) => String.fromCharCode(byte)).join(''));
    return { ...kept, body, encoding: 'base64' };
  }
}

/**
 * The delivery from its JSON.
 *
 * @throws ConfigError for what is no such job.
 */
export function fromJob(job: unknown): WebhookEvent {
  if (
    !isRecord(job) ||
    !isRecord(job['details']) ||
    typeof job['body'] !== 'string' ||
    typeof job['idempotencyKey'] !== 'string'
  ) {
    throw new ConfigError([{ field: 'name', message: 'is the type of a job that holds no webhook; take another one' }]);
  }
  const { details, idempotencyKey, body, encoding } = job as unknown as WebhookJob;
  const rawBody =
    encoding === 'base64' ? Uint8Array.from(atob(body), (character) => character.charCodeAt(0)) : encoder.encode(body);
  return toEvent(details, parseJson(decoder.decode(rawBody)), rawBody, idempotencyKey);
}
