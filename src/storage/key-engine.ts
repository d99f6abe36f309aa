import { StorageError } from '../errors/errors.ts';
import { isStorableText, maxKeyLength, shownId } from './adapter-kit.ts';

/** The outcome of a write that may depend on a lock: done, not done because of the value, or the lock is lost. */
export type WriteOutcome = 'done' | 'unchanged' | 'lost';

/** The checked options of a write. */
export interface WriteTerms {
  readonly ttlMs: number | undefined;
  readonly fence: number | undefined;
}

/** The outcome of a step. In memory it is available at once: a promise would cost more than the step. */
export type Outcome<T> = T | Promise<T>;

/**
 * The adapter-specific part of a store: each method is one atomic step for all processes that share it, with checked
 * arguments. Everything else (rules, waiting, renewal) is common to all adapters.
 */
export interface KeyEngine {
  get(key: string): Outcome<string | undefined>;
  set(key: string, value: string, terms: WriteTerms): Outcome<WriteOutcome>;
  /** `undefined` means no value, for both `expected` and `value`. */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    terms: WriteTerms,
  ): Outcome<WriteOutcome>;
  delete(key: string, fence: number | undefined): Outcome<WriteOutcome>;
  /**
   * Inserts the keys that are absent, and returns them. Each is a separate step. Without this method, keys are inserted
   * one by one.
   */
  addMany?(entries: ReadonlyMap<string, string>): Outcome<readonly string[]>;
  /** Pages of keys, each key once. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  /** Milliseconds since the epoch, on the clock that all processes on the store share. */
  now(): Outcome<number>;
  readonly locks: LockEngine;
}

/** The locks of an adapter. Only the token identifies a holder. */
export interface LockEngine {
  /** Returns the new token if the lock is free; otherwise `undefined`. */
  take(key: string, leaseMs: number): Outcome<number | undefined>;
  /** Restarts the lease. `false`: the lock is not held with that token any more. */
  renew(key: string, token: number, leaseMs: number): Outcome<boolean>;
  /** `false`: the lock was not held with that token any more. */
  release(key: string, token: number): Outcome<boolean>;
}

/** The longest time to live: a hundred years. Omit it to keep a key forever. */
const maxTtlMs = 100 * 365 * 24 * 3_600_000;

const minLeaseMs = 100;

/**
 * The longest lease: a day. Locks are renewed, so longer ones are not needed, and a dead holder blocks others this
 * long.
 */
const maxLeaseMs = 24 * 3_600_000;

function refuse(message: string): never {
  throw new StorageError(message);
}

/** @throws StorageError for a key that some stores cannot store unchanged. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') refuse('A key must be a non-empty string.');
  else if (key.length > maxKeyLength) {
    refuse(`The key ${shownId(key)}… is longer than ${maxKeyLength} characters: shorten or hash it.`);
  } else if (!isStorableText(key))
    refuse(`The key ${shownId(key)} contains a NUL character or a lone surrogate: remove it.`);
}

/** @throws StorageError for a prefix that no storable key can begin with. */
export function checkPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string' || !isStorableText(prefix)) {
    refuse('scan() takes a key prefix: text without NUL characters or lone surrogates; "" for all keys.');
  }
}

/** @throws StorageError for a value that some stores cannot store unchanged. The value itself is never shown. */
export function checkValue(key: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') refuse(`The value of ${shownId(key)} must be a string: use JSON.stringify.`);
  else if (!isStorableText(value)) {
    refuse(
      `The value of ${shownId(key)} contains a NUL character or a lone surrogate: encode it, for example as base64.`,
    );
  }
}

/**
 * Returns the time-to-live in whole milliseconds; `undefined` for a key without expiry.
 *
 * @throws StorageError for one out of range.
 */
export function checkedTtl(ttlMs: number | undefined): number | undefined {
  if (ttlMs === undefined) return undefined;
  if (!(Number.isFinite(ttlMs) && ttlMs >= 1 && ttlMs <= maxTtlMs)) {
    refuse('ttlMs must be milliseconds, from 1 to a hundred years; omit it to keep the key forever.');
  }
  return Math.ceil(ttlMs);
}

/** @throws StorageError for a fence that cannot be a lock's token. */
export function checkFence(fence: number | undefined): void {
  if (fence !== undefined && !(Number.isSafeInteger(fence) && fence > 0)) {
    refuse('fence must be the token of a lock on this key: `lock.token`.');
  }
}

/**
 * Returns the times of a lock in whole milliseconds, with defaults.
 *
 * @throws StorageError for one out of range.
 */
export function checkedLockTimes(leaseMs = 30_000, waitMs = 0): { readonly leaseMs: number; readonly waitMs: number } {
  if (!(Number.isFinite(leaseMs) && leaseMs >= minLeaseMs && leaseMs <= maxLeaseMs)) {
    refuse(`leaseMs must be milliseconds from ${minLeaseMs} to a day.`);
  }
  if (!(typeof waitMs === 'number' && waitMs >= 0)) refuse('waitMs must be milliseconds, 0 or more.');
  return { leaseMs: Math.ceil(leaseMs), waitMs };
}
