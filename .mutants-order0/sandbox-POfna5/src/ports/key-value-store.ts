/** How long a value is kept. */
// @ts-nocheck

export interface TtlOptions {
  /** Milliseconds after which the key is gone. Kept for ever by default; at least 1. */
  readonly ttlMs?: number;
}

/** What a write may depend on besides. */
export interface WriteOptions extends TtlOptions {
  /**
   * Fencing token of a lock on this very key. The write happens only while that lock is still held with that
   * token, decided in the same step as the write; a holder that has lost its lease throws `LockLostError`.
   */
  readonly fence?: number;
}

/** What a lock is asked for with. */
export interface LockOptions {
  /** Milliseconds until the lock is free again if its holder dies. Renewed while it lives. Default 30,000, at least 100. */
  readonly leaseMs?: number;
  /** Milliseconds to wait for a lock that somebody else holds. Default 0: `undefined` at once. */
  readonly waitMs?: number;
  /** Ends the wait, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A lock that is held. */
export interface Lock {
  readonly key: string;
  /** Fencing token: a positive whole number, greater than that of every earlier holder of the key's lock. */
  readonly token: number;
  /** Aborted with a `LockLostError` once the lease could not be renewed in time: stop working. */
  readonly signal: AbortSignal;
  /** Gives the lock back and ends its renewal. `false` where it had been lost before. Safe to call twice. */
  release(): Promise<boolean>;
}

/**
 * Texts by key, for all processes that share the store. Keys are 1 to 255 UTF-16 units of any well-formed text
 * without NUL; values are any such text, of at least 5 MB in every adapter. Expired keys count as absent.
 *
 * @throws StorageError when the store cannot be read or written, or for a key or value that does not fit.
 * `isRetryable` tells whether the same call can succeed later without harm.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | undefined>;
  /** Inserts or replaces; a time to live that the key had is replaced too. @throws LockLostError by `fence`. */
  set(key: string, value: string, options?: WriteOptions): Promise<void>;
  /** Inserts where there is no such key. `false`: there is one, and it stays as it is. */
  setIfAbsent(key: string, value: string, options?: TtlOptions): Promise<boolean>;
  /**
   * `setIfAbsent` of up to 1,000 keys at once, for ever. Returns those that were inserted. Where it fails, some may be.
   *
   * Optional for a store of your own: without it, each key is set by itself.
   */
  setManyIfAbsent?(entries: ReadonlyMap<string, string>): Promise<ReadonlySet<string>>;
  /**
   * Replaces the value where it is `expected` (`undefined`: where there is none); `value` `undefined` deletes.
   * `false`: it is another one, and stays. Of several callers with the same `expected` exactly one gets `true`.
   *
   * @throws LockLostError by `fence`.
   */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    options?: WriteOptions,
  ): Promise<boolean>;
  /** Whether there was one. @throws LockLostError by `fence`. */
  delete(key: string, options?: Pick<WriteOptions, 'fence'>): Promise<boolean>;
  /**
   * Keys that begin with the prefix, in no particular order. A key that is there from beginning to end comes
   * exactly once; one that comes or goes meanwhile may or may not.
   */
  scan(prefix: string): AsyncIterable<string>;
  /** A lock by name, apart from the value of the same key; `undefined` where it is not free in time. */
  lock(key: string, options?: LockOptions): Promise<Lock | undefined>;
  /** Milliseconds since the epoch by the clock that all processes on this store share. */
  now?(): Promise<number>;
}
