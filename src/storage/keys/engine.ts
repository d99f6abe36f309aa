/** The outcome of a write that may depend on a lock: done, not done because of the value, or the lock is lost. */
export type WriteOutcome = 'done' | 'unchanged' | 'lost';

/** What a write depends on and how long it lasts, all of it checked. */
export interface WriteTerms {
  readonly ttlMs: number | undefined;
  readonly fence: number | undefined;
}

/**
 * What an adapter does itself: each method is one atomic step for all processes that share the store, and gets
 * arguments that are checked. All the rest (rules, waiting, renewal) is the same for all of them.
 */
export interface KeyEngine {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, terms: WriteTerms): Promise<WriteOutcome>;
  /** `undefined` stands for no value, on either side. */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    terms: WriteTerms,
  ): Promise<WriteOutcome>;
  delete(key: string, fence: number | undefined): Promise<WriteOutcome>;
  /** Pages of keys, each key once. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  readonly locks: LockEngine;
}

/** The locks of an adapter. A holder is known by its token alone. */
export interface LockEngine {
  /** The new token where the lock is free; `undefined` where it is not. */
  take(key: string, leaseMs: number): Promise<number | undefined>;
  /** Lets the lease begin anew. `false`: it is not held with that token any more. */
  renew(key: string, token: number, leaseMs: number): Promise<boolean>;
  /** `false`: it was not held with that token any more. */
  release(key: string, token: number): Promise<boolean>;
}
