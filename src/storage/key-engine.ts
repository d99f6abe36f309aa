import { StorageError } from '../errors/errors.ts';
import { isStorableText, maxKeyLength } from './adapter-kit.ts';

/** The longest time to live: a hundred years. Whoever wants more leaves it out. */
const maxTtlMs = 100 * 365 * 24 * 3_600_000;

const minLeaseMs = 100;

/** The longest lease: a day. A lock is renewed, so nobody needs more, and a dead holder blocks so long. */
const maxLeaseMs = 24 * 3_600_000;

const longestTextShown = 80;

const shown = (key: string): string => JSON.stringify(key.slice(0, longestTextShown));

const refuse = (message: string): never => {
  throw new StorageError(message, false);
};

/** @throws StorageError for a key that not every store can keep as it is. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') refuse('A key must be a text that is not empty.');
  else if (key.length > maxKeyLength) {
    refuse(`The key ${shown(key)}… is longer than ${maxKeyLength} characters: shorten or hash it.`);
  } else if (!isStorableText(key)) refuse(`The key ${shown(key)} holds a NUL or half a surrogate pair: strip it.`);
}

/** @throws StorageError for a prefix that no key can begin with for want of being storable. */
export function checkPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string' || !isStorableText(prefix)) {
    refuse('scan() takes the beginning of keys: a text without NUL and half surrogate pairs; "" for all keys.');
  }
}

/** @throws StorageError for a value that not every store can keep as it is. The value itself is never shown. */
export function checkValue(key: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') refuse(`The value of ${shown(key)} must be a text: use JSON.stringify.`);
  else if (!isStorableText(value)) {
    refuse(`The value of ${shown(key)} holds a NUL or half a surrogate pair: encode it, by base64 for instance.`);
  }
}

/**
 * The time to live in whole milliseconds, `undefined` for a key that is kept for ever.
 *
 * @throws StorageError for one out of range.
 */
export function checkedTtl(ttlMs: number | undefined): number | undefined {
  if (ttlMs === undefined) return undefined;
  if (!(Number.isFinite(ttlMs) && ttlMs >= 1 && ttlMs <= maxTtlMs)) {
    refuse('ttlMs must be milliseconds from 1 to a hundred years; leave it out to keep the key for ever.');
  }
  return Math.ceil(ttlMs);
}

/** @throws StorageError for a fence that is no lock's token. */
export function checkFence(fence: number | undefined): void {
  if (fence !== undefined && !(Number.isSafeInteger(fence) && fence > 0)) {
    refuse('fence must be the token of a lock on this key: `lock.token`.');
  }
}

/**
 * The times of a lock in whole milliseconds, with the defaults.
 *
 * @throws StorageError for one out of range.
 */
export function checkedLockTimes(leaseMs = 30_000, waitMs = 0): { readonly leaseMs: number; readonly waitMs: number } {
  if (!(Number.isFinite(leaseMs) && leaseMs >= minLeaseMs && leaseMs <= maxLeaseMs)) {
    refuse(`leaseMs must be milliseconds from ${minLeaseMs} to a day.`);
  }
  if (!(waitMs >= 0)) refuse('waitMs must be milliseconds, 0 or more.');
  return { leaseMs: Math.ceil(leaseMs), waitMs };
}
