import { createShopifyClient, memoryStores } from 'shopwright';
import { createFiles, createProductSync, type PushResult } from 'shopwright/sync';
import { createManualClock, type Entity } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

const url = (name: string): string => `https://cdn.example.com/${name}.jpg`;

const shown = (localId: string, images: readonly object[], more: object = {}): ProductDraftInput =>
  ({ localId, title: localId, variants: [{ sku: localId, price: '1' }], images, ...more }) as ProductDraftInput;

const media = (product: Entity | undefined) =>
  (product?.['media'] ?? []) as readonly { readonly id: string; readonly alt: string | null }[];

const idsOf = ({ fake }: FakeSync): string[][] => fake.products().map((product) => media(product).map(({ id }) => id));

/** Number of uploads requested by `productSet` and `productUpdate`. */
const uploads = ({ fake }: FakeSync): number =>
  fake.calls.reduce(
    (sum, { variables }) => sum + JSON.stringify(variables ?? {}).split('"originalSource"').length - 1,
    0,
  );

const push = ({ sync, clock }: FakeSync, product: ProductDraftInput, options: object = {}): Promise<PushResult> =>
  clock.run(sync.push(product, options));

describe('an image that many products show', () => {
  const logo = { url: url('logo'), alt: 'Acme' };

  it('is uploaded once, by new products and by existing ones', async () => {
    const made = fakeSync();
    const { sync, clock, fake } = made;
    const products = Array.from({ length: 100 }, (_, index) => shown(`p-${index}`, [{ url: url(`${index}`) }, logo]));
    const { counts } = await clock.run(sync.pushMany(products));
    expect(counts).toMatchObject({ created: 100, failed: 0 });
    expect(uploads(made)).toBe(101);
    const ids = idsOf(made);
    expect(new Set(ids.flat()).size).toBe(101);
    expect(new Set(ids.map(([, shared]) => shared)).size).toBe(1);

    await push(made, shown('late', []));
    expect(await push(made, shown('late', [logo]))).toMatchObject({ outcome: 'updated' });
    expect(uploads(made)).toBe(101);
    expect(media(fake.products().at(-1))).toMatchObject([{ id: ids[0]?.[1] }]);
    expect(await clock.run(sync.pushMany(products, { refresh: true }))).toMatchObject({ counts: { unchanged: 100 } });
  });

  it('gets its place before images that are uploaded with it, and no drift is reported', async () => {
    const made = fakeSync();
    await push(made, shown('a', [logo]));
    await push(made, shown('b', [{ url: url('first') }]));
    await made.clock.advance(60_000);
    const wanted = shown('b', [{ url: url('first') }, { url: url('new') }, logo, { url: url('last') }]);
    expect(await push(made, wanted)).toMatchObject({ outcome: 'updated' });
    const images = media(made.fake.products()[1]) as readonly object[];
    expect(images).toMatchObject(
      ['first', 'new', 'logo', 'last'].map((name) => ({ originalSource: { url: url(name) } })),
    );
    expect(uploads(made)).toBe(4);
    const again = await push(made, wanted, { refresh: true });
    expect(again.outcome).toBe('unchanged');
    expect(again).not.toHaveProperty('drifts');
  });

  it('is uploaded once by two processes that push it at the same time', async () => {
    const made = fakeSync();
    const { fake, client, stores, clock } = made;
    const other = createProductSync({ client, stores, clock });
    const products = (name: string) =>
      Array.from({ length: 10 }, (_, index) => shown(`${name}-${index}`, [logo, { url: url(`${index}`) }]));
    const runs = [made.sync.pushMany(products('a')), other.pushMany(products('b'))];
    const summaries = await clock.run(Promise.all(runs));
    expect(summaries.map(({ counts }) => counts.created)).toEqual([10, 10]);
    expect(uploads(made)).toBe(11);
    expect(new Set(idsOf(made).flat()).size).toBe(11);
    expect(fake.products()).toHaveLength(20);
  });

  it('is uploaded by another process if the first one was killed during the upload', async () => {
    const made = fakeSync();
    const { fake, client, clock } = made;
    const stores = memoryStores({ clock });
    let died = false;
    const graphql = ((...call: Parameters<typeof client.graphql>) => {
      died ||= 'input' in Object(call[1]);
      return died ? new Promise(() => undefined) : client.graphql(...call);
    }) as typeof client.graphql;
    // A killed process has no timers.
    const itsClock = createManualClock({ now: clock.now() });
    const dying = createProductSync({ client: { ...client, graphql }, stores, clock: itsClock });
    void dying.push(shown('a', [logo]));
    for (let turn = 0; turn < 20 && !died; turn += 1) await clock.advance(50);
    expect(died).toBe(true);
    const other = createProductSync({ client, stores, clock });
    const startedAt = clock.now();
    expect(await clock.run(other.push(shown('b', [logo])))).toMatchObject({ outcome: 'created' });
    expect(clock.now() - startedAt).toBeLessThan(8_000);
    expect(fake.products().map(({ title }) => title)).toEqual(['b']);
  });

  it('is awaited by another process, however slow its upload is', async () => {
    const made = fakeSync();
    const { client, clock } = made;
    const stores = memoryStores({ clock });
    const graphql = (async (...call: Parameters<typeof client.graphql>) => {
      if ('input' in Object(call[1])) await new Promise<void>((resolve) => clock.setTimer(resolve, 20_000));
      return client.graphql(...call);
    }) as typeof client.graphql;
    const slow = createProductSync({ client: { ...client, graphql }, stores, clock });
    const first = slow.push(shown('a', [logo]));
    await clock.advance(2_000);
    const other = createProductSync({ client, stores, clock });
    const outcomes = await clock.run(Promise.all([first, other.push(shown('b', [logo]))]));
    expect(outcomes).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
    expect(uploads(made)).toBe(1);
  });

  it('is recognised by a process that starts later, and for its variants', async () => {
    const made = fakeSync();
    await push(made, shown('a', [logo]));
    await made.clock.advance(1_000);
    const { fake, client, stores, clock } = made;
    const sync = createProductSync({ client, stores, clock });
    const variants = [{ sku: 'b', price: '1', imageUrl: logo.url }];
    await clock.run(sync.push(shown('b', [logo], { variants })));
    expect(uploads(made)).toBe(1);
    const [, second] = fake.products();
    expect(second?.['variants']).toMatchObject([{ mediaIds: [media(second)[0]?.id] }]);
  });

  it('is reused from files.ensure', async () => {
    const made = fakeSync();
    const { client, stores, clock } = made;
    const [file] = await clock.run(
      createFiles({ client, stores, clock }).ensure([{ source: logo.url, alt: logo.alt }]),
    );
    await push(made, shown('a', [logo]));
    expect(idsOf(made)).toEqual([[file?.outcome === 'created' ? file.id : '']]);
  });

  it('is uploaded separately for another alt text, so that products do not change each other’s', async () => {
    const made = fakeSync();
    await push(made, shown('a', [logo]));
    await push(made, shown('b', [{ ...logo, alt: 'Sold by Acme' }]));
    expect(made.fake.products().map((product) => media(product)[0]?.alt)).toEqual(['Acme', 'Sold by Acme']);
    expect(await push(made, shown('a', [logo]), { refresh: true })).not.toHaveProperty('drifts');
  });

  it.each([
    ['new', (localId: string) => [shown(localId, [logo])]],
    ['existing', (localId: string) => [shown(localId, []), shown(localId, [logo])]],
  ])('is uploaded again for a product that is %s if somebody has deleted it', async (_what, states) => {
    const made = fakeSync();
    for (const localId of ['a', 'b']) await push(made, shown(localId, [logo]));
    const [[id]] = idsOf(made) as [string[]];
    const remove = 'mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds } }';
    await made.clock.run(made.client.graphql(remove, { ids: [id] }));
    let result: PushResult | undefined;
    for (const product of states('c')) result = await push(made, product);
    expect(result?.outcome).toMatch(/created|updated/);
    expect(idsOf(made)[2]).toEqual([expect.not.stringMatching(`^${id}$`)]);
    await push(made, shown('d', [logo]));
    expect(idsOf(made)[3]).toEqual(idsOf(made)[2]);
  });

  it('is uploaded for the others if its first push is aborted', async () => {
    const made = fakeSync({ fake: { latencyMs: 100 } });
    const { sync, clock } = made;
    await push(made, shown('warm', []));
    const abort = new AbortController();
    clock.setTimer(() => abort.abort(new Error('stop')), 150);
    const first = sync.push(shown('a', [logo]), { signal: abort.signal }).catch((error: unknown) => error);
    const second = await clock.run(sync.push(shown('b', [logo])));
    expect(await first).toMatchObject({ message: 'stop' });
    expect(second.outcome).toBe('created');
  });
});

