import { createShopifyClient, memoryStores } from 'shopwright';
import { createTaxonomy, type TaxonomyOptions } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const dayMs = 86_400_000;

function made(options: Partial<TaxonomyOptions> = {}) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, latencyMs: 10 });
  let isDown = false;
  const fetch: typeof globalThis.fetch = (...call) =>
    isDown ? Promise.reject(new TypeError('fetch failed')) : fake.fetch(...call);
  const client = createShopifyClient({
    ...{ shop: domain, accessToken: 'shpat_fake', fetch, clock, isolated: true, retry: { maxRetries: 0 } },
  });
  const taxonomy = createTaxonomy({ client, clock, ...options });
  return {
    ...{ clock, fake, client, taxonomy },
    calls: () => fake.calls.length,
    setDown: (down: boolean): void => {
      isDown = down;
    },
  };
}

describe('a look-up', () => {
  it('finds a path whatever its case and spaces, and nothing for a part of it', async () => {
    const { taxonomy, clock } = made();
    const tops = 'gid://shopify/TaxonomyCategory/aa-1-2-1';
    expect(await clock.run(taxonomy.resolve('Apparel & Accessories > Clothing > Tops > T-Shirts'))).toBe(tops);
    expect(await clock.run(taxonomy.resolve(' apparel &  accessories>clothing >Tops> t-shirts'))).toBe(tops);
    expect(await clock.run(taxonomy.resolve('Clothing > Tops > T-Shirts'))).toBeUndefined();
    expect(await clock.run(taxonomy.resolve('Uncategorized'))).toBeUndefined();
    expect(await clock.run(taxonomy.resolve(' > '))).toBeUndefined();
  });

  it('gets a category by gid and short id, and searches', async () => {
    const { taxonomy, clock } = made();
    const tents = {
      id: 'gid://shopify/TaxonomyCategory/sg-1-1-1',
      name: 'Tents',
      level: 4,
      isLeaf: true,
      isArchived: false,
    };
    expect(await clock.run(taxonomy.get('sg-1-1-1'))).toMatchObject(tents);
    expect(await clock.run(taxonomy.get(tents.id))).toMatchObject({
      parentId: 'gid://shopify/TaxonomyCategory/sg-1-1',
    });
    expect(await clock.run(taxonomy.get('sg-99'))).toBeUndefined();
    expect(await clock.run(taxonomy.get('gid://shopify/Product/1'))).toBeUndefined();
    const found = await clock.run(taxonomy.search('shoes', { limit: 2 }));
    expect(found.map(({ name }) => name)).toEqual(['Shoes', 'Boots']);
  });

  it('refuses an empty search and an impossible limit', async () => {
    const { taxonomy, client } = made();
    await expect(taxonomy.search(' ')).rejects.toThrow(/text/);
    await expect(taxonomy.search('shoes', { limit: 251 })).rejects.toThrow(/limit/);
    expect(() => createTaxonomy({ client, freshms: 1 } as never)).toThrow(/freshms.*freshMs/);
    expect(() => createTaxonomy({ client, freshMs: -1 })).toThrow(/freshMs/);
  });

  it('serves a push whose draft names a path', async () => {
    const { sync, client, clock, fake } = fakeSync();
    const taxonomy = createTaxonomy({ client, clock });
    const own = fakeSync({ sync: { client, resolveCategory: taxonomy.resolve } }).sync;
    const draft = tee('tee-1', { category: 'Apparel & Accessories > Clothing > Tops > T-Shirts' });
    expect(await clock.run(own.push(draft))).toMatchObject({ outcome: 'created' });
    expect(fake.products()[0]?.['category']).toMatchObject({ id: 'gid://shopify/TaxonomyCategory/aa-1-2-1' });
    expect(await clock.run(sync.push(tee('tee-2', { category: 'Nowhere > At all' })))).toMatchObject({
      outcome: 'invalid',
    });
  });
});

