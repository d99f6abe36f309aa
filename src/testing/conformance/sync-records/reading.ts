import type { AgeCount, SyncRecord, SyncRecordStore, SyncStatus } from '../../../ports/sync-record-store.ts';
import { localIds, record, type StoreCase, shop, statuses } from './harness.ts';
import { storageFailure } from './storage-failure.ts';

const dayMs = 86_400_000;

const otherShop = 'other.myshopify.com';

const age = (status: SyncStatus, day: number | null, count: number): AgeCount => ({ status, day, count });

const at = (localId: string, status: SyncStatus, lastSyncedAt: number | null): SyncRecord =>
  record(localId, { status, lastSyncedAt });

/** What the list says that the counts have to be. */
async function listed(store: SyncRecordStore): Promise<{ counts: object; ages: AgeCount[] }> {
  const records = await store.list(shop, { limit: 1_000 });
  const counts = Object.fromEntries(
    statuses.map((status) => [status, records.filter((one) => one.status === status).length]),
  );
  const ages = statuses.flatMap((status) => {
    const days = records
      .filter((one) => one.status === status)
      .map(({ lastSyncedAt }) => (lastSyncedAt === null ? -1 : Math.floor(lastSyncedAt / dayMs)));
    const ordered = [...new Set(days)].sort((left, right) => left - right);
    return ordered.map((day) => age(status, day < 0 ? null : day, days.filter((other) => other === day).length));
  });
  return { counts, ages };
}

/** A series of small numbers that looks like chance and is always the same. */
function series(): (below: number) => number {
  let state = 12_345;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Counts by status and age: kept with every change, and always what the list says. */
export const countCases: readonly StoreCase[] = [
  {
    name: 'counts no ages for a shop without records',
    async check(store, expect) {
      await store.put(record('p1', { shop: otherShop }));
      expect(await store.ageCounts(shop)).toEqual([]);
    },
  },
  {
    name: 'counts by the day of the last success, from its first to its last millisecond by UTC',
    async check(store, expect) {
      const times = [0, dayMs - 1, dayMs, 2 * dayMs - 1, 20_000 * dayMs];
      await store.putMany(times.map((time, index) => at(`p${index}`, 'synced', time)));
      const ages = [age('synced', 0, 2), age('synced', 1, 2), age('synced', 20_000, 1)];
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'counts records that never succeeded apart from those of the first day',
    async check(store, expect) {
      await store.putMany([at('p1', 'pending', null), at('p2', 'pending', null), at('p3', 'pending', 0)]);
      expect(await store.ageCounts(shop)).toEqual([age('pending', null, 2), age('pending', 0, 1)]);
    },
  },
  {
    name: 'gives ages in the order of the statuses, never first, then from the oldest day',
    async check(store, expect) {
      const days = [30, null, 4, 200];
      const records = [...statuses]
        .reverse()
        .flatMap((status) => days.map((day) => at(`${status}${day}`, status, day === null ? null : day * dayMs)));
      await store.putMany(records);
      const ages = statuses.flatMap((status) => [null, 4, 30, 200].map((day) => age(status, day, 1)));
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'moves the count of a record whose day changes while its status stays',
    async check(store, expect) {
      await store.put(at('p1', 'synced', 5 * dayMs));
      await store.put(at('p1', 'synced', 6 * dayMs));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 6, 1)]);
      await store.put(at('p1', 'synced', null));
      expect(await store.ageCounts(shop)).toEqual([age('synced', null, 1)]);
    },
  },
  {
    name: 'moves the count of a record whose status changes while its day stays',
    async check(store, expect) {
      for (const status of statuses) {
        await store.put(at('p1', status, dayMs));
        expect(await store.ageCounts(shop)).toEqual([age(status, 1, 1)]);
      }
    },
  },
  {
    name: 'counts a record once that is put again and again',
    async check(store, expect) {
      for (const hash of ['1', '2', '3']) await store.put(record('p1', { hash, lastSyncedAt: 0 }));
      await store.putMany(['1', '2'].map((hash) => record('p1', { hash, lastSyncedAt: 0 })));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 0, 1)]);
      expect((await store.counts(shop)).synced).toBe(1);
    },
  },
  {
    name: 'takes a deleted record out of the counts, once',
    async check(store, expect) {
      await store.putMany([at('p1', 'failed', dayMs), at('p2', 'failed', dayMs)]);
      await store.delete(shop, 'p1');
      await store.delete(shop, 'p1');
      expect(await store.ageCounts(shop)).toEqual([age('failed', 1, 1)]);
      expect((await store.counts(shop)).failed).toBe(1);
    },
  },
  {
    name: 'keeps the counts of two shops apart',
    async check(store, expect) {
      await store.putMany([at('p1', 'failed', 0), { ...at('p1', 'synced', dayMs), shop: otherShop }]);
      expect(await store.ageCounts(shop)).toEqual([age('failed', 0, 1)]);
      expect(await store.ageCounts(otherShop)).toEqual([age('synced', 1, 1)]);
    },
  },
  {
    name: 'leaves the counts as they were when a batch is refused',
    async check(store, expect) {
      await store.put(at('p1', 'synced', dayMs));
      await storageFailure(store.putMany([at('p1', 'failed', 0), record('p2', { attempts: -1 })]));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 1, 1)]);
    },
  },
  {
    name: 'counts the most distant days',
    async check(store, expect) {
      await store.put(at('p1', 'synced', 8_640_000_000_000_000));
      expect(await store.ageCounts(shop)).toEqual([age('synced', 100_000_000, 1)]);
    },
  },
  {
    name: 'agrees with the list after a long series of changes',
    async check(store, expect) {
      const pick = series();
      const any = (): SyncRecord =>
        at(`p${pick(12)}`, statuses[pick(statuses.length)] ?? 'synced', [null, 0, dayMs, 2 * dayMs][pick(4)] ?? null);
      for (let step = 0; step < 60; step++) {
        const kind = pick(4);
        if (kind === 0) await store.delete(shop, `p${pick(12)}`);
        else if (kind === 1) await store.putMany(Array.from({ length: pick(6) }, any));
        else await store.put(any());
      }
      const { counts, ages } = await listed(store);
      expect(await store.counts(shop)).toEqual(counts);
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
  {
    name: 'agrees with the list after many changes of the same records at once',
    async check(store, expect) {
      const ids = localIds(6);
      await Promise.all(
        statuses.flatMap((status, index) => [
          ...ids.map((localId) => store.put(at(localId, status, index * dayMs))),
          store.putMany([...ids].reverse().map((localId) => at(localId, status, null))),
          store.putMany(ids.map((localId) => at(localId, status, dayMs))),
          store.delete(shop, 'p0003'),
        ]),
      );
      const { counts, ages } = await listed(store);
      expect(await store.counts(shop)).toEqual(counts);
      expect(await store.ageCounts(shop)).toEqual(ages);
    },
  },
];
