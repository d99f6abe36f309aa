import { describe, expect, it } from 'vitest';
import type { Stores } from '../../src/ports/stores.ts';
import type { SyncRecord, SyncRecordStore } from '../../src/ports/sync-record-store.ts';
import { memoryStores } from '../../src/storage/memory.ts';
import { shop } from '../../src/testing/conformance/sync-record-store/harness.ts';
import { describeSyncRecordStore } from '../../src/testing/conformance/sync-record-store.ts';

interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
}

/** Runs the suite on a runner of four lines, and gives each case's outcome. */
async function runSuite(create: () => Stores): Promise<CaseResult[]> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeSyncRecordStore('a store', create, {
    describe: (_name, body) => body(),
    it: (name, body) => cases.push({ name, body }),
    expect,
  });
  const results: CaseResult[] = [];
  for (const { name, body } of cases) {
    const passed = await body().then(
      () => true,
      () => false,
    );
    results.push({ name, passed });
  }
  return results;
}

/** A memory store with one flaw. */
function flawed(flaw: (records: SyncRecordStore) => Partial<SyncRecordStore>): () => Stores {
  return () => {
    const stores = memoryStores();
    return { ...stores, records: { ...stores.records, ...flaw(stores.records) } };
  };
}

const byUnits = (left: SyncRecord, right: SyncRecord): number => (left.localId < right.localId ? -1 : 1);

