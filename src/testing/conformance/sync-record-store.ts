// One file: all that the suite asks of one record and of a batch, in the order in which an adapter is written.
import type { Stores } from '../../ports/stores.ts';
import type { SyncRecord } from '../../ports/sync-record-store.ts';
import { type ConformanceRunner, storageFailure } from './runner.ts';
import { localIds, otherShop, record, type StoreCase, shop, statuses } from './sync-record-store/harness.ts';
import { countCases, pageCases, patternCases, syncDataCases } from './sync-record-store/reading-cases.ts';

/** One record at a time: fields, gids, deletion, counts. */
const singleCases: readonly StoreCase[] = [
  {
    name: 'returns every field as it was put',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.get(shop, 'p1')).toEqual(record('p1'));
    },
  },
  {
    name: 'returns null as null, and zero as zero',
    async check(store, expect) {
      const bare = record('p1', { ...nothing, status: 'pending' });
      await store.put(bare);
      expect(await store.get(shop, 'p1')).toEqual(bare);
    },
  },
  {
    name: 'keeps each status',
    async check(store, expect) {
      for (const status of statuses) {
        await store.put(record('p1', { status }));
        expect((await store.get(shop, 'p1'))?.status).toBe(status);
      }
    },
  },
  {
    name: 'keeps numbers up to the largest exact one, and an empty list of parts',
    async check(store, expect) {
      const large = record('p1', {
        attempts: 2_000_000_000,
        lastSyncedAt: 8_640_000_000_000_000,
        lastAttemptAt: Number.MAX_SAFE_INTEGER,
        parts: {},
      });
      await store.put(large);
      expect(await store.get(shop, 'p1')).toEqual(large);
    },
  },
  {
    name: 'drops fractions of a millisecond',
    async check(store, expect) {
      await store.put(record('p1', { lastSyncedAt: 1000.75, lastAttemptAt: 0.5 }));
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { lastSyncedAt: 1000, lastAttemptAt: 0 }));
    },
  },
  {
    name: 'drops fields that are not part of a record',
    async check(store, expect) {
      const withMore = { ...record('p1'), price: '9.95' };
      await store.put(withMore);
      expect(Object.keys((await store.get(shop, 'p1')) ?? {}).includes('price')).toBe(false);
    },
  },
  {
    name: 'finds nothing before anything is put',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.get(shop, 'p2')).toBe(undefined);
      expect(await store.get(otherShop, 'p1')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p2')).toBe(undefined);
    },
  },
  {
    name: 'replaces the whole record of that shop and local id',
    async check(store, expect) {
      await store.put(record('p1'));
      await store.put(record('p1', { ...nothing, status: 'failed' }));
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { ...nothing, status: 'failed' }));
      expect((await store.list(shop)).length).toBe(1);
    },
  },
  {
    name: 'writes conditionally only over the given version, or if there is none',
    async check(store, expect) {
      expect(await store.putIf(record('p1', { version: 2 }), 1)).toBe(false);
      expect(await store.get(shop, 'p1')).toBe(undefined);
      expect(await store.putIf(record('p1', { version: 1 }), undefined)).toBe(true);
      expect(await store.putIf(record('p1', { version: 9, hash: 'late' }), undefined)).toBe(false);
      expect(await store.putIf(record('p1', { version: 9, hash: 'late' }), 2)).toBe(false);
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { version: 1 }));
      expect(await store.putIf(record('p1', { ...nothing, version: 2, status: 'failed' }), 1)).toBe(true);
      expect(await store.get(shop, 'p1')).toEqual(record('p1', { ...nothing, version: 2, status: 'failed' }));
      const counts = await store.counts(shop);
      expect([counts.synced, counts.failed]).toEqual([0, 1]);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p1')).toBe(undefined);
    },
  },
  {
    name: 'lets one of many simultaneous conditional writers win, and reports that to the others',
    async check(store, expect) {
      await store.put(record('p1', { version: 1 }));
      const writers = Array.from({ length: 20 }, (_, index) =>
        store.putIf(record('p1', { version: 2, hash: String(index) }), 1),
      );
      const won = (await Promise.all(writers)).flatMap((isWritten, index) => (isWritten ? [String(index)] : []));
      expect(won.length).toBe(1);
      expect((await store.get(shop, 'p1'))?.hash).toBe(won[0] ?? '');
    },
  },
  {
    name: 'keeps two shops apart',
    async check(store, expect) {
      await store.put(record('p1', { hash: 'first' }));
      await store.put(record('p1', { shop: otherShop, hash: 'second' }));
      expect((await store.get(shop, 'p1'))?.hash).toBe('first');
      expect((await store.get(otherShop, 'p1'))?.hash).toBe('second');
      expect((await store.getByGid(otherShop, 'gid://shopify/Product/p1'))?.hash).toBe('second');
      expect(await store.delete(otherShop, 'p1')).toBe(true);
      expect((await store.get(shop, 'p1'))?.hash).toBe('first');
      expect((await store.list(otherShop)).length).toBe(0);
    },
  },
  {
    name: 'finds a record by its gid',
    async check(store, expect) {
      await store.put(record('p1', { gid: 'gid://shopify/Product/42' }));
      await store.put(record('p2', { gid: null }));
      expect((await store.getByGid(shop, 'gid://shopify/Product/42'))?.localId).toBe('p1');
      expect(await store.getByGid(otherShop, 'gid://shopify/Product/42')).toBe(undefined);
    },
  },
  {
    name: 'forgets the gid that a record had before',
    async check(store, expect) {
      await store.put(record('p1', { gid: 'gid://shopify/Product/1' }));
      await store.put(record('p1', { gid: 'gid://shopify/Product/2' }));
      expect(await store.getByGid(shop, 'gid://shopify/Product/1')).toBe(undefined);
      expect((await store.getByGid(shop, 'gid://shopify/Product/2'))?.localId).toBe('p1');
    },
  },
  {
    name: 'returns the smallest local id if several records have the same gid',
    async check(store, expect) {
      for (const localId of ['p2', 'p1', 'p3']) await store.put(record(localId, { gid: 'gid://shopify/Product/7' }));
      expect((await store.getByGid(shop, 'gid://shopify/Product/7'))?.localId).toBe('p1');
      await store.delete(shop, 'p1');
      expect((await store.getByGid(shop, 'gid://shopify/Product/7'))?.localId).toBe('p2');
    },
  },
  {
    name: 'deletes a record, and returns whether there was one',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.delete(shop, 'p1')).toBe(true);
      expect(await store.delete(shop, 'p1')).toBe(false);
      expect(await store.get(shop, 'p1')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p1')).toBe(undefined);
      expect(await store.list(shop)).toEqual([]);
      expect((await store.counts(shop)).synced).toBe(0);
    },
  },
  {
    name: 'counts zero of each status for a shop without records',
    async check(store, expect) {
      const zero = { pending: 0, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 };
      expect(await store.counts(shop)).toEqual(zero);
    },
  },
  {
    name: 'counts the records of one shop by status, and follows every change',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p2'), record('p3', { status: 'failed' })]);
      await store.put(record('p9', { shop: otherShop, status: 'failed' }));
      expect(await store.counts(shop)).toEqual({
        pending: 0,
        syncing: 0,
        synced: 2,
        failed: 1,
        'deleted-in-shopify': 0,
      });
      await store.put(record('p1', { status: 'syncing' }));
      await store.put(record('p3', { status: 'deleted-in-shopify' }));
      await store.delete(shop, 'p2');
      expect(await store.counts(shop)).toEqual({
        pending: 0,
        syncing: 1,
        synced: 0,
        failed: 0,
        'deleted-in-shopify': 1,
      });
    },
  },
  {
    name: 'copies records: later changes of an object that was put or returned have no effect',
    async check(store, expect) {
      const put = { ...record('p1'), parts: { images: 'a1' }, lastError: { code: 'A', message: 'B' } };
      await store.put(put);
      put.parts.images = 'changed';
      put.lastError.message = 'changed';
      const got = await store.get(shop, 'p1');
      Object.assign(got ?? {}, { hash: 'changed' });
      Object.assign(got?.lastError ?? {}, { code: 'changed' });
      const kept = record('p1', { parts: { images: 'a1' }, lastError: { code: 'A', message: 'B' } });
      expect(await store.get(shop, 'p1')).toEqual(kept);
    },
  },
];

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

