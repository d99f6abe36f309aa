import { randomUUID } from 'node:crypto';
import { sleep } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { checkFormat, filePrefix } from '../../storage/keys.ts';
import type { CallOptions } from '../read-remote.ts';

/**
 * The format in which this release stores the file of an image. A release that stores more, or something else, uses the
 * next number.
 */
const fileFormat = 1;

/** Stores which file each image became, by shop. */
export class KnownFiles {
  readonly #store: KeyValueStore;
  readonly #shop: string;

  constructor(store: KeyValueStore, shop: string) {
    this.#store = store;
    this.#shop = shop;
  }

  /** Returns the gid of an image's file. @throws StorageError if a newer release has written it. */
  async get(key: string): Promise<string | undefined> {
    const text = await this.#store.get(await this.#keyOf(key));
    const found = text === undefined ? undefined : parseJson(text);
    checkFormat(found, fileFormat, `The file of an image of ${this.#shop}`, this.#shop);
    return isRecord(found) && typeof found['id'] === 'string' ? found['id'] : undefined;
  }

  /**
   * Stores the gid of an image's file. @param isErased Whether the shop's data was erased since the upload began: then
   * it is not kept.
   */
  async set(key: string, id: string, isErased?: () => Promise<boolean>): Promise<void> {
    const stored = await this.#keyOf(key);
    await this.#store.set(stored, JSON.stringify({ format: fileFormat, id }));
    if (await isErased?.()) await this.#store.delete(stored);
  }

  /**
   * Claims an upload, unless another process has. The claim expires if it is not renewed, for example because the
   * process died.
   */
  async claim(key: string, owner: string): Promise<boolean> {
    return this.#store.setIfAbsent(`${await this.#keyOf(key)}.claim`, owner, { ttlMs: leaseMs });
  }

  /** Renews a claim if it still belongs to the owner. */
  async renew(key: string, owner: string): Promise<void> {
    await this.#store.compareAndSet(`${await this.#keyOf(key)}.claim`, owner, owner, { ttlMs: leaseMs });
  }

  /** Releases a claim if it still belongs to the owner. */
  async unclaim(key: string, owner: string): Promise<void> {
    await this.#store.compareAndSet(`${await this.#keyOf(key)}.claim`, owner, undefined);
  }

  #keyOf = async (key: string): Promise<string> => `${await filePrefix(this.#shop)}${key}`;
}

/** Milliseconds after which a claim expires that its process has not renewed. */
const leaseMs = 4_000;

/** Milliseconds between two renewals. */
const renewEveryMs = 1_000;

/** Milliseconds for which a claim is renewed, and another process waits for it. */
const longestUploadMs = 60_000;

/** Milliseconds between two checks whether another process has finished an upload: at first, and at most. */
const firstPollMs = 100;

const longestPollMs = 1_000;

/** Uploads claimed by a process. If several processes need the same new image, one uploads it. */
export class UploadClaims {
  readonly #known: KnownFiles;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #owner = randomUUID();
  readonly #taken: string[] = [];
  #cancelRenewal: (() => void) | undefined;

  private constructor(known: KnownFiles, clock: Clock) {
    this.#known = known;
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + longestUploadMs;
  }

  /**
   * Claims uploads, and waits for those that another process has claimed: check afterwards whether it has uploaded
   * them.
   *
   * @throws StorageError and the signal's reason.
   */
  static async take(
    keys: readonly string[],
    { known, clock }: { readonly known: KnownFiles; readonly clock: Clock },
    options: CallOptions,
  ): Promise<UploadClaims> {
    const claims = new UploadClaims(known, clock);
    try {
      // In a fixed order, so that no two processes wait for each other.
      for (const key of keys.toSorted()) await claims.#takeOne(key, options);
      return claims;
    } catch (error) {
      await claims.release();
      throw error;
    }
  }

  async #takeOne(key: string, { signal }: CallOptions): Promise<void> {
    const clock = this.#clock;
    const endsAt = clock.monotonic() + longestUploadMs;
    for (let waitMs = firstPollMs; ; waitMs = Math.min(2 * waitMs, longestPollMs)) {
      if (await this.#known.claim(key, this.#owner)) {
        this.#taken.push(key);
        if (this.#taken.length === 1) this.#renewLater();
        return;
      }
      // The other process may be slow: uploading twice is better than never.
      if (clock.monotonic() >= endsAt) return;
      await sleep(clock, waitMs, signal);
    }
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#clock.setTimer(() => {
      // If the store fails, the push reports it: it uses the store next.
      for (const key of this.#taken) this.#known.renew(key, this.#owner).catch(() => undefined);
      if (this.#clock.monotonic() < this.#endsAt) this.#renewLater();
    }, renewEveryMs);
  }

  /** Lets other processes go on. @throws StorageError. */
  async release(): Promise<void> {
    this.#cancelRenewal?.();
    await Promise.all(this.#taken.splice(0).map((key) => this.#known.unclaim(key, this.#owner)));
  }
}
