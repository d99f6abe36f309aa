import { createShopifyClient } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { collected, rejection } from './harness.ts';

interface Sent {
  readonly query: string;
  readonly variables: { readonly first0?: number; readonly after?: string | null };
}

/** A shop without bulk access, whose pages come from `page`. */
function shopOf(page: (sent: Sent) => object) {
  const clock = createManualClock();
  const sent: Sent[] = [];
  const fetch = async (_url: unknown, init?: { readonly body?: unknown }): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Sent;
    if (/bulkOperationRunQuery/.test(body.query)) {
      const extensions = { code: 'ACCESS_DENIED' };
      return Response.json({ data: { bulkOperationRunQuery: null }, errors: [{ message: 'denied', extensions }] });
    }
    sent.push(body);
    return Response.json(page(body));
  };
  const { bulk } = createShopifyClient({
    ...{ shop: 'demo', accessToken: 'shpat_fake', fetch: fetch as typeof globalThis.fetch, clock, isolated: true },
  });
  const rows = (document: string): Promise<{ readonly id: string }[]> =>
    clock.run(bulk.query<{ id: string }>(document, {}, { fallback: 'paginate' }).then(collected));
  return { rows, sent };
}

const products = Array.from({ length: 60_300 }, (_, index) => index + 1);

/** Returns pages like Shopify does: at most 25,000 nodes of a search. */
const limited =
  (isSearching = true) =>
  ({ query, variables: { first0 = 0, after } }: Sent): object => {
    const above = isSearching ? Number(/id:>(\d+)/.exec(query)?.[1] ?? 0) : 0;
    const found = products.filter((id) => id > above);
    const start = Number(after ?? 0);
    if (start + first0 > 25_000) return { errors: [{ message: 'Pagination is limited to 25000 nodes.' }] };
    const edges = found
      .slice(start, start + first0)
      .map((id) => ({ node: { id: `gid://shopify/Product/${id}`, title: `P${id}` } }));
    const pageInfo = { hasNextPage: start + first0 < found.length, endCursor: String(start + first0) };
    return { data: { products: { edges, pageInfo } } };
  };

describe('a bulk query that is read by pages', () => {
  it('continues after the 25,000 nodes that Shopify pages through', async () => {
    const { rows, sent } = shopOf(limited());
    const all = await rows('{ products(query: "status:active OR status:draft") { edges { node { id title } } } }');
    expect(all.map(({ id }) => Number(id.split('/').at(-1)))).toEqual(products);
    expect(sent[0]?.query).toContain('sortKey: ID');
    const searches = new Set(sent.map(({ query }) => /query: "([^"]*)"/.exec(query)?.[1]));
    expect([...searches]).toEqual([
      'status:active OR status:draft',
      '(status:active OR status:draft) AND id:>25000',
      '(status:active OR status:draft) AND id:>50000',
    ]);
  });

  it.each([
    ['the document has another order', '{ products(sortKey: TITLE) { edges { node { id } } } }', true],
    ['the nodes have no id', '{ products { edges { node { title } } } }', true],
    ['the search ignores `id:>`', '{ products { edges { node { id } } } }', false],
  ])('throws after 25,000 nodes if %s', async (_name, document, isSearching) => {
    const { rows } = shopOf(limited(isSearching));
    expect(await rejection(rows(document))).toMatchObject({ code: 'PAGE_LIMIT_REACHED', path: 'products' });
  });

  it.each([
    ['a cursor repeats', { hasNextPage: true, endCursor: 'same' }, 'PAGE_CURSOR_REPEATED'],
    ['a page has more after it, but no cursor', { hasNextPage: true, endCursor: null }, 'PAGE_INFO_MISSING'],
    ['a page does not say whether there are more', {}, 'PAGE_INFO_MISSING'],
  ])('throws if %s', async (_name, pageInfo, code) => {
    const { rows } = shopOf(() => ({
      data: { products: { edges: [{ node: { id: 'gid://shopify/Product/1' } }], pageInfo } },
    }));
    expect(await rejection(rows('{ products { edges { node { id } } } }'))).toMatchObject({ code });
  });

  it('returns no rows for an object that does not exist', async () => {
    const { rows } = shopOf(() => ({ data: { customer: null } }));
    expect(await rows('{ customer(id: "gid://shopify/Customer/1") { orders { edges { node { id } } } } }')).toEqual([]);
  });

  it('keeps the children read so far if their parent is deleted meanwhile', async () => {
    const variants = {
      edges: [{ node: { id: 'gid://shopify/ProductVariant/2' } }],
      pageInfo: { hasNextPage: true, endCursor: 'a' },
    };
    const edges = [{ node: { id: 'gid://shopify/Product/1', variants } }];
    const { rows } = shopOf(({ query }) =>
      query.includes('node(id: $node)')
        ? { data: { node: null } }
        : { data: { products: { edges, pageInfo: { hasNextPage: false } } } },
    );
    expect(await rows('{ products { edges { node { id variants { edges { node { id } } } } } } }')).toEqual([
      { id: 'gid://shopify/Product/1', variants: [{ id: 'gid://shopify/ProductVariant/2' }] },
    ]);
  });
});