const flaws: readonly (readonly [what: string, caught: string, create: () => Stores])[] = [
  [
    'writes whatever the version',
    'writes conditionally only over the given version, or if there is none',
    flawed(({ put }) => ({ putIf: async (written) => put(written).then(() => true) })),
  ],
  [
    'reads, and then writes',
    'lets one of many simultaneous conditional writers win, and reports that to the others',
    flawed(({ get, put }) => ({
      async putIf(written, version) {
        if ((await get(written.shop, written.localId))?.version !== version) return false;
        await put(written);
        return true;
      },
    })),
  ],
  ['finds nothing', 'returns every field as it was put', flawed(() => ({ get: async () => undefined }))],
  [
    'orders by UTF-16 unit',
    'lists in code point order',
    flawed(({ list }) => ({ list: async (of, options) => [...(await list(of, options))].sort(byUnits) })),
  ],
  [
    'begins a page with the record that `after` names',
    'pages through all records, each one once',
    flawed(({ list, get }) => ({
      async list(of, options = {}) {
        const first = options.after === undefined ? undefined : await get(of, options.after);
        return [...(first ? [first] : []), ...(await list(of, options))].slice(0, options.limit ?? 100);
      },
    })),
  ],
  [
    'keeps what a record of a batch says nothing of',
    'replaces whole records, and keeps nothing of the former ones',
    flawed(({ get, putMany }) => ({
      async putMany(all) {
        const before = await Promise.all(all.map((one) => get(one.shop, one.localId)));
        await putMany(
          all.map((one, index) => ({ ...one, lastError: one.lastError ?? before[index]?.lastError ?? null })),
        );
      },
    })),
  ],
  [
    'reads a record of many as often as its id comes',
    'reads many records at once, each existing one once, and none of another shop',
    flawed(({ get }) => ({
      getMany: async (of, ids) =>
        (await Promise.all(ids.slice(0, 1_000).map((id) => get(of, id)))).flatMap((one) => one ?? []),
    })),
  ],
  [
    'cuts the ids of many records instead of refusing them',
    'finds none of many records by ids that no record can have, and refuses more than 1,000 ids',
    flawed(({ get }) => ({
      getMany: async (of, ids) =>
        (await Promise.all([...new Set(ids)].slice(0, 1_000).map((id) => get(of, id)))).flatMap((one) => one ?? []),
    })),
  ],
  [
    'writes many records whatever their versions',
    'writes many records conditionally, each on its own, and returns which',
    flawed(({ putMany }) => ({
      async putManyIf(writes) {
        await putMany(writes.map(({ record: written }) => written));
        return writes.map(() => true);
      },
    })),
  ],
  [
    'reads many records, and then writes them',
    'lets one of two simultaneous conditional batches win each record',
    flawed(({ get, put }) => ({
      putManyIf: (writes) =>
        Promise.all(
          writes.map(async ({ record: written, version }) => {
            if ((await get(written.shop, written.localId))?.version !== version) return false;
            await put(written);
            return true;
          }),
        ),
    })),
  ],
  [
    'writes part of a conditional batch that it refuses',
    'refuses a conditional batch of more than 1,000 records, with one twice, or with one that cannot be stored',
    flawed(({ putIf }) => ({
      putManyIf: (writes) => Promise.all(writes.map(({ record: written, version }) => putIf(written, version))),
    })),
  ],
  [
    'puts a batch one by one',
    'puts all of a batch or nothing of it',
    flawed(({ put }) => ({
      async putMany(records) {
        for (const record of records) await put(record);
      },
    })),
  ],
  [
    'cuts a page instead of refusing its limit',
    'refuses a limit out of range instead of giving a page that looks like the last',
    flawed(({ list }) => ({
      list: (of, options = {}) =>
        list(of, { ...options, limit: Math.min(1_000, Math.max(1, Math.trunc(options.limit || 100))) }),
    })),
  ],
  [
    'ignores the case of local ids',
    'distinguishes local ids that look alike',
    flawed(({ get }) => ({ get: (of, localId) => get(of, localId.toLowerCase()) })),
  ],
  [
    'counts the records of all shops',
    'counts zero of each status for a shop without records',
    flawed(() => ({ counts: async () => ({ pending: 1, syncing: 0, synced: 0, failed: 0, 'deleted-in-shopify': 0 }) })),
  ],
  [
    'counts a record again that is replaced',
    'counts a record that is put several times once',
    () => {
      const stores = memoryStores();
      let puts = 0;
      const records: SyncRecordStore = {
        ...stores.records,
        put: (one) => {
          puts++;
          return stores.records.put(one);
        },
        ageCounts: async (of) => (await stores.records.ageCounts(of)).map((age) => ({ ...age, count: puts })),
      };
      return { ...stores, records };
    },
  ],
  [
    'erases its counts only',
    'erases all records of a shop, and returns how many there were',
    flawed(() => ({ erase: async () => 1_234 })),
  ],
  [
    'counts each message by itself',
    'counts messages together that only differ in quoted texts, numbers and ids',
    flawed(({ errorPatterns }) => ({
      errorPatterns: async (of, options) =>
        (await errorPatterns(of, options)).flatMap((pattern) =>
          Array.from({ length: pattern.count }, () => ({ ...pattern, count: 1 })),
        ),
    })),
  ],
  [
    'keeps no sync data',
    'keeps sync data with nothing in it',
    flawed(({ putMany }) => ({ putMany: (all) => putMany(all.map((one) => ({ ...one, lastSyncData: null }))) })),
  ],
  [
    'throws an error of its own kind',
    'refuses an `after` that cannot be a local id',
    flawed(() => ({ list: () => Promise.reject(new RangeError('bad page')) })),
  ],
  [
    'works on after it was closed',
    'finishes running calls before it closes, and refuses later ones',
    () => ({ ...memoryStores(), close: async () => undefined }),
  ],
  [
    'looks for the lower-cased id where there is no other',
    'finds no record under a local id that only looks like its own',
    flawed(({ get }) => ({
      get: async (of, localId) => (await get(of, localId)) ?? (await get(of, localId.toLowerCase())),
    })),
  ],
];

describe('describeSyncRecordStore', () => {
  it('passes a store that keeps the contract, in more than 100 cases with names of their own', async () => {
    const results = await runSuite(memoryStores);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(100);
    expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
  });

  it.each(flaws)('catches a store that %s', async (_what, caught, create) => {
    const results = await runSuite(create);
    expect(results.filter(({ passed }) => !passed).map(({ name }) => name)).toContain(caught);
  });

  it('closes each store, also after a case that failed', async () => {
    const made: Stores[] = [];
    await runSuite(() => {
      const stores = flawed(() => ({ get: async () => undefined }))();
      made.push(stores);
      return stores;
    });
    for (const { records } of made) await expect(records.list(shop)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
