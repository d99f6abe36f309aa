import { Readable } from 'node:stream';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { createShopifyClient, isShopwrightError, type Pagination, type ShopifyClient } from 'shopwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { domain, shopOf } from './products-shop.ts';
import { rejection } from './scripted-shop.ts';

const Products = `query Products($first: Int!, $after: String) {
  products(first: $first, after: $after) { nodes { id handle } pageInfo { hasNextPage endCursor } }
}`;

interface Product {
  readonly id: string;
  readonly handle: string;
}

const handles = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `p${from + index}`);

/** Reads nodes until a limit, or to the end. */
async function take<Node>(pages: Pagination<Node>, limit = Number.POSITIVE_INFINITY): Promise<Node[]> {
  const taken: Node[] = [];
  for await (const node of pages) {
    taken.push(node);
    if (taken.length === limit) break;
  }
  return taken;
}

/** Available in every Node that the package supports, but not in the types of ES2023. */
const { fromAsync } = Array as unknown as { fromAsync<T>(this: void, items: AsyncIterable<T>): Promise<T[]> };

describe('paginate', () => {
  it('reads a connection to its end, and sends nothing before the first node is requested', async () => {
    const { shop, fake, clock } = await shopOf(23);
    const products = shop.paginate<Product>(Products, { first: 10 });
    await clock.advance(1000);
    expect(fake.calls).toHaveLength(1);
    expect((await clock.run(take(products))).map(({ handle }) => handle)).toEqual(handles(0, 23));
    expect(fake.calls).toHaveLength(4);
  });

  it('reads one page ahead, and only one, however slow the loop is', async () => {
    const { shop, fake, clock } = await shopOf(50);
    const nodes = shop.paginate<Product>(Products, { first: 10 })[Symbol.asyncIterator]();
    await clock.run(nodes.next());
    await clock.advance(60_000);
    expect(fake.calls).toHaveLength(1 + 2);
    for (let node = 1; node < 10; node++) await clock.run(nodes.next());
    await clock.advance(60_000);
    expect(fake.calls).toHaveLength(1 + 2);
    await clock.run(nodes.next());
    await clock.advance(60_000);
    expect(fake.calls).toHaveLength(1 + 3);
    await nodes.return();
  });

  it('sends nothing more after a break, and cancels a wait for points', async () => {
    // A page costs 6 points: the next one waits for four seconds.
    const bucket = { maximumAvailable: 1000, restoreRate: 1, currentlyAvailable: 8 };
    const { shop, fake, clock } = await shopOf(50, { shops: [{ bucket }] });
    expect(await clock.run(take(shop.paginate<Product>(Products, { first: 10 }), 3))).toHaveLength(3);
    await clock.advance(60_000);
    expect(fake.calls).toHaveLength(1 + 1);
    expect(clock.pending).toBe(0);
  });

  it('returns pages with their nodes and the cursor for continuing', async () => {
    const { shop, clock } = await shopOf(5);
    const pages = shop.paginate<Product>(Products, { first: 3 });
    const all = await clock.run(fromAsync(pages.pages()));
    expect(all).toMatchObject([
      { size: 3, hasMore: true, cursor: expect.any(String), cursors: undefined, cost: { actual: expect.any(Number) } },
      { size: 3, hasMore: false, cursor: expect.any(String) },
    ]);
    expect(all.map(({ nodes }) => nodes.map(({ handle }) => handle))).toEqual([handles(0, 3), handles(3, 5)]);
    expect(pages.cursor).toBe(all[1]?.cursor);
  });

  it('works with Array.fromAsync and with node streams', async () => {
    const { shop, clock, fake } = await shopOf(7);
    expect(await clock.run(fromAsync(shop.paginate(Products, { first: 3 })))).toHaveLength(7);
    expect(await clock.run(Readable.from(shop.paginate(Products, { first: 3 })).toArray())).toHaveLength(7);
    expect(fake.calls).toHaveLength(1 + 3 + 3);
  });

  it('reads from the end to the beginning with last and before', async () => {
    const { shop, clock } = await shopOf(8);
    const Back = `query Back($last: Int!, $before: String) {
      products(last: $last, before: $before) { nodes { id handle } pageInfo { hasPreviousPage startCursor } }
    }`;
    const products = shop.paginate<Product>(Back, { last: 3 });
    expect((await clock.run(take(products, 4))).map(({ handle }) => handle)).toEqual(['p7', 'p6', 'p5', 'p4']);
    const rest = shop.paginate<Product>(Back, { last: 3 }, { before: products.cursor ?? null });
    // The cursor of the first page is known: three nodes follow it.
    expect((await clock.run(take(rest))).map(({ handle }) => handle)).toEqual(handles(0, 5).reverse());
  });

  it('continues after any node if the document selects the cursors of edges', async () => {
    const { shop, clock } = await shopOf(12);
    const Edges = `query Edges($n: Int, $c: String) {
      all: products(first: $n, after: $c) { e: edges { c: cursor n: node { handle } } i: pageInfo { more: hasNextPage end: endCursor } }
    }`;
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let round = 0; round < 6; round++) {
      const options = cursor === undefined ? {} : { after: cursor };
      const products = shop.paginate<{ handle: string }>(Edges, { n: 5 }, options);
      seen.push(...(await clock.run(take(products, 2))).map(({ handle }) => handle));
      cursor = products.cursor;
    }
    expect(seen).toEqual(handles(0, 12));
  });

  it('finds the connection below other objects, and one of several by its path', async () => {
    const { shop, clock, fake } = await shopOf(1, { variants: 7, metafields: 3 });
    const id = fake.products(domain)[0]?.id;
    const Two = `query Two($id: ID!, $after: String) {
      product(id: $id) {
        ...Parts
        metafields(first: 2, after: $after) { nodes { key } pageInfo { hasNextPage endCursor } }
      }
    }
    fragment Parts on Product { variants(first: 3, after: $after) { nodes { sku } pageInfo { hasNextPage endCursor } } }`;
    const variants = await clock.run(take(shop.paginate<{ sku: string }>(Two, { id }, { at: 'product.variants' })));
    expect(variants.map(({ sku }) => sku)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6']);
    expect(await clock.run(rejection(take(shop.paginate(Two, { id }))))).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringMatching(/several connections: product\.metafields, product\.variants\. Set it to/),
    });
    expect(await clock.run(rejection(take(shop.paginate(Two, { id }, { at: 'product.variant' }))))).toMatchObject({
      message: expect.stringMatching(/Did you mean product\.variants\?/),
    });
    const none = shop.paginate(Two, { id: 'gid://shopify/Product/4711' }, { at: 'product.variants' });
    expect(await clock.run(take(none))).toEqual([]);
  });

  it('reads the named connections within the nodes to their end, and those within them', async () => {
    const { shop, clock, fake } = await shopOf(5, { variants: 5, metafields: 3 });
    const Deep = `query Deep($first: Int!, $after: String, $keys: Int = 2) {
      products(first: $first, after: $after) { nodes { id ...Inner } pageInfo { hasNextPage endCursor } }
    }
    fragment Inner on Product {
      variants(first: 2) {
        edges { node { id sku metafields(first: $keys) { nodes { ...Key } pageInfo { hasNextPage endCursor } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
    fragment Key on Metafield { key }`;
    interface Deep {
      readonly variants: { readonly edges: { node: { sku: string; metafields: { nodes: { key: string }[] } } }[] };
    }
    const nested = ['variants.metafields', 'variants'];
    const products = await clock.run(take(shop.paginate<Deep>(Deep, { first: 3 }, { nested })));
    expect(products).toHaveLength(5);
    for (const { variants } of products) {
      expect(variants.edges.map(({ node }) => node.sku)).toEqual(['s0', 's1', 's2', 's3', 's4']);
      for (const { node } of variants.edges)
        expect(node.metafields.nodes.map(({ key }) => key)).toEqual(['k0', 'k1', 'k2']);
    }
    expect(fake.calls.map(({ operation }) => operation)).toContain('DeepRest');
    const misspelt = shop.paginate(Deep, { first: 3 }, { nested: ['variant'] });
    expect(await rejection(take(misspelt))).toMatchObject({
      message: expect.stringMatching(/Did you mean variants\?/),
    });
  });
});