describe('what was found', () => {
  it('is read once for many concurrent callers, one of whom aborts', async () => {
    const { taxonomy, clock, calls } = made();
    const controller = new AbortController();
    const given = taxonomy.get('aa', { signal: controller.signal });
    const others = [1, 2, 3].map(() => taxonomy.get('aa'));
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect((await clock.run(Promise.all(others))).map((category) => category?.name)).toEqual(
      Array(3).fill('Apparel & Accessories'),
    );
    expect(calls()).toBe(1);
  });

  it('is cached for a day, then returned at once while it is read again', async () => {
    const { taxonomy, clock, calls, setDown } = made();
    await clock.run(taxonomy.get('aa'));
    await clock.advance(dayMs - 1_000);
    await taxonomy.get('aa');
    expect(calls()).toBe(1);
    await clock.advance(1_000);
    // The clock does not advance: nothing waits.
    expect((await taxonomy.get('aa'))?.name).toBe('Apparel & Accessories');
    await clock.advance(1_000);
    expect(calls()).toBe(2);
    await clock.advance(dayMs);
    setDown(true);
    expect((await taxonomy.get('aa'))?.name).toBe('Apparel & Accessories');
    await clock.advance(30 * dayMs);
    await expect(clock.run(taxonomy.get('aa'))).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    setDown(false);
    expect((await clock.run(taxonomy.get('aa')))?.name).toBe('Apparel & Accessories');
  });

  it('is looked up again after an hour if there was nothing', async () => {
    const { taxonomy, clock, calls } = made();
    await clock.run(taxonomy.resolve('Nowhere'));
    await clock.run(taxonomy.resolve('Nowhere'));
    expect(calls()).toBe(1);
    await clock.advance(3_600_000);
    await clock.run(taxonomy.resolve('Nowhere'));
    expect(calls()).toBe(2);
  });

  it('is shared by processes through the store, and other values there are read again', async () => {
    const clock = createManualClock();
    const stores = memoryStores({ clock });
    const first = made({ stores, clock });
    await first.clock.run(first.taxonomy.get('aa'));
    const second = made({ stores, clock });
    expect((await second.taxonomy.get('aa'))?.name).toBe('Apparel & Accessories');
    expect(second.calls()).toBe(0);
    for await (const key of stores.keyValue.scan('taxonomy:')) await stores.keyValue.set(key, '{"format":9}');
    const third = made({ stores, clock });
    expect((await third.clock.run(third.taxonomy.get('aa')))?.name).toBe('Apparel & Accessories');
    expect(third.calls()).toBe(1);
  });

  it('is read by one process if several ask at the same time, at first and when it is stale', async () => {
    const clock = createManualClock();
    const stores = memoryStores({ clock });
    const processes = [1, 2, 3, 4].map(() => made({ stores, clock }));
    const calls = (): number => processes.reduce((sum, one) => sum + one.calls(), 0);
    const ask = async (): Promise<void> => {
      await Promise.all(
        processes.map(async ({ clock: own, taxonomy }) => {
          expect((await own.run(Promise.all([taxonomy.get('aa'), clock.advance(1_000)])))[0]?.id).toMatch(/aa$/);
        }),
      );
    };
    await ask();
    expect(calls()).toBe(1);
    await clock.advance(dayMs);
    await ask();
    for (const { clock: own } of processes) await own.advance(1_000);
    await ask();
    expect(calls()).toBe(2);
  });

  it('from the future, because the clock was set back, is read again', async () => {
    const clock = createManualClock();
    let aheadMs = 300 * dayMs;
    const { taxonomy, calls, clock: shopClock } = made({ clock: { ...clock, now: () => clock.now() + aheadMs } });
    await shopClock.run(taxonomy.get('aa'));
    aheadMs = 0;
    expect((await shopClock.run(taxonomy.get('aa')))?.id).toMatch(/aa$/);
    expect(calls()).toBe(2);
  });
});
