// @ts-nocheck
import { createFakeShopify, type FakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { linksOf, rest } from './rest.ts';

async function open() {
  const fake = createFakeShopify({ shops: [{ locations: ['Here', 'There'] }] });
  const variants = [
    { option1: 'S', inventory_management: 'shopify' },
    { option1: 'M', inventory_management: 'shopify' },
  ];
  const made = await rest(fake, 'POST products.json', { body: { product: { title: 'A', variants } } });
  const items: number[] = made.json.product.variants.map(
    (variant: { inventory_item_id: number }) => variant.inventory_item_id,
  );
  const { json } = await rest(fake, 'GET locations.json');
  const places: number[] = json.locations.map(({ id }: { id: number }) => id);
  const [item = 0, other = 0] = items;
  const [here = 0, there = 0] = places;
  return { fake, item, other, here, there, product: made.json.product.id as number };
}

const set = (fake: FakeShopify, item: unknown, place: unknown, available: unknown) =>
  rest(fake, 'POST inventory_levels/set.json', {
    body: { inventory_item_id: item, location_id: place, available },
  });

describe('stock over REST', () => {
  it('is set, and seen at the level, the variant and the product', async () => {
    const { fake, item, here, there, product } = await open();
    const { status, json } = await set(fake, item, here, 5);
    expect(status).toBe(200);
    expect(json.inventory_level).toMatchObject({ inventory_item_id: item, location_id: here, available: 5 });
    await set(fake, item, there, 2);
    const levels = await rest(fake, `GET inventory_levels.json?inventory_item_ids=${item}`);
    expect(levels.json.inventory_levels).toMatchObject([
      { location_id: here, available: 5 },
      { location_id: there, available: 2 },
    ]);
    const read = await rest(fake, `GET products/${product}.json`);
    expect(read.json.product.variants[0]).toMatchObject({ inventory_quantity: 7, old_inventory_quantity: 7 });
  });

  it('is listed by item, by place or by both, page by page', async () => {
    const { fake, item, other, here, there } = await open();
    for (const place of [here, there]) for (const one of [item, other]) await set(fake, one, place, 1);
    const both = await rest(
      fake,
      `GET inventory_levels.json?inventory_item_ids=${item},${other}&location_ids=${there}`,
    );
    expect(both.json.inventory_levels).toMatchObject([{ inventory_item_id: item }, { inventory_item_id: other }]);
    const first = await rest(fake, `GET inventory_levels.json?location_ids=${here},${there}&limit=3`);
    const second = await rest(fake, `GET ${linksOf(first.headers).next}`);
    expect(second.json.inventory_levels).toMatchObject([{ inventory_item_id: other, location_id: there }]);
  });

  it('is not listed without an item or a place, nor for too many of them', async () => {
    const { fake } = await open();
    const all = await rest(fake, 'GET inventory_levels.json');
    expect([all.status, all.json]).toEqual([
      422,
      { errors: { inventory_item_ids: ['or location_ids must be given'] } },
    ]);
    const many = Array.from({ length: 51 }, (_, index) => index).join(',');
    const refused = await rest(fake, `GET inventory_levels.json?location_ids=${many}`);
    expect(refused.json).toEqual({ errors: { location_ids: ["can't be more than 50"] } });
    expect((await rest(fake, 'GET inventory_levels.json?page=1')).status).toBe(400);
  });

  it.each([
    ['item', undefined, 1, { inventory_item_id: 'Required parameter missing or invalid' }],
    ['quantity', 'item', 'many', { available: 'Required parameter missing or invalid' }],
  ])('is not set without its %s', async (_what, item, available, errors) => {
    const opened = await open();
    const { status, json } = await set(opened.fake, item && opened.item, opened.here, available);
    expect([status, json]).toEqual([400, { errors }]);
  });

  it('is not set for what is not there, is not tracked, or would be too much', async () => {
    const { fake, item, here } = await open();
    expect((await set(fake, item, 424242, 1)).status).toBe(404);
    expect((await set(fake, 424242, here, 1)).status).toBe(404);
    const much = await set(fake, item, here, 1_000_000_001);
    expect([much.status, much.json]).toEqual([422, { errors: { base: [expect.any(String)] } }]);
    const plain = await rest(fake, 'POST products.json', { body: { product: { title: 'Plain', variants: [] } } });
    const untracked = await set(fake, plain.json.product.variants[0].inventory_item_id, here, 1);
    expect([untracked.status, untracked.json]).toEqual([
      422,
      { errors: ['Inventory item does not have inventory tracking enabled'] },
    ]);
  });
});

describe('a shop over REST', () => {
  it('tells its name and its plan, or the fields that are wanted', async () => {
    const fake = createFakeShopify({ shops: [{ name: 'Acme', plan: 'plus' }] });
    const { json } = await rest(fake, 'GET shop.json');
    expect(json.shop).toMatchObject({
      name: 'Acme',
      myshopify_domain: 'demo.myshopify.com',
      plan_name: 'shopify_plus',
    });
    expect((await rest(fake, 'GET shop.json?fields=name')).json).toEqual({ shop: { name: 'Acme' } });
  });

  it('tells where it stocks its goods', async () => {
    const { fake, here } = await open();
    expect((await rest(fake, `GET locations/${here}.json`)).json.location).toMatchObject({ id: here, name: 'Here' });
    expect((await rest(fake, 'GET locations/1.json')).status).toBe(404);
  });
});
