// One file: everything stored about a delivery, from its acceptance to its end, and each of its keys.
import { ConfigError, TimeoutError } from '../../errors/errors.ts';
import { setTimeLimit } from '../../internal/abort.ts';
import { type Clock, shortTimers, systemClock } from '../../internal/clock.ts';
import { isNewerFormat, isRecord, parseJson } from '../../internal/json.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { KeyValueStore, Lock, LockOptions } from '../../ports/key-value-store.ts';
import type { Logger } from '../../ports/logger.ts';
import {
  type DeliveryKeys,
  defaultApp,
  deliveryKeys,
  erasedKey,
  handlerPart,
  inboxPrefix,
  isErasedSince,
  scanKey,
  watermarkKey,
} from '../../storage/keys.ts';
import type { WebhookEvent, WebhookHandlerOptions } from '../events.ts';
import { toEvent } from '../receive.ts';
import type { WebhookDetails } from '../verify.ts';
import { isOlder, isStale, type Position, positionOf, type Watermark } from './ordering.ts';

/** Format of inbox entries, jobs and watermarks. Raise it with every change that an older version would misread. */
const format = 1;

const hourMs = 3_600_000;

/**
 * After this many restarts, each with a round of attempts, a delivery is left alone: it may be what kills the process.
 */
const mostRestarts = 10;

/**
 * The states of a delivery, from its acceptance to its end. Everything stored about deliveries is read and written
 * here.
 *
 * With a queue:
 *
 *     received ─accept─▶ accepted ─enqueue─▶ queued ─start─▶ running ─finish, leaveInbox─▶ done
 *                           ▲                   ▲               │
 *                           └──── recovered ────┤               ├─ the handler throws: queued for the next attempt
 *                                               │               └─ for the last time: dead
 *                                               └── the next start, where dead letters end with their process
 *
 * | state    | in the store                              | elsewhere |
 * | -------- | ----------------------------------------- | --------- |
 * | accepted | `keys.inbox`                              | |
 * | queued   | `keys.inbox`                              | a job under `keys.job`, which holds the whole delivery |
 * | running  | `keys.inbox`; the lock of its resource    | `#running` of its process |
 * | done     | `keys.done` for `dedupeTtlMs`; watermark  | `#pendingRemovals`, while the store cannot remove `keys.inbox` |
 * | dead     | in-memory queue: `keys.inbox`, `restarts` | a dead letter of the queue, which holds the whole delivery |
 *
 * Without a queue a delivery goes from received to running to done, and has no inbox entry.
 *
 * Accepting a delivery locks nothing: a copy is queued as well, and dropped when it starts. So no process can die in a
 * state that blocks a retry. `recover.ts` queues the inbox again.
 */
export class DeliveryStore {
  /** Type of its jobs. */
  readonly name: string;
  readonly appId: string | undefined;
  readonly clock: Clock;
  /** For the time limits of store and queue. */
  readonly timers: Clock;
  readonly logger: Logger | undefined;
  readonly retryDelaysMs: readonly number[];
  /** Milliseconds that store and queue may take before the handler is called, and again after it. */
  readonly timeoutMs: number;
  readonly #store: KeyValueStore;
  /** The handler's part of all its keys. */
  readonly #handler: Promise<string>;
  /** Fingerprints of the app's secrets, in their order. */
  readonly #secrets: readonly string[];
  #isSharingTold = false;
  readonly #queue: JobQueue | undefined;
  readonly #order: WebhookHandlerOptions['order'];
  /** Milliseconds for which handled deliveries are remembered. */
  readonly #dedupeTtlMs: number;
  /** Inbox keys of the deliveries that this process is handling. */
  readonly #running = new Set<string>();
  /** Inbox keys of done deliveries that could not be removed from the inbox yet. */
  readonly #pendingRemovals = new Set<string>();

