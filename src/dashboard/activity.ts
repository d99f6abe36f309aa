import type { Clock } from '../internal/clock.ts';
import type { BreakerState, TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
import type { SyncWebhookEvent } from '../sync/reconcile/sync-webhooks.ts';

/** Events for the dashboard: telemetry events, and those of `createSyncWebhooks`. */
export type DashboardEvent = TelemetryEvent | SyncWebhookEvent;

/** A line for operators to read. */
export interface Notice {
  /** Milliseconds since the epoch, of the last time. */
  readonly at: number;
  readonly shop: string | null;
  readonly kind: string;
  readonly text: string;
  /** How often it happened within the minute. */
  readonly count: number;
}

/** Types of counted events. */
export const heardTypes = [
  'attempt',
  'retry',
  'call',
  'breaker',
  'bucket-low',
  'api-version',
  'version-ending',
  'token',
  'deprecation',
  'job',
  'webhook',
] as const;

/** Minutes to keep. */
const minutesKept = 60;

/** Number of shops to keep figures of: those seen last. */
const shopsKept = 200;

/** Maximum number of names per minute; further names count as `other`. */
const namesKept = 400;

const noticesKept = 100;

const queuesKept = 50;

/** Counts by name, minute by minute, of the last hour. */
class MinuteCounts {
  readonly #minutes: { readonly minute: number; readonly counts: Map<string, number> }[] = [];

  add(minute: number, name: string, amount = 1): void {
    let last = this.#minutes.at(-1);
    // A clock that goes back counts into the newest minute.
    if (!last || last.minute < minute) {
      last = { minute, counts: new Map() };
      this.#minutes.push(last);
      this.#drop(minute);
    }
    const key = last.counts.has(name) || last.counts.size < namesKept ? name : 'other';
    last.counts.set(key, (last.counts.get(key) ?? 0) + amount);
  }

  /** Sums of the last hour. */
  totals(minute: number): Record<string, number> {
    this.#drop(minute);
    const sums = new Map<string, number>();
    for (const { counts } of this.#minutes)
      for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
    return Object.fromEntries(sums);
  }

  /** One count for each of the last 60 minutes, the oldest first. */
  series(minute: number, name: string): number[] {
    this.#drop(minute);
    const series = Array.from({ length: minutesKept }, () => 0);
    for (const { minute: at, counts } of this.#minutes) {
      const index = minutesKept - 1 - Math.max(0, minute - at);
      series[index] = (series[index] ?? 0) + (counts.get(name) ?? 0);
    }
    return series;
  }

  #drop(minute: number): void {
    while (this.#minutes[0] && this.#minutes[0].minute <= minute - minutesKept) this.#minutes.shift();
  }
}

/** A map with a maximum size, which drops the entry that was set longest ago. */
class Bounded<Value> extends Map<string, Value> {
  readonly #size: number;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override set(key: string, value: Value): this {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.keys();
    if (this.size > this.#size && oldest !== undefined) this.delete(oldest);
    return this;
  }
}

/** Calls of the last hour to one shop, as this process saw them. */
export interface ShopActivity {
  /** Points charged. */
  readonly points: number;
  readonly calls: number;
  /** Calls that failed after their last retry. */
  readonly failed: number;
  readonly throttled: number;
  readonly retries: number;
  /** According to the last event; `null` if there was none. */
  readonly breaker: BreakerState | null;
}

/**
 * Activity of this process in the last hour, by minute, from events. Its size is bounded. Contains only names, counts
 * and codes, never parts of a body or a variable.
 */
export class Activity {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #shops = new Bounded<MinuteCounts>(shopsKept);
  readonly #breakers = new Bounded<BreakerState>(shopsKept);
  readonly #queues = new Bounded<MinuteCounts>(queuesKept);
  readonly #webhooks = new MinuteCounts();
  readonly #effects = new MinuteCounts();
  readonly #refused = new MinuteCounts();
  readonly #tokens = new Bounded<{ at: number; shop: string; outcome: string; errorCode: string | null }>(shopsKept);
  readonly #notices: Notice[] = [];

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get #minute(): number {
    return Math.floor(this.#clock.now() / 60_000);
  }

  /** Counts an event. Unknown types are ignored. */
  add(event: DashboardEvent): void {
    if ('effect' in event) this.#effects.add(this.#minute, event.effect);
    else this.#addTyped(event);
    this.#changed();
  }

  #addTyped(event: TelemetryEvent): void {
    switch (event.type) {
      case 'attempt':
        if (event.actualCost !== null) this.#count(event.shop, 'points', event.actualCost);
        if (event.errorCode !== 'THROTTLED') break;
        this.#count(event.shop, 'throttled');
        this.#notice('throttled', event.shop, `${event.operation} was throttled`);
        break;
      case 'retry':
        this.#count(event.shop, 'retries');
        this.#notice('retry', event.shop, `${event.operation} is retried after ${event.errorCode}`);
        break;
      case 'call':
        this.#count(event.shop, 'calls');
        if (event.errorCode === null) break;
        this.#count(event.shop, 'failed');
        this.#notice('call failed', event.shop, `${event.operation} failed with ${event.errorCode}`);
        break;
      case 'breaker':
        this.#breakers.set(event.shop, event.state);
        this.#notice('breaker', event.shop, `The circuit breaker is ${event.state}`);
        break;
      case 'bucket-low':
        this.#notice('bucket low', event.shop, 'Less than a fifth of the bucket is left');
        break;
      case 'token':
        if (event.outcome === 'renewed') this.#tokens.delete(event.shop);
        else {
          const { shop, outcome, errorCode } = event;
          this.#tokens.set(shop, { at: this.#clock.now(), shop, outcome, errorCode });
          this.#notice('token', shop, `Token renewal: ${outcome}${errorCode === null ? '' : ` (${errorCode})`}`);
        }
        break;
      case 'api-version':
        this.#notice('version', event.shop, `Shopify serves ${event.served}, not ${event.asked}`);
        break;
      case 'version-ending':
        this.#notice('version', null, `The API version ${event.apiVersion} ends in ${event.daysLeft} days`);
        break;
      case 'deprecation':
        this.#notice('deprecation', event.shop, `${event.operation} uses a deprecated field: ${event.reason}`);
        break;
      case 'job': {
        const queue = this.#queues.get(event.queue) ?? new MinuteCounts();
        this.#queues.set(event.queue, queue);
        queue.add(this.#minute, event.outcome);
        if (event.outcome === 'dead')
          this.#notice('job', null, `${event.jobType} is a dead letter: ${event.errorCode ?? 'UNKNOWN'}`);
        break;
      }
      case 'webhook':
        this.#addWebhook(event);
        break;
      default:
    }
  }

  #addWebhook({ outcome, topic, shop, lagMs, reason }: TelemetryEventOf<'webhook'>): void {
    const about = topic ?? 'unknown topic';
    if (outcome === 'refused') this.#refused.add(this.#minute, reason ?? 'unknown');
    else this.#webhooks.add(this.#minute, `${about}\n${outcome}`);
    if (lagMs !== null && outcome === 'handled') this.#webhooks.add(this.#minute, `${about}\nlagMs`, lagMs);
    if (outcome === 'failed') this.#notice('webhook', shop, `The handler of ${about} failed`);
    else if (reason !== null) this.#notice('webhook', shop, `A delivery of ${about} was ${outcome}: ${reason}`);
  }

  /** Shops seen in events, the latest first. */
  shops(): readonly string[] {
    return [...this.#shops.keys()].reverse();
  }

  ofShop(shop: string): ShopActivity {
    const totals = this.#shops.get(shop)?.totals(this.#minute) ?? {};
    const { points = 0, calls = 0, failed = 0, throttled = 0, retries = 0 } = totals;
    return { points, calls, failed, throttled, retries, breaker: this.#breakers.get(shop) ?? null };
  }

  /** Counts of a shop by minute, the oldest first. */
  series(shop: string): { readonly points: number[]; readonly throttled: number[]; readonly retries: number[] } {
    const counts = this.#shops.get(shop) ?? new MinuteCounts();
    const [points, throttled, retries] = ['points', 'throttled', 'retries'].map((name) =>
      counts.series(this.#minute, name),
    );
    return { points: points ?? [], throttled: throttled ?? [], retries: retries ?? [] };
  }

  /** Attempts of the last hour by outcome. */
  ofQueue(name: string): Readonly<Record<string, number>> {
    return this.#queues.get(name)?.totals(this.#minute) ?? {};
  }

  /** Deliveries of the last hour: by topic and outcome, refused ones by reason, and effects of product webhooks. */
  webhooks() {
    const topics = new Map<string, Record<string, number>>();
    for (const [name, count] of Object.entries(this.#webhooks.totals(this.#minute))) {
      const [topic = '', outcome = 'other'] = name.split('\n');
      topics.set(topic, { ...topics.get(topic), [outcome]: count });
    }
    return {
      topics: [...topics].map(([topic, outcomes]) => ({ topic, outcomes })),
      refused: this.#refused.totals(this.#minute),
      effects: this.#effects.totals(this.#minute),
    };
  }

  /** Shops whose last token renewal failed or was incomplete. */
  tokens() {
    return [...this.#tokens.values()].reverse();
  }

  /** The newest first. */
  notices(): readonly Notice[] {
    return this.#notices.toReversed();
  }

  #count(shop: string, name: string, amount = 1): void {
    const counts = this.#shops.get(shop) ?? new MinuteCounts();
    // Set again, so that a shop in use is not dropped.
    this.#shops.set(shop, counts);
    counts.add(this.#minute, name, amount);
  }

  /** Adds a notice, or increments a recent identical one, so that a storm of events does not displace the others. */
  #notice(kind: string, shop: string | null, text: string): void {
    const at = this.#clock.now();
    const index = this.#notices.findLastIndex((one) => one.text === text && one.shop === shop && at - one.at < 60_000);
    const [known] = index < 0 ? [] : this.#notices.splice(index, 1);
    this.#notices.push({ at, shop, kind, text, count: (known?.count ?? 0) + 1 });
    if (this.#notices.length > noticesKept) this.#notices.shift();
  }
}
