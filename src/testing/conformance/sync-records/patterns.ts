import type { SyncRecord } from '../../../ports/sync-record-store.ts';
import { localIds, record, type StoreCase, shop } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

const failed = (localId: string, code: string, message: string, lastAttemptAt: number | null = 1_000): SyncRecord =>
  record(localId, { status: 'failed', lastError: { code, message }, lastAttemptAt });

const fine = (localId: string): SyncRecord => record(localId, { lastError: null });

const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** What went wrong most often. */
export const patternCases: readonly StoreCase[] = [
  {
    name: 'finds no error patterns where no record has an error',
    async check(store, expect) {
      await store.putMany([fine('p1'), { ...failed('p2', 'A', 'no'), shop: 'other.myshopify.com' }]);
      expect(await store.errorPatterns(shop)).toEqual([]);
    },
  },
  {
    name: 'counts messages together that differ in quoted texts, numbers and ids only',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'TOO_LONG', "Title 'A' is longer than 255 characters in gid://shopify/Product/1"),
        failed('p2', 'TOO_LONG', 'Title \'The "B"\' is longer than 70 characters in gid://shopify/Product/22'),
        fine('p3'),
      ]);
      const pattern = 'Title {text} is longer than {number} characters in {id}';
      expect(await store.errorPatterns(shop)).toEqual([
        { code: 'TOO_LONG', pattern, count: 2, localId: 'p1', lastAttemptAt: 1_000 },
      ]);
    },
  },
  {
    name: 'keeps errors of different codes apart',
    async check(store, expect) {
      await store.putMany([failed('p1', 'A', 'no'), failed('p2', 'B', 'no')]);
      expect((await store.errorPatterns(shop)).map(({ code, count }) => [code, count])).toEqual([
        ['A', 1],
        ['B', 1],
      ]);
    },
  },
  {
    name: 'gives the most frequent first, equal ones by code and then by pattern',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'B', 'y'),
        failed('p2', 'B', 'x'),
        failed('p3', 'A', 'z'),
        failed('p4', 'C', 'w'),
        failed('p5', 'C', 'w'),
      ]);
      expect((await store.errorPatterns(shop)).map(({ pattern }) => pattern).join('')).toBe('wzxy');
    },
  },
  {
    name: 'names the record that was tried last, and the smallest of several',
    async check(store, expect) {
      await store.putMany([
        failed('p1', 'A', 'no', null),
        failed('p4', 'A', 'no', 2_000),
        failed('p3', 'A', 'no', 2_000),
        failed('p2', 'A', 'no', 1_000),
        failed('p9', 'B', 'no', null),
      ]);
      const [first, second] = await store.errorPatterns(shop);
      expect([first?.localId, first?.lastAttemptAt]).toEqual(['p3', 2_000]);
      expect([second?.localId, second?.lastAttemptAt]).toEqual(['p9', null]);
    },
  },
  {
    name: 'counts errors whatever the status of their record',
    async check(store, expect) {
      await store.putMany([{ ...failed('p1', 'A', 'no'), status: 'pending' }, failed('p2', 'A', 'no')]);
      expect((await store.errorPatterns(shop))[0]?.count).toBe(2);
    },
  },
  {
    name: 'forgets errors of records that were replaced or deleted',
    async check(store, expect) {
      await store.putMany([failed('p1', 'A', 'no'), failed('p2', 'A', 'no'), failed('p3', 'B', 'no')]);
      await store.put(fine('p1'));
      await store.delete(shop, 'p3');
      expect((await store.errorPatterns(shop)).map(({ code, count }) => [code, count])).toEqual([['A', 1]]);
    },
  },
  {
    name: 'counts the errors of a thousand records, each one once',
    async check(store, expect) {
      await store.putMany(localIds(1_003).map((localId, index) => failed(localId, 'A', `no ${index}`, index)));
      expect(await store.errorPatterns(shop)).toEqual([
        { code: 'A', pattern: 'no {number}', count: 1_003, localId: 'p1002', lastAttemptAt: 1_002 },
      ]);
    },
  },
  {
    name: 'gives 20 patterns without a limit, and as many as the limit says',
    async check(store, expect) {
      const codes = ['A', 'B'];
      await store.putMany(
        codes.flatMap((code) => words.map((word) => failed(`${code}-${word}`, code, `it is ${word}`))),
      );
      expect((await store.errorPatterns(shop)).length).toBe(20);
      expect((await store.errorPatterns(shop, { limit: 3 })).length).toBe(3);
      expect((await store.errorPatterns(shop, { limit: 1_000 })).length).toBe(24);
    },
  },
  {
    name: 'refuses a limit of patterns out of range',
    async check(store, expect) {
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        expect((await storageFailure(store.errorPatterns(shop, { limit }))).isRetryable).toBe(false);
      }
    },
  },
];
