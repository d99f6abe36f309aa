// @ts-nocheck
import fc from 'fast-check';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';

const clock = createManualClock({ now: Date.UTC(2026, 9, 1) });
const fake = createFakeShopify({ clock, shops: [{ plan: 'plus' }] });

async function run(query: string, variables: object = {}) {
  return (await clock.run(ask(fake.fetch, { query, variables }))).json;
}

const products = [
  {
    ...{ handle: 'red-tee', title: 'Red Tee', vendor: 'Acme', productType: 'Shirts', tags: ['Summer', 'sale'] },
    ...{ status: 'ACTIVE', variants: [variant('TEE-RED', '19.90', '0001')] },
  },
  {
    ...{ handle: 'blue-tee', title: 'Blue Tee', vendor: 'Acme Sports', productType: 'Shirts', tags: ['summer'] },
    ...{ status: 'DRAFT', variants: [variant('TEE-BLUE', '25.00', '0002')] },
  },
  {
    ...{ handle: 'mug', title: 'Coffee mug (large)', vendor: "O'Neill", productType: 'Kitchen', tags: [] },
    ...{ status: 'ARCHIVED', variants: [variant('MUG:1', '9.00', '0003')] },
  },
];

function variant(sku: string, price: string, barcode: string): object {
  return { sku, price, barcode, optionValues: [{ optionName: 'Title', name: 'Default Title' }] };
}

beforeAll(async () => {
  for (const input of products) {
    const { data } = await run(
      'mutation ($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }',
      {
        input: { ...input, productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }] },
      },
    );
    expect(data.productSet.userErrors).toEqual([]);
    await clock.advance(24 * 3_600_000);
  }
});

async function found(query: string): Promise<readonly string[]> {
  const { data } = await run('query ($query: String!) { products(first: 10, query: $query) { nodes { handle } } }', {
    query,
  });
  return data.products.nodes.map(({ handle }: { handle: string }) => handle);
}

