import fc from 'fast-check';
import { memoryStores } from 'shopwright';
import type { ImportAllOptions, ImportResult } from 'shopwright/sync';
import { createProductSync, readCsv, writeCsv } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { anyDraft } from './drafts.ts';
import { domain, type FakeSync, fakeSync, limitedSync, tee } from './fake-shop.ts';
import { shopWithColours } from './push/linked-shop.ts';
import { merchant, pushedShop } from './reconcile/planted-drifts.ts';

type Imported = Extract<ImportResult, { draft: unknown }>;

/** Another sync of the same shop, without records. */
const fresh = ({ client, clock }: FakeSync, concurrency = 8) => {
  const stores = memoryStores();
  return { stores, sync: createProductSync({ client, stores, clock, concurrency }) };
};

const gidOf = ({ fake }: FakeSync, at = 0): string => String(fake.products()[at]?.id);

const imported = (result: ImportResult | undefined): Imported => {
  if (!result || !('draft' in result)) throw new Error(`not imported: ${JSON.stringify(result)}`);
  return result;
};

async function listOf<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

const all = async ({ clock }: FakeSync, results: AsyncIterable<ImportResult>): Promise<ImportResult[]> =>
  clock.run(listOf(results));

/** Creates a product as somebody else. */
const create = ({ client, clock }: FakeSync, input: object): Promise<unknown> =>
  clock.run(
    client.graphql(
      'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }',
      {
        input,
      },
    ),
  );

