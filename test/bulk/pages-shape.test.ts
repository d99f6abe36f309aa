import { memoryStores } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { bulkClient, collected, type Product, productsWithVariants, rejection } from './harness.ts';

const paged = /* GraphQL */ `
  query Paged($first: Int!, $after: String, $search: String) {
    products(first: $first, after: $after, query: $search) {
      nodes { id handle ...Inner }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment Inner on Product {
    variants(first: 50) { nodes { id sku } pageInfo { hasNextPage endCursor } }
    collections(first: 5) { edges { node { id } } }
  }
`;

interface PagedData {
  readonly products: { readonly nodes: readonly { readonly id: string; readonly handle: string }[] };
}

describe("a bulk query with shape: 'pages'", () => {
  it('returns each node as a page with only that node', async () => {
    const { client, clock, rows } = await bulkClient({ products: 6, variants: 2 });
    const { data } = await clock.run(client().graphql<PagedData>(paged, { first: 50 }));
    const all = await rows(client().bulk.query<PagedData>(paged, { first: 50 }, { shape: 'pages' }));
    expect(all.map(({ products }) => products.nodes.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(all[0]).toMatchObject({ products: { pageInfo: { hasNextPage: false, endCursor: null } } });
    const nodes = all.flatMap(({ products }) => products.nodes);
    const byId = (one: { id: string }, other: { id: string }): number => one.id.localeCompare(other.id);
    // When read by pages, the last page of a nested connection has a cursor too.
    const text = JSON.stringify([...data.products.nodes].sort(byId)).replaceAll(
      /"endCursor":"[^"]*"/g,
      '"endCursor":null',
    );
    expect(nodes.sort(byId)).toEqual(JSON.parse(text));
  });

  it('has the same shape when it falls back to pages', async () => {
    const { client, fake, rows } = await bulkClient({ products: 3, variants: 2 });
    const options = { shape: 'pages', fallback: 'paginate' } as const;
    const all = await rows(client().bulk.query<PagedData>(paged, { first: 50 }, options));
    fake.bulk.disable('queries');
    const again = await rows(client().bulk.query<PagedData>(paged, { first: 50 }, options));
    const text = (list: readonly PagedData[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    expect(text(again)).toEqual(text(all));
  });

  it('refuses fields that only pages have', async () => {
    const { client } = await bulkClient();
    const query = '{ products(first: 5) { edges { cursor node { id } } } }';
    expect(await rejection(client().bulk.query(query, {}, { shape: 'pages' }))).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ field: 'document', message: expect.stringMatching(/selects cursor in products/) }],
    });
  });
});

describe('a bulk query with a position', () => {
  it('continues after the position, and frees the key of its run at the end', async () => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient({ products: 9, variants: 2 });
    const options = { store: stores.keyValue, key: 'ledger', groupObjects: true };
    const query = (more: object = {}) =>
      clock.run(client().bulk.query<Product>(productsWithVariants, { first: 10 }, { ...options, ...more }));
    const run = await query();
    const seen: string[] = [];
    const iterator = run[Symbol.asyncIterator]();
    while (seen.length < 4) seen.push((await clock.run(iterator.next())).value.id);
    const { position } = run;
    await iterator.return?.();
    const rest = await query({ position });
    for (const { id } of await clock.run(collected(rest))) seen.push(id);
    expect(new Set(seen).size).toBe(9);
    expect(seen).toHaveLength(9);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(await collected(stores.keyValue.scan('bulk-run:'))).toEqual([]);
    // The position alone identifies the operation.
    expect(await clock.run(collected(await query({ position })))).toHaveLength(5);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    await stores.close();
  });

  it('refuses a string that is not a position', async () => {
    const { client } = await bulkClient();
    expect(await rejection(client().bulk.query(productsWithVariants, { first: 1 }, { position: 'x' }))).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ field: 'position' }],
    });
  });
});
