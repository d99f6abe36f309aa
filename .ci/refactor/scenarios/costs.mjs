import { good } from '../faults.mjs';

export const group = 'costs';

const many = (count, entry = {}) => Array.from({ length: count }, () => entry);
const owners = (...ids) => ids.map((id) => ({ ownerId: `gid://shopify/${id}`, namespace: 'a', key: 'b', value: 'c' }));
const productSet =
  'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }';
const bulk = (name) =>
  `mutation ($variants: [ProductVariantsBulkInput!]!, $media: [CreateMediaInput!]) { ${name}(productId: "gid://shopify/Product/1", variants: $variants, media: $media) { product { id } } }`;
const metafieldsSet =
  'mutation Set($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { id } userErrors { message } } }';

/** Documents of different kinds: name → [document, variables]. */
const documents = {
  'a field': ['{ shop { name } }'],
  'a deep object': ['{ shop { name plan { publicDisplayName partnerDevelopment } currencyCode } }'],
  'a connection of 1': ['{ products(first: 1) { nodes { id } } }'],
  'a connection of 10': ['{ products(first: 10) { nodes { id title } } }'],
  'a connection of 250': ['{ products(first: 250) { nodes { id title } } }'],
  'edges and pageInfo': [
    '{ products(first: 50) { edges { cursor node { id title } } pageInfo { hasNextPage endCursor } } }',
  ],
  'a connection in a connection': ['{ products(first: 10) { nodes { id variants(first: 50) { nodes { id sku } } } } }'],
  'three deep': [
    '{ products(first: 5) { nodes { variants(first: 5) { nodes { metafields(first: 5) { nodes { id } } } } } } }',
  ],
  'the last 10': ['{ products(last: 10) { nodes { id } } }'],
  'first null': ['{ products(first: null, last: 10) { nodes { id } } }'],
  'no page size': ['{ products { nodes { id } } }'],
  'a variable': ['query ($n: Int!) { products(first: $n) { nodes { id } } }', { n: 40 }],
  'a variable by default': ['query ($n: Int = 30) { products(first: $n) { nodes { id } } }', {}],
  'a variable called toString': ['query ($toString: Int = 10) { products(first: $toString) { nodes { id } } }', {}],
  'a variable that is text': ['query ($n: Int!) { products(first: $n) { nodes { id } } }', { n: '40' }],
  aliases: ['{ a: shop { id } b: shop { id } c: shop { id } }'],
  'the same key twice': ['{ shop { id } shop { plan { publicDisplayName } } }'],
  'a fragment': ['{ shop { ...Bits } } fragment Bits on Shop { id plan { publicDisplayName } }'],
  'fragments in a circle': [
    '{ product(id: "gid://shopify/Product/1") { ...A } } fragment A on Product { category { ...B } } fragment B on TaxonomyCategory { a: parent { ...A } b: parent { ...B } }',
  ],
  'a missing fragment': ['{ shop { id ...Missing } }'],
  'several types': [
    'query ($id: ID!) { node(id: $id) { id ... on Product { featuredMedia { id } category { id } } ... on Order { customer { id } } } }',
    { id: 'gid://shopify/Product/1' },
  ],
  'a fragment on an interface': [
    '{ product(id: "gid://shopify/Product/1") { media(first: 10) { nodes { ...Bits } } } } fragment Bits on Media { preview { image { url } } ... on Video { sources { url } } ... on MediaImage { image { url } originalSource { url } } }',
  ],
  'skip and include': [
    'query ($yes: Boolean!, $no: Boolean = false, $unknown: Boolean!) { a: shop @skip(if: $yes) { id } b: shop @include(if: $no) { id } c: shop @include(if: $yes) { id } d: shop @include(if: $unknown) { id } }',
    { yes: true },
  ],
  'an operation by name': [
    'query A { shop { id } } query B { shop { id plan { publicDisplayName } } }',
    {},
    { operationName: 'B' },
  ],
  'a typename': ['{ __typename shop { __typename } }'],
  introspection: ['{ __schema { types { name } } }'],
  counts: ['{ productsCount { count precision } }'],
  'an order with lines': [
    '{ orders(first: 10) { nodes { id lineItems(first: 20) { nodes { id product { id } } } customer { id } } } }',
  ],
  'inventory levels': [
    '{ inventoryItems(first: 10) { nodes { id inventoryLevels(first: 5) { nodes { id quantities(names: ["available"]) { name quantity } } } } } }',
  ],
  'nodes by id': ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: many(30, 'gid://shopify/Product/1') }],
  'too much for a query': [
    'query Deep { products(first: 250) { nodes { variants(first: 250) { nodes { metafields(first: 250) { nodes { id } } } } } } }',
  ],
  'a mutation': [
    'mutation { productDelete(input: { id: "gid://shopify/Product/1" }) { deletedProductId userErrors { field message } } }',
  ],
  'two mutations': [
    'mutation { a: tagsAdd(id: "gid://shopify/Product/1", tags: ["x"]) { userErrors { message } } b: tagsAdd(id: "gid://shopify/Product/2", tags: ["x"]) { userErrors { message } } }',
  ],
  'a payload with a connection': [
    'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id category { id } variants(first: 10) { nodes { id } } } } }',
    { input: { title: 'x' } },
  ],
  'productSet, empty': [productSet, { input: {} }],
  'productSet, 20 variants': [productSet, { input: { title: 'x', variants: many(20), metafields: many(5) } }],
  'productSet, 200 variants': [productSet, { input: { variants: many(200), files: many(10), metafields: many(20) } }],
  'productSet, variants with files': [
    productSet,
    { input: { variants: many(10, { file: { id: 'x' }, metafields: many(5) }) } },
  ],
  'productSet, input that is text': [productSet, { input: 'text' }],
  'productSet, in the document': [
    'mutation { productSet(input: { title: "x", variants: [{}, {}, {}], metafields: [{}, {}] }) { product { id } } }',
  ],
  productCreate: [
    'mutation ($product: ProductCreateInput!, $media: [CreateMediaInput!]) { productCreate(product: $product, media: $media) { product { id } } }',
    { product: { title: 'x', metafields: many(10) }, media: many(10) },
  ],
  productUpdate: [
    'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { product { id } } }',
    { product: { metafields: many(10) } },
  ],
  productVariantsBulkCreate: [
    bulk('productVariantsBulkCreate'),
    { variants: many(10, { mediaSrc: ['a'], metafields: many(1) }), media: many(10) },
  ],
  productVariantsBulkUpdate: [bulk('productVariantsBulkUpdate'), { variants: many(5, { mediaId: 'x' }) }],
  'metafieldsSet, a product': [metafieldsSet, { metafields: owners('Product/1') }],
  'metafieldsSet, the shop': [metafieldsSet, { metafields: owners('Shop/1') }],
  'metafieldsSet, several owners': [
    metafieldsSet,
    { metafields: owners('Product/1', 'Product/2', 'ProductVariant/1', 'Customer/9') },
  ],
  'metafieldsSet, odd': [metafieldsSet, { metafields: [null, { ownerId: 7 }] }],
  'what the schema does not know': ['{ brandNew(first: 10) { nodes { id deeper { id } } } }'],
};

