import { describe, expect, it } from 'vitest';
import { createBulkHarness, type Line, productsQuery, seedProducts, variantsQuery } from './harness.ts';

const kindOf = ({ id }: Line): string => /shopify\/(\w+)\//.exec(id ?? '')?.[1] ?? '';

describe('a bulk query', () => {
  it('goes from created over running to completed, and counts on the way', async () => {
    const harness = createBulkHarness({ bulk: { delayMs: 1_000, objectsPerSecond: 10 } });
    await seedProducts(harness, 20);
    const created = await harness.started(productsQuery);
    expect(created).toMatchObject({ status: 'CREATED', type: 'QUERY', query: productsQuery, objectCount: '0' });
    expect(created).toMatchObject({
      completedAt: null,
      url: null,
      partialDataUrl: null,
      fileSize: null,
      errorCode: null,
    });

    await harness.clock.advance(1_500);
    const running = await harness.operation(created.id);
    expect(running).toMatchObject({ status: 'RUNNING', objectCount: '5', rootObjectCount: '5', url: null });

    await harness.clock.advance(1_500);
    const completed = await harness.operation(created.id);
    expect(completed).toMatchObject({ status: 'COMPLETED', objectCount: '20', rootObjectCount: '20', errorCode: null });
    expect(Date.parse(completed.completedAt ?? '') - Date.parse(created.createdAt)).toBe(3_000);
    const text = await (await harness.get(completed.url ?? '')).text();
    expect(completed.fileSize).toBe(String(Buffer.byteLength(text)));
  });

  it('joins a thousand products and their variants by __parentId', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 1_000, 3);
    const operation = await harness.ended((await harness.started(variantsQuery)).id);
    expect(operation).toMatchObject({ objectCount: '4000', rootObjectCount: '1000' });

    const lines = await harness.lines(operation.url);
    const byProduct = new Map<string, Line[]>();
    for (const line of lines) {
      if (line.__parentId === undefined) byProduct.set(line.id ?? '', []);
      // A child before its parent would find nothing here.
      else byProduct.get(line.__parentId)?.push(line);
    }
    expect(byProduct.size).toBe(1_000);
    const positions = [...byProduct.values()].map((variants) => variants.map(({ position }) => position));
    expect(new Set(positions.map(String))).toEqual(new Set(['1,2,3']));
    const parents = lines.filter(({ __parentId }) => __parentId === undefined);
    expect(Object.keys(parents[0] ?? {})).toEqual(['id', 'handle']);
    expect(parents.map(({ id }) => id)).toEqual(harness.fake.products().map(({ id }) => id));
  });

  it('does not leave children beside their parents, unless it is asked to group them', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 30, 2);
    const placesApart = async (grouped: boolean): Promise<number> => {
      const { url } = await harness.ended((await harness.started(variantsQuery, grouped)).id);
      const lines = await harness.lines(url);
      return lines.filter((line, index) => {
        const before = lines[index - 1];
        return line.__parentId !== undefined && line.__parentId !== (before?.__parentId ?? before?.id);
      }).length;
    };
    expect(await placesApart(true)).toBe(0);
    expect(await placesApart(false)).toBeGreaterThan(30);
  });

  it('writes nested connections of two levels, through objects, interfaces and fragments', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 2, 2);
    const query = `{
      products(first: 1, after: "ignored") {
        edges { cursor node { ...Parts } }
        pageInfo { hasNextPage }
      }
    }
    fragment Parts on Product {
      id
      seo { title }
      variants(first: 1) { edges { node { id metafields { edges { node { id key } } } inventoryItem { id tracked } } } }
      media { edges { node { id alt ... on MediaImage { status } } } }
    }`;
    const { productSet } = await harness.data(
      `mutation ($input: ProductSetInput!) {
        productSet(input: $input, identifier: { handle: "with-media" }) { product { id } userErrors { message } }
      }`,
      {
        input: {
          handle: 'with-media',
          title: 'With media',
          files: [{ originalSource: 'https://cdn.example/a.png', contentType: 'IMAGE', alt: 'A' }],
          productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
          variants: [
            {
              price: '1.00',
              optionValues: [{ optionName: 'Size', name: 'S' }],
              metafields: [{ namespace: 'a', key: 'b', type: 'single_line_text_field', value: 'c' }],
            },
          ],
        },
      },
    );
    const lines = await harness.lines((await harness.ended((await harness.started(query)).id)).url);
    const of = (kind: string): Line[] => lines.filter((line) => kindOf(line) === kind);
    expect(of('Product')).toHaveLength(3);
    expect(of('ProductVariant')).toHaveLength(5);
    expect(of('MediaImage')).toEqual([
      { id: expect.any(String), alt: 'A', status: 'PROCESSING', __parentId: productSet.product.id },
    ]);
    const [metafield] = of('Metafield');
    const owner = of('ProductVariant').find(({ id }) => id === metafield?.__parentId);
    expect(owner).toEqual({
      id: expect.any(String),
      inventoryItem: { id: expect.any(String), tracked: expect.any(Boolean) },
      __parentId: productSet.product.id,
    });
    expect(of('Product')[0]).toEqual({ id: expect.any(String), seo: { title: null } });
  });

  it('takes connections out of objects, and leaves the objects in place', async () => {
    const visit = { id: 'gid://shopify/CustomerVisit/1', occurredAt: '2026-11-01T00:00:00Z' };
    const journeys = [null, { ready: false, moments: null }, { ready: true, moments: { edges: [{ node: visit }] } }];
    const edges = journeys.map((customerJourneySummary, index) => ({
      node: { id: `gid://shopify/Order/${index}`, customerJourneySummary },
    }));
    const harness = createBulkHarness({ resolvers: { QueryRoot: { orders: () => ({ edges }) } } });
    const query = `{
      orders { edges { node { id customerJourneySummary {
        ready
        moments { edges { node { occurredAt ... on CustomerVisit { id } } } }
      } } } }
    }`;
    const { url } = await harness.ended((await harness.started(query, true)).id);
    expect(await harness.lines(url)).toEqual([
      { id: 'gid://shopify/Order/0', customerJourneySummary: null },
      { id: 'gid://shopify/Order/1', customerJourneySummary: { ready: false } },
      { id: 'gid://shopify/Order/2', customerJourneySummary: { ready: true } },
      { ...visit, __parentId: 'gid://shopify/Order/2' },
    ]);
  });

  it('leaves out edges that lead nowhere', async () => {
    const references = { edges: [{ node: null }, { node: { id: 'gid://shopify/Product/9' } }] };
    const harness = createBulkHarness({
      resolvers: { Product: { metafield: () => ({}) }, Metafield: { references: () => references } },
    });
    await seedProducts(harness, 1);
    const query = `{
      products { edges { node {
        id metafield(namespace: "a", key: "b") { references { edges { node { ... on Product { id } } } } }
      } } }
    }`;
    const { url } = await harness.ended((await harness.started(query)).id);
    const product = harness.fake.products()[0]?.id;
    expect(await harness.lines(url)).toEqual([
      { id: product, metafield: {} },
      { id: 'gid://shopify/Product/9', __parentId: product },
    ]);
  });

  it('has no file where nothing matches', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 1);
    const query = '{ products(query: "handle:none") { edges { node { id } } } }';
    const operation = await harness.ended((await harness.started(query)).id);
    expect(operation).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null, fileSize: null });
  });

  it('costs no more than the mutation that starts it', async () => {
    const harness = createBulkHarness({ shops: [{ bucket: { maximumAvailable: 1_000, restoreRate: 1 } }] });
    await seedProducts(harness, 300, 2);
    await harness.ended((await harness.started(variantsQuery)).id);
    const { pointsUsed, throttled } = harness.fake.stats();
    expect(throttled).toBe(0);
    expect(pointsUsed).toBeLessThan(100);
  });

  it('gives the same lines in the same order for the same seed', async () => {
    const text = async (seed: number): Promise<string> => {
      const harness = createBulkHarness({ seed });
      await seedProducts(harness, 20, 2);
      const { url } = await harness.ended((await harness.started(variantsQuery)).id);
      return JSON.stringify((await harness.lines(url)).map(({ sku, handle }) => sku ?? handle));
    };
    const first = await text(3);
    expect(await text(3)).toBe(first);
    expect(await text(4)).not.toBe(first);
  });

  it('fails without the scopes for what it asks', async () => {
    const harness = createBulkHarness({ shops: [{ scopes: ['read_orders'] }] });
    const query = '{ publications { edges { node { id } } } }';
    const operation = await harness.ended((await harness.started(query)).id);
    expect(operation).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', partialDataUrl: null });
  });

  it('fails for what is not simulated, and the fake says so when it is closed', async () => {
    const harness = createBulkHarness();
    const { id } = await harness.started('{ products { edges { node { id feedback { summary } } } } }');
    harness.fake.store.put('demo.myshopify.com', 'Product', {
      id: 'gid://shopify/Product/1',
      collectionIds: [],
      options: [],
      variants: [],
      media: [],
      metafields: [],
      handle: 'x',
    });
    expect(await harness.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' });
    await expect(harness.fake.close()).rejects.toMatchObject({
      errors: [expect.objectContaining({ message: expect.stringContaining('is not simulated by the fake') })],
    });
  });

  it('is refused at once for a root that is not simulated', async () => {
    const harness = createBulkHarness();
    await expect(harness.runQuery('{ draftOrders { edges { node { id } } } }')).rejects.toThrow(
      /`QueryRoot\.draftOrders` is not simulated by the fake.*NOT_SIMULATED/,
    );
    const resolvers = { QueryRoot: { draftOrders: () => ({ edges: [] }) } };
    const own = createBulkHarness({ resolvers });
    const { id } = await own.started('{ draftOrders { edges { node { id } } } }');
    expect(await own.ended(id)).toMatchObject({ status: 'COMPLETED', url: null });
  });

  it('fails as access denied where a resolver says so', async () => {
    const harness = createBulkHarness({
      resolvers: {
        QueryRoot: {
          orders: () => {
            throw Object.assign(new Error('no'), { extensions: { code: 'ACCESS_DENIED' } });
          },
        },
      },
    });
    const { id } = await harness.started('{ orders { edges { node { id } } } }');
    expect(await harness.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED' });
    await harness.fake.close();
  });
});
