import { localIds, record, type StoreCase, shop } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

/** Many records at once, many calls at once, and the end. */
export const batchCases: readonly StoreCase[] = [
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
    name: 'replaces whole records, and leaves nothing of what they said before',
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
    name: 'takes an empty batch',
    async check(store, expect) {
      await store.putMany([]);
      expect(await store.list(shop)).toEqual([]);
    },
  },
  {
    name: 'takes the last of several records with one key in a batch',
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
    name: 'takes a batch as it was when the call was made',
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
    name: 'finishes what runs before it closes, and refuses what comes after',
    async check(store, expect, stores) {
      const running = store.putMany(localIds(500).map((localId) => record(localId)));
      const closed = stores.close();
      const calls = [
        store.get(shop, 'p1'),
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
