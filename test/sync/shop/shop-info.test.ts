import { createShopifyClient, memoryStores } from 'shopwright';
import { createProductSync, createShopInfo, type ShopInfoOptions } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const hourMs = 3_600_000;

function made(options: Partial<ShopInfoOptions> = {}) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, latencyMs: 10 });
  const client = createShopifyClient({
    shop: domain,
    accessToken: 'shpat_fake',
    fetch: fake.fetch,
    clock,
    isolated: true,
  });
  return { clock, fake, client, info: createShopInfo({ client, clock, ...options }), calls: () => fake.calls.length };
}

describe('the shop, its locations and publications', () => {
  it('are read', async () => {
    const { clock, info } = made();
    expect(await clock.run(info.shop())).toMatchObject({ domain, currency: 'USD', plan: expect.any(String) });
    expect(await clock.run(info.locations())).toMatchObject([
      { id: expect.stringContaining('Location'), isActive: true },
    ]);
    const publications = await clock.run(info.publications());
    expect(publications.flatMap(({ names }) => names)).toContain('Online Store');
  });

  it('are read once for many concurrent callers, cached for an hour, and then returned while they are read again', async () => {
    const { clock, info, calls } = made();
    await clock.run(Promise.all([info.locations(), info.locations(), info.locations()]));
    expect(calls()).toBe(1);
    await clock.advance(hourMs - 1_000);
    await info.locations();
    expect(calls()).toBe(1);
    await clock.advance(2_000);
    // The clock does not advance: nothing waits.
    await info.locations();
    await clock.advance(1_000);
    expect(calls()).toBe(2);
    await clock.run(info.locations({ refresh: true }));
    expect(calls()).toBe(3);
  });

  it('are shared by processes through the store', async () => {
    const stores = memoryStores();
    const first = made({ stores });
    const read = await first.clock.run(first.info.publications());
    const second = made({ stores });
    expect(await second.info.publications()).toEqual(read);
    expect(second.calls()).toBe(0);
  });

  it('are returned while the store fails, if this process has read them', async () => {
    const stores = memoryStores();
    const { clock, info } = made({ stores });
    const read = await clock.run(info.locations());
    await stores.close();
    await clock.advance(hourMs + 1_000);
    expect(await info.locations()).toEqual(read);
    await expect(made({ stores }).info.locations()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('refuse options that do not exist', () => {
    const { client } = made();
    expect(() => createShopInfo({ client, freshms: 1 } as never)).toThrow(/freshms.*freshMs/);
    expect(() => createShopInfo({ client, freshMs: -1 })).toThrow(/freshMs/);
  });
});

describe('publications of pushes', () => {
  it('are read once for all processes, and again if one is missing', async () => {
    const { fake, client, stores, clock, sync } = fakeSync({ sync: { publishTo: ['Online Store'] } });
    const reads = () => fake.calls.filter(({ rootFields }) => rootFields.includes('publications')).length;
    await clock.run(sync.push(tee('a')));
    await clock.run(sync.push(tee('b')));
    const other = createProductSync({ client, stores, clock, publishTo: ['Online Store'] });
    await clock.run(other.push(tee('c')));
    expect(reads()).toBe(1);
    const wrong = createProductSync({ client, stores, clock, publishTo: ['Nowhere'] });
    await expect(clock.run(wrong.push(tee('d')))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(reads()).toBe(2);
  });
});
