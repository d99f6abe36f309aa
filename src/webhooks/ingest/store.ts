import { ConfigError } from '../../errors/errors.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import { compareGivenTimes } from '../../internal/time.ts';
import type { EnqueuedJob, JobQueue } from '../../ports/job-queue.ts';
import type { KeyValueStore, Lock, LockOptions } from '../../ports/key-value-store.ts';
import type { DeliveryKeys } from '../../storage/keys.ts';
import type { WebhookEvent } from '../events.ts';
import { toEvent } from '../receive.ts';
import type { WebhookDetails } from '../verify.ts';
import { type DurableContext, detailsOf, type TimeLimit, type Work, type WorkSettings } from './context.ts';
import type { Place } from './ordering.ts';

/** After so many rounds of attempts, one for each start, a delivery is left in peace: it may be what kills the process. */
export const mostRounds = 10;

/** Rounds that an entry of the inbox has behind it or has begun; 0 while the first is not lost. */
export function roundsOf(entry: unknown): number {
  return isRecord(entry) && typeof entry['rounds'] === 'number' ? entry['rounds'] : 0;
}

/**
 * Writes into the inbox that a delivery is in that round. What has left the inbox meanwhile does not come back.
 *
 * @throws StorageError
 */
export async function noteRound(store: KeyValueStore, inboxKey: string, rounds: number): Promise<void> {
  const before = await store.get(inboxKey);
  const entry = before === undefined ? undefined : parseJson(before);
  if (!isRecord(entry) || roundsOf(entry) >= rounds) return;
  // Where another process was faster, it has noted the same, or the delivery is done.
  await store.compareAndSet(inboxKey, before, JSON.stringify({ ...entry, rounds }));
}

/**
 * Takes a delivery that is done with out of the inbox. Where the store fails, that is tried again with the next one:
 * an entry that stayed would be queued again, and handled again once nobody knows any more that it was.
 */
export async function leaveInbox(context: DurableContext, inboxKey: string, limit: TimeLimit): Promise<void> {
  if (await takeOut(context, inboxKey, limit)) await dropLeftBehind(context, limit);
}

/** Tries again what failed before. As a rule that is nothing. */
export async function dropLeftBehind(context: DurableContext, limit: TimeLimit): Promise<void> {
  for (const key of context.leftBehind) if (!(await takeOut(context, key, limit))) return;
}

async function takeOut(
  { settings: { store, logger }, leftBehind }: DurableContext,
  key: string,
  limit: TimeLimit,
): Promise<boolean> {
  limit.restart();
  leftBehind.delete(key);
  try {
    await limit.race('store', store.delete(key));
    return true;
  } catch (error) {
    leftBehind.add(key);
    logger?.warn({ error, key }, 'a webhook that is done with could not be taken out of the inbox');
    return false;
  }
}

/** The newest that was applied to a resource. */
type Mark = Pick<Place, 'updatedAt' | 'triggeredAt' | 'isEnd'>;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What does not parse counts as nothing: it is replaced by the next delivery. */
export function readMark(text: string | undefined): Mark | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  if (!isRecord(found)) return undefined;
  const { updatedAt, triggeredAt, isEnd } = found;
  return { updatedAt: textOrNull(updatedAt), triggeredAt: textOrNull(triggeredAt), isEnd: isEnd === true };
}

/**
 * Whether a resource's newest is newer. Times of the same kind are compared, `updated_at` before triggered-at.
 * `updated_at` counts whole seconds, in which much can happen: where it is equal, triggered-at decides too.
 */
function isOlder(place: Mark, mark: Mark): boolean {
  const order =
    compareGivenTimes(place.updatedAt, mark.updatedAt) || compareGivenTimes(place.triggeredAt, mark.triggeredAt);
  return order !== undefined && order < 0;
}

/** Whether a delivery comes too late to be handled. Shopify never uses an id again, so after a delete everything does. */
export function isStale(place: Place, mark: Mark | undefined): boolean {
  if (!mark || place.isEnd) return false;
  return mark.isEnd || (place.order === 'newest' && isOlder(place, mark));
}

/**
 * Notes a delivery as the newest that was applied. By compare-and-set, so that whoever has lost the resource's lock
 * meanwhile does not put an older mark over a newer one.
 *
 * @param seen The mark as it was read before the handler was called; as a rule it is still the same.
 */
export async function advanceMark(
  store: KeyValueStore,
  key: string,
  place: Place,
  seen: string | undefined,
  ttlMs: number,
): Promise<void> {
  const { order, updatedAt, triggeredAt, isEnd } = place;
  if (order !== 'newest' && !isEnd) return;
  for (let before = seen; ; before = await store.get(key)) {
    const mark = readMark(before);
    if (mark && !isEnd && (mark.isEnd || isOlder(place, mark))) return;
    if (await store.compareAndSet(key, before, JSON.stringify({ updatedAt, triggeredAt, isEnd }), { ttlMs })) return;
  }
}

/** The lock of a resource; `undefined` where another delivery of it is being handled. @throws StorageError. */
export async function takeLock(
  key: string,
  { store }: WorkSettings,
  { limit, waitMs, signal }: Work,
): Promise<Lock | undefined> {
  const ask = async (options: LockOptions): Promise<Lock | undefined> => {
    const asked = store.lock(key, options);
    try {
      return await limit.race('store', asked);
    } catch (error) {
      // It may still be given, when nobody waits for it any more.
      asked.then((late) => late?.release()).catch(() => undefined);
      throw error;
    }
  };
  // As a rule it is free, and then no wait has to be set up.
  return (await ask({})) ?? ask({ waitMs, signal });
}

/** Gives the lock back; never rejects. */
export async function release(
  lock: Lock,
  { logger }: WorkSettings,
  { event: { topic, shop, webhookId }, limit }: Work,
): Promise<void> {
  limit.restart();
  try {
    await limit.race('store', lock.release());
  } catch (error) {
    const message = 'the lock of a webhook could not be given back: its lease runs out';
    logger?.warn({ error, topic, shop, webhookId }, message);
  }
}

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
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'name', message: 'is the type of a job that holds no webhook; take another one' }],
    });
  }
  const { details, idempotencyKey, body, encoding } = job as unknown as WebhookJob;
  const rawBody =
    encoding === 'base64' ? Uint8Array.from(atob(body), (character) => character.charCodeAt(0)) : encoder.encode(body);
  return toEvent(details, parseJson(decoder.decode(rawBody)), rawBody, idempotencyKey);
}

/** Queues a delivery under its id. What waits in the queue already is not queued twice. @throws QueueError. */
export function enqueue(
  queue: JobQueue,
  context: DurableContext,
  keys: DeliveryKeys,
  job: WebhookJob,
): Promise<EnqueuedJob> {
  const { settings, retryDelaysMs } = context;
  return queue.enqueue({ type: settings.name, key: keys.job, payload: job, retryDelaysMs });
}
