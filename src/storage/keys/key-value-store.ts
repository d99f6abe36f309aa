import { LockLostError } from '../../errors/errors.ts';
import type { KeepOptions, KeyValueStore, WriteOptions } from '../../ports/key-value-store.ts';
import { checkedTtl, checkFence, checkKey, checkPrefix, checkValue } from '../key-engine.ts';
import type { Locks } from '../key-value-store.ts';
import type { KeyEngine, WriteOutcome, WriteTerms } from './engine.ts';

const checkedTerms = ({ ttlMs, fence }: WriteOptions): WriteTerms => {
  checkFence(fence);
  return { ttlMs: checkedTtl(ttlMs), fence };
};

/** Whether it was done. @throws LockLostError */
const isDone = (key: string, outcome: WriteOutcome): boolean => {
  if (outcome === 'lost') throw new LockLostError(key);
  return outcome === 'done';
};

/** The port on top of an engine: rules for what goes in, and errors for what comes out. */
export function createKeyValueStore(engine: KeyEngine, locks: Locks): KeyValueStore {
  return {
    async get(key) {
      checkKey(key);
      return engine.get(key);
    },
    async set(key, value, options: WriteOptions = {}) {
      checkKey(key);
      checkValue(key, value);
      isDone(key, await engine.set(key, value, checkedTerms(options)));
    },
    async setIfAbsent(key, value, { ttlMs }: KeepOptions = {}) {
      checkKey(key);
      checkValue(key, value);
      const terms = { ttlMs: checkedTtl(ttlMs), fence: undefined };
      return isDone(key, await engine.compareAndSet(key, undefined, value, terms));
    },
    async compareAndSet(key, expected, value, options: WriteOptions = {}) {
      checkKey(key);
      if (expected !== undefined) checkValue(key, expected);
      if (value !== undefined) checkValue(key, value);
      return isDone(key, await engine.compareAndSet(key, expected, value, checkedTerms(options)));
    },
    async delete(key, { fence } = {}) {
      checkKey(key);
      checkFence(fence);
      return isDone(key, await engine.delete(key, fence));
    },
    async *scan(prefix) {
      checkPrefix(prefix);
      for await (const page of engine.scan(prefix)) yield* page;
    },
    lock: locks.lock,
  };
}