/** Characters of keys, and invalid records. */
const keyCases: readonly StoreCase[] = [
  ...roundTrips,
  {
    name: 'distinguishes local ids that look alike',
    async check(store, expect) {
      await store.putMany(lookAlikes.map((localId) => record(localId, { hash: JSON.stringify(localId) })));
      for (const localId of lookAlikes) expect((await store.get(shop, localId))?.hash).toBe(JSON.stringify(localId));
      expect((await store.counts(shop)).synced).toBe(lookAlikes.length);
    },
  },
  {
    name: 'finds no record under a local id that only looks like its own',
    async check(store, expect) {
      const [first = '', ...others] = lookAlikes;
      await store.put(record(first));
      for (const localId of [...others, first.toLowerCase(), first.toUpperCase(), `${first} `]) {
        if (localId !== first) expect(await store.get(shop, localId)).toBe(undefined);
      }
      await store.put(record('é-1'));
      for (const localId of ['e\u0301-1', 'É-1', 'e-1']) expect(await store.get(shop, localId)).toBe(undefined);
      expect((await store.counts(shop)).synced).toBe(2);
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
    name: 'finds nothing by a key that no record can have, even if a similar one exists',
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

/** Batches, simultaneous calls, and closing. */
const batchCases: readonly StoreCase[] = [
  {
    name: 'puts many records, new ones and known ones',
    async check(store, expect) {
      await store.putMany(localIds(600).map((localId) => record(localId, { hash: 'old' })));
      await store.putMany(localIds(1_234).map((localId, index) => record(localId, { hash: `new${index}` })));
      expect((await store.counts(shop)).synced).toBe(1_234);
      expect((await store.get(shop, 'p0000'))?.hash).toBe('new0');
      expect((await store.get(shop, 'p1233'))?.hash).toBe('new1233');
    },
  },
  {
    name: 'replaces whole records, and keeps nothing of the former ones',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p2')]);
      const bare = record('p1', {
        ...{ gid: null, hash: null, parts: null, lastError: null, lastSyncData: null },
        ...{ lastSyncedAt: null, lastAttemptAt: null, shopifyUpdatedAt: null, attempts: 0, status: 'pending' },
      });
      await store.putMany([bare]);
      expect(await store.get(shop, 'p1')).toEqual(bare);
      expect(await store.get(shop, 'p2')).toEqual(record('p2'));
    },
  },
  {
    name: 'accepts an empty batch',
    async check(store, expect) {
      await store.putMany([]);
      expect(await store.list(shop)).toEqual([]);
    },
  },
  {
    name: 'keeps the last of several records with the same key in a batch',
    async check(store, expect) {
      await store.putMany([record('p1', { hash: '1' }), record('p2'), record('p1', { hash: '2' })]);
      expect((await store.get(shop, 'p1'))?.hash).toBe('2');
      expect((await store.counts(shop)).synced).toBe(2);
    },
  },
  {
    name: 'puts the records of several shops in one batch',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p1', { shop: 'other.myshopify.com', status: 'failed' })]);
      expect((await store.get(shop, 'p1'))?.status).toBe('synced');
      expect((await store.get('other.myshopify.com', 'p1'))?.status).toBe('failed');
    },
  },
  {
    name: 'puts all of a batch or nothing of it',
    async check(store, expect) {
      await store.put(record('p0000', { hash: 'before' }));
      const batch = localIds(700).map((localId) => record(localId, { hash: 'after' }));
      await storageFailure(store.putMany([...batch, record('p9999', { attempts: -1 })]));
      expect(await store.list(shop)).toEqual([record('p0000', { hash: 'before' })]);
    },
  },
  {
    name: 'reads many records at once, each existing one once, and none of another shop',
    async check(store, expect) {
      if (!store.getMany) return;
      const odd = record("it's {ödd} 👗 \\");
      await store.putMany([...localIds(1_000).map((localId) => record(localId)), odd]);
      await store.put(record('p1', { shop: otherShop }));
      const ids = localIds(999);
      const found = await store.getMany(shop, [...ids, odd.localId]);
      const byId = (one: SyncRecord, other: SyncRecord): number => (one.localId < other.localId ? -1 : 1);
      expect([...found].sort(byId)).toEqual([...ids.map((localId) => record(localId)), odd].sort(byId));
      expect(await store.getMany(shop, ['p0001', 'nobody', 'p0001', 'p1', ''])).toEqual([record('p0001')]);
      expect(await store.getMany('nobody.myshopify.com', ['p0001'])).toEqual([]);
      expect(await store.getMany(shop, [])).toEqual([]);
    },
  },
  {
    name: 'finds none of many records by ids that no record can have, and refuses more than 1,000 ids',
    async check(store, expect) {
      if (!store.getMany) return;
      await store.putMany([record('p\ufffd'), record('q')]);
      expect(await store.getMany(shop, ['p\ud800', 'q\0', 'Q'])).toEqual([]);
      expect(await store.getMany(`${shop}\0`, ['q'])).toEqual([]);
      const error = await storageFailure(store.getMany(shop, localIds(1_001)));
      expect(error.message.includes('1000') || error.message.includes('1,000')).toBe(true);
    },
  },
  {
    name: 'writes many records conditionally, each on its own, and returns which',
    async check(store, expect) {
      if (!store.putManyIf) return;
      const odd = "it's {ödd} 👗 \\";
      await store.putMany([...localIds(300).map((localId) => record(localId, { version: 1 })), record(odd)]);
      await store.put(record('p0000', { shop: otherShop, version: 4 }));
      const next = (localId: string, version: number | undefined) => ({
        record: record(localId, { version: (version ?? 0) + 1, hash: 'next', status: 'failed' }),
        version,
      });
      const writes = [
        ...localIds(300).map((localId, index) => next(localId, index % 3 === 0 ? 9 : 1)),
        ...localIds(600)
          .slice(300)
          .map((localId, index) => next(localId, index % 2 === 0 ? undefined : 1)),
        ...[next(odd, 7), next('p0001x', undefined)],
        { record: record('p0000', { shop: otherShop, version: 5, hash: 'next' }), version: 4 },
      ];
      const written = await store.putManyIf(writes);
      const isDue = (index: number): boolean => (index < 300 ? index % 3 !== 0 : index >= 600 || index % 2 === 0);
      expect(written).toEqual(writes.map((_, index) => isDue(index)));
      for (const [index, { record: wanted }] of writes.entries())
        if (isDue(index)) expect(await store.get(wanted.shop, wanted.localId)).toEqual(wanted);
      expect(await store.get(shop, 'p0000')).toEqual(record('p0000', { version: 1 }));
      expect(await store.get(shop, 'p0301')).toBe(undefined);
      const counts = await store.counts(shop);
      expect([counts.synced, counts.failed]).toEqual([100, 352]);
      expect(await store.putManyIf([])).toEqual([]);
    },
  },
  {
    name: 'lets one of two simultaneous conditional batches win each record',
    async check(store, expect) {
      if (!store.putManyIf) return;
      await store.putMany(localIds(50).map((localId) => record(localId, { version: 1 })));
      const batch = (hash: string) =>
        [...localIds(50), 'new'].map((localId) => ({
          record: record(localId, { version: 2, hash }),
          version: localId === 'new' ? undefined : 1,
        }));
      const [one = [], other = []] = await Promise.all([
        store.putManyIf(batch('one')),
        store.putManyIf(batch('other').reverse()),
      ]);
      const mirrored = [...other].reverse();
      for (const [index, localId] of [...localIds(50), 'new'].entries()) {
        expect([one[index], mirrored[index]].filter(Boolean).length).toBe(1);
        expect((await store.get(shop, localId))?.hash).toBe(one[index] ? 'one' : 'other');
      }
    },
  },
  {
    name: 'refuses a conditional batch of more than 1,000 records, with one twice, or with one that cannot be stored',
    async check(store, expect) {
      if (!store.putManyIf) return;
      const write = (localId: string, changes: Partial<SyncRecord> = {}) => ({
        record: record(localId, changes),
        version: undefined,
      });
      for (const bad of [
        localIds(1_001).map((localId) => write(localId)),
        [write('p1'), write('p2'), write('p1')],
        [write('p1'), write('p2', { attempts: -1 })],
      ])
        await storageFailure(store.putManyIf(bad));
      expect(await store.list(shop)).toEqual([]);
    },
  },
  {
    name: 'writes a batch as it was when the call was made',
    async check(store, expect) {
      const batch = [record('p1')];
      const done = store.putMany(batch);
      batch.push(record('p2'));
      await done;
      expect((await store.counts(shop)).synced).toBe(1);
    },
  },
  {
    name: 'keeps every one of 200 records put at once',
    async check(store, expect) {
      await Promise.all(localIds(200).map((localId) => store.put(record(localId))));
      expect((await store.counts(shop)).synced).toBe(200);
    },
  },
  {
    name: 'never shows half of a batch to a reader',
    async check(store, expect) {
      const batches = ['a', 'b'].map((hash) =>
        store.putMany(localIds(500).map((localId) => record(localId, { hash }))),
      );
      const lists = Array.from({ length: 10 }, () => store.list(shop, { limit: 1_000 }));
      const [pages] = await Promise.all([Promise.all(lists), ...batches]);
      for (const page of pages) {
        expect([0, 500].includes(page.length)).toBe(true);
        expect(new Set(page.map(({ hash }) => hash)).size <= 1).toBe(true);
      }
    },
  },
  {
    name: 'leaves one of two records whole when both are put at once',
    async check(store, expect) {
      const one = record('p1', { gid: 'gid://shopify/Product/1', status: 'failed', hash: 'one' });
      const two = record('p1', { gid: 'gid://shopify/Product/2', status: 'synced', hash: 'two' });
      await Promise.all([store.put(one), store.putMany([two]), store.put(one), store.put(two)]);
      const kept = await store.get(shop, 'p1');
      expect(kept).toEqual([one, two].find(({ hash }) => hash === kept?.hash));
      expect((await store.list(shop)).length).toBe(1);
    },
  },
  {
    name: 'finishes running calls before it closes, and refuses later ones',
    async check(store, expect, stores) {
      const running = store.putMany(localIds(500).map((localId) => record(localId)));
      const closed = stores.close();
      const calls = [
        store.get(shop, 'p1'),
        ...(store.getMany ? [store.getMany(shop, ['p1'])] : []),
        store.getByGid(shop, 'g1'),
        store.put(record('p1')),
        store.putMany([record('p1')]),
        store.list(shop),
        store.counts(shop),
        store.ageCounts(shop),
        store.errorPatterns(shop),
        store.delete(shop, 'p1'),
        store.erase(shop),
      ];
      const [errors, finished] = await Promise.all([Promise.all(calls.map(storageFailure)), running, closed]);
      for (const error of errors) {
        expect(error.message.includes('closed')).toBe(true);
        expect(error.isRetryable).toBe(false);
      }
      expect(finished).toBe(undefined);
    },
  },
  {
    name: 'can be closed twice, and without having been used',
    async check(_store, expect, stores) {
      const both = Promise.all([stores.close(), stores.close()]);
      expect(await both).toEqual([undefined, undefined]);
      await stores.close();
    },
  },
];

/** Erasing a shop. */
const eraseCases: readonly StoreCase[] = [
  {
    name: 'erases all records of a shop, and returns how many there were',
    async check(store, expect) {
      await store.putMany(localIds(1_234).map((localId) => record(localId)));
      expect(await store.erase(shop)).toBe(1_234);
      expect(await store.list(shop)).toEqual([]);
      expect(await store.get(shop, 'p0000')).toBe(undefined);
      expect(await store.getByGid(shop, 'gid://shopify/Product/p0000')).toBe(undefined);
      expect((await store.counts(shop)).synced).toBe(0);
      expect(await store.ageCounts(shop)).toEqual([]);
      expect(await store.errorPatterns(shop)).toEqual([]);
    },
  },
  {
    name: 'erases nothing of another shop',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p1', { shop: otherShop }), record('p2', { shop: otherShop })]);
      expect(await store.erase(shop)).toBe(1);
      expect((await store.list(otherShop)).length).toBe(2);
      expect((await store.counts(otherShop)).synced).toBe(2);
    },
  },
  {
    name: 'erases a shop without records as well, and one twice',
    async check(store, expect) {
      await store.put(record('p1'));
      expect(await store.erase(otherShop)).toBe(0);
      expect(await store.erase(shop)).toBe(1);
      expect(await store.erase(shop)).toBe(0);
    },
  },
  {
    name: 'accepts new records of an erased shop',
    async check(store, expect) {
      await store.putMany([record('p1'), record('p2')]);
      await store.erase(shop);
      await store.put(record('p2', { status: 'pending' }));
      expect((await store.list(shop)).map(({ localId }) => localId)).toEqual(['p2']);
      expect((await store.counts(shop)).pending).toBe(1);
      expect((await store.counts(shop)).synced).toBe(0);
    },
  },
  {
    name: 'does not erase a shop whose name looks alike',
    async check(store, expect) {
      await store.put(record('p1'));
      for (const alike of [shop.toUpperCase(), `${shop} `, `${shop}\0`, '%', ''])
        expect(await store.erase(alike)).toBe(0);
      expect((await store.list(shop)).length).toBe(1);
    },
  },
];

