// @ts-nocheck
import { createHash } from 'node:crypto';
import { untilAborted } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';

/** How many times as long as it is fresh something is kept. */
const keptTimes = 30;

/** What was not found may be there soon: milliseconds. */
const missingMs = 3_600_000;

/** Something that was found, and when: milliseconds since the epoch. */
interface Found<T> {
  readonly at: number;
  /** `null` where there is none. */
  readonly value: T;
}

const keptFormat = 1;

/** What was found, in this process and in the store: one read at a time for each thing, and old things are given at once. */
export class Kept {
  readonly #store: KeyValueStore | undefined;
  readonly #prefix: string | (() => Promise<string>);
  readonly #freshMs: number;
  readonly #clock: Clock;
  readonly #own = new Map<string, Found<unknown>>();
  readonly #reading = new Map<string, Promise<unknown>>();

  /** @param prefix Begins the keys in the store. */
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

  /** @param signal Ends the wait of one caller; others go on waiting for the same read. */
  async of<T>(about: string, read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const kept = await this.#kept<T>(about);
    const age = kept ? this.#clock.now() - kept.at : Number.POSITIVE_INFINITY;
    if (kept && age < (kept.value === null ? Math.min(missingMs, this.#freshMs) : this.#freshMs)) return kept.value;
    const reading = this.#read(about, read);
    if (!kept || kept.value === null || age >= this.#freshMs * keptTimes)
      return signal ? untilAborted(reading, signal) : reading;
    // What is kept is right as far as anybody knows. The next look-up tries again, and once it must wait, it throws.
    reading.catch(() => undefined);
    return kept.value;
  }

  async #kept<T>(about: string): Promise<Found<T> | undefined> {
    const own = this.#own.get(about) as Found<T> | undefined;
    if (own || !this.#store) return own;
    const text = await this.#store.get(await this.#keyOf(about));
    const stored = text === undefined ? undefined : parseJson(text);
    // A value that another release wrote, or somebody else, is read again.
    if (!isRecord(stored) || stored['format'] !== keptFormat || typeof stored['at'] !== 'number') return undefined;
    return this.#keep(about, { at: stored['at'], value: stored['value'] as T });
  }

  /** Reads it now, whatever is kept. */
  async anew<T>(about: string, read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const reading = this.#read(about, read);
    return signal ? untilAborted(reading, signal) : reading;
  }

  #read<T>(about: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reading.get(about) as Promise<T> | undefined;
    if (known) return known;
    const reading = read()
      .then(async (value) => {
        const kept = this.#keep(about, { at: this.#clock.now(), value });
        const ttlMs = Math.max(1, this.#freshMs * keptTimes);
        await this.#store?.set(await this.#keyOf(about), JSON.stringify({ format: keptFormat, ...kept }), { ttlMs });
        return value;
      })
      .finally(() => this.#reading.delete(about));
    this.#reading.set(about, reading);
    return reading;
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

/** Things that one process remembers without the store. The whole taxonomy has about 11,000 categories. */
const mostOwn = 5_000;