describe('a search for products', () => {
  it.each([
    // Fields, whatever their case.
    ['vendor:acme', ['red-tee']],
    ['vendor:"Acme Sports"', ['blue-tee']],
    ["vendor:'acme sports'", ['blue-tee']],
    ["vendor:O\\'Neill", ['mug']],
    ['product_type:shirts', ['red-tee', 'blue-tee']],
    ['product_type:kitchen,shirts', ['red-tee', 'blue-tee', 'mug']],
    ['tag:SUMMER', ['red-tee', 'blue-tee']],
    ['tag_not:sale', ['blue-tee', 'mug']],
    ['sku:tee-red', ['red-tee']],
    ['sku:TEE', []],
    ['sku:"MUG:1"', ['mug']],
    ['sku:MUG\\:1', ['mug']],
    ['barcode:0002', ['blue-tee']],
    ['status:active,draft', ['red-tee', 'blue-tee']],
    ['title:tee', ['red-tee', 'blue-tee']],
    ['title:te', []],
    ['title:"blue tee"', ['blue-tee']],
    ['title:"tee blue"', []],
    ['handle:mug', ['mug']],
    // Wildcards.
    ['sku:TEE*', ['red-tee', 'blue-tee']],
    ['title:te*', ['red-tee', 'blue-tee']],
    ['title:cof*', ['mug']],
    ['tag:*', ['red-tee', 'blue-tee']],
    ['-tag:*', ['mug']],
    // Bare words, in several fields.
    ['tee', ['red-tee', 'blue-tee']],
    ['acme', ['red-tee', 'blue-tee']],
    ['"coffee mug"', ['mug']],
    ['kitch*', ['mug']],
    ['blue tee', ['blue-tee']],
    // Connectives, modifiers and groups.
    ['title:red OR title:mug', ['red-tee', 'mug']],
    ['tee AND status:draft', ['blue-tee']],
    ['NOT title:tee', ['mug']],
    ['-title:tee', ['mug']],
    ['tee -vendor:acme', ['blue-tee']],
    ['title:mug OR title:tee status:draft', ['blue-tee', 'mug']],
    ['(title:mug OR title:tee) status:draft', ['blue-tee']],
    ['NOT (title:mug OR title:blue)', ['red-tee']],
    ['-(title:mug OR title:blue)', ['red-tee']],
    ['((tee))', ['red-tee', 'blue-tee']],
    ['tee NOT status:draft NOT status:archived', ['red-tee']],
    // Ranges.
    ['price:>=19.90', ['red-tee', 'blue-tee']],
    ['price:<19.9', ['mug']],
    ['price:>9 price:<25', ['red-tee']],
    ['price:9', ['mug']],
    ["created_at:>'2026-10-01T12:00:00Z'", ['blue-tee', 'mug']],
    ['created_at:2026-10-02', ['blue-tee']],
    ['created_at:<=2026-10-02', ['red-tee', 'blue-tee']],
    ['created_at:>2026-10-02', ['mug']],
    ['created_at:<now', ['red-tee', 'blue-tee', 'mug']],
    ["created_at:>'2026'", []],
    ['updated_at:>=2026-10-03', ['mug']],
    ['created_at:2026-10', ['red-tee', 'blue-tee', 'mug']],
    ['created_at:2026-09', []],
    ['created_at:>=2026-11', []],
    ['created_at:*', ['red-tee', 'blue-tee', 'mug']],
    ['-updated_at:*', []],
    ['is_price_reduced:false gift_card:false', ['red-tee', 'blue-tee', 'mug']],
    ['has_only_default_variant:true', ['red-tee', 'blue-tee', 'mug']],
    ['  ', ['red-tee', 'blue-tee', 'mug']],
  ])('%s finds %o', async (query, handles) => {
    expect(await found(query)).toEqual(handles);
    const { data } = await run('query ($query: String!) { productsCount(query: $query) { count } }', { query });
    expect(data.productsCount.count).toBe(handles.length);
  });

  it('finds ranges of ids', async () => {
    const [, second] = fake.products();
    const number = second?.id.split('/').at(-1);
    expect(await found(`id:>=${number}`)).toEqual(['blue-tee', 'mug']);
    expect(await found(`id:<${number}`)).toEqual(['red-tee']);
    expect(await found(`id:${number} OR id:"${second?.id}"`)).toEqual(['blue-tee']);
  });

  it('warns of a field that does not exist, and leaves it out', async () => {
    const json = await run('{ all: products(first: 10, query: "colour:red tee") { nodes { handle } } }');
    expect(json.data.all.nodes).toHaveLength(2);
    expect(json.extensions.search).toEqual([
      {
        path: ['all'],
        query: 'colour:red tee',
        parsed: {
          and: [
            { field: 'colour', match_all: 'red' },
            { field: 'default', match_all: 'tee' },
          ],
        },
        warnings: [{ field: 'colour', message: 'Invalid search field for this query.', code: 'invalid_field' }],
      },
    ]);
    expect(await found('NOT colour:red')).toHaveLength(3);
  });

  it.each([
    [
      'colour:red OR size:*',
      {
        or: [
          { field: 'colour', match_all: 'red' },
          { field: 'size', exists: true },
        ],
      },
    ],
    [
      'colour:r* AND -size:>=3',
      {
        and: [{ field: 'colour', match_prefix: 'r' }, { not: { field: 'size', range_gte: '3' } }],
      },
    ],
  ])('shows how it reads %s, of which it follows nothing', async (query, parsed) => {
    const { data, extensions } = await run(
      'query ($query: String!) { products(first: 10, query: $query) { nodes { handle } } }',
      { query },
    );
    expect(data.products.nodes).toHaveLength(3);
    expect(extensions.search).toMatchObject([{ parsed, warnings: [{ field: 'colour' }, { field: 'size' }] }]);
  });

  it('warns of a value that is not accepted, and finds nothing by it', async () => {
    const json = await run('{ products(first: 10, query: "status:sold") { nodes { handle } } }');
    expect(json.data.products.nodes).toEqual([]);
    expect(json.extensions.search).toEqual([
      {
        path: ['products'],
        query: 'status:sold',
        parsed: { field: 'status', match_all: 'sold' },
        warnings: [{ field: 'status', message: 'Input `sold` is not an accepted value.', code: 'invalid_value' }],
      },
    ]);
  });

  it('takes no name that every object has for a field', async () => {
    const { extensions } = await run('{ products(first: 1, query: "toString:a") { nodes { id } } }');
    expect(extensions.search).toMatchObject([{ warnings: [{ field: 'toString', code: 'invalid_field' }] }]);
  });

  it('says nothing beside the response where nothing is wrong', async () => {
    const json = await run('{ products(first: 1, query: "tee") { nodes { handle } } }');
    expect(json.extensions.search).toBeUndefined();
  });

  it.each([
    'title:',
    'delivery_profile_id:1',
    'vendor:>a',
    'title:>a',
    'gift_card:>false',
    'id:1*',
    'price:1*',
    'price:cheap',
    'created_at:2026*',
    'tag_not:>a',
    'tee)',
    '"tee',
    'OR tee',
    'AND',
    'NOT',
  ])('%s is refused, since the fake does not follow it', async (query) => {
    const { errors } = await run('query ($query: String!) { products(first: 1, query: $query) { nodes { id } } }', {
      query,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('refuses what is no time', async () => {
    const { errors } = await run('{ products(first: 1, query: "created_at:>soon") { nodes { id } } }');
    expect(errors).toMatchObject([
      { message: 'Invalid timestamp for query filter `created_at`.', extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('takes any text, and answers or says what it does not follow', async () => {
    const part = fc.constantFrom(
      'title:',
      'tee',
      ' ',
      '"',
      "'",
      '(',
      ')',
      'OR',
      'AND',
      'NOT',
      '-',
      '*',
      '\\',
      ':',
      '<',
      'price:>',
      '5',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        async (query) => {
          const { data, errors } = await run(
            'query ($query: String!) { products(first: 1, query: $query) { nodes { id } } }',
            { query },
          );
          const codes = (errors ?? []).map(({ extensions }: { extensions: { code: string } }) => extensions.code);
          expect(data?.products || codes.every((code: string) => /NOT_SIMULATED|BAD_REQUEST/.test(code))).toBeTruthy();
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the order of products', () => {
  it.each([
    ['ID', ['red-tee', 'blue-tee', 'mug']],
    ['CREATED_AT', ['red-tee', 'blue-tee', 'mug']],
    ['TITLE', ['blue-tee', 'mug', 'red-tee']],
    ['VENDOR', ['red-tee', 'blue-tee', 'mug']],
    ['PRODUCT_TYPE', ['mug', 'red-tee', 'blue-tee']],
    ['UPDATED_AT', ['red-tee', 'blue-tee', 'mug']],
  ])('by %s is %o, and turned around by reverse', async (sortKey, handles) => {
    const by = async (reverse: boolean) => {
      const { data } = await run(
        'query ($key: ProductSortKeys, $reverse: Boolean) { products(first: 5, sortKey: $key, reverse: $reverse) { nodes { handle } } }',
        { key: sortKey, reverse },
      );
      return data.products.nodes.map(({ handle }: { handle: string }) => handle);
    };
    expect(await by(false)).toEqual(handles);
    expect(await by(true)).toEqual([...handles].reverse());
  });

  it('holds from page to page', async () => {
    const page =
      'query ($after: String) { products(first: 1, sortKey: TITLE, after: $after, query: "tee OR mug") { nodes { handle } pageInfo { endCursor hasNextPage } } }';
    const handles: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { data } = await run(page, { after });
      handles.push(data.products.nodes[0].handle);
      ({ endCursor: after, hasNextPage: more } = data.products.pageInfo);
    }
    expect(handles).toEqual(['blue-tee', 'mug', 'red-tee']);
  });
});

describe('a search elsewhere', () => {
  it.each([
    ['productVariants', 'sku:TEE* -sku:"tee-red"', 1],
    ['productVariants', 'vendor:acme OR product_status:archived', 2],
    ['productVariants', 'option1:"default title" taxable:true', 3],
    ['productVariants', 'option2:red OR option3:*', 0],
    ['productVariants', 'tag:summer product_type:shirts', 2],
    ['productVariants', 'updated_at:>2027', 0],
    ['inventoryItems', 'sku:MUG*', 1],
    ['locations', 'name:shop* active:true', 1],
    ['locations', 'NOT location', 0],
    ['collections', 'collection_type:smart', 0],
    ['webhookSubscriptions', 'created_at:>2020', 0],
    ['files', 'media_type:IMAGE', 0],
    ['bulkOperations', 'status:COMPLETED OR operation_type:query', 0],
  ])('%s by %s', async (root, query, count) => {
    const { data, errors, extensions } = await run(
      `query ($query: String!) { ${root}(first: 10, query: $query) { nodes { id } } }`,
      { query },
    );
    expect(errors).toBeUndefined();
    expect(extensions.search).toBeUndefined();
    expect(data[root].nodes).toHaveLength(count);
  });

  it('warns as for products', async () => {
    const { extensions } = await run('{ bulkOperations(first: 1, query: "status:EXPIRED") { nodes { id } } }');
    expect(extensions.search).toMatchObject([
      { parsed: { field: 'status', match_all: 'EXPIRED' }, warnings: [{ field: 'status', code: 'invalid_value' }] },
    ]);
  });
});