const costOf = (events) => events.flatMap((event) => (event.type === 'permit' ? [event.cost] : []));

export function define({ add }) {
  for (const [name, [document, variables = {}, options = {}]] of Object.entries(documents)) {
    add(`${name}: reserved at first, and after what the answers taught`, async ({ scriptedShop, outcome }) => {
      const steps = [
        good({ x: 1 }, { requested: 30, actual: 12 }),
        good({ x: 1 }, { requested: 20, actual: 18 }),
        good({ x: 1 }, { requested: 45, actual: 45 }),
        good({ x: 1 }, { requested: 5, actual: 3 }),
      ];
      const { shop, clock, events } = scriptedShop(steps);
      const calls = [];
      for (let call = 0; call < 5; call += 1) {
        calls.push(await outcome(clock.run(shop.graphql(document, variables, { ...options, userErrors: 'return' }))));
      }
      return { reserved: costOf(events), calls: calls.map((call) => call.thrown ?? 'ok'), status: shop.status() };
    });
    add(`${name}: what the fake asks for`, async ({ fakeShop, outcome }) => {
      const { clock, client, fake, events } = fakeShop();
      const call = await outcome(clock.run(client.graphql(document, variables, { ...options, userErrors: 'return' })));
      return { call: call.thrown ?? call.value, reserved: costOf(events), calls: fake.calls };
    });
  }

  add('a cost of the caller, before and after the history', async ({ scriptedShop, outcome }) => {
    const { shop, clock, events, seen } = scriptedShop([good({ x: 1 }, { requested: 100, actual: 50 })]);
    for (const options of [{ cost: 1 }, {}, { cost: 7 }, {}, { cost: 5000 }]) {
      await outcome(clock.run(shop.graphql('query Q { shop { name } }', {}, options)));
    }
    return { reserved: costOf(events), ...seen() };
  });
  add('the history of one operation with pages of several sizes', async ({ scriptedShop, outcome }) => {
    const sizes = [1, 250, 10, 50, 250, 1];
    const steps = sizes.map((size) => good({}, { requested: 2 + Math.round(size / 3), actual: 2 }));
    const { shop, clock, events } = scriptedShop(steps);
    for (const n of sizes) {
      await outcome(clock.run(shop.graphql('query Pages($n: Int!) { products(first: $n) { nodes { id } } }', { n })));
    }
    return costOf(events);
  });
  add('calls of one operation that stand in line while the first teaches', async ({ scriptedShop }) => {
    const { shop, clock, seen } = scriptedShop([good({}, { requested: 30, actual: 10 })]);
    await clock.run(Promise.all(Array.from({ length: 6 }, () => shop.graphql('query Q { shop { name } }'))));
    return seen();
  });
  add('a bucket that is nearly empty, and others that use it', async ({ scriptedShop, outcome }) => {
    const levels = [990, 500, 40, 10, 300, 0, 900];
    const steps = levels.map((available) =>
      good({}, { requested: 60, actual: 40, available, maximum: 1000, rate: 50 }),
    );
    const { shop, clock, seen } = scriptedShop(steps);
    const calls = Array.from({ length: 14 }, (_, at) =>
      outcome(shop.graphql('query Q { shop { name } }', {}, { priority: at % 2 ? 'background' : 'interactive' })),
    );
    return { calls: await clock.run(Promise.all(calls)), ...seen() };
  });
  add('a lost answer counts as spent, a refused send does not', async ({ scriptedShop, outcome }) => {
    const broken = (code) => () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, syscall: 'connect' }) });
    };
    const { shop, clock, seen } = scriptedShop(
      [good({}, { requested: 100, actual: 100, available: 500 }), broken('ECONNRESET'), broken('ECONNREFUSED')],
      {
        retry: { maxRetries: 0 },
      },
    );
    const levels = [];
    for (let call = 0; call < 3; call += 1) {
      await outcome(clock.run(shop.graphql('query Q { shop { name } }', {}, { cost: 100 })));
      levels.push(shop.status().limiter);
    }
    return { levels, ...seen() };
  });
  for (const [plan, options] of Object.entries({
    standard: {},
    plus: { shops: [{ plan: 'plus' }] },
    advanced: { shops: [{ plan: 'advanced' }] },
  })) {
    add(`40 calls at once on ${plan}, with charges that lie off the rule`, async ({ fakeShop, outcome }) => {
      const { clock, client, fake } = fakeShop({ fake: { ...options, costSkew: 0.4, latencyMs: 50 } });
      const names = ['A', 'B', 'C', 'D'];
      const calls = Array.from({ length: 40 }, (_, at) =>
        outcome(
          client.graphql(
            `query ${names[at % 4]} { products(first: ${50 + (at % 4) * 50}) { nodes { id variants(first: 5) { nodes { id } } } } }`,
          ),
        ),
      );
      const results = await clock.run(Promise.all(calls));
      return {
        results: results.map(({ thrown, value }) => thrown ?? value.waitedMs),
        stats: fake.stats(),
        at: clock.monotonic(),
      };
    });
  }
}