describe('whatever a draft says', () => {
  it('what was pushed and imported is pushed again without a change, and the first draft too', async () => {
    await fc.assert(
      fc.asyncProperty(anyDraft, fc.boolean(), fc.constantFrom('new', 'all'), async (draft, isFresh, record) => {
        const made = fakeSync();
        const { clock } = made;
        await clock.run(made.sync.push(draft));
        await clock.advance(1_000);
        const gid = gidOf(made);
        const { sync } = isFresh ? fresh(made) : made;
        const options = { record, variantMetafields: ['own.care'] } as const;
        const result = imported(await clock.run(sync.import(gid, options)));
        const outcome = isFresh || record === 'all' ? 'imported' : 'known';
        expect(result).toMatchObject({ outcome, localId: 'p', leftOut: [] });
        const before = JSON.stringify(made.fake.products());
        for (const again of [result.draft, draft])
          for (const refresh of [false, true])
            expect(await clock.run(sync.push(again, { refresh }))).toEqual({ outcome: 'unchanged', localId: 'p', gid });
        expect(JSON.stringify(made.fake.products())).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an imported draft', () => {
  it('has everything that the shop has of the product, and needs no call to be pushed', async () => {
    const made = fakeSync();
    const { clock, fake } = made;
    await create(made, {
      ...{ title: 'Mug', handle: 'mug', descriptionHtml: '<p>Big.</p>', vendor: 'Acme', tags: ['one', 'two'] },
      metafields: [{ namespace: 'custom', key: 'care', type: 'single_line_text_field', value: 'Wash' }],
      files: [{ originalSource: 'https://cdn.example.com/mug.jpg', alt: 'A mug' }],
      productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'L' }] }],
      variants: [
        { sku: 'MUG-S', barcode: '4006381333931', price: '9.9', optionValues: [{ optionName: 'Size', name: 'S' }] },
        { price: '12', optionValues: [{ optionName: 'Size', name: 'L' }] },
      ],
    });
    await clock.advance(1_000);
    const { sync, stores } = fresh(made);
    const result = imported(await clock.run(sync.import(gidOf(made))));
    expect(result).toMatchObject({
      ...{ outcome: 'imported', localId: 'mug', stock: [0, 0], leftOut: [] },
      draft: {
        ...{ localId: 'mug', sku: 'optional', title: 'Mug', handle: 'mug', descriptionHtml: '<p>Big.</p>' },
        ...{ vendor: 'Acme', tags: ['one', 'two'], status: 'ACTIVE', options: ['Size'] },
        metafields: [{ namespace: 'custom', key: 'care', type: 'single_line_text_field', value: 'Wash' }],
        images: [{ url: expect.stringContaining('mug.jpg'), alt: 'A mug' }],
        variants: [
          { sku: 'MUG-S', barcode: '4006381333931', price: '9.9', options: { Size: 'S' } },
          { price: '12', options: { Size: 'L' } },
        ],
      },
    });
    expect(result.draft).not.toHaveProperty('collections');
    expect(await stores.records.get(domain, 'mug')).toMatchObject({ gid: result.gid, status: 'synced', version: 1 });
    const calls = fake.calls.length;
    expect(await clock.run(sync.push(result.draft))).toMatchObject({ outcome: 'unchanged' });
    // The first request of any push: the definition of the local id.
    expect(fake.calls.slice(calls).flatMap(({ rootFields }) => rootFields)).not.toContain('nodes');
  });

  it('links options to their metaobjects', async () => {
    const made = fakeSync();
    const { black } = await shopWithColours(made.client, made.clock);
    await made.clock.run(
      made.sync.push({
        ...{ localId: 'shirt', title: 'Shirt', linkedOptions: { Colour: { namespace: 'custom', key: 'colour' } } },
        variants: [{ sku: 'SHIRT', price: '1', options: { Colour: black } }],
      }),
    );
    const { sync } = fresh(made);
    const { draft } = imported(await made.clock.run(sync.import(gidOf(made))));
    expect(draft).toMatchObject({
      linkedOptions: { Colour: { namespace: 'custom', key: 'colour' } },
      variants: [{ options: { Colour: black } }],
    });
    expect(draft.metafields).toEqual([]);
    expect(await made.clock.run(sync.push(draft, { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });

  it('has the HTML as Shopify stores it, and pushing either form changes nothing', async () => {
    const made = fakeSync();
    const draft = tee('tee-1', { descriptionHtml: ' <p>Soft.</p>\n\n' });
    await made.clock.run(made.sync.push(draft));
    const { sync } = fresh(made);
    const result = imported(await made.clock.run(sync.import(gidOf(made))));
    expect(result.draft.descriptionHtml).toBe(made.fake.products()[0]?.['descriptionHtml']);
    for (const again of [result.draft, draft])
      expect(await made.clock.run(sync.push(again, { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });

  it('has no compare-at price if the shop has 0.00, which is not drift', async () => {
    const made = fakeSync();
    const { clock, sync } = made;
    await create(made, {
      ...{ title: 'Mug', productOptions: [{ name: 'Size', values: [{ name: 'S' }] }] },
      variants: [{ price: '9', compareAtPrice: '0.00', optionValues: [{ optionName: 'Size', name: 'S' }] }],
    });
    const { draft } = imported(await clock.run(sync.import(gidOf(made))));
    expect(draft.variants[0]?.compareAtPrice ?? null).toBeNull();
    expect(await clock.run(sync.push(draft, { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
    expect(await clock.run(sync.reconcile())).toMatchObject({ consistency: 100, findings: [] });
  });

  it('keeps a metafield of an unknown type', async () => {
    const made = fakeSync();
    await made.clock.run(
      made.sync.push(
        tee('tee-1', { metafields: [{ namespace: 'own', key: 'x', type: 'url', value: 'https://example.com' }] }),
      ),
    );
    const later = fakeSync({
      client: {
        fetch: async (...request) => {
          const response = await made.fake.fetch(...request);
          return new Response((await response.text()).replaceAll('"type":"url"', '"type":"hologram"'), response);
        },
      },
    });
    const result = imported(await later.clock.run(later.sync.import(gidOf(made))));
    expect(result.draft.metafields).toEqual([
      { namespace: 'own', key: 'x', type: 'hologram', value: 'https://example.com' },
    ]);
    expect(await later.clock.run(later.sync.push(result.draft, { refresh: true }))).toMatchObject({
      outcome: 'unchanged',
    });
  });

  it('leaves out images that Shopify has not processed, and lists them', async () => {
    const made = fakeSync();
    const images = [{ url: 'https://cdn.example.com/a.jpg' }, { url: 'https://cdn.example.com/unreachable.jpg' }];
    await made.clock.run(made.sync.push(tee('tee-1', { images, variants: [{ sku: 'A', price: '1' }] })));
    const early = imported(await made.clock.run(made.sync.import(gidOf(made), { record: 'none' })));
    expect(early.draft).not.toHaveProperty('images.0');
    expect(early.leftOut).toMatchObject([{ kind: 'image' }, { kind: 'image' }]);
  });

  it('has all variants of a product with more than a page of them', async () => {
    const made = fakeSync();
    const variants = Array.from({ length: 520 }, (_, at) => ({ sku: `V-${at}`, price: '1', options: { No: `${at}` } }));
    await made.clock.run(made.sync.push(tee('tee-1', { images: [], variants })));
    const { sync } = fresh(made);
    const { draft } = imported(await made.clock.run(sync.import(gidOf(made))));
    expect(draft.variants.map(({ sku }) => sku)).toEqual(variants.map(({ sku }) => sku));
    expect(await made.clock.run(sync.push(draft, { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });

  it.each([250, 251])('of a product with %i images is a draft up to 250 and invalid beyond', async (count) => {
    const made = fakeSync();
    await made.clock.run(
      made.sync.push(
        tee('tee-1', { images: [{ url: 'https://cdn.example.com/a.jpg' }], variants: [{ sku: 'A', price: '1' }] }),
      ),
    );
    await made.clock.advance(1_000);
    // The fake refuses more than 250, as Shopify does today: its image is replaced by the required number.
    const edges = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => {
        const image = { url: `https://cdn.example.com/${from + at}.jpg` };
        return { node: { id: `gid://shopify/MediaImage/9${from + at}`, alt: null, status: 'READY', image } };
      });
    const rest = { edges: edges(250, count), pageInfo: { hasNextPage: false, endCursor: null } };
    const multiplied = fakeSync({
      client: {
        fetch: async (url, init) => {
          if (String(init?.body).includes('ProductImportMore'))
            return Response.json({ data: { product: { list: rest } } });
          const text = await (await made.fake.fetch(url, init)).text();
          const body = JSON.parse(text) as { data: { product?: { media: object } } };
          if (body.data.product)
            body.data.product.media = {
              edges: edges(0, 250),
              pageInfo: { hasNextPage: count > 250, endCursor: 'next' },
            };
          return Response.json(body);
        },
      },
    });
    const result = await multiplied.clock.run(multiplied.sync.import(gidOf(made)));
    if (count === 250) expect(imported(result).draft.images).toHaveLength(250);
    else {
      expect(result).toMatchObject({ outcome: 'invalid', localId: 'tee-1', issues: [{ code: 'images-too-many' }] });
      expect(await multiplied.stores.records.get(domain, 'tee-1')).toBeUndefined();
    }
  });
});

describe('the record of an imported product', () => {
  it('is kept if there is one, unless all are requested', async () => {
    const made = fakeSync();
    const { sync, stores, clock } = made;
    await clock.run(sync.push(tee()));
    await clock.advance(60_000);
    await merchant.edit(made, { id: gidOf(made), title: 'Sale!' });
    const before = await stores.records.get(domain, 'tee-1');
    expect(await clock.run(sync.import(gidOf(made)))).toMatchObject({ outcome: 'known', draft: { title: 'Sale!' } });
    expect(await clock.run(sync.import(gidOf(made), { record: 'none' }))).toMatchObject({ outcome: 'read' });
    expect(await stores.records.get(domain, 'tee-1')).toEqual(before);
    // A merchant's change is a drift from the first draft.
    expect(await clock.run(sync.push(tee(), { refresh: true }))).toMatchObject({ drifts: [{ field: 'title' }] });

    const result = imported(await clock.run(sync.import(gidOf(made), { record: 'all' })));
    expect(result.outcome).toBe('imported');
    expect(await clock.run(sync.push(result.draft))).toEqual({
      outcome: 'unchanged',
      localId: 'tee-1',
      gid: result.gid,
    });
    expect(await clock.run(sync.reconcile())).toMatchObject({ consistency: 100, checked: 1 });
  });

  it("has the handle or your name as local id of another's product, and the next push stores it in the shop", async () => {
    const made = fakeSync();
    const { clock } = made;
    await create(made, {
      title: 'Mug',
      handle: 'mug',
      productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
      variants: [{ sku: 'MUG', price: '1', optionValues: [{ optionName: 'Size', name: 'S' }] }],
    });
    const { sync, stores } = fresh(made);
    const { draft } = imported(await clock.run(sync.import(gidOf(made), { localId: ({ skus }) => skus[0] ?? '' })));
    expect(draft.localId).toBe('MUG');
    expect(await clock.run(sync.push({ ...draft, title: 'Big mug' }))).toMatchObject({ outcome: 'updated' });
    expect(await stores.records.get(domain, 'MUG')).toMatchObject({
      parts: expect.not.objectContaining({ unmarked: 'yes' }),
    });
    // Without its record it is found by the local id, and no second product is created.
    const later = fresh(made);
    expect(await clock.run(later.sync.push({ ...draft, title: 'Big mug' }))).toMatchObject({ outcome: 'unchanged' });
    expect(made.fake.products()).toHaveLength(1);
  });

  it('is not written if the local id belongs to another product', async () => {
    const made = fakeSync();
    const { clock } = made;
    for (const title of ['One', 'Two'])
      await create(made, {
        title,
        productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
        variants: [{ price: '1', optionValues: [{ optionName: 'Size', name: 'S' }] }],
      });
    const { sync, stores } = fresh(made);
    const options = { localId: () => 'same' };
    expect(await clock.run(sync.import(gidOf(made, 0), options))).toMatchObject({ outcome: 'imported' });
    expect(await clock.run(sync.import(gidOf(made, 1), options))).toMatchObject({
      outcome: 'failed',
      error: { code: 'VALIDATION_FAILED', issues: [{ field: 'localId' }] },
    });
    expect((await stores.records.get(domain, 'same'))?.gid).toBe(gidOf(made, 0));
    await expect(clock.run(sync.import(gidOf(made, 1), { localId: () => '' }))).resolves.toMatchObject({
      outcome: 'failed',
    });
  });
});

describe('a product that the shop no longer has', () => {
  it('is gone, also if it is deleted while it is read, and leaves no record', async () => {
    let isDeleting = false;
    const made: FakeSync = fakeSync({
      client: {
        fetch: async (url, init) => {
          if (isDeleting && String(init?.body).includes('ProductImportMore')) {
            isDeleting = false;
            await merchant.delete(other, gidOf(other));
          }
          return other.fake.fetch(url, init);
        },
      },
    });
    const other = fakeSync();
    const variants = Array.from({ length: 251 }, (_, at) => ({ sku: `V-${at}`, price: '1', options: { No: `${at}` } }));
    await other.clock.run(other.sync.push(tee('tee-1', { images: [], variants })));
    const gid = gidOf(other);
    isDeleting = true;
    expect(await made.clock.run(made.sync.import(gid))).toEqual({ outcome: 'gone', gid });
    expect(await made.clock.run(made.sync.import(gid))).toEqual({ outcome: 'gone', gid });
    expect(await made.stores.records.list(domain)).toEqual([]);
  });

  it('is gone for an import that has listed it', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany([tee('a'), tee('b')]));
    const { sync, stores } = fresh(made, 1);
    const outcomes: string[] = [];
    await made.clock.run(
      (async () => {
        for await (const { outcome } of sync.importAll({ via: 'pages' })) {
          outcomes.push(outcome);
          if (outcomes.length === 1) await merchant.delete(made, gidOf(made, 1));
        }
      })(),
    );
    expect(outcomes).toEqual(['imported', 'gone']);
    expect(await stores.records.list(domain)).toHaveLength(1);
  });
});

describe('an import of all products', () => {
  const shop = async (options: Parameters<typeof fakeSync>[0] = {}) => {
    const made = fakeSync(options);
    await made.clock.run(made.sync.pushMany([tee('a', { tags: ['one'] }), tee('b', { vendor: 'Acme' }), tee('c')]));
    await made.clock.advance(60_000);
    return made;
  };
  const byId = (results: readonly ImportResult[]) =>
    results.map((result) => imported(result)).toSorted((a, b) => (a.localId < b.localId ? -1 : 1));

  it('returns the same by a bulk operation, by pages, and if bulk is not enabled', async () => {
    const made = await shop();
    const bulk = byId(await all(made, fresh(made).sync.importAll()));
    expect(made.fake.calls.some(({ rootFields }) => rootFields.includes('product'))).toBe(false);
    const pages = byId(await all(made, fresh(made).sync.importAll({ via: 'pages' })));
    expect(bulk).toEqual(pages);
    expect(bulk.map(({ localId }) => localId)).toEqual(['a', 'b', 'c']);
    const denied = await shop({ fake: { bulk: { queries: false, mutations: false } } });
    const paged = byId(await all(denied, fresh(denied).sync.importAll({ via: 'bulk' })));
    expect(paged.map(({ draft }) => draft)).toEqual(bulk.map(({ draft }) => draft));
  });

  it.each(['bulk', 'pages'] as const)(
    'imports the products of a query, and pushes of the drafts change nothing (%s)',
    async (via) => {
      const made = await shop();
      const { sync, stores } = fresh(made);
      const [only, ...others] = byId(await all(made, sync.importAll({ via, query: 'vendor:Acme' })));
      expect([only?.localId, others]).toEqual(['b', []]);
      const results = byId(await all(made, sync.importAll({ via })));
      expect(results.map(({ outcome }) => outcome)).toEqual(['imported', 'known', 'imported']);
      expect(await stores.records.counts(domain)).toMatchObject({ synced: 3 });
      const { counts } = await made.clock.run(
        sync.pushMany(
          results.map(({ draft }) => draft),
          { refresh: true },
        ),
      );
      expect(counts).toMatchObject({ unchanged: 3 });
    },
  );

  it('is written as CSV, which reads as the same products', async () => {
    const made = await shop();
    const { sync } = fresh(made);
    const results = byId(await all(made, sync.importAll({ record: 'none' })));
    const text = (await listOf(writeCsv(results))).join('');
    const { drafts, issues } = await readCsv(text, { format: 'shopify' }).collect();
    expect(issues).toEqual([]);
    expect(drafts.map(({ title }) => title)).toEqual(['Tee a', 'Tee b', 'Tee c']);
    const { counts } = await made.clock.run(
      fresh(made).sync.pushMany(drafts.map((draft, at) => ({ ...draft, localId: results[at]?.localId ?? '' }))),
    );
    expect(counts).toMatchObject({ unchanged: 3 });
  });
  it('needs a client with bulk operations, or pages', async () => {
    const { client, clock } = await shop();
    const { graphql, status, shop: name } = client;
    const sync = createProductSync({ client: { graphql, status, shop: name }, stores: memoryStores(), clock });
    expect(await clock.run(listOf(sync.importAll()))).toHaveLength(3);
    await expect(listOf(sync.importAll({ via: 'bulk' }))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('ends at an abort, and at an error of the store', async () => {
    const made = await shop();
    const { sync, stores } = fresh(made, 1);
    const stop = new AbortController();
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for await (const { outcome } of sync.importAll({ via: 'pages', signal: stop.signal })) {
        seen.push(outcome);
        stop.abort(new Error('enough'));
      }
    };
    await expect(made.clock.run(run())).rejects.toThrow('enough');
    expect(seen).toEqual(['imported']);
    stores.records.getByGid = () => Promise.reject(Object.assign(new Error('database gone')));
    await expect(made.clock.run(sync.import(gidOf(made)))).rejects.toThrow('database gone');
  });
});

describe('options of an import', () => {
  it.each<[object, string]>([
    [{ records: 'all' }, 'records'],
    [{ record: 'every' }, 'record'],
    [{ via: 'rest' }, 'via'],
    [{ localId: 'handle' }, 'localId'],
    [{ variantMetafields: ['care'] }, 'variantMetafields'],
  ])('%j are refused', async (options, field) => {
    const { sync, fake } = fakeSync();
    await expect(listOf(sync.importAll(options as ImportAllOptions))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ field }],
    });
    expect(fake.calls).toEqual([]);
  });

  it('refuse an invalid gid, and via for a single product', async () => {
    const { sync } = fakeSync();
    await expect(sync.import('123')).rejects.toMatchObject({ issues: [{ field: 'gid' }] });
    await expect(sync.import('gid://shopify/Product/1', { via: 'bulk' } as object)).rejects.toMatchObject({
      issues: [{ field: 'via' }],
    });
  });
});

it('an import by pages reads beyond the products that Shopify pages through', async () => {
  const { made, refused } = limitedSync('ProductIds', { sync: { concurrency: 50 } });
  await pushedShop(made, 260, { images: [] });
  const results = await all(made, fresh(made, 50).sync.importAll({ via: 'pages', query: 'title:Tee' }));
  expect(refused()).toBe(1);
  expect(new Set(results.map((result) => imported(result).localId)).size).toBe(260);
}, 60_000);