  /** @param options Checked already. */
  constructor(options: WebhookHandlerOptions, store: KeyValueStore) {
    const { name = 'webhooks', order, dedupeTtlMs = 48 * hourMs, ackTimeoutMs = 3_000, queue, logger } = options;
    this.name = name;
    this.appId = options.appId;
    this.#handler = handlerPart(options.appId ?? defaultApp, name);
    this.#secrets = [options.secrets].flat().map((secret) => fingerprint(secret ?? ''));
    this.clock = options.clock ?? systemClock;
    this.timers = shortTimers(this.clock);
    this.logger = logger;
    this.retryDelaysMs = options.retryDelaysMs ?? [10_000, 30_000, 60_000];
    this.timeoutMs = ackTimeoutMs;
    this.#store = store;
    this.#queue = queue;
    this.#order = order;
    this.#dedupeTtlMs = dedupeTtlMs;
  }

  /** Derives all keys of a delivery, and starts the time limit of store and queue. */
  async open(event: WebhookEvent, timeoutMs: number = this.timeoutMs): Promise<Delivery> {
    const deadline = new Deadline(this.timers, timeoutMs);
    return { event, deadline, keys: await deliveryKeys(await this.#handler, event.shop, event.idempotencyKey) };
  }

  /**
   * Received → accepted, unless it was handled, or skipped as stale. From then on it survives the death of any process,
   * so that a response with status 200 is safe.
   */
  async accept(delivery: Delivery): Promise<AcceptedDelivery | undefined> {
    const { event, keys, deadline } = delivery;
    const accept = async (): Promise<AcceptedDelivery | undefined> => {
      if ((await this.#store.get(keys.done)) !== undefined) return undefined;
      // The response was sent meanwhile, with a status that asks for a retry.
      if (deadline.isOver) return undefined;
      const job = toJob(event, this.appId);
      const entry: InboxEntry = { ...job, acceptedAt: this.clock.now() };
      // A dead letter has come again, so its entry must stay.
      this.#pendingRemovals.delete(keys.inbox);
      // Without a time to live: the response confirms that the delivery is safe.
      await this.#store.setIfAbsent(keys.inbox, JSON.stringify(entry));
      return { event, keys, deadline, job };
    };
    return inTime('store', accept(), deadline);
  }

  /** Accepted → queued. `false`: it already waits in the queue. */
  async enqueue({ keys, job, deadline }: AcceptedDelivery): Promise<boolean> {
    return inTime('queue', this.#enqueue(keys, job), deadline);
  }

  async #enqueue(keys: DeliveryKeys, payload: WebhookJob): Promise<boolean> {
    if (!this.#queue)
      throw new ConfigError('Invalid configuration', {
        issues: [{ field: 'queue', message: 'is needed to queue webhooks' }],
      });
    const { name: type, retryDelaysMs } = this;
    return (await this.#queue.enqueue({ type, key: keys.job, payload, retryDelaysMs })).isNew;
  }

  /**
   * Marks a queued delivery as handled by this process until `letGo`: this process does not queue it again meanwhile.
   */
  hold({ keys }: Delivery): void {
    this.#running.add(keys.inbox);
  }

  letGo({ keys }: Delivery): void {
    this.#running.delete(keys.inbox);
  }

  /**
   * Queued or received → running, one at a time per resource, unless it is done or stale. The lock is renewed until
   * `release`, and expires if the process dies.
   *
   * @param waitMs Milliseconds to wait for another delivery of the resource; then it is `busy`.
   */
  async start(delivery: Delivery, waitMs: number, attempt: Signalled): Promise<Started> {
    const { event, keys, deadline } = delivery;
    const position = positionOf(event, this.clock.now(), this.#order);
    const watermark =
      position && (await watermarkKey(await this.#handler, event.shop, position.family, position.resource));
    const lock = await this.#lock(watermark ?? keys.done, deadline, waitMs, attempt);
    if (!lock) return { state: 'busy' };
    const running: RunningDelivery = { event, keys, deadline, lock };
    try {
      const [done, seen] = await inTime('store', this.#read(keys.done, watermark), deadline);
      if (done !== undefined) {
        await this.release(running);
        return { state: 'duplicate' };
      }
      if (!position || watermark === undefined) return { state: 'running', delivery: running };
      const marks = this.#watermarks(seen, watermark);
      if (!isStale(position, marks.own)) {
        const { secretIndex } = event;
        return {
          state: 'running',
          delivery: { event, keys, deadline, lock, resource: { key: watermark, position, seen, marks, secretIndex } },
        };
      }
      await inTime('store', this.#setDone(keys), deadline);
      await this.release(running);
      return { state: 'stale' };
    } catch (error) {
      await this.release(running);
      throw error;
    }
  }

  /** The values of two keys, of which the second is optional. */
  async #read(key: string, other: string | undefined): Promise<readonly (string | undefined)[]> {
    if (other === undefined) return [await this.#store.get(key)];
    return Promise.all([this.#store.get(key), this.#store.get(other)]);
  }

  async #lock(key: string, deadline: Deadline, waitMs: number, attempt: Signalled): Promise<Lock | undefined> {
    const ask = async (options: LockOptions): Promise<Lock | undefined> => {
      const asked = this.#store.lock(key, options);
      try {
        return await inTime('store', asked, deadline);
      } catch (error) {
        // The lock may still be granted after the wait has ended.
        asked.then((late) => late?.release()).catch(() => undefined);
        throw error;
      }
    };
    // The lock is usually free, so the first request does not wait.
    return (await ask({})) ?? ask({ waitMs, signal: attempt.signal });
  }

  /**
   * Running → done: from now on copies and older deliveries are skipped. Tries three times and never rejects: a failure
   * must not run the handler again, which would certainly repeat its work, while a copy only may arrive.
   *
   * @param isAnswered Whether the response was sent. Then each try has the whole time limit. Otherwise all tries share
   * one, because a late response makes Shopify send a copy.
   */
  async finish(delivery: RunningDelivery, isAnswered: boolean): Promise<void> {
    const { event, keys, resource, deadline } = delivery;
    const write = async (): Promise<void> => {
      await this.#setDone(keys);
      if (resource) await this.#advanceWatermark(resource);
    };
    let failure: unknown;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      if (attempt === 1 || isAnswered) deadline.restart();
      try {
        return await inTime('store', write(), deadline);
      } catch (error) {
        failure = error;
      }
    }
    const message = 'a webhook was handled, but the store could not record it: a copy of it would be handled again';
    this.logger?.error({ error: failure, ...idsOf(event) }, message);
  }

  /** Records that a delivery is done. */
  #setDone(keys: DeliveryKeys): Promise<void> {
    return this.#store.set(keys.done, 'done', { ttlMs: this.#dedupeTtlMs });
  }

  /**
   * Records a delivery as the newest applied to its resource. By compare-and-set, so that a process that has lost the
   * lock does not replace a newer watermark by an older one.
   */
  async #advanceWatermark({ key, position, seen, marks, secretIndex }: ResourceOfDelivery): Promise<void> {
    const { order, updatedAt, triggeredAt, isEnd } = position;
    if (order !== 'newest' && !isEnd) return;
    const secret = this.#secrets[secretIndex];
    for (let before = seen; ; before = await this.#store.get(key)) {
      const { own, others, isNewer } = before === seen ? marks : this.#watermarks(before, key);
      if (isNewer) {
        this.logger?.warn(
          { key },
          'a watermark of webhooks was stored by a newer version of shopwright; it is left alone',
        );
        return;
      }
      if (own && !isEnd && (own.isEnd || isOlder(position, own))) return;
      const next = JSON.stringify({ format, updatedAt, triggeredAt, isEnd, secret, others });
      if (await this.#store.compareAndSet(key, before, next, { ttlMs: this.#dedupeTtlMs })) return;
    }
  }

  /**
   * The watermarks of a resource. Two apps without an `appId` share their keys, but the deliveries of one must not make
   * those of the other stale: watermarks of an app that has other secrets are kept and ignored.
   */
  #watermarks(text: string | undefined, key: string): Watermarks {
    const read = readWatermarks(text, this.#secrets);
    if (read.others && !this.#isSharingTold) {
      this.#isSharingTold = true;
      const message =
        "another app's webhooks are in the same store under the same name: give each handler its own appId";
      this.logger?.warn({ key }, message);
    }
    return read;
  }

  /** Releases the lock of a running delivery. Never rejects. */
  async release({ lock, event, deadline }: RunningDelivery): Promise<void> {
    deadline.restart();
    try {
      await inTime('store', lock.release(), deadline);
    } catch (error) {
      const message = 'the lock of a webhook could not be released: its lease will run out';
      this.logger?.warn({ error, ...idsOf(event) }, message);
    }
  }

  /** Done, or dead in a queue that outlives this process: the delivery leaves the inbox. Never rejects. */
  async leaveInbox({ keys, deadline }: Delivery): Promise<void> {
    if (await this.#removeFromInbox(keys.inbox, deadline)) await this.#removePending(deadline);
  }

  /**
   * If the store fails, the next removal tries again: an entry that stays would be queued again, and handled again once
   * `dedupeTtlMs` is over.
   */
  async #removeFromInbox(key: string, deadline: Deadline): Promise<boolean> {
    deadline.restart();
    this.#pendingRemovals.delete(key);
    try {
      await inTime('store', this.#store.delete(key), deadline);
      return true;
    } catch (error) {
      this.#pendingRemovals.add(key);
      this.logger?.warn({ error, key }, 'a handled webhook could not be removed from the inbox');
      return false;
    }
  }

  /** Removes the entries whose removal failed before, usually none. */
  async #removePending(deadline: Deadline): Promise<void> {
    for (const key of this.#pendingRemovals) if (!(await this.#removeFromInbox(key, deadline))) return;
  }

  /** Notes, before the handler is called, that a recovered delivery begins a round of attempts. @throws StorageError */
  async noteRestart({ keys, deadline }: Delivery, restarts: number): Promise<void> {
    await inTime('store', this.#setRestarts(keys.inbox, restarts), deadline);
  }

  /**
   * Running → dead, after its last attempt. The queue's dead letter holds it, and one of the same id starts again. If
   * the dead letter ends with the process, it stays in the inbox for the next start. Never rejects.
   */
  async bury(delivery: Delivery, restarts: number): Promise<void> {
    if (!this.#queue?.isInMemory) return this.leaveInbox(delivery);
    const { keys, deadline } = delivery;
    deadline.restart();
    try {
      await inTime('store', this.#setRestarts(keys.inbox, restarts), deadline);
    } catch (error) {
      const message = 'the store could not record that a webhook had its last attempt';
      this.logger?.warn({ error, key: keys.inbox }, message);
    }
    return undefined;
  }

  /** Whether the shop's data was erased after a job was queued. Never rejects: if unknown, it was not. */
  async isErasedSince({ event, deadline }: Delivery, enqueuedAt: number): Promise<boolean> {
    deadline.restart();
    try {
      const key = await erasedKey(event.shop, this.appId ?? defaultApp);
      return isErasedSince(await inTime('store', this.#store.get(key), deadline), enqueuedAt);
    } catch (error) {
      this.logger?.warn({ error, ...idsOf(event) }, 'the store could not say whether a shop was erased');
      return false;
    }
  }

  /**
   * Whether it counts as done although it failed here, for example because its customer was erased meanwhile. Never
   * rejects, as above.
   */
  async isDoneMeanwhile(delivery: Delivery): Promise<boolean> {
    delivery.deadline.restart();
    try {
      const { keys, deadline } = delivery;
      return (await inTime('store', this.#store.get(keys.done), deadline)) !== undefined;
    } catch (error) {
      this.logger?.warn({ error, ...idsOf(delivery.event) }, 'the store could not say whether a delivery is done');
      return false;
    }
  }

  /** An entry that has left the inbox meanwhile is not written again. */
  async #setRestarts(key: string, restarts: number): Promise<void> {
    const before = await this.#store.get(key);
    const entry = before === undefined ? undefined : parseJson(before);
    if (!isRecord(entry) || isNewerFormat(entry, format) || restartsOf(entry) >= restarts) return;
    // If another process was faster, it has written the same, or the delivery is done.
    await this.#store.compareAndSet(key, before, JSON.stringify({ ...entry, restarts }));
  }

  /** Only one of the processes that share a store scans the inbox, because some stores have to read all keys for it. */
  async claimScan(pauseMs: number): Promise<boolean> {
    return this.#store.setIfAbsent(scanKey(await this.#handler), 'taken', { ttlMs: pauseMs });
  }

  /**
   * Accepted or dead → queued, for all deliveries in the inbox that this process is not handling. Those already in the
   * queue are not queued twice, and those that another process is handling are dropped when they start.
   *
   * @param longerThanMs Only takes deliveries that have waited longer and did not fail in an earlier start.
   * @throws StorageError
   */
  async recover(longerThanMs: number | undefined): Promise<Recovery> {
    await this.#removePending(new Deadline(this.timers, this.timeoutMs));
    const recovery: Recovery = { givenUp: [], newer: [] };
    for await (const key of this.#store.scan(inboxPrefix(await this.#handler))) {
      if (this.#pendingRemovals.has(key) || this.#running.has(key)) continue;
      const text = await this.#store.get(key);
      if (text === undefined) continue;
      try {
        await this.#recoverEntry(key, parseJson(text), longerThanMs, recovery);
      } catch (error) {
        this.logger?.error({ error, key }, 'a webhook in the inbox could not be queued: it is tried again later');
      }
    }
    return recovery;
  }

  async #recoverEntry(key: string, entry: unknown, longerThanMs: number | undefined, found: Recovery): Promise<void> {
    if (isNewerFormat(entry, format)) {
      found.newer.push(key);
      return;
    }
    const restarts = restartsOf(entry);
    const acceptedAt = isRecord(entry) ? entry['acceptedAt'] : undefined;
    const ageMs = typeof acceptedAt === 'number' ? this.clock.now() - acceptedAt : Number.POSITIVE_INFINITY;
    if (longerThanMs !== undefined && (restarts > 0 || ageMs <= longerThanMs)) return;
    const event = fromJob(entry);
    if (restarts >= mostRestarts || (restarts > 0 && this.#isOutdated(event, ageMs))) {
      found.givenUp.push(key);
      return;
    }
    const keys = await deliveryKeys(await this.#handler, event.shop, event.idempotencyKey);
    await this.#enqueue(keys, { ...(entry as InboxEntry), restarts });
  }

  /** A delivery that failed this long ago is not recovered: a newer one may have been applied and forgotten. */
  #isOutdated(event: WebhookEvent, ageMs: number): boolean {
    const position = positionOf(event, this.clock.now(), this.#order);
    return ageMs >= this.#dedupeTtlMs && position?.order === 'newest' && !position.isEnd;
  }
}

/** Has a signal, which is created when it is first read. */
export interface Signalled {
  readonly signal: AbortSignal;
}

/** A delivery, with its keys. */
export interface Delivery {
  readonly event: WebhookEvent;
  readonly keys: DeliveryKeys;
  /** The time limit of store and queue for it. */
  readonly deadline: Deadline;
}

/** A delivery that is in the inbox. */
export interface AcceptedDelivery extends Delivery {
  readonly job: WebhookJob;
}

/** A delivery that holds the lock of its resource. */
export interface RunningDelivery extends Delivery {
  readonly lock: Lock;
  /** Set if its order matters. */
  readonly resource?: ResourceOfDelivery;
}

/** The resource that a delivery is about, as it was when the delivery started. */
interface ResourceOfDelivery {
  /** Key of the watermark. */
  readonly key: string;
  readonly position: Position;
  /** The watermark's text; as a rule it is still the same when the delivery is done. */
  readonly seen: string | undefined;
  /** What that text says. */
  readonly marks: Watermarks;
  /** Which of the app's secrets has signed the delivery. */
  readonly secretIndex: number;
}

/** The result of an attempt to start. `busy`: another delivery of the resource is being handled. */
export type Started =
  | { readonly state: 'running'; readonly delivery: RunningDelivery }
  | { readonly state: 'busy' | 'duplicate' | 'stale' };

/** Inbox keys of the deliveries that were not recovered. */
export interface Recovery {
  /** Failed in too many starts, or too long ago. */
  readonly givenUp: string[];
  /** Accepted by a newer version of this package. */
  readonly newer: string[];
}

/** One time limit for several waits in a row, which can be started again. */
export class Deadline {
  readonly timeoutMs: number;
  /** Whether a wait has reached it. */
  isOver = false;
  readonly #timers: Clock;
  #endsAtMs: number;

  /** @param timers Those of `shortTimers`. */
  constructor(timers: Clock, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#timers = timers;
    this.#endsAtMs = timers.monotonic() + timeoutMs;
  }

  /** Restarts the time limit for the following waits. */
  restart(): void {
    this.#endsAtMs = this.#timers.monotonic() + this.timeoutMs;
  }

  /** Settles like `work`, or rejects with the result of `onTimeout` once the time is up. */
  wait<T>(work: Promise<T>, onTimeout: () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const leftMs = Math.max(0, this.#endsAtMs - this.#timers.monotonic());
      const expire = (): void => {
        this.isOver = true;
        reject(onTimeout());
      };
      const cancel = setTimeLimit(this.#timers, expire, leftMs);
      work.then(
        (value) => {
          cancel();
          resolve(value);
        },
        (error: unknown) => {
          cancel();
          reject(error);
        },
      );
    });
  }
}

/** Waits until the deadline, and then rejects with a `TimeoutError`. The work continues, and its result is ignored. */
function inTime<T>(place: 'store' | 'queue', work: Promise<T>, deadline: Deadline): Promise<T> {
  return deadline.wait(work, () => {
    const { timeoutMs } = deadline;
    const message = `The ${place} for webhooks did not respond within ${timeoutMs} ms.`;
    return new TimeoutError(message, { code: 'TIMEOUT', timeoutMs, mayHaveExecuted: true });
  });
}

/** The fields of a log line about a delivery. */
export function idsOf({ topic, shop, webhookId }: WebhookEvent): Pick<WebhookDetails, 'topic' | 'shop' | 'webhookId'> {
  return { topic, shop, webhookId };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A hash that distinguishes secrets. Its 32 bits (FNV-1a) are too few to reveal one. */
function fingerprint(secret: string): string {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(secret)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The watermark of this app, and those of apps with other secrets. */
interface Watermarks {
  readonly own: Watermark | undefined;
  readonly others: readonly SignedWatermark[] | undefined;
  /** Whether a newer version of this package has stored them, so that they cannot be read. */
  readonly isNewer: boolean;
}

/** A watermark, with the fingerprint of the secret that signed its delivery. */
interface SignedWatermark extends Watermark {
  readonly secret: string | undefined;
}

/** Unreadable text counts as no watermark. The next delivery replaces it, unless a newer version has stored it. */
function readWatermarks(text: string | undefined, secrets: readonly string[]): Watermarks {
  const found = text === undefined ? undefined : parseJson(text);
  if (!isRecord(found) || isNewerFormat(found, format))
    return { own: undefined, others: undefined, isNewer: isNewerFormat(found, format) };
  const all = [found, ...(Array.isArray(found['others']) ? found['others'] : [])].filter(isRecord).map(
    ({ updatedAt, triggeredAt, isEnd, secret }): SignedWatermark => ({
      ...{ updatedAt: textOrNull(updatedAt), triggeredAt: textOrNull(triggeredAt), isEnd: isEnd === true },
      secret: typeof secret === 'string' ? secret : undefined,
    }),
  );
  const isOwn = ({ secret }: SignedWatermark): boolean => secret === undefined || secrets.includes(secret);
  const others = all.filter((one) => !isOwn(one));
  // An app whose secrets have changed may have two, of which the later one counts.
  const own = all
    .filter(isOwn)
    .reduce<Watermark | undefined>(
      (newest, one) => (!newest || one.isEnd || (!newest.isEnd && isOlder(newest, one)) ? one : newest),
      undefined,
    );
  return { own, others: others.length > 0 ? others : undefined, isNewer: false };
}

/** A delivery as stored in a queue: the payload of its job and dead letter. Plain JSON. */
interface WebhookJob {
  readonly format: number;
  readonly details: WebhookDetails;
  /** The app whose handler accepted it, if it has a name. */
  readonly appId?: string;
  readonly idempotencyKey: string;
  /** The body, in base64 if it is not valid UTF-8. */
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  /** If it was recovered from the inbox: the rounds of attempts that it lost before. */
  readonly restarts?: number;
}

/** A delivery as stored in the inbox. */
interface InboxEntry extends WebhookJob {
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** Number of starts in which all attempts of an entry failed or the process died; 0 during the first one. */
function restartsOf(entry: unknown): number {
  return isRecord(entry) && typeof entry['restarts'] === 'number' ? entry['restarts'] : 0;
}

/** Keeps a byte order mark, so that the bytes stay the same. */
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decoder = new TextDecoder();

const encoder = new TextEncoder();

/** The parts of an event that may be logged and reported, without its body. */
export function detailsOf(event: WebhookEvent): WebhookDetails {
  const { generation, topic, shop, webhookId, eventId, triggeredAt, apiVersion, name, action } = event;
  const { resourceId, secretIndex } = event;
  return {
    ...{ generation, topic, shop, webhookId, eventId, triggeredAt, apiVersion, name, action },
    ...(resourceId !== undefined && { resourceId }),
    secretIndex,
  };
}

function toJob(event: WebhookEvent, appId: string | undefined): WebhookJob {
  const { idempotencyKey } = event;
  const kept = { format, details: detailsOf(event), ...(appId !== undefined && { appId }), idempotencyKey };
  try {
    const body = strictDecoder.decode(event.rawBody);
    // Stores take neither NUL nor lone surrogates; JSON escapes both.
    return { ...kept, body, encoding: 'utf8' };
  } catch {
    const body = btoa(Array.from(event.rawBody, (byte) => String.fromCharCode(byte)).join(''));
    return { ...kept, body, encoding: 'base64' };
  }
}

/** Reads the payload of a job. @throws ConfigError if it is not a webhook's. */
function fromJob(payload: unknown): WebhookEvent {
  if (
    !isRecord(payload) ||
    !isRecord(payload['details']) ||
    typeof payload['body'] !== 'string' ||
    typeof payload['idempotencyKey'] !== 'string'
  ) {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'name', message: 'is the type of a job without a webhook; use another name' }],
    });
  }
  const { details, idempotencyKey, body, encoding } = payload as unknown as WebhookJob;
  const rawBody =
    encoding === 'base64' ? Uint8Array.from(atob(body), (character) => character.charCodeAt(0)) : encoder.encode(body);
  // Text stored as UTF-8 is not decoded again, unless it starts with a byte order mark, which JSON does not allow.
  const text = encoding === 'utf8' && body.charCodeAt(0) !== 0xfeff ? body : decoder.decode(rawBody);
  return toEvent(details, parseJson(text), rawBody, idempotencyKey);
}

/**
 * Reads a queued delivery: its event and, if it was recovered, the restarts before this one. `undefined` if a newer
 * version queued it.
 *
 * @throws ConfigError if the job is not a webhook's.
 */
export function readJob(
  payload: unknown,
): { readonly event: WebhookEvent; readonly restarts: number | undefined } | undefined {
  if (isNewerFormat(payload, format)) return undefined;
  return { event: fromJob(payload), restarts: (payload as WebhookJob).restarts };
}
