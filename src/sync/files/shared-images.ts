import { untilAborted } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { imageKey } from '../plan/product-facts.ts';
import type { CallOptions } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import { type RemoteFile, settledFiles } from './files.ts';
import { KnownFiles, UploadClaims } from './known-files.ts';

/** An image that a product needs but does not have. */
interface WantedImage {
  /** The key of its URL. */
  readonly key: string;
  /** Its alt text; `undefined` for any. */
  readonly alt: string | null | undefined;
}

/** Images claimed by a push: other products that need them wait until it releases them. */
export interface ImageClaim {
  /** Gids of the images that the shop already has, by key. They are ready to be used. */
  readonly ids: ReadonlyMap<string, string>;
  /** Stores the gids of the uploaded images, by key. */
  uploaded(ids: ReadonlyMap<string, string>): Promise<void>;
  /** Forgets that they are ready, because somebody has deleted one of them. */
  forget(): void;
  /**
   * Lets waiting pushes go on, in this process and in others. Must be called, whether the push succeeded or not.
   * @throws StorageError.
   */
  release(): Promise<void>;
}

/** Milliseconds to wait for an image that another product has uploaded; afterwards it is uploaded again. */
const timeoutMs = 60_000;

/** How many images are remembered as ready. */
const mostReady = 10_000;

/**
 * Lets products share images: an image that one product has uploaded is used by the others by its gid. A file has one
 * alt text, so products share an image only if they use the same text for it.
 */
export class SharedImages {
  readonly #client: SyncClient;
  readonly #clock: Clock;
  readonly #known: KnownFiles;
  /** Images that a product in this process is looking up or uploading, by name. */
  readonly #flights = new Map<string, Promise<void>>();
  /** Files known to be ready, by the name of their image. */
  readonly #ready = new Map<string, Pick<RemoteFile, 'id' | 'alt'>>();

  constructor(client: SyncClient, keyValue: KeyValueStore, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#known = new KnownFiles(keyValue, client.shop);
  }

  /**
   * Claims images, and finds those that the shop already has.
   *
   * @param isErased Whether the shop's data was erased since the run began: then nothing more is stored.
   * @throws StorageError, the signal's reason, and what a call throws.
   */
  async claim(
    wanted: readonly WantedImage[],
    options: CallOptions,
    isErased?: () => Promise<boolean>,
  ): Promise<ImageClaim> {
    const byName = new Map(wanted.map((image) => [nameOf(image), image]));
    const flights = new Map<string, PromiseWithResolvers<void>>();
    const release = (name: string): void => {
      const flight = flights.get(name);
      if (!flight) return;
      flights.delete(name);
      this.#flights.delete(name);
      flight.resolve();
    };
    let claims: UploadClaims | undefined;
    const releaseAll = async (): Promise<void> => {
      for (const name of [...flights.keys()]) release(name);
      await claims?.release();
    };
    try {
      // In a fixed order, so that no two products wait for each other.
      for (const name of [...byName.keys()].toSorted()) {
        for (let other = this.#flights.get(name); other; other = this.#flights.get(name))
          await (options.signal ? untilAborted(other, options.signal) : other);
        const flight = Promise.withResolvers<void>();
        flights.set(name, flight);
        this.#flights.set(name, flight.promise);
      }
      const ids = new Map<string, string>();
      const take = async (images: ReadonlyMap<string, WantedImage>): Promise<void> => {
        for (const [name, id] of await this.#find(images, options)) {
          ids.set(byName.get(name)?.key ?? '', id);
          release(name);
        }
      };
      await take(byName);
      if (flights.size > 0) {
        claims = await UploadClaims.take([...flights.keys()], { known: this.#known, clock: this.#clock }, options);
        // Another process may have uploaded some of them meanwhile.
        await take(new Map([...byName].filter(([name]) => flights.has(name))));
      }
      return {
        ids,
        uploaded: async (made) => {
          for (const [name, { key }] of byName) {
            const id = made.get(key);
            if (id !== undefined && id !== ids.get(key)) await this.#known.set(name, id, isErased);
          }
        },
        forget: () => {
          for (const name of byName.keys()) this.#ready.delete(name);
        },
        release: releaseAll,
      };
    } catch (error) {
      await releaseAll();
      throw error;
    }
  }

  /**
   * Checks that images are new to the shop. Returns a function that stores their files; `undefined` if the shop may
   * already have one of them, or one is being uploaded.
   *
   * @throws StorageError
   */
  async unbrought(
    wanted: readonly WantedImage[],
    isErased?: () => Promise<boolean>,
  ): Promise<((made: ReadonlyMap<string, string>) => Promise<void>) | undefined> {
    for (const image of wanted) {
      const name = nameOf(image);
      if (this.#ready.has(name) || this.#flights.has(name)) return undefined;
      if ((await this.#known.get(name)) !== undefined) return undefined;
      if ((await this.#known.get(`url-${image.key}`)) !== undefined) return undefined;
    }
    return async (made) => {
      for (const image of wanted) {
        const id = made.get(image.key);
        if (id !== undefined) await this.#known.set(nameOf(image), id, isErased);
      }
    };
  }

  /** Gids of the images that the shop has, by name. */
  async #find(images: ReadonlyMap<string, WantedImage>, options: CallOptions): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const candidates = new Map<string, readonly string[]>();
    for (const [name, image] of images) {
      const ready = this.#ready.get(name);
      if (ready && fits(ready, image)) found.set(name, ready.id);
      else {
        const ids = await Promise.all([this.#known.get(name), this.#known.get(`url-${image.key}`)]);
        candidates.set(name, [...new Set(ids.flatMap((id) => id ?? []))]);
      }
    }
    const unsure = [...candidates.values()].flat();
    if (unsure.length === 0) return found;
    const files = await settledFiles(this.#client, this.#clock, unsure, { ...options, timeoutMs });
    for (const [name, ids] of candidates) {
      const image = images.get(name);
      const file = ids
        .map((id) => files.get(id))
        .find((one) => one?.status === 'READY' && image !== undefined && fits(one, image));
      if (!file) continue;
      found.set(name, file.id);
      this.#remember(name, file);
    }
    return found;
  }

  #remember(name: string, { id, alt }: RemoteFile): void {
    this.#ready.set(name, { id, alt });
    const [oldest] = this.#ready.keys();
    if (this.#ready.size > mostReady && oldest !== undefined) this.#ready.delete(oldest);
  }
}

/** The name of an image with its alt text, in the store. */
const nameOf = ({ key, alt }: WantedImage): string => `url-${key}.${imageKey(alt ?? '')}`;

const fits = (file: Pick<RemoteFile, 'alt'>, { alt }: WantedImage): boolean =>
  alt === undefined || (alt ?? '') === (file.alt ?? '');
