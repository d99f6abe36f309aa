import { isShopwrightError, memoryStores } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { bulkClient, collected, type Product, productsWithVariants, rejection } from './harness.ts';

const variables = { search: 'title:Product*', first: 10 };

describe('a bulk query', () => {
  it('returns products with their variants', async () => {
    const { shop, rows, fake } = await bulkClient({ products: 40, variants: 3 });
    const products = await rows(shop.bulk.query<Product>(productsWithVariants, variables));
    expect(products).toHaveLength(40);
    expect(new Set(products.map(({ handle }) => handle)).size).toBe(40);
    for (const { variants, handle } of products) {
      const number = handle.slice('product-'.length);
      expect(variants.map(({ sku }) => sku)).toEqual([1, 2, 3].map((size) => `${number}-Size ${size}`));
      expect(Object.keys(variants[0] ?? {})).toEqual(['id', 'sku']);
    }
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
  });

  it('returns the same products with groupObjects, in the order of the shop', async () => {
    const { shop, rows, fake } = await bulkClient({ products: 40, variants: 3 });
    const any = await rows(shop.bulk.query<Product>(productsWithVariants, variables));
    const grouped = await rows(shop.bulk.query<Product>(productsWithVariants, variables, { groupObjects: true }));
    expect(grouped.map(({ id }) => id)).toEqual(fake.products().map(({ id }) => id));
    const byId = (one: Product, other: Product): number => (one.id < other.id ? -1 : 1);
    expect(any.toSorted(byId)).toEqual(grouped.toSorted(byId));
  });

  it("returns lines with shape: 'rows'", async () => {
    const { shop, rows } = await bulkClient({ products: 3, variants: 2 });
    const lines = await rows(
      shop.bulk.query<{ id: string; __parentId?: string }>(productsWithVariants, variables, { shape: 'rows' }),
    );
    expect(lines).toHaveLength(9);
    expect(lines.filter(({ __parentId }) => __parentId !== undefined)).toHaveLength(6);
  });

  it('returns nothing if nothing matches', async () => {
    const { shop, rows } = await bulkClient();
    expect(await rows(shop.bulk.query(productsWithVariants, variables))).toEqual([]);
  });

  it('inlines the values of variables, and keeps enums unquoted', async () => {
    const { shop, clock, operation } = await bulkClient({ products: 1 });
    const document = /* GraphQL */ `
      query ($key: ProductSortKeys!, $owners: [HasMetafieldsIdentifier!]!, $text: String, $yes: Boolean = true) {
        products(sortKey: $key, query: $text, reverse: $yes) {
          edges { node { id metafields: metafieldsByIdentifiers(identifiers: $owners) { id } ...Names } }
        }
      }
      fragment Names on Product { title @include(if: $yes) }
    `;
    const run = await clock.run(
      shop.bulk.query(
        document
          .replace(/metafields: metafieldsByIdentifiers\(identifiers: \$owners\) \{ id \}/, '')
          .replace(/\$owners: \S+ /, ''),
        {
          key: 'VENDOR',
          text: 'a "b"\n',
        },
      ),
    );
    expect((await operation(run.id ?? '')).query.replaceAll(/\s+/g, ' ')).toMatch(
      /^query Bulk_[0-9a-f]{16} \{ products\(sortKey: VENDOR, query: "a \\"b\\"\\n", reverse: true\) \{ edges \{ node \{ id \.\.\. on Product \{ title @include\(if: true\) \} \} \} \} \}$/,
    );
  });

  it('accepts a connection that is selected in several places', async () => {
    const { shop, rows } = await bulkClient({ products: 3 });
    const run = shop.bulk.query<{ id: string }>(
      `query ($first: Int!) {
        products(first: $first) { edges { node { id } } }
        ...Ends
      }
      fragment Ends on QueryRoot { products(first: $first) { pageInfo { hasNextPage } edges { cursor node { title } } } }`,
      { first: 2 },
    );
    expect((await rows(run)).map((row) => Object.keys(row))).toEqual(Array(3).fill(['id', 'title']));
    const split = '{ products(first: 2) { edges { node { id } } } products(first: 2) { pageInfo { hasNextPage } } }';
    expect(await rows(shop.bulk.query(split))).toHaveLength(3);
  });

  it('checks its operation at once when the webhook arrives', async () => {
    const { shop, clock, finishes } = await bulkClient({ products: 5, bulk: { delayMs: 60_000 } });
    const run = await clock.run(shop.bulk.query<Product>(productsWithVariants, variables));
    const rows = collected(run);
    for (let step = 0; finishes.length < 2; step += 1) {
      if (step > 2_000) throw new Error('The webhook did not come.');
      await clock.advance(50);
    }
    const before = clock.now();
    expect(await shop.bulk.notify(finishes.at(-1) as never)).toBe(true);
    expect(await clock.run(rows)).toHaveLength(5);
    expect(clock.now() - before).toBeLessThan(2_000);
    expect(await shop.bulk.notify(finishes.at(-1) as never)).toBe(false);
  });

  it('reports progress', async () => {
    const { shop, clock } = await bulkClient({ products: 50, bulk: { objectsPerSecond: 10 } });
    const told: string[] = [];
    const run = await clock.run(
      shop.bulk.query<Product>(productsWithVariants, variables, {
        expectedObjects: 100,
        onProgress: ({ phase, leftMs }) => void told.push(`${phase} ${leftMs === undefined ? '' : 'left'}`.trim()),
      }),
    );
    const phases = collected(run.progress());
    expect(await clock.run(collected(run))).toHaveLength(50);
    const all = await clock.run(phases);
    expect(told).toContain('running left');
    expect(told.at(-1)).toBe('done left');
    expect(all.at(-1)).toMatchObject({ phase: 'done', objects: 100, leftMs: 0 });
  });

  it('ends its progress with the run, even if nobody reads the rows', async () => {
    const { shop, clock } = await bulkClient({ products: 3 });
    const run = await clock.run(shop.bulk.query(productsWithVariants));
    const phases = clock.run(collected(run.progress()));
    await clock.run(run.cancel());
    expect(String(await clock.run(rejection(run.ended())))).toContain('CANCELED');
    expect((await phases).map(({ phase }) => phase)).toContain('running');
    const abort = new AbortController();
    const other = await clock.run(shop.bulk.query(productsWithVariants, {}, { signal: abort.signal }));
    const seen = clock.run(collected(other.progress()));
    abort.abort(new Error('enough'));
    expect(String(await rejection(other.ended()))).toContain('enough');
    expect((await seen).length).toBeGreaterThan(0);
  });

  it('refuses an invalid document before sending it, and names the fix', async () => {
    const { shop, fake } = await bulkClient();
    const issuesOf = async (document: string, given: object = {}): Promise<string> => {
      const error = await rejection(shop.bulk.query(document, given));
      if (!isShopwrightError(error, 'VALIDATION_FAILED')) throw error;
      return error.issues.map(({ field, message }) => `${field} ${message}`).join('\n');
    };
    expect(await issuesOf('{ shop { name } }')).toMatch(/no connection/);
    expect(await issuesOf('{ products { nodes { id } } }')).toMatch(/Write products \{ edges \{ node/);
    expect(await issuesOf('{ a: products { edges { node { id } } } b: products { edges { node { id } } } }')).toMatch(
      /Run one for each/,
    );
    expect(
      await issuesOf(
        '{ node(id: "gid://shopify/Product/1") { ... on Product { variants { edges { node { id } } } } } }',
      ),
    ).toMatch(/begins with node/);
    expect(await issuesOf('{ products { edges { node { title variants { edges { node { id } } } } } } }')).toMatch(
      /Add id to the node of products/,
    );
    const deep =
      '{ a { edges { node { id b { edges { node { id c { edges { node { id d { edges { node { id } } } } } } } } } } } } }';
    expect(await issuesOf(deep)).toMatch(/4 levels deep/);
    const wide = `{ products { edges { node { id ${[1, 2, 3, 4, 5].map((one) => `v${one}: variants { edges { node { id } } }`).join(' ')} } } } }`;
    expect(await issuesOf(wide)).toMatch(/6 connections/);
    expect(await issuesOf('query ($q: String!) { products(query: $q) { edges { node { id } } } }', { w: 'x' })).toBe(
      'variables.w is not a variable of the operation. Did you mean q?\nvariables.q is missing: String!.',
    );
    expect(
      await issuesOf('query ($k: ProductSortKeys) { products(sortKey: $k) { edges { node { id } } } }', { k: 'TITEL' }),
    ).toMatch(/Did you mean TITLE/);
    expect(await issuesOf('mutation { productSet(input: {}) { product { id } } }')).toMatch(/bulk\.mutate/);
    expect(fake.calls.filter(({ operation }) => operation.startsWith('Bulk'))).toEqual([]);
  });

  it('refuses unknown options', async () => {
    const { shop, client } = await bulkClient();
    const error = await rejection(
      shop.bulk.query('{ products { edges { node { id } } } }', {}, { groupObject: true } as never),
    );
    expect(String(error)).toMatch(/groupObject: is not an option\. Did you mean groupObjects/);
    const wrong = client({ bulk: { stores: memoryStores().keyValue } as never });
    expect(String(await rejection(wrong.bulk.query('{ products { edges { node { id } } } }')))).toMatch(
      /bulk\.stores: .*bulk\.store\?/,
    );
  });

  it("passes on Shopify's reason for refusing a query", async () => {
    const { shop } = await bulkClient();
    const error = await rejection(shop.bulk.query('{ products { edges { node { id wrong } } } }'));
    expect(isShopwrightError(error, 'USER_ERROR') && error.message).toMatch(/Field 'wrong' doesn't exist/);
  });

  it('throws when the operation failed, and returns partial rows on request', async () => {
    const { shop, rows, fake, clock } = await bulkClient({ products: 20 });
    fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 7 });
    const run = await clock.run(shop.bulk.query(productsWithVariants, variables));
    const error = await clock.run(rejection(collected(run)));
    if (!isShopwrightError(error, 'BULK_FAILED')) throw error;
    expect(error.toJSON()).toMatchObject({
      operationId: run.id,
      status: 'FAILED',
      errorCode: 'TIMEOUT',
      hasPartialData: true,
    });
    expect(error.message).not.toContain('https://');
    const partial = await rows(shop.bulk.resume(run.id ?? '', { partial: true, shape: 'rows' }));
    expect(partial).toHaveLength(7);
  });
});

describe('a bulk query of an app without bulk access', () => {
  it('explains how to enable it', async () => {
    const { shop } = await bulkClient({ bulk: { queries: false } });
    const error = await rejection(shop.bulk.query(productsWithVariants, variables));
    if (!isShopwrightError(error, 'BULK_NOT_ENABLED')) throw error;
    expect(error.kind).toBe('queries');
    expect(error.message).toMatch(/Dev Dashboard.*31 days.*fallback: 'paginate'/);
  });

  it("returns the same rows by pages with fallback: 'paginate'", async () => {
    const { shop, rows, fake } = await bulkClient({ products: 130, variants: 25 });
    const byBulk = await rows(shop.bulk.query<Product>(productsWithVariants, variables, { groupObjects: true }));
    fake.bulk.disable('queries');
    const run = shop.bulk.query<Product>(productsWithVariants, variables, { fallback: 'paginate' });
    expect(await rows(run)).toEqual(byBulk);
    expect((await run).id).toBeUndefined();
  });
});