describe('1,000 products with 3 images', () => {
  it('need one file call, no upload and no new ids if one alt text changes', async () => {
    const made = fakeSync({ fake: { shops: [{ domain, plan: 'plus' }] } });
    const { sync, clock, fake } = made;
    const catalogue = (changed?: number) =>
      Array.from({ length: 1_000 }, (_, product) =>
        shown(
          `p-${product}`,
          [0, 1, 2].map((image) => ({
            url: url(`${product}-${image}`),
            alt: product === changed && image === 1 ? 'Seen from the side' : `Image ${image}`,
          })),
        ),
      );
    await clock.run(sync.pushMany(catalogue()));
    const before = idsOf(made);
    const seen = fake.calls.length;
    await clock.advance(1_000);
    expect((await clock.run(sync.pushMany(catalogue(500)))).counts).toMatchObject({ updated: 1, unchanged: 999 });
    const writes = fake.calls.slice(seen).filter(({ operation }) => operation !== 'ProductsRead');
    expect(writes).toMatchObject([
      { operation: 'FilesChange', variables: { files: [{ id: before[500]?.[1], alt: 'Seen from the side' }] } },
    ]);
    expect(idsOf(made)).toEqual(before);
  });
});

describe('an image that Shopify cannot process', () => {
  const broken = { url: 'https://cdn.invalid/gone.jpg?signature=secret', alt: 'Gone' };
  const failedImages = [
    {
      source: 'https://cdn.invalid/gone.jpg',
      reason: 'The image could not be downloaded. (IMAGE_DOWNLOAD_FAILURE)',
    },
  ];

  it('is reported in the result of its push with waitForImages', async () => {
    const made = fakeSync();
    const product = shown('a', [{ url: url('a') }, broken]);
    const result = await push(made, product, { waitForImages: true });
    expect(result).toMatchObject({ outcome: 'created', failedImages });
    expect(JSON.stringify(result)).not.toContain('secret');
    // The draft does not count as pushed, so the next push uploads this image again, and no other.
    const before = uploads(made);
    expect(await push(made, product, { waitForImages: true })).toMatchObject({ outcome: 'updated', failedImages });
    expect(uploads(made)).toBe(before + 1);
    expect(idsOf(made)[0]).toHaveLength(2);
  });

  it('is reported by the next push that reads the product, and is uploaded again', async () => {
    const made = fakeSync();
    const product = shown('a', [{ url: url('a') }, broken]);
    expect(await push(made, product)).not.toHaveProperty('failedImages');
    await made.clock.advance(1_000);
    const first = idsOf(made)[0];
    expect(await push(made, product, { refresh: true, dryRun: true })).toMatchObject({
      outcome: 'would-update',
      failedImages,
      plan: { changes: [{ kind: 'add', list: 'images', name: 'https://cdn.invalid/gone.jpg' }] },
    });
    expect(await push(made, product, { refresh: true })).toMatchObject({ outcome: 'updated', failedImages });
    const second = idsOf(made)[0];
    expect(second).toEqual([first?.[0], expect.any(String)]);
    expect(second?.[1]).not.toBe(first?.[1]);
  });

  it('is removed when the draft replaces it', async () => {
    const made = fakeSync();
    await push(made, shown('a', [broken]));
    await made.clock.advance(1_000);
    const result = await push(made, shown('a', [{ url: url('good') }]), { waitForImages: true });
    expect(result).toMatchObject({ outcome: 'updated', failedImages });
    expect(made.fake.products()[0]).toMatchObject({ media: [{ originalSource: { url: url('good') } }] });
  });
});

