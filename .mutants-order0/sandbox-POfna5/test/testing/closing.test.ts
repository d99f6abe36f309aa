// @ts-nocheck
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock, type FakeShopify, type ManualClock } from 'shopwright/testing';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'shopwright-closing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const create =
  'mutation ($input: ProductSetInput!, $now: Boolean!) { productSet(input: $input, synchronous: $now) { userErrors { message } } }';
const client = (fake: FakeShopify, clock: ManualClock) =>
  createShopifyClient({
    shop: 'demo',
    accessToken: 'shpat_fake',
    fetch: fake.fetch,
    clock,
    isolated: true,
    retry: { maxRetries: 0 },
  });

describe('a fake that is closed', () => {
  it('answers nothing, listens no more, and leaves its file alone', async () => {
    const clock = createManualClock();
    const persistFile = join(folder, 'closed.jsonl');
    const fake = createFakeShopify({ clock, persistFile });
    await fake.close();
    const before = readFileSync(persistFile, 'utf8');
    await expect(fake.fetch('https://demo.myshopify.com/admin/api/2026-10/graphql.json')).rejects.toThrow('closed');
    await expect(fake.listen()).rejects.toThrow('closed');
    expect(() => fake.store.put('demo.myshopify.com', 'Product', { id: 'gid://shopify/Product/1' })).toThrow('closed');
    expect(readFileSync(persistFile, 'utf8')).toBe(before);
    await fake.close();
  });

  it('gives up what is under way, and leaves no timer', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock, latencyMs: 10_000 });
    const call = client(fake, clock)
      .graphql(create, { input: { title: 'Tee' }, now: true }, { timeoutMs: 60_000 })
      .catch((error: unknown) => error);
    await clock.advance(10);
    await fake.close();
    expect(await call).toBeInstanceOf(Error);
    expect(clock.pending).toBe(0);
    expect(fake.products()).toEqual([]);
  });
});

describe('a fake in an `await using` declaration', () => {
  it('is closed at the end of the block', async () => {
    const fakes: FakeShopify[] = [];
    {
      await using fake = createFakeShopify();
      fakes.push(fake);
      expect((await fake.fetch('https://demo.myshopify.com/admin/shop.json')).status).toBe(401);
    }
    await expect(fakes[0]?.fetch('https://demo.myshopify.com/admin/shop.json')).rejects.toThrow('closed');
  });

  it('keeps going when only its server is closed so', async () => {
    await using fake = createFakeShopify();
    let origin: string;
    {
      await using server = await fake.listen();
      origin = server.origin;
      expect((await fetch(`${origin}/admin/shop.json`)).status).toBe(401);
    }
    await expect(fetch(`${origin}/admin/shop.json`)).rejects.toThrow('fetch failed');
    expect((await fake.fetch('https://demo.myshopify.com/admin/shop.json')).status).toBe(401);
  });
});

describe('deferred work', () => {
  it('is done after a restart, without anybody asking for it', async () => {
    const persistFile = join(folder, 'deferred.jsonl');
    const first = createManualClock();
    const fake = createFakeShopify({ clock: first, persistFile });
    await first.run(client(fake, first).graphql(create, { input: { title: 'Tee' }, now: false }));
    await fake.close();
    const second = createManualClock();
    const again = createFakeShopify({ clock: second, persistFile });
    await second.advance(60_000);
    expect(again.products()).toMatchObject([{ title: 'Tee' }]);
    await again.close();
  });

  it('comes with a snapshot', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    await clock.run(client(fake, clock).graphql(create, { input: { title: 'Tee' }, now: false }));
    const other = createFakeShopify({ clock });
    other.restore(fake.snapshot());
    await clock.advance(60_000);
    expect(other.products()).toMatchObject([{ title: 'Tee' }]);
  });
});
