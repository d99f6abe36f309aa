// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { linksOf, makeProducts, rest } from './rest.ts';

const letters = ['A', 'B', 'C', 'D', 'E'];
const titles = (json: { products: { title: string }[] }): string[] => json.products.map(({ title }) => title);

describe('a list over REST', () => {
  it('is walked by its links, forth and back', async () => {
    const fake = createFakeShopify();
    await makeProducts(fake, ...letters);
    const first = await rest(fake, 'GET products.json?limit=2&fields=title,id,nothing');
    expect(first.json.products[0]).toEqual({ id: expect.any(Number), title: 'A' });
    expect(Object.keys(linksOf(first.headers))).toEqual(['next']);
    expect(first.headers.get('link')).toMatch(
      /^<https:\/\/demo\.myshopify\.com\/admin\/api\/2026-10\/products\.json\?limit=2&fields=title%2Cid%2Cnothing&page_info=[\w-]+>; rel="next"$/,
    );
    const second = await rest(fake, `GET ${linksOf(first.headers).next}`);
    expect(titles(second.json)).toEqual(['C', 'D']);
    expect(Object.keys(linksOf(second.headers))).toEqual(['previous', 'next']);
    const third = await rest(fake, `GET ${linksOf(second.headers).next}`);
    expect(titles(third.json)).toEqual(['E']);
    expect(Object.keys(linksOf(third.headers))).toEqual(['previous']);
    const back = await rest(fake, `GET ${linksOf(third.headers).previous}`);
    expect(titles(back.json)).toEqual(['C', 'D']);
    const start = await rest(fake, `GET ${linksOf(back.headers).previous}`);
    expect(titles(start.json)).toEqual(['A', 'B']);
    expect(Object.keys(linksOf(start.headers))).toEqual(['next']);
  });

  it('has no links where all fits on one page, and none where nothing is left', async () => {
    const fake = createFakeShopify();
    await makeProducts(fake, 'A', 'B');
    const { headers } = await rest(fake, 'GET products.json');
    expect(headers.get('link')).toBeNull();
    const { next } = linksOf((await rest(fake, 'GET products.json?limit=1')).headers);
    for (const { id } of fake.products()) fake.store.delete('demo.myshopify.com', 'Product', id);
    const after = await rest(fake, `GET ${next}`);
    expect([after.json.products, after.headers.get('link')]).toEqual([[], null]);
  });

  it('holds 50 entries by default and 250 at most', async () => {
    const fake = createFakeShopify({ shops: [{ plan: 'plus' }] });
    await makeProducts(fake, ...Array.from({ length: 251 }, (_, index) => `P${index}`));
    expect((await rest(fake, 'GET products.json')).json.products).toHaveLength(50);
    expect((await rest(fake, 'GET products.json?limit=9999')).json.products).toHaveLength(250);
  });

  it('keeps the filters of its first page on the others', async () => {
    const fake = createFakeShopify();
    for (const vendor of ['x', 'y', 'x', 'y', 'x']) {
      await rest(fake, 'POST products.json', { body: { product: { title: 'T', vendor } } });
    }
    const first = await rest(fake, 'GET products.json?limit=1&vendor=x');
    const second = await rest(fake, `GET ${linksOf(first.headers).next}`);
    const third = await rest(fake, `GET ${linksOf(second.headers).next}`);
    expect(third.json.products).toMatchObject([{ vendor: 'x' }]);
    expect(linksOf(third.headers)).not.toHaveProperty('next');
  });

  it.each([
    [
      'page=2',
      { page: 'page cannot be passed. See https://shopify.dev/api/usage/pagination-rest for more information.' },
    ],
    ['page_info=%7B%7D', { page_info: 'Invalid value.' }],
    [
      `page_info=${Buffer.from('{"direction":"up","id":"1","filters":{}}').toString('base64url')}`,
      { page_info: 'Invalid value.' },
    ],
    [
      `page_info=${Buffer.from('{"direction":"next","id":"x","filters":{}}').toString('base64url')}`,
      { page_info: 'Invalid value.' },
    ],
    [
      'page_info=abc&status=active',
      {
        status:
          'status cannot be passed when page_info is present. See https://shopify.dev/api/usage/pagination-rest for more information.',
      },
    ],
    ['limit=0', { limit: 'expected Integer to be greater than 0' }],
    ['limit=many', { limit: 'expected Integer to be greater than 0' }],
  ])('with %s is refused with 400', async (query, errors) => {
    const fake = createFakeShopify();
    const { status, json } = await rest(fake, `GET products.json?${query}`);
    expect([status, json]).toEqual([400, { errors }]);
  });

  it('says which parameters the fake does not have, and ignores what Shopify does not know', async () => {
    const fake = createFakeShopify();
    const { status, json } = await rest(fake, 'GET products.json?published_status=any');
    expect([status, json.errors]).toEqual([501, 'the parameter `published_status` is not simulated by the fake']);
    expect((await rest(fake, 'GET products/count.json?order=id')).status).toBe(501);
    expect((await rest(fake, 'GET products.json?colour=red')).status).toBe(200);
  });

  it('is filtered, and counted, by what products say', async () => {
    const clock = createManualClock({ now: Date.UTC(2026, 10, 1) });
    const fake = createFakeShopify({ clock });
    const make = async (product: object): Promise<number> =>
      (await rest(fake, 'POST products.json', { body: { product } })).json.product.id;
    const first = await make({ title: 'A', vendor: 'v1', product_type: 't1' });
    await clock.advance(86_400_000);
    const second = await make({ title: 'B', vendor: 'v2', product_type: 't2', status: 'draft' });
    const found = async (query: string): Promise<number[]> => {
      const { json } = await rest(fake, `GET products.json?${query}`);
      const count = await rest(fake, `GET products/count.json?${query}`);
      expect(count.json.count).toBe(json.products.length);
      return json.products.map(({ id }: { id: number }) => id);
    };
    expect(await found('')).toEqual([first, second]);
    expect(await found(`ids=${second}, 99`)).toEqual([second]);
    expect(await found(`since_id=${first}`)).toEqual([second]);
    expect(await found('title=A')).toEqual([first]);
    expect(await found('handle=a,b')).toEqual([first, second]);
    expect(await found('vendor=v2')).toEqual([second]);
    expect(await found('product_type=t1')).toEqual([first]);
    expect(await found('status=draft,archived')).toEqual([second]);
    expect(await found('collection_id=1')).toEqual([]);
    for (const stamp of ['created_at', 'updated_at']) {
      expect(await found(`${stamp}_min=2026-11-01T12:00:00Z`)).toEqual([second]);
      expect(await found(`${stamp}_max=2026-11-01T12:00:00Z`)).toEqual([first]);
    }
  });
});