describe('images on a shop with an older API version', () => {
  it.each(['2026-01', '2026-07'])('are shared with %s', async (apiVersion) => {
    const made = fakeSync();
    const { fake, clock, stores } = made;
    const options = { shop: domain, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true, apiVersion };
    const sync = createProductSync({ client: createShopifyClient(options), stores, clock });
    const { counts } = await clock.run(sync.pushMany(['a', 'b'].map((id) => shown(id, [{ url: url('logo') }]))));
    expect(counts).toMatchObject({ created: 2 });
    expect(uploads(made)).toBe(1);
  });
});

describe('an order of images that a push changes', () => {
  it("counts as the push's own change when its webhook comes", async () => {
    const made = fakeSync();
    const { sync, stores, fake, clock } = made;
    const images = ['a', 'b', 'c'].map((name) => ({ url: url(name) }));
    await push(made, shown('tee', images));
    const ids = idsOf(made)[0] ?? [];
    await clock.advance(60_000);
    expect(await push(made, shown('tee', images.toReversed()))).toMatchObject({ outcome: 'updated' });
    expect(idsOf(made)).toEqual([ids.toReversed()]);
    const [product] = fake.products();
    const record = await stores.records.get(domain, 'tee');
    expect(record?.shopifyUpdatedAt).toBe(product?.['updatedAt']);
    const payload = { admin_graphql_api_id: record?.gid, updated_at: product?.['updatedAt'] };
    expect(await sync.applyWebhook({ topic: 'products/update', shop: domain, payload })).toBe('not-newer');
  });
});
