import { createShopifyClient, memoryStores } from 'shopwright';
import { createProductSync, type PushResult } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { beforeEach, describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

interface Variant {
  readonly id: string;
  readonly sku: string | null;
  readonly title: string;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly inventoryQuantity: number;
  readonly inventoryItem: { readonly id: string };
}

const shirt = (variants: readonly object[], more: object = {}): ProductDraftInput =>
  ({ localId: 'shirt', title: 'Shirt', variants, ...more }) as unknown as ProductDraftInput;

const named = (localId: string, skus: readonly string[]): ProductDraftInput => ({
  localId,
  title: localId,
  variants: skus.map((sku) => ({ sku, price: '1', options: { Size: sku } })),
});

const size = (sku: string, Size: string, more: object = {}) => ({ sku, price: '10', options: { Size }, ...more });

describe('a push of an existing product', () => {
  let made: FakeSync;
  let gid: string;

  const push = (product: ProductDraftInput, options: object = {}): Promise<PushResult> =>
    made.clock.run(made.sync.push(product, options));

  const ask = async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const { data } = await made.clock.run(made.client.graphql<Data>(query, variables));
    return data;
  };

  const variants = async (): Promise<readonly Variant[]> => {
    const data = await ask<{ product: { variants: { nodes: readonly Variant[] } } }>(
      'query ($id: ID!) { product(id: $id) { variants(first: 50) { nodes { id sku title price compareAtPrice inventoryQuantity inventoryItem { id } } } } }',
      { id: gid },
    );
    return data.product.variants.nodes;
  };

  const product = async (selection: string): Promise<Record<string, never>> => {
    const data = await ask<{ product: Record<string, never> }>(
      `query ($id: ID!) { product(id: $id) { ${selection} } }`,
      {
        id: gid,
      },
    );
    return data.product;
  };

  /** Id and stock of each SKU. */
  const bySku = async (): Promise<Record<string, readonly [string, number]>> =>
    Object.fromEntries(
      (await variants()).map(({ sku, id, inventoryQuantity }) => [sku ?? '', [id, inventoryQuantity]]),
    );

  const stockUp = async (): Promise<void> => {
    const { locations } = await ask<{ locations: { nodes: readonly { id: string }[] } }>(
      '{ locations(first: 1) { nodes { id } } }',
    );
    const quantities = (await variants()).map(({ inventoryItem }, index) => ({
      inventoryItemId: inventoryItem.id,
      locationId: locations.nodes[0]?.id,
      quantity: 10 + index,
      changeFromQuantity: null,
    }));
    await ask(
      'mutation ($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }',
      { input: { name: 'available', reason: 'correction', quantities }, key: 'stock' },
    );
  };

  const create = async (first: ProductDraftInput): Promise<void> => {
    const result = await push(first);
    gid = 'gid' in result ? (result.gid ?? '') : '';
    await stockUp();
  };

  beforeEach(() => {
    made = fakeSync();
  });

  describe('keeps variants with their ids and stock if', () => {
    const start = shirt([size('S', 'Smal'), size('M', 'Medium')]);

    it.each<[string, ProductDraftInput, readonly string[]]>([
      ['an option value is corrected', shirt([size('S', 'Small'), size('M', 'Medium')]), ['Small', 'Medium']],
      ['only its case is corrected', shirt([size('S', 'SMAL'), size('M', 'Medium')]), ['SMAL', 'Medium']],
      ['two variants swap values', shirt([size('S', 'Medium'), size('M', 'Smal')]), ['Medium', 'Smal']],
      ['a value moves to the next variant', shirt([size('S', 'Medium'), size('M', 'Large')]), ['Medium', 'Large']],
      [
        'the option is renamed',
        shirt([
          { sku: 'S', price: '10', options: { Fit: 'Smal' } },
          { sku: 'M', price: '10', options: { Fit: 'Medium' } },
        ]),
        ['Smal', 'Medium'],
      ],
      [
        'the option and a value are renamed',
        shirt([
          { sku: 'S', price: '10', options: { Fit: 'Small' } },
          { sku: 'M', price: '10', options: { Fit: 'Medium' } },
        ]),
        ['Small', 'Medium'],
      ],
      [
        'an option is added',
        shirt([
          { sku: 'S', price: '10', options: { Size: 'Smal', Colour: 'Red' } },
          { sku: 'M', price: '10', options: { Size: 'Medium', Colour: 'Blue' } },
        ]),
        ['Smal / Red', 'Medium / Blue'],
      ],
    ])('%s', async (_what, corrected, titles) => {
      await create(start);
      const before = await bySku();
      expect((await push(corrected)).outcome).toBe('updated');
      expect(await bySku()).toEqual(before);
      expect((await variants()).map(({ title }) => title)).toEqual(titles);
      expect((await push(corrected)).outcome).toBe('unchanged');
    });

    it('an option is removed that no variants differ in', async () => {
      await create(
        shirt([
          { sku: 'S', price: '10', options: { Size: 'S', Colour: 'Red' } },
          { sku: 'M', price: '10', options: { Size: 'M', Colour: 'Blue' } },
        ]),
      );
      const before = await bySku();
      await push(shirt([size('S', 'S'), size('M', 'M')]));
      expect(await bySku()).toEqual(before);
      expect((await variants()).map(({ title }) => title)).toEqual(['S', 'M']);
    });

    it('a product gets its first options, and then loses them', async () => {
      const plain = shirt([{ sku: 'S', price: '10', options: {} }]);
      await create(plain);
      const before = await bySku();
      await push(shirt([size('S', 'Small'), size('L', 'Large')]));
      expect((await bySku())['S']).toEqual(before['S']);
      expect((await variants()).map(({ title }) => title)).toEqual(['Small', 'Large']);
      await push(plain, { maxDeletes: { variants: 1 } });
      expect(await bySku()).toEqual(before);
      expect((await variants()).map(({ title }) => title)).toEqual(['Default Title']);
    });

    it('three values rotate in a product with a second option', async () => {
      const of = (sku: string, Size: string, Colour: string) => ({ sku, price: '1', options: { Size, Colour } });
      await create(shirt([of('1', 'A', 'Red'), of('2', 'B', 'Red'), of('3', 'C', 'Red'), of('4', 'A', 'Blue')]));
      const before = await bySku();
      await push(shirt([of('1', 'B', 'Red'), of('2', 'C', 'Red'), of('3', 'A', 'Red'), of('4', 'A', 'Blue')]));
      expect(await bySku()).toEqual(before);
      expect((await variants()).map(({ title }) => title)).toEqual(['B / Red', 'C / Red', 'A / Red', 'A / Blue']);
      const { options } = await product('options { optionValues { name } }');
      expect(JSON.stringify(options)).not.toContain('~');
    });

    it('a SKU is corrected', async () => {
      await create(start);
      const before = await bySku();
      await push(shirt([size('S-1', 'Smal'), size('M', 'Medium')]));
      expect(await bySku()).toEqual({ 'S-1': before['S'], M: before['M'] });
    });
  });

  describe('of a product with parts of a merchant', () => {
    const start = shirt([size('S', 'S')], {
      tags: ['summer', 'sale'],
      metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
      images: [{ url: 'https://cdn.example.com/own.jpg', alt: 'Own' }],
    });

    beforeEach(async () => {
      await create(start);
      await ask('mutation ($id: ID!) { tagsAdd(id: $id, tags: ["Merchant"]) { userErrors { message } } }', { id: gid });
      await ask(
        'mutation ($id: ID!) { metafieldsSet(metafields: [{ ownerId: $id, namespace: "custom", key: "care", type: "single_line_text_field", value: "x" }]) { userErrors { message } } }',
        { id: gid },
      );
      await ask(
        'mutation ($id: ID!) { productVariantsBulkCreate(productId: $id, variants: [{ price: "9", inventoryItem: { sku: "XL" }, optionValues: [{ optionName: "Size", name: "XL" }] }]) { userErrors { message } } }',
        { id: gid },
      );
      await ask(
        'mutation ($id: ID!) { productUpdate(product: { id: $id, vendor: "Merchant" }, media: [{ originalSource: "https://cdn.example.com/merchant.jpg", mediaContentType: IMAGE }]) { userErrors { message } } }',
        { id: gid },
      );
      await made.clock.advance(1_000);
    });

    it('keeps their tags, metafields, variants and images', async () => {
      const changed = { ...start, title: 'New', tags: ['summer', 'new'], metafields: [], images: [] };
      expect((await push(changed)).outcome).toBe('updated');
      const now = await product(
        'title vendor tags metafields(first: 9) { nodes { key } } media(first: 9) { nodes { ... on MediaImage { image { url } } } }',
      );
      expect(now).toMatchObject({
        title: 'New',
        vendor: 'Merchant',
        tags: ['Merchant', 'new', 'summer'],
        metafields: { nodes: [{ key: 'local_id' }, { key: 'care' }] },
        media: { nodes: [{ image: { url: expect.stringContaining('merchant.jpg') } }] },
      });
      expect((await variants()).map(({ sku }) => sku)).toEqual(['S', 'XL']);
    });

    it('removes them if the lists are managed completely', async () => {
      const managed = { tags: 'all', metafields: 'all', images: 'all', variants: 'all' };
      const result = await push({ ...start, title: 'New' }, { managed, maxDeletes: { variants: 1 } });
      expect(result.outcome).toBe('updated');
      const now = await product('tags metafields(first: 9) { nodes { key } } media(first: 9) { nodes { alt } }');
      expect(now).toMatchObject({
        tags: ['sale', 'summer'],
        metafields: { nodes: [{ key: 'wash' }, { key: 'local_id' }] },
        media: { nodes: [{ alt: 'Own' }] },
      });
      expect((await variants()).map(({ sku }) => sku)).toEqual(['S']);
    });
  });

  describe('compares with the last push:', () => {
    const start = shirt([size('S', 'S')], { vendor: 'Us', tags: ['ours'] });
    const edit = (fields: string) =>
      ask(`mutation ($id: ID!) { productUpdate(product: { id: $id, ${fields} }) { userErrors { message } } }`, {
        id: gid,
      });

    it('a value that only the shop changed is reported and kept', async () => {
      await create(start);
      await edit('title: "By hand"');
      const result = await push({ ...start, vendor: 'Them' });
      expect(result).toMatchObject({
        outcome: 'updated',
        drifts: [{ list: 'product', field: 'title', base: 'Shirt', ours: 'Shirt', theirs: 'By hand' }],
      });
      expect(await product('title vendor')).toEqual({ title: 'By hand', vendor: 'Them' });
    });

    it('a value that both sides changed is a conflict until it is resolved', async () => {
      await create(start);
      await edit('title: "By hand"');
      const wanted = { ...start, title: 'Ours' };
      for (let i = 0; i < 2; i += 1) {
        expect(await push(wanted)).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ field: 'title', base: 'Shirt', ours: 'Ours', theirs: 'By hand' }],
        });
      }
      expect(await push(wanted, { onConflict: 'theirs' })).toMatchObject({ outcome: 'conflict' });
      expect((await push(wanted)).outcome).toBe('unchanged');
      expect(await product('title')).toEqual({ title: 'By hand' });
      expect((await push(wanted, { force: true })).outcome).toBe('updated');
      expect(await product('title')).toEqual({ title: 'Ours' });
    });

    it('refresh finds an edit in the shop, and onDrift: ours overwrites it', async () => {
      await create(start);
      await edit('title: "By hand"');
      expect((await push(start)).outcome).toBe('unchanged');
      expect(await push(start, { refresh: true })).toMatchObject({
        outcome: 'unchanged',
        drifts: [{ field: 'title' }],
      });
      expect((await push(start, { refresh: true, onDrift: 'ours' })).outcome).toBe('updated');
      expect(await product('title')).toEqual({ title: 'Shirt' });
    });

    it('a value that both sides changed in the same way is not a change', async () => {
      await create(start);
      await edit('title: "Same"');
      expect(await push({ ...start, title: 'Same' })).toEqual({ outcome: 'unchanged', localId: 'shirt', gid });
    });

    it('a tag, a variant or an image that a merchant removed is not added again', async () => {
      const whole = shirt([size('S', 'S'), size('M', 'M')], {
        tags: ['ours', 'more'],
        images: [{ url: 'https://cdn.example.com/a.jpg' }],
      });
      await create(whole);
      await made.clock.advance(1_000);
      const [, medium] = await variants();
      const { media } = await product('media(first: 1) { nodes { id } }');
      await ask('mutation ($id: ID!) { tagsRemove(id: $id, tags: ["more"]) { userErrors { message } } }', { id: gid });
      await ask(
        'mutation ($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { message } } }',
        { id: gid, ids: [medium?.id] },
      );
      const [image] = (media as unknown as { nodes: readonly { id: string }[] }).nodes;
      await ask('mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { userErrors { message } } }', {
        ids: [image?.id],
      });
      const result = await push({ ...whole, title: 'New' });
      expect(result).toMatchObject({
        outcome: 'updated',
        drifts: [
          { list: 'tags', name: 'more', field: null },
          { list: 'images', name: 'https://cdn.example.com/a.jpg', field: null },
          { list: 'variants', name: 'M', field: null },
        ],
      });
      expect(await push({ ...whole, title: 'New' }, { force: true })).toMatchObject({ outcome: 'updated' });
      expect((await product('tags'))['tags']).toEqual(['more', 'ours']);
      expect((await variants()).map(({ sku }) => sku)).toEqual(['S', 'M']);
    });

    it('a compare-at price that the draft leaves out is kept', async () => {
      await create(start);
      const [variant] = await variants();
      await ask(
        'mutation ($id: ID!, $variant: ID!) { productVariantsBulkUpdate(productId: $id, variants: [{ id: $variant, compareAtPrice: "99" }]) { userErrors { message } } }',
        { id: gid, variant: variant?.id },
      );
      await push(shirt([size('S', 'S', { price: '11' })], { vendor: 'Us', tags: ['ours'] }));
      expect((await variants())[0]).toMatchObject({ price: '11.00', compareAtPrice: '99.00' });
    });
  });

  it('deletes variants only if allowed, and otherwise names them', async () => {
    await create(shirt([size('S', 'S'), size('M', 'M')]));
    const fewer = shirt([size('S', 'S')], { title: 'New' });
    const result = await push(fewer);
    expect(result).toMatchObject({ outcome: 'blocked', plan: { gid } });
    expect(result.outcome === 'blocked' && result.error.message).toContain('M (11 in stock)');
    expect(await product('title')).toEqual({ title: 'Shirt' });
    expect((await push(fewer, { maxDeletes: { variants: 1 } })).outcome).toBe('blocked');
    expect((await push(fewer, { maxDeletes: { variants: 1, variantsWithStock: 1 } })).outcome).toBe('updated');
    expect((await variants()).map(({ sku }) => sku)).toEqual(['S']);
  });

  it('changes an alt text in one call, without an upload', async () => {
    const images = ['a', 'b', 'c'].map((name) => ({ url: `https://cdn.example.com/${name}.jpg`, alt: name }));
    await create(shirt([size('S', 'S')], { images }));
    await made.clock.advance(1_000);
    const before = await product('media(first: 9) { nodes { id } }');
    const calls = made.fake.calls.length;
    await push(
      shirt([size('S', 'S')], {
        images: images.map((image) => ({ ...image, alt: `${image.alt}!`.slice(0, image.alt === 'b' ? 2 : 1) })),
      }),
    );
    const sent = made.fake.calls.slice(calls).map(({ operation }) => operation);
    expect(sent).toEqual(['ProductsRead', 'FilesChange']);
    expect(await product('media(first: 9) { nodes { id } }')).toEqual(before);
    expect(await product('media(first: 9) { nodes { alt } }')).toEqual({
      media: { nodes: [{ alt: 'a' }, { alt: 'b!' }, { alt: 'c' }] },
    });
  });

  it('sends a price in its own mutation, and nothing else', async () => {
    await create(shirt([size('S', 'S'), size('M', 'M')]));
    const calls = made.fake.calls.length;
    await push(shirt([size('S', 'S', { price: '12.50' }), size('M', 'M')]));
    const [, update, ...rest] = made.fake.calls.slice(calls);
    expect(rest).toEqual([]);
    expect(update?.variables?.['variants']).toEqual([{ id: expect.stringContaining('gid://'), price: '12.5' }]);
  });

  it('sends a new product in parts if one call would exceed the maximum cost', async () => {
    const images = Array.from({ length: 250 }, (_, index) => ({ url: `https://cdn.example.com/${index}.jpg` }));
    const many = Array.from({ length: 2_048 }, (_, index) => ({
      sku: `V${index}`,
      price: '1',
      options: { Number: String(index) },
      ...(index < 250 && { imageUrl: `https://cdn.example.com/${index}.jpg` }),
    }));
    const large = shirt(many, { images });
    const result = await push(large);
    expect(result.outcome).toBe('created');
    const [stored] = made.fake.products();
    expect(stored?.['media']).toHaveLength(250);
    const kept = stored?.['variants'] as unknown as readonly { sku: string; mediaIds: readonly string[] }[];
    expect(kept).toHaveLength(2_048);
    expect(kept.filter(({ mediaIds }) => mediaIds.length === 1)).toHaveLength(250);
    expect((await push(large, { refresh: true })).outcome).toBe('unchanged');
  }, 120_000);

  it("records the shop's values if two processes push at the same time", async () => {
    let open = (): void => undefined;
    let reached = (): void => undefined;
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const held = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { fake, stores, clock } = made;
    const gate: typeof fetch = async (input, init) => {
      const response = await fake.fetch(input, init);
      if (String(init?.body).includes('ProductFieldsUpdate')) {
        reached();
        await held;
      }
      return response;
    };
    const connect = (transport: typeof fetch) =>
      createProductSync({
        client: createShopifyClient({
          shop: domain,
          accessToken: 'shpat_fake',
          fetch: transport,
          clock,
          isolated: true,
        }),
        stores,
        clock,
      });
    const [slow, quick] = [connect(gate), connect(fake.fetch)];
    const titled = (title: string) => shirt([size('S', 'S')], { title });
    await create(titled('Start'));
    const late = slow.push(titled('Old list'));
    await isReached;
    await clock.run(quick.push(titled('New list')));
    open();
    await clock.run(late);
    expect(await product('title')).toEqual({ title: 'New list' });
    expect(await stores.records.get(domain, 'shirt')).toMatchObject({
      lastSyncData: { facts: { product: { '': { title: 'New list' } } } },
    });
    expect((await clock.run(quick.push(titled('Old list')))).outcome).toBe('updated');
    expect(await product('title')).toEqual({ title: 'Old list' });
  });

  it('adopts a product by its SKU, with its existing variants', async () => {
    await ask('mutation ($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }', {
      input: {
        title: 'By hand',
        productOptions: [{ name: 'Size', values: [{ name: 'Small' }, { name: 'Large' }] }],
        variants: ['Small', 'Large'].map((name) => ({
          sku: name === 'Small' ? 'S' : 'MERCHANT',
          price: '5',
          optionValues: [{ optionName: 'Size', name }],
        })),
      },
    });
    const adopting = createProductSync({
      client: made.client,
      stores: memoryStores(),
      clock: made.clock,
      adoptBy: ['sku'],
    });
    const before = made.fake.products()[0] as unknown as { id: string; variants: readonly { id: string }[] };
    const wanted = shirt([size('S', 'S')]);
    expect(await made.clock.run(adopting.push(wanted, { dryRun: true }))).toMatchObject({ outcome: 'would-update' });
    expect(await made.clock.run(adopting.push(wanted))).toMatchObject({ outcome: 'updated', gid: before.id });
    expect(made.fake.products()).toMatchObject([
      {
        title: 'Shirt',
        variants: [
          { id: before.variants[0]?.id, sku: 'S', title: 'S', price: '10.00' },
          { id: before.variants[1]?.id, sku: 'MERCHANT', title: 'Large' },
        ],
      },
    ]);
  });

  it.each<[string, (made: FakeSync) => Promise<unknown>, ProductDraftInput, RegExp]>([
    [
      'whose SKUs are those of two products',
      async ({ sync, clock }) => clock.run(sync.pushMany([named('one', ['A']), named('two', ['B'])])),
      shirt([size('A', 'S'), size('B', 'M')]),
      /2 products of demo.myshopify.com.*handle/,
    ],
    [
      'that belongs to another local id',
      async ({ sync, clock }) => clock.run(sync.push(named('one', ['A']))),
      shirt([size('A', 'S')]),
      /already belongs to the local id "one"/,
    ],
  ])('does not adopt a product %s', async (_what, before, wanted, message) => {
    await before(made);
    const adopting = createProductSync({
      client: made.client,
      stores: memoryStores(),
      clock: made.clock,
      adoptBy: ['sku', 'barcode'],
    });
    const result = await made.clock.run(adopting.push(wanted));
    expect(result).toMatchObject({ outcome: 'failed', error: { message: expect.stringMatching(message) } });
  });

  it('waits for a recent upload before it changes its alt text', async () => {
    const image = { url: 'https://cdn.example.com/a.jpg', alt: 'A' };
    await push(shirt([size('S', 'S')], { images: [image] }));
    expect((await push(shirt([size('S', 'S')], { images: [{ ...image, alt: 'B' }] }))).outcome).toBe('updated');
    expect(made.fake.products()).toMatchObject([{ media: [{ alt: 'B' }] }]);
  });

  it('adds and removes collections, and keeps those of others', async () => {
    const collection = async (title: string): Promise<string> => {
      const data = await ask<{ collectionCreate: { collection: { id: string } } }>(
        'mutation ($title: String!) { collectionCreate(collection: { title: $title }) { collection { id } userErrors { message } } }',
        { title },
      ).catch(() =>
        ask<{ collectionCreate: { collection: { id: string } } }>(
          'mutation ($title: String!) { collectionCreate(input: { title: $title }) { collection { id } userErrors { message } } }',
          { title },
        ),
      );
      return data.collectionCreate.collection.id;
    };
    const [ours, next, theirs] = [await collection('Ours'), await collection('Next'), await collection('Theirs')];
    await create(shirt([size('S', 'S')], { collections: [ours] }));
    await ask(
      'mutation ($id: ID!, $to: [ID!]) { productUpdate(product: { id: $id, collectionsToJoin: $to }) { userErrors { message } } }',
      {
        id: gid,
        to: [theirs],
      },
    );
    expect((await push(shirt([size('S', 'S')], { collections: [next] }))).outcome).toBe('updated');
    const { collections } = await product('collections(first: 9) { nodes { title } }');
    expect(JSON.stringify(collections)).toBe('{"nodes":[{"title":"Theirs"},{"title":"Next"}]}');
  });

  it('redirects the old URL with redirectNewHandle', async () => {
    await create(shirt([size('S', 'S')], { handle: 'old' }));
    await push(shirt([size('S', 'S')], { handle: 'new', redirectNewHandle: true }));
    const update = made.fake.calls.findLast(({ operation }) => operation === 'ProductFieldsUpdate');
    expect(update?.variables).toMatchObject({ product: { handle: 'new', redirectNewHandle: true } });
  });

  it('sends a barcode again only if the draft changes it, since it is not read', async () => {
    const coded = (barcode: string, title = 'Shirt') => shirt([size('S', 'S', { barcode })], { title });
    await create(coded('123'));
    await push(coded('123', 'New'));
    expect(made.fake.executed('ProductVariantsUpdate')).toBe(0);
    await push(coded('456', 'New'));
    expect(made.fake.products()).toMatchObject([{ variants: [{ barcode: '456' }] }]);
  });

  it('reports in a dry run which values would change, with the old and the new value', async () => {
    await create(shirt([size('S', 'S')]));
    expect(await push(shirt([size('S', 'S', { price: '12' })], { title: 'New' }), { dryRun: true })).toMatchObject({
      outcome: 'would-update',
      plan: {
        action: 'update',
        gid,
        changes: [
          { kind: 'update', list: 'product', fields: { title: { from: 'Shirt', to: 'New' } } },
          { kind: 'update', list: 'variants', name: 'S', fields: { price: { from: '10', to: '12' } } },
        ],
      },
    });
    expect(await product('title')).toEqual({ title: 'Shirt' });
  });
});
