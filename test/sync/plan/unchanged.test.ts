import { StorageError, type Stores } from 'shopwright';
import { createProductSync, type ProductSync, type RunPlan } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { SeenIds } from '../../../src/sync/plan/candidates.ts';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const tees = (count: number, more: object = {}) => Array.from({ length: count }, (_, index) => tee(`p-${index}`, more));

async function pushed(count: number): Promise<FakeSync> {
  const made = fakeSync({ sync: { concurrency: 50 } });
  const { counts } = await made.clock.run(made.sync.pushMany(tees(count)));
  expect(counts.created).toBe(count);
  return made;
}

/** A sync on the stores with another record store. */
function syncOn({ client, stores, clock }: FakeSync, records: Partial<Stores['records']>): ProductSync {
  return createProductSync({ client, stores: { ...stores, records: { ...stores.records, ...records } }, clock });
}

describe('unchanged products', () => {
  it('are found with reads of many records, never of one', async () => {
    const made = await pushed(300);
    const readings: number[] = [];
    let gets = 0;
    const { getMany, get } = made.stores.records;
    const sync = syncOn(made, {
      getMany: async (shop, ids) => {
        readings.push(ids.length);
        return (await getMany?.(shop, ids)) ?? [];
      },
      get: async (shop, id) => {
        gets += 1;
        return get(shop, id);
      },
    });
    const calls = made.fake.calls.length;
    for (const run of [() => sync.plan(tees(300)), () => sync.pushMany(tees(300))]) {
      const { counts } = await made.clock.run<{ readonly counts: RunPlan['counts'] }>(run());
      expect(counts.unchanged).toBe(300);
      expect(readings.reduce((sum, size) => sum + size, 0)).toBe(300);
      expect(readings.length).toBeLessThan(10);
      expect(Math.max(...readings)).toBeLessThanOrEqual(100);
      readings.length = 0;
    }
    expect(gets).toBe(0);
    // The push ensures the metafield definition for local ids; the plan only queries it.
    expect(made.fake.calls.length - calls).toBeLessThanOrEqual(2);
  });

  it('are found in stores that read one record at a time', async () => {
    const made = await pushed(20);
    const { getMany: _, ...records } = made.stores.records;
    const sync = createProductSync({ client: made.client, stores: { ...made.stores, records }, clock: made.clock });
    expect((await made.clock.run(sync.plan(tees(20)))).counts.unchanged).toBe(20);
  });

  it('are found among changed, invalid and repeated ones, in a stream that is sometimes slow', async () => {
    const made = await pushed(40);
    async function* source() {
      for (const [index, product] of tees(40).entries()) {
        if (index % 7 === 3) await new Promise((resolve) => setImmediate(resolve));
        yield index % 10 === 4 ? { ...product, title: 'Other' } : product;
        if (index === 20) yield product;
        if (index === 30) yield { ...product, localId: 'bad', title: '' };
      }
    }
    const plan = await made.clock.run(made.sync.plan(source()));
    expect(plan.counts).toMatchObject({ unchanged: 36, 'would-update': 4, invalid: 2 });
    expect(plan.products.find(({ localId }) => localId === 'p-20')?.issues).toMatchObject([
      { code: 'local-id-duplicate' },
    ]);
    const { counts } = await made.clock.run(made.sync.pushMany(source()));
    expect(counts).toMatchObject({ unchanged: 36, updated: 4, invalid: 2 });
  });

  it('are read one by one if the store fails, and each reports the error', async () => {
    const made = await pushed(3);
    const broken = async (): Promise<never> => {
      throw new StorageError('The disk is on fire.');
    };
    const sync = syncOn(made, { getMany: broken, get: broken });
    const summary = await made.clock.run(sync.pushMany(tees(3)));
    expect(summary.failed.map(({ error }) => error.message)).toEqual(Array(3).fill('The disk is on fire.'));
  });
});

describe('the ids of a run', () => {
  it('are distinguished even if there are many similar ones', () => {
    const seen = new SeenIds();
    const ids = Array.from({ length: 200_000 }, (_, index) => (index % 2 ? `sku-${index}` : String(index)));
    expect(ids.filter((id) => !seen.add(id))).toEqual([]);
    expect(ids.filter((id) => seen.add(id))).toEqual([]);
    expect(ids.every((id) => seen.has(id))).toBe(true);
    expect(Array.from({ length: 200_000 }, (_, index) => `no-${index}`).filter((id) => seen.has(id))).toEqual([]);
    expect(['', '\0', 'a', 'A', 'ä', '👗'].every((id) => seen.add(id))).toBe(true);
  });
});