describe('a page that would cost too much', () => {
  const Costly = (
    size: string,
  ): string => `query Costly(${size === '$first' ? '$first: Int, ' : ''}$after: String, $inner: Int = 60) {
    products(first: ${size}, after: $after) {
      nodes { handle variants(first: $inner) { nodes { id metafields(first: $inner) { nodes { id } } } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

  it.each([
    ['a variable', '$first', { first: 250 }],
    ['a number in the document', '250', {}],
    ['not given', '$first', {}],
  ])('is requested again with fewer nodes if its size is %s, and stays smaller', async (_name, size, variables) => {
    const { shop, clock, fake } = await shopOf(40);
    const pages = await clock.run(fromAsync(shop.paginate<Product>(Costly(size), variables).pages()));
    const sizes = pages.map((page) => page.size);
    expect(sizes[0]).toBeLessThan(250);
    expect(new Set(sizes).size).toBe(1);
    expect(pages.flatMap(({ nodes }) => nodes.map(({ handle }) => handle))).toEqual(handles(0, 40));
    // The estimate is Shopify's rule, so no request was refused.
    expect(fake.calls.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(Math.max(...fake.calls.map(({ requestedCost }) => requestedCost))).toBeLessThanOrEqual(1000);
  });

  it('is requested again with fewer nodes if Shopify counts more than the estimate, or the bucket is small', async () => {
    const bucket = { maximumAvailable: 500, restoreRate: 50 };
    const { shop, clock, fake } = await shopOf(40, { shops: [{ bucket }], costSkew: 0.2, seed: 3 });
    const all = await clock.run(take(shop.paginate<Product>(Costly('$first'), { first: 100 })));
    expect(all.map(({ handle }) => handle)).toEqual(handles(0, 40));
    // Before the first responses reveal the size of the bucket and the cost of the operation there.
    expect(fake.stats(domain).throttled).toBeLessThanOrEqual(2);
  });

  it('does not change another connection whose size comes from the same variable', async () => {
    const { shop, clock, fake } = await shopOf(3, { variants: 3 });
    const Shared = `query Shared($n: Int!, $after: String) {
      products(first: $n, after: $after) {
        nodes { variants(first: $n) { nodes { id metafields(first: $n) { nodes { id } } } } }
        pageInfo { hasNextPage endCursor }
      }
    }`;
    await clock.run(take(shop.paginate(Shared, { n: 100 })));
    expect(fake.calls.at(-1)?.variables).toMatchObject({ n: 100, shopwrightSize: expect.any(Number) });
  });

  it('fails if a single node would cost too much', async () => {
    const { shop, clock, fake } = await shopOf(3);
    const Huge = `query Huge($first: Int!, $after: String) {
      products(first: $first, after: $after) {
        nodes { variants(first: 250) { nodes { metafields(first: 250) { nodes { id namespace owner { ... on Product { id
          media(first: 100) { nodes { id } } } } } } } } }
        pageInfo { hasNextPage endCursor }
      }
    }`;
    const error = await clock.run(rejection(take(shop.paginate(Huge, { first: 250 }))));
    expect(isShopwrightError(error, 'MAX_COST_EXCEEDED') && error.cursor).toBe(null);
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a call refused before anything is sent', () => {
  const page = 'pageInfo { hasNextPage endCursor }';
  it.each([
    [
      'no pageInfo',
      `query Q($after: String) { products(first: 5, after: $after) { nodes { id } } }`,
      {},
      /products continues\. Add pageInfo \{ hasNextPage endCursor \}/,
    ],
    [
      'half of it',
      `query Q($after: String) { products(first: 5, after: $after) { nodes { id } pageInfo { hasNextPage } } }`,
      {},
      /Add pageInfo/,
    ],
    [
      'no cursor',
      `query Q { products(first: 5) { nodes { id } ${page} } }`,
      {},
      /Declare \$after: String and pass it: products\(first: …, after: \$after\)/,
    ],
    ['no connection', `query Q { shop { id } }`, {}, /has no connection/],
    ['a mutation', `mutation Q { tagsAdd(id: "x", tags: ["a"]) { userErrors { message } } }`, {}, /is a mutation/],
    ['an unknown option', Products, { befor: 'x' }, /befor: is not an option\. Did you mean before\?/],
    [
      'a cursor for the other direction',
      Products,
      { before: 'x' },
      /before: has no effect: products is read with first\. Use after/,
    ],
    [
      'a nested connection without ids',
      `query Q($after: String) { products(first: 5, after: $after) { nodes { variants(first: 2) { nodes { id } ${page} } } ${page} } }`,
      { nested: ['variants'] },
      /selects no id beside variants/,
    ],
    [
      'a field that is not a connection',
      `query Q($after: String) { products(first: 5, after: $after) { nodes { id options { id } } ${page} } }`,
      { nested: ['options'] },
      /"options", which is not a connection/,
    ],
  ])('%s', async (_name, document, options, message) => {
    const { shop, fake } = await shopOf(1);
    const error = await rejection(
      take(shop.paginate(document, { first: 5 }, options as Parameters<ShopifyClient['paginate']>[2])),
    );
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringMatching(message) });
    expect(fake.calls).toHaveLength(1);
  });
});

describe('a server with faulty pages', () => {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  type Body = (variables: { readonly first?: number; readonly after?: string }, call: number) => object | Response;

  /** A client of a server that responds with these bodies. */
  function serving(body: Body): { readonly shop: ShopifyClient; readonly asked: (string | undefined)[] } {
    const asked: (string | undefined)[] = [];
    server.use(
      http.post('https://bad.myshopify.com/admin/api/*/graphql.json', async ({ request }) => {
        const { variables } = (await request.json()) as { variables: { first?: number; after?: string } };
        asked.push(variables.after);
        const answer = body(variables, asked.length);
        return answer instanceof Response ? answer : HttpResponse.json(answer);
      }),
    );
    const shop = createShopifyClient({
      ...{ shop: 'bad', accessToken: 'shpat_bad', isolated: true },
      retry: { maxRetries: 0 },
    });
    return { shop, asked };
  }

  const page = (ids: readonly number[], pageInfo?: object | null) => ({
    data: { products: { nodes: ids.map((id) => ({ id })), ...(pageInfo !== undefined && { pageInfo }) } },
  });

  /** The nodes returned before the error, and the error. */
  async function broken(shop: ShopifyClient): Promise<{ readonly ids: number[]; readonly error: unknown }> {
    const ids: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { id } of shop.paginate<{ id: number }>(Products, { first: 2 })) ids.push(id);
    };
    return { error: await rejection(reading()), ids };
  }

  it('that repeats a cursor causes an error, and no node is returned twice', async () => {
    // Like a server that ignores $after.
    const { shop, asked } = serving(() => page([1, 2], { hasNextPage: true, endCursor: 'c1' }));
    const { ids, error } = await broken(shop);
    expect(isShopwrightError(error, 'PAGE_CURSOR_REPEATED') && [error.cursor, error.path]).toEqual(['c1', 'products']);
    expect(ids).toEqual([1, 2]);
    expect(asked).toEqual([undefined, 'c1']);
  });

  it('that repeats a cursor after several pages causes an error too', async () => {
    const next: Record<string, string> = { none: 'a', a: 'b', b: 'c', c: 'a' };
    const { shop, asked } = serving(({ after = 'none' }) => page([1], { hasNextPage: true, endCursor: next[after] }));
    const { error, ids } = await broken(shop);
    expect(isShopwrightError(error, 'PAGE_CURSOR_REPEATED') && error.cursor).toBe('c');
    expect(ids).toHaveLength(3);
    expect(asked).toHaveLength(4);
  });

  it.each([
    ['no pageInfo', page([3], undefined)],
    ['pageInfo that is null', page([3], null)],
    ['pageInfo without hasNextPage', page([3], { endCursor: 'c2' })],
    ['a next page without a cursor', page([3], { hasNextPage: true, endCursor: null })],
    ['null instead of the connection', { data: { products: null } }],
    ['an empty response', { data: {} }],
  ])('that sends %s causes an error with the cursor to continue from', async (_name, second) => {
    const { shop } = serving((_, call) => (call === 1 ? page([1, 2], { hasNextPage: true, endCursor: 'c1' }) : second));
    const { error, ids } = await broken(shop);
    expect(isShopwrightError(error, 'PAGE_INFO_MISSING') && error.cursor).toBe('c1');
    expect(ids).toEqual([1, 2]);
    expect(JSON.stringify(error)).not.toContain('c1');
  });

  it('that sends less than a page, or nothing, does not end the reading', async () => {
    const { shop } = serving((_, call) =>
      page(call === 2 ? [] : [call], { hasNextPage: call < 4, endCursor: `c${call}` }),
    );
    expect(await take(shop.paginate(Products, { first: 2 }))).toEqual([{ id: 1 }, { id: 3 }, { id: 4 }]);
  });

  it('that fails midway ends the reading after the nodes received, with the cursor to continue from', async () => {
    const { shop } = serving(({ after }, call) =>
      call === 3
        ? new HttpResponse('gone', { status: 503 })
        : page([call], { hasNextPage: after !== 'c5', endCursor: `c${call}` }),
    );
    const products = shop.paginate<{ id: number }>(Products, { first: 1 });
    const error = await rejection(take(products));
    expect(isShopwrightError(error, 'HTTP_ERROR') && error.cursor).toBe('c2');
    expect(products.cursor).toBe('c2');
    const rest = shop.paginate<{ id: number }>(Products, { first: 1 }, { after: products.cursor ?? null });
    expect(await take(rest, 2)).toEqual([{ id: 4 }, { id: 5 }]);
  });

  it.each([
    ['after 25,000 nodes', 101, 'this page cannot be shown', 'PAGE_LIMIT_REACHED'],
    ['with the message of the limit', 2, 'Pagination is limited to 25,000 objects', 'PAGE_LIMIT_REACHED'],
    ['for another reason', 2, 'this page cannot be shown', 'GRAPHQL_ERROR'],
  ] as const)('that refuses a page %s', async (_name, last, message, code) => {
    const ids = Array.from({ length: 250 }, (_, index) => index);
    const { shop } = serving((_, call) =>
      call < last ? page(ids, { hasNextPage: true, endCursor: `c${call}` }) : { data: null, errors: [{ message }] },
    );
    const { error } = await broken(shop);
    expect(isShopwrightError(error, code) && error.cursor).toBe(`c${last - 1}`);
  });

  it('that refuses the reduced size gets half of it, down to one node', async () => {
    const sizes: unknown[] = [];
    const { shop } = serving(({ first }) => {
      sizes.push(first);
      return {
        errors: [{ message: 'too much', extensions: { code: 'MAX_COST_EXCEEDED', cost: 1200, maxCost: 1000 } }],
      };
    });
    const error = await rejection(take(shop.paginate(Products, { first: 100 })));
    expect(isShopwrightError(error, 'MAX_COST_EXCEEDED') && error.cursor).toBe(null);
    expect(sizes.at(-1)).toBe(1);
    expect(sizes.length).toBeLessThan(10);
  });

  it('is not waited for after an abort', async () => {
    const controller = new AbortController();
    const { shop, asked } = serving((_, call) => page([call], { hasNextPage: true, endCursor: `c${call}` }));
    const reading = async (): Promise<void> => {
      for await (const { id } of shop.paginate<{ id: number }>(Products, { first: 1 }, { signal: controller.signal })) {
        if (id === 3) controller.abort(new Error('enough'));
      }
    };
    expect(await rejection(reading())).toMatchObject({ message: 'enough' });
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});
