/** Time-to-live of a value. */
export interface TtlOptions {
  /** Milliseconds after which the key expires, at least 1. By default it never does. */
  readonly ttlMs?: number;
}

/** Options of a write. */
export interface WriteOptions extends TtlOptions {
  /**
   * Fencing token of a lock on this same key. The write happens only if that lock is still held with that token,
   * checked atomically with the write; if the lease has been lost, it throws `LockLostError`.
   */
  readonly fence?: number;
}

/** Options of `lock`. */
export interface LockOptions {
  /** Milliseconds until the lock is freed if its holder dies; renewed while it lives. Default 30,000, at least 100. */
  readonly leaseMs?: number;
  /** Milliseconds to wait for a lock that is held. Default 0: returns `undefined` at once. */
  readonly waitMs?: number;
  /** Ends the wait; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A lock that is held. */
export interface Lock {
  readonly key: string;
  /** Fencing token: a positive integer, greater than that of every earlier holder of this lock. */
  readonly token: number;
  /** Aborted with a `LockLostError` if the lease could not be renewed in time: stop working then. */
  readonly signal: AbortSignal;
  /** Releases the lock and stops renewing it. Returns `false` if it had already been lost. Safe to call twice. */
  release(): Promise<boolean>;
}

/**
 * Stores strings by key, for all processes that share the store. Keys are well-formed strings of 1 to 255 UTF-16 units
 * without NUL; so are values, of which every adapter accepts at least 5 MB. Expired keys count as absent.
 *
 * @throws StorageError if the store cannot be read or written, or a key or value is not accepted. `isRetryable` says
 * whether the same call may safely be tried again later.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | undefined>;
  /** Inserts or replaces a value and its time-to-live. @throws LockLostError because of `fence`. */
  set(key: string, value: string, options?: WriteOptions): Promise<void>;
  /** Inserts a value if the key does not exist. Returns `false`, and changes nothing, if it does. */
  setIfAbsent(key: string, value: string, options?: TtlOptions): Promise<boolean>;
  /**
   * Does `setIfAbsent`, without expiry, for up to 1,000 keys. Returns those inserted. If it fails, some may be
   * inserted.
   *
   * Optional for a store of your own: without it, keys are set one by one.
   */
  setManyIfAbsent?(entries: ReadonlyMap<string, string>): Promise<ReadonlySet<string>>;
  /**
   * Replaces the value if it equals `expected` (`undefined`: if there is none); a `value` of `undefined` deletes it.
   * Returns `false`, and changes nothing, if it differs. Of several callers with the same `expected`, exactly one gets
   * `true`.
   *
   * @throws LockLostError because of `fence`.
   */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    options?: WriteOptions,
  ): Promise<boolean>;
  /** Deletes a key. Returns whether it existed. @throws LockLostError because of `fence`. */
  delete(key: string, options?: Pick<WriteOptions, 'fence'>): Promise<boolean>;
  /**
   * Iterates over the keys with that prefix, in no particular order. A key that exists throughout is returned exactly
   * once; one that is added or removed meanwhile may or may not be.
   */
  scan(prefix: string): AsyncIterable<string>;
  /** Takes a lock by name, independent of the value of the same key. Returns `undefined` if it is not free in time. */
  lock(key: string, options?: LockOptions): Promise<Lock | undefined>;
  /** Milliseconds since the epoch, by the clock shared by all processes on this store. */
  now?(): Promise<number>;
}
