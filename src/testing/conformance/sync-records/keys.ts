import type { SyncRecord } from '../../../ports/sync-record-store.ts';
import { record, type StoreCase, shop } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

const oddKeys: readonly (readonly [what: string, key: string])[] = [
  ['single quotes', "it's ''here''"],
  ['double quotes and backslashes', '"a\\"b\\\\"'],
  ['wildcards of LIKE', '100%_a*b?'],
  ['SQL', "'; drop table sync_records; --"],
  ['emoji', '👗👩‍👩‍👧‍👦'],
  ['Chinese, Arabic and accents', '連衣裙 فستان Prêt-à-porter'],
  ['white space at the ends', ' \tp1\n '],
  ['control characters', '\u0001\u001f\u007f\u0085\u2028'],
  ['the highest code point and non-characters', '\u{10ffff}\uffff\ufffe'],
  ['colons, slashes and braces', 'shop:{a}:/b//c..'],
  ['names that objects inherit', '__proto__'],
  ['the longest length', 'x'.repeat(255)],
  ['the longest length in emoji', '😀'.repeat(127)],
];

const roundTrips: readonly StoreCase[] = oddKeys.map(([what, key]) => ({
  name: `takes a local id and a gid with ${what}`,
  async check(store, expect) {
    const odd = record(key, { gid: key });
    await store.putMany([odd, record('p1')]);
    expect(await store.get(shop, key)).toEqual(odd);
    expect((await store.getByGid(shop, key))?.localId).toBe(key);
    const listed = (await store.list(shop)).map(({ localId }) => localId);
    expect(listed.includes(key)).toBe(true);
    expect(await store.delete(shop, key)).toBe(true);
    expect((await store.list(shop)).map(({ localId }) => localId)).toEqual(['p1']);
  },
}));

const lookAlikes = ['p1', 'P1', 'p1 ', ' p1', 'p01', 'pé', 'pe\u0301', 'ｐ1', 'p\u200b1'];

const refused: readonly (readonly [field: keyof SyncRecord, value: unknown])[] = [
  ['localId', ''],
  ['localId', 'x'.repeat(256)],
  ['localId', 'p\0'],
  ['localId', 'p\ud800'],
  ['localId', 7],
  ['shop', ''],
  ['shop', '\udc00.myshopify.com'],
  ['gid', 'gid://shopify/Product/\0'],
  ['status', 'lost'],
  ['hash', '\ud800'],
  ['hash', undefined],
  ['parts', { images: 1 }],
  ['parts', ['a1']],
  ['lastError', { code: 'A' }],
  ['attempts', 1.5],
  ['attempts', -1],
  ['lastSyncedAt', Number.NaN],
  ['lastAttemptAt', Number.POSITIVE_INFINITY],
  ['shopifyUpdatedAt', 20261102],
];

/** What a key may hold, and what no store takes. */
export const keyCases: readonly StoreCase[] = [
  ...roundTrips,
  {
    name: 'tells local ids apart that only look alike',
    async check(store, expect) {
      await store.putMany(lookAlikes.map((localId) => record(localId, { hash: JSON.stringify(localId) })));
      for (const localId of lookAlikes) expect((await store.get(shop, localId))?.hash).toBe(JSON.stringify(localId));
      expect((await store.counts(shop)).synced).toBe(lookAlikes.length);
    },
  },
  {
    name: 'keeps any character in error messages and parts',
    async check(store, expect) {
      const wild = record('p1', {
        lastError: { code: 'A', message: 'a\0b \ud800 "quoted" \\ \n 😀 \u2028' },
        parts: { ['__proto__']: 'x', 'a\0b': '\udfff', '': '' },
      });
      await store.put(wild);
      expect(await store.get(shop, 'p1')).toEqual(wild);
    },
  },
  {
    name: 'keeps an error message of 5 MB',
    async check(store, expect) {
      const message = '0123456789abcdé'.repeat(330_000);
      await store.put(record('p1', { lastError: { code: 'A', message } }));
      expect((await store.get(shop, 'p1'))?.lastError?.message === message).toBe(true);
    },
  },
  ...refused.map(
    ([field, value]): StoreCase => ({
      name: `refuses a record whose ${field} is ${(JSON.stringify(value) ?? 'undefined').slice(0, 30)}, and names the field`,
      async check(store, expect) {
        const bad = { ...record('p1'), [field]: value };
        const error = await storageFailure(store.put(bad));
        expect(error.message.includes(field)).toBe(true);
        expect(error.isRetryable).toBe(false);
        expect(await store.list(shop)).toEqual([]);
      },
    }),
  ),
  {
    name: 'finds nothing by a key that no record can have, even where a look-alike exists',
    async check(store, expect) {
      await store.putMany([record('p\ufffd', { gid: 'g\ufffd' }), record('q', { gid: 'h' })]);
      for (const key of ['p\ud800', 'q\0', 'q\0x', '']) {
        expect(await store.get(shop, key)).toBe(undefined);
        expect(await store.delete(shop, key)).toBe(false);
      }
      for (const gid of ['g\ud800', 'h\0', '']) expect(await store.getByGid(shop, gid)).toBe(undefined);
      expect(await store.list(`${shop}\0`)).toEqual([]);
      expect((await store.counts(`${shop}\0`)).synced).toBe(0);
      expect((await store.counts(shop)).synced).toBe(2);
    },
  },
];