const cases = [
  ...singleCases,
  ...keyCases,
  ...syncDataCases,
  ...pageCases,
  ...batchCases,
  ...countCases,
  ...patternCases,
  ...eraseCases,
];

/** A store under test, and how to close it. A `Stores` object works too. */
export type SyncRecordSubject = Pick<Stores, 'records' | 'close'>;

/**
 * Tests an adapter's sync records against the port: over 100 cases, on any runner with `describe`, `it` and
 * `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the adapter.
 * @param create Creates a store without records, alone or as part of `Stores`. Called for each case, which closes it
 * at its end. On a shared database, give each case its own table prefix or empty the tables first.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeSyncRecordStore('my store', () => myStores(), { describe, it, expect });
 */
export function describeSyncRecordStore(
  name: string,
  create: () => SyncRecordSubject | Promise<SyncRecordSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a sync record store`, () => {
    for (const { name: sentence, check } of cases) {
      runner.it(sentence, async () => {
        const stores = await create();
        try {
          await check(stores.records, runner.expect, stores);
        } finally {
          await stores.close();
        }
      });
    }
  });
}

const nothing = {
  gid: null,
  hash: null,
  parts: null,
  lastError: null,
  attempts: 0,
  lastSyncData: null,
  lastSyncedAt: null,
  lastAttemptAt: null,
  shopifyUpdatedAt: null,
};

const lookAlikes = ['p1', 'P1', 'p1 ', ' p1', 'p01', 'pé', 'pe\u0301', 'ｐ1', 'p\u200b1'];
