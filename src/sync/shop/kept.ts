import { createHash } from 'node:crypto';
import { untilAborted } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { freeLock } from '../../storage/keys.ts';

/** Values are kept for this many times the period in which they are fresh. */
const keptTimes = 30;

/** Milliseconds for which "not found" is believed: the thing may exist soon. */
const missingMs = 3_600_000;

/** Milliseconds to wait for another process that reads the same value. */
const waitForOthersMs = 10_000;

/** A value, and when it was read: milliseconds since the epoch. */
interface Found<T> {
  readonly at: number;
  /** `null` if there is none. */
  readonly value: T;
}

const keptFormat = 1;

/**
 * A cache in this process and in the store. Each value is read by one process at a time, among all that share the
 * store. Stale values are returned at once and read again in the background.
 */
export class Kept {
  readonly #store: KeyValueStore | undefined;
  readonly #prefix: string | (() => Promise<string>);
  readonly #freshMs: number;
  readonly #clock: Clock;
  readonly #own = new Map<string, Found<unknown>>();
  readonly #reading = new Map<string, Promise<unknown>>();

  /** @param prefix Prefix of the keys in the store. */
  constructor(
    store: KeyValueStore | undefined,
    prefix: string | (() => Promise<string>),
    { freshMs, clock }: { readonly freshMs: number; readonly clock: Clock },
  ) {
    this.#store = store;
    this.#prefix = prefix;
    this.#freshMs = freshMs;
    this.#clock = clock;
  }

  /**
   * Returns a cached value, or reads it. @param signal Ends the wait of this caller; others still wait for the same
   * read.
   */
  async of<T>(about: string, read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const own = this.#own.get(about) as Found<T> | undefined;
    // Another process may have read it meanwhile. A store that fails costs nobody a value that this process has.
    const stored = (): Promise<Found<T> | undefined> =>
      this.#stored<T>(about).catch((error: unknown) => {
        if (!own) throw error;
        return undefined;
      });
    const kept = own && this.#isFresh(own) ? own : ((await stored()) ?? own);
    if (kept && this.#isFresh(kept)) return kept.value;
    const isUsable = kept && kept.value !== null && this.#ageOf(kept) < this.#freshMs * keptTimes;
    const reading = this.#once(about, () => this.#readShared(about, read, isUsable ? kept : undefined));
    if (!isUsable) return signal ? untilAborted(reading, signal) : reading;
    // The cached value is probably still right. If the background read fails, the next call tries again, and once it
    // must wait, it throws.
    reading.catch(() => undefined);
    return kept.value;
  }

  /** Reads the value now, even if it is cached. */
  async refresh<T>(about: string, read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const reading = this.#once(about, () => this.#read(about, read));
    return signal ? untilAborted(reading, signal) : reading;
  }

  #isFresh({ at, value }: Found<unknown>): boolean {
    return this.#ageOf({ at }) < (value === null ? Math.min(missingMs, this.#freshMs) : this.#freshMs);
  }

  /** Absolute: if the clock was set back, a value may seem to come from the future, and its age is unknown. */
  #ageOf({ at }: Pick<Found<unknown>, 'at'>): number {
    return Math.abs(this.#clock.now() - at);
  }

  async #stored<T>(about: string): Promise<Found<T> | undefined> {
    if (!this.#store) return undefined;
    const text = await this.#store.get(await this.#keyOf(about));
    const stored = text === undefined ? undefined : parseJson(text);
    // A value in another format is read again.
    if (!isRecord(stored) || stored['format'] !== keptFormat || typeof stored['at'] !== 'number') return undefined;
    return this.#keep(about, { at: stored['at'], value: stored['value'] as T });
  }

  /**
   * Reads the value, unless another process is reading it: then waits for its result. With `kept`, does not wait and
   * returns that.
   */
  async #readShared<T>(about: string, read: () => Promise<T>, kept: Found<T> | undefined): Promise<T> {
    if (!this.#store) return this.#read(about, read);
    const lock = await this.#store.lock(await this.#keyOf(about), { waitMs: kept ? 0 : waitForOthersMs });
    try {
      if (!lock && kept) return kept.value;
      const found = await this.#stored<T>(about);
      return found && this.#isFresh(found) ? found.value : await this.#read(about, read);
    } finally {
      await freeLock(lock);
    }
  }

  /** One read at a time in this process. */
  #once<T>(about: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reading.get(about) as Promise<T> | undefined;
    if (known) return known;
    const reading = read().finally(() => this.#reading.delete(about));
    this.#reading.set(about, reading);
    return reading;
  }

  async #read<T>(about: string, read: () => Promise<T>): Promise<T> {
    const value = await read();
    const kept = this.#keep(about, { at: this.#clock.now(), value });
    const ttlMs = Math.max(1, this.#freshMs * keptTimes);
    await this.#store?.set(await this.#keyOf(about), JSON.stringify({ format: keptFormat, ...kept }), { ttlMs });
    return value;
  }

  async #keyOf(about: string): Promise<string> {
    const prefix = typeof this.#prefix === 'string' ? this.#prefix : await this.#prefix();
    return `${prefix}${createHash('sha256').update(about).digest('base64url').slice(0, 32)}`;
  }

  #keep<T>(about: string, kept: Found<T>): Found<T> {
    this.#own.delete(about);
    this.#own.set(about, kept);
    const [oldest] = this.#own.keys();
    if (this.#own.size > mostOwn && oldest !== undefined) this.#own.delete(oldest);
    return kept;
  }
}

/** How many values one process keeps in memory. The whole taxonomy has about 11,000 categories. */
const mostOwn = 5_000;
