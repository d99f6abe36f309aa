import { setTimeout as sleep } from 'node:timers/promises';
import { isShopwrightError } from '../../../errors/errors.ts';
import type { KeyValueStore, Lock, LockOptions } from '../../../ports/key-value-store.ts';
import { type ConformanceRunner, turn } from '../runner.ts';

/** A key-value store under test, and control over its time. */
export interface KeyValueSubject {
  readonly store: KeyValueStore;
  /** Called at the end of each case. */
  close(): Promise<unknown>;
  /** Advances time by this number of milliseconds, so that everything due happens. Default: really waits. */
  advance?(ms: number): Promise<void>;
  /**
   * Advances the time of the store by this number of milliseconds while this process is paused and renews nothing.
   * Default: really blocks the thread, and skips cases that need half a minute or years.
   */
  stall?(ms: number): Promise<void>;
  /** Opens the same store again, as another process would. Required if the store is `shared`. */
  another?(): OpenedKeyValueStore | Promise<OpenedKeyValueStore>;
}

/** The store of a subject, opened again. */
export interface OpenedKeyValueStore {
  readonly store: KeyValueStore;
  /** Called before the subject's own `close`. */
  close(): Promise<unknown>;
}

/** Optional abilities of a store. Default: none. */
export interface KeyValueAbilities {
  /** Several processes can work on one store. */
  readonly shared?: boolean;
}

/** The tools of a case. */
export interface KeyValueHarness extends Pick<KeyValueSubject, 'store' | 'another'> {
  advance(ms: number): Promise<void>;
  stall(ms: number): Promise<void>;
  /** Whether time can pass without waiting for it. */
  readonly canLeap: boolean;
  /** Lets time pass until the promise settles, and returns its outcome. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Takes a lock that must be free. */
  take(key: string, options?: LockOptions): Promise<Lock>;
}

/** A statement about a store, and its proof. */
export interface KeyValueCase {
  readonly name: string;
  check(harness: KeyValueHarness, expect: ConformanceRunner['expect']): Promise<void>;
}

/** Milliseconds that pass at once while a case waits for a promise. */
const stepMs = 25;

/** Puts the helpers of the cases around a subject. */
export function createKeyValueHarness(subject: KeyValueSubject): KeyValueHarness {
  const { store } = subject;
  const advance = (ms: number): Promise<void> => subject.advance?.(ms) ?? sleep(ms);
  return {
    store,
    ...(subject.another && { another: subject.another.bind(subject) }),
    advance,
    canLeap: subject.stall !== undefined,
    async stall(ms) {
      if (subject.stall) await subject.stall(ms);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    },
    async settle(promise) {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
      };
      promise.then(settled, settled);
      await advance(0);
      while (!isSettled) {
        await advance(stepMs);
        await turn();
      }
      return promise;
    },
    async take(key, options) {
      const lock = await store.lock(key, options);
      if (!lock) throw new Error(`The lock on ${key} should be free.`);
      return lock;
    },
  };
}

/** All keys with that prefix, in the order of UTF-16 units. */
export async function keysOf(store: KeyValueStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.scan(prefix)) keys.push(key);
  return keys.sort();
}

/** Whether the promise is rejected with a `LockLostError`; any other error fails the case. */
export async function losesLock(promise: Promise<unknown>): Promise<boolean> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined || isShopwrightError(outcome, 'LOCK_LOST')) return outcome !== undefined;
  throw outcome;
}

/** Keys with characters that are special in some store. */
export const oddKeys: readonly (readonly [what: string, key: string])[] = [
  ['single quotes', "it's ''here''"],
  ['double quotes and backslashes', '"a\\"b\\\\"'],
  ['wildcards of LIKE and of globs', '100%_a*b?[c-d]^'],
  ['SQL', "'; drop table key_values; --"],
  ['emoji', '👗👩‍👩‍👧‍👦'],
  ['Chinese, Arabic and accents', '連衣裙 فستان Prêt-à-porter'],
  ['white space at the ends', ' \tk1\n '],
  ['control characters', '\u0001\u001f\u007f\u0085\u2028'],
  ['the highest code point and non-characters', '\u{10ffff}\uffff\ufffe'],
  ['the tags of a cluster', 'shop:{a}:/b//c..'],
  ['a closing brace in front', '}}{'],
  ['names that objects inherit', '__proto__'],
  ['the longest length', 'x'.repeat(255)],
  ['the longest length in emoji', '😀'.repeat(127)],
];
