// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, type Harness, pushed, shirt, shop } from './harness.ts';

const gone = 'gid://shopify/Product/999';

async function ids(harness: Harness, args: string): Promise<unknown> {
  const { products } = await harness.data(`{ products(first: 10, ${args}) { nodes { handle } } }`);
  return (products as { nodes: { handle: string }[] }).nodes.map(({ handle }) => handle);
}

describe('the shop and the app', () => {
  const query =
    '{ shop { id name myshopifyDomain url currencyCode plan { displayName publicDisplayName shopifyPlus partnerDevelopment } } }';

  it('say what they are', async () => {
    expect(await createHarness().data(query)).toEqual({
      shop: {
        id: expect.stringMatching(/^gid:\/\/shopify\/Shop\/\d+$/),
        name: 'Demo',
        myshopifyDomain: shop,
        url: `https://${shop}`,
        currencyCode: 'USD',
        plan: { displayName: 'Basic', publicDisplayName: 'Basic', shopifyPlus: false, partnerDevelopment: false },
      },
    });
    const plus = await createHarness({ info: { plan: 'plus', currencyCode: 'CAD' } }).data(query);
    expect(plus).toMatchObject({
      shop: { currencyCode: 'CAD', plan: { publicDisplayName: 'Shopify Plus', shopifyPlus: true } },
    });
  });

  it('name the granted scopes and the API versions', async () => {
    const harness = createHarness();
    expect(
      await harness.data(
        '{ currentAppInstallation { id accessScopes { handle } } publicApiVersions { handle supported } }',
      ),
    ).toMatchObject({
      currentAppInstallation: { accessScopes: [{ handle: 'read_products' }, { handle: 'write_products' }] },
      publicApiVersions: expect.arrayContaining([
        { handle: '2026-10', supported: true },
        { handle: '2027-01', supported: false },
      ]),
    });
  });
});

describe('products', () => {
  it('are found by gid, handle and custom id', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    const { id } = await pushed(harness, { title: 'My Tee' }, { customId: { key: 'local_id', value: '7' } });
    const query =
      'query ($identifier: ProductIdentifierInput!) { productByIdentifier(identifier: $identifier) { id } }';
    for (const identifier of [{ id }, { handle: 'my-tee' }, { customId: { key: 'local_id', value: '7' } }]) {
      expect(await harness.data(query, { identifier })).toEqual({ productByIdentifier: { id } });
    }
    for (const identifier of [{ id: gone }, { handle: 'other' }, { customId: { key: 'local_id', value: '8' } }]) {
      expect(await harness.data(query, { identifier })).toEqual({ productByIdentifier: null });
    }
    expect(await harness.data('query ($id: ID!) { product(id: $id) { id } }', { id: gone })).toEqual({ product: null });
  });

  it('are not looked for by a custom id without a definition', async () => {
    const query = '{ productByIdentifier(identifier: {customId: {key: "local_id", value: "7"}}) { id } }';
    expect(await createHarness().run(query)).toMatchObject({
      data: { productByIdentifier: null },
      errors: [
        {
          message: "Metafield definition of type 'id' is required when using custom ids.",
          extensions: { code: 'NOT_FOUND' },
        },
      ],
    });
  });

  it.each([
    'product(id: "7") { id }',
    'productByIdentifier(identifier: {id: "7"}) { id }',
    'node(id: "7") { id }',
    'productVariant(id: "7") { id }',
    'publication(id: "7") { id }',
    'productOperation(id: "7") { status }',
    'metafieldDefinition(id: "7") { id }',
  ])('and others are not looked for by what is no gid: %s', async (field) => {
    expect((await createHarness().run(`{ ${field} }`)).errors).toMatchObject([
      {
        message: "Invalid global id '7'",
        extensions: { code: 'argumentLiteralsIncompatible', typeName: 'CoercionError' },
      },
    ]);
  });

  it('are searched by simple terms', async () => {
    const harness = createHarness();
    const red = await pushed(harness, { title: 'Red Tee', status: 'DRAFT' });
    await pushed(harness, { title: 'Blue Tee' });
    await pushed(harness, { title: 'Mug' });
    expect(await ids(harness, 'query: "title:tee"')).toEqual(['red-tee', 'blue-tee']);
    expect(await ids(harness, 'query: "title:\'blue tee\' AND status:active"')).toEqual(['blue-tee']);
    expect(await ids(harness, 'query: "title:\\"blue tee\\""')).toEqual(['blue-tee']);
    expect(await ids(harness, 'query: "status:draft,archived"')).toEqual(['red-tee']);
    expect(await ids(harness, 'query: "handle:mug"')).toEqual(['mug']);
    expect(await ids(harness, `query: "id:${red.id.split('/').at(-1)}"`)).toEqual(['red-tee']);
    expect(await ids(harness, `query: "id:'${red.id}'"`)).toEqual(['red-tee']);
    expect(await ids(harness, 'query: " ", sortKey: CREATED_AT, reverse: true')).toEqual([
      'mug',
      'blue-tee',
      'red-tee',
    ]);
    expect(await harness.data('{ productsCount(query: "title:tee") { count } }')).toEqual({
      productsCount: { count: 2 },
    });
  });

  it.each([
    'query: "title:"',
    'query: "error_feedback:1"',
    'query: "published_status:7-visible"',
    'savedSearchId: "gid://shopify/SavedSearch/1"',
  ])('are not listed by what the fake cannot do: %s', async (args) => {
    const harness = createHarness();
    await pushed(harness, { title: 'A' });
    expect((await harness.run(`{ products(first: 1, ${args}) { nodes { id } } }`)).errors).toMatchObject([
      { extensions: { code: 'NOT_SIMULATED' } },
    ]);
  });

  it('are counted up to a limit', async () => {
    const harness = createHarness();
    for (const title of ['A', 'B', 'C']) await pushed(harness, { title });
    const query = 'query ($limit: Int) { productsCount(limit: $limit) { count precision } }';
    expect(await harness.data(query, { limit: 2 })).toEqual({ productsCount: { count: 2, precision: 'AT_LEAST' } });
    expect(await harness.data(query, { limit: 3 })).toEqual({ productsCount: { count: 3, precision: 'EXACT' } });
    expect(await harness.data(query, { limit: null })).toEqual({ productsCount: { count: 3, precision: 'EXACT' } });
    const bySearch = '{ productsCount(savedSearchId: "gid://shopify/SavedSearch/1") { count } }';
    expect((await harness.run(bySearch)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('answer all that a catalogue reads', async () => {
    const harness = createHarness();
    const input = {
      ...shirt(['Red'], ['S', 'M']),
      descriptionHtml: '<p>Soft &amp; <b>warm</b></p>\n<ul><li>wool</li></ul>',
    };
    const { id } = await pushed(harness, input);
    const { product } = await harness.data(
      `query ($id: ID!) { product(id: $id) {
        legacyResourceId description short: description(truncateAt: 4) bodyHtml onlineStoreUrl isGiftCard hasOnlyDefaultVariant
        totalInventory tracksInventory totalVariants variantsCount { count } priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount } }
        options(first: 1) { name values optionValues { name hasVariants } linkedMetafield { key } }
        variants(first: 1) { nodes { legacyResourceId displayName price compareAtPrice barcode inventoryPolicy taxable inventoryQuantity createdAt
          selectedOptions { name value optionValue { name } } inventoryItem { sku tracked requiresShipping legacyResourceId unitCost { amount } measurement { weight { unit value } } } } }
      } }`,
      { id },
    );
    expect(product).toMatchObject({
      legacyResourceId: id.split('/').at(-1),
      description: 'Soft & warm wool',
      short: 'Soft',
      bodyHtml: input.descriptionHtml,
      onlineStoreUrl: null,
      isGiftCard: false,
      hasOnlyDefaultVariant: false,
      totalInventory: 0,
      tracksInventory: false,
      totalVariants: 2,
      variantsCount: { count: 2 },
      priceRangeV2: { minVariantPrice: { amount: '10.0', currencyCode: 'USD' }, maxVariantPrice: { amount: '10.0' } },
      options: [
        { name: 'Colour', values: ['Red'], optionValues: [{ name: 'Red', hasVariants: true }], linkedMetafield: null },
      ],
      variants: {
        nodes: [
          {
            displayName: 'Shirt - Red / S',
            price: '10.00',
            compareAtPrice: null,
            barcode: null,
            inventoryPolicy: 'DENY',
            taxable: true,
            inventoryQuantity: 0,
            selectedOptions: [
              { name: 'Colour', value: 'Red', optionValue: { name: 'Red' } },
              { name: 'Size', value: 'S', optionValue: { name: 'S' } },
            ],
            inventoryItem: {
              sku: 'Red-S',
              tracked: false,
              requiresShipping: true,
              unitCost: null,
              measurement: { weight: { unit: 'KILOGRAMS', value: 0 } },
            },
          },
        ],
      },
    });
  });

  it('keep what the input says about stock keeping', async () => {
    const harness = createHarness();
    const inventoryItem = {
      tracked: true,
      cost: 3.5,
      requiresShipping: false,
      measurement: { weight: { unit: 'GRAMS', value: 20 } },
      countryCodeOfOrigin: 'PT',
      sku: 'from-item',
    };
    const variants = [{ optionValues: [], inventoryPolicy: 'CONTINUE', taxable: false, inventoryItem }];
    const { id } = await pushed(harness, { title: 'A', productOptions: [], variants }, { handle: 'a' });
    const query = `query ($id: ID!) { product(id: $id) { tracksInventory variants(first: 1) { nodes { sku inventoryPolicy taxable
      inventoryItem { sku tracked requiresShipping countryCodeOfOrigin unitCost { amount currencyCode } measurement { weight { unit value } } } } } } }`;
    const expected = {
      product: {
        tracksInventory: true,
        variants: {
          nodes: [
            {
              sku: 'from-item',
              inventoryPolicy: 'CONTINUE',
              taxable: false,
              inventoryItem: {
                sku: 'from-item',
                tracked: true,
                requiresShipping: false,
                countryCodeOfOrigin: 'PT',
                unitCost: { amount: '3.5', currencyCode: 'USD' },
                measurement: { weight: { unit: 'GRAMS', value: 20 } },
              },
            },
          ],
        },
      },
    };
    expect(await harness.data(query, { id })).toEqual(expected);
    await pushed(harness, { productOptions: [], variants: [{ optionValues: [] }] }, { id });
    expect(await harness.data(query, { id })).toEqual(expected);
  });

  it.each([
    'media(first: 1, query: "x") { nodes { id } }',
    'media(first: 1, sortKey: ID) { nodes { id } }',
    'images(first: 1, sortKey: ID) { nodes { id } }',
    'variants(first: 1, sortKey: INVENTORY_LEVELS_AVAILABLE) { nodes { id } }',
    'collections(first: 1, query: "publishable_status:x") { nodes { id } }',
    'resourcePublicationsV2(first: 1, catalogType: APP) { nodes { isPublished } }',
  ])('say so where an argument is not simulated: %s', async (field) => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const { errors } = await harness.run(`query ($id: ID!) { product(id: $id) { ${field} } }`, { id });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('are deleted, and gone', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const query = `mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId shop { name } productDeleteOperation { id } userErrors { field message } } }`;
    expect(await harness.data(query, { id })).toEqual({
      productDelete: { deletedProductId: id, shop: { name: 'Demo' }, productDeleteOperation: null, userErrors: [] },
    });
    expect(await harness.data(query, { id })).toMatchObject({
      productDelete: { deletedProductId: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] },
    });
    expect((await pushed(harness, { title: 'A' })).handle).toBe('a');
  });
});

describe('node', () => {
  it('finds whatever has a gid', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'code' });
    const text = { namespace: 'host', type: 'single_line_text_field', value: 'x' };
    const input = shirt(['Red'], ['S']);
    const [variant] = input['variants'] as object[];
    const product = await pushed(harness, {
      ...input,
      variants: [{ ...variant, metafields: [{ ...text, key: 'onvariant' }] }],
      files: [{ originalSource: 'https://a.example/a.jpg' }],
      metafields: [{ ...text, key: 'own' }],
    });
    const { product: parts } = await harness.data(
      `query ($id: ID!) { shop { id } product(id: $id) { variants(first: 1) { nodes { id inventoryItem { id } metafields(first: 1) { nodes { id } } } } } }`,
      { id: product.id },
    );
    const [held] = (
      parts as {
        variants: { nodes: { id: string; inventoryItem: { id: string }; metafields: { nodes: { id: string }[] } }[] };
      }
    ).variants.nodes;
    const { shop: self } = await harness.data('{ shop { id } }');
    const all = [
      product.id,
      held?.id,
      held?.inventoryItem.id,
      held?.metafields.nodes[0]?.id,
      product.metafields.nodes[0]?.id,
      product.media.nodes[0]?.id,
      product.options[0]?.id,
      product.options[0]?.optionValues[0]?.id,
      harness.store.all(shop, 'MetafieldDefinition')[0]?.id,
      harness.store.all(shop, 'Publication')[0]?.id,
      (self as { id: string }).id,
    ];
    const { nodes } = await harness.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids: all });
    expect(nodes).toEqual(all.map((id) => ({ id, __typename: id?.split('/').at(-2) })));
    const { owners } = await harness.data(
      'query ($ids: [ID!]!) { owners: nodes(ids: $ids) { ... on Metafield { owner { ... on Node { id } } } } }',
      { ids: [all[3], all[4]] },
    );
    expect(owners).toEqual([{ owner: { id: held?.id } }, { owner: { id: product.id } }]);
  });

  it.each([gone, 'gid://shopify/Shop/1', 'gid://shopify/Order/1', 'gid://shopify/ProductVariant/9?a=b'])(
    'of nothing is null: %s',
    async (id) => {
      expect(await createHarness().data('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
    },
  );
});

describe('metafields of a product', () => {
  it('are read one by one, by namespace and by key', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'count', type: 'number_integer' });
    const metafields = [
      { namespace: 'host', key: 'count', value: '3' },
      { namespace: 'host', key: 'note', type: 'single_line_text_field', value: 'é' },
      { key: 'list', type: 'list.number_integer', value: '[1,2]' },
    ];
    const { id } = await pushed(harness, { title: 'A', metafields });
    const { product } = await harness.data(
      `query ($id: ID!) { product(id: $id) {
        count: metafield(namespace: "host", key: "count") { jsonValue ownerType description definition { key } }
        note: metafield(namespace: "host", key: "note") { jsonValue sizeInBytes definition { key } }
        own: metafield(key: "list") { namespace jsonValue }
        none: metafield(namespace: "host", key: "none") { id }
        host: metafields(first: 5, namespace: "host") { nodes { key } edges { node { key } } }
        byKey: metafields(first: 5, namespace: "host", keys: ["note"]) { nodes { key } }
        byName: metafields(first: 5, keys: ["host.count", "$app.list", "nothing"]) { nodes { key } }
      } }`,
      { id },
    );
    expect(product).toEqual({
      count: { jsonValue: 3, ownerType: 'PRODUCT', description: null, definition: { key: 'count' } },
      note: { jsonValue: 'é', sizeInBytes: 2, definition: null },
      own: { namespace: 'app--1001', jsonValue: [1, 2] },
      none: null,
      host: {
        nodes: [{ key: 'count' }, { key: 'note' }],
        edges: [{ node: { key: 'count' } }, { node: { key: 'note' } }],
      },
      byKey: { nodes: [{ key: 'note' }] },
      byName: { nodes: [{ key: 'host.count' }, { key: '$app.list' }] },
    });
  });
});

describe('metafield definitions', () => {
  const create = `mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { id namespace key name type { name } ownerType capabilities { uniqueValues { eligible enabled } } }
    userErrors { code field message elementIndex }
  } }`;
  const definition = { key: 'local_id', name: 'Local id', ownerType: 'PRODUCT', type: 'id' };

  it.each([
    [undefined, 'app--1001'],
    ['$app', 'app--1001'],
    ['$app:foo', 'app--1001--foo'],
    ['host', 'host'],
  ])('for the namespace %s stand in %s', async (namespace, resolved) => {
    const { metafieldDefinitionCreate } = await createHarness().data(create, {
      definition: { ...definition, ...(namespace && { namespace }) },
    });
    expect(metafieldDefinitionCreate).toMatchObject({
      createdDefinition: {
        namespace: resolved,
        type: { name: 'id' },
        capabilities: { uniqueValues: { eligible: true, enabled: true } },
      },
      userErrors: [],
    });
  });

  it('are taken once', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    expect(await harness.data(create, { definition: { ...definition, namespace: '$app' } })).toMatchObject({
      metafieldDefinitionCreate: {
        createdDefinition: null,
        userErrors: [{ code: 'TAKEN', field: ['definition', 'key'], elementIndex: null }],
      },
    });
    await defineMetafield(harness, { ownerType: 'PRODUCTVARIANT' });
    await defineMetafield(harness, { key: 'other' });
    expect(harness.store.all(shop, 'MetafieldDefinition')).toHaveLength(3);
  });

  it.each([
    [{ name: ' ' }, [['BLANK', 'name']]],
    [{ key: 'a' }, [['TOO_SHORT', 'key']]],
    [{ key: 'a'.repeat(65) }, [['TOO_LONG', 'key']]],
    [{ key: 'a b' }, [['INVALID_CHARACTER', 'key']]],
    [{ namespace: 'ab' }, [['TOO_SHORT', 'namespace']]],
    [{ namespace: 'a'.repeat(256) }, [['TOO_LONG', 'namespace']]],
    [{ namespace: 'a.b.c' }, [['INVALID_CHARACTER', 'namespace']]],
    [{ type: 'text' }, [['INCLUSION', 'type']]],
    [{ type: 'json', capabilities: { uniqueValues: { enabled: true } } }, [['INVALID_CAPABILITY', '']]],
    [{ capabilities: { uniqueValues: { enabled: false } } }, [['CAPABILITY_REQUIRED_BUT_DISABLED', '']]],
  ])('are refused with %j', async (change, problems) => {
    const harness = createHarness();
    const { metafieldDefinitionCreate } = await harness.data(create, { definition: { ...definition, ...change } });
    const { userErrors } = metafieldDefinitionCreate as { userErrors: { code: string; field: string[] }[] };
    expect(userErrors.map(({ code, field }) => [code, field.slice(1).join('.')])).toEqual(problems);
    expect(harness.store.all(shop, 'MetafieldDefinition')).toEqual([]);
  });

  it.each(['shopify', 'app--7'])('are not made in the namespace %s, which is of others', async (namespace) => {
    const { errors, data } = await createHarness().run(create, { definition: { ...definition, namespace } });
    expect(data).toEqual({ metafieldDefinitionCreate: null });
    expect(errors).toMatchObject([{ path: ['metafieldDefinitionCreate'], extensions: { code: 'ACCESS_DENIED' } }]);
  });

  it('are listed by owner, namespace and key, and found by identifier', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: 'json' });
    await defineMetafield(harness, { ownerType: 'PRODUCTVARIANT' });
    const list = async (args: string) => {
      const { metafieldDefinitions } = await harness.data(
        `{ metafieldDefinitions(first: 5, ${args}) { nodes { key } } }`,
      );
      return (metafieldDefinitions as { nodes: { key: string }[] }).nodes.map(({ key }) => key);
    };
    expect(await list('ownerType: PRODUCT')).toEqual(['local_id', 'code']);
    expect(await list('ownerType: PRODUCT, namespace: "$app"')).toEqual(['local_id']);
    expect(await list('ownerType: PRODUCT, namespace: "host", key: "local_id"')).toEqual([]);
    expect(await list('ownerType: PRODUCT, key: "code"')).toEqual(['code']);
    expect(
      await harness.data(`{
        found: metafieldDefinition(identifier: {ownerType: PRODUCT, namespace: "host", key: "code"}) { id capabilities { uniqueValues { eligible enabled } } }
        none: metafieldDefinition(identifier: {ownerType: SHOP, key: "code"}) { id }
        nothing: metafieldDefinition { id }
        gone: metafieldDefinition(id: "gid://shopify/MetafieldDefinition/999") { id }
      }`),
    ).toEqual({
      found: { id: expect.any(String), capabilities: { uniqueValues: { eligible: false, enabled: false } } },
      none: null,
      nothing: null,
      gone: null,
    });
  });

  it.each(['query: "created_at:>2026"', 'constraintStatus: CONSTRAINED_ONLY'])('are not listed by %s', async (args) => {
    const query = `{ metafieldDefinitions(first: 1, ownerType: PRODUCT, ${args}) { nodes { id } } }`;
    expect((await createHarness().run(query)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('with constraints are not simulated', async () => {
    const constraints = { key: 'category', values: [] };
    expect((await createHarness().run(create, { definition: { ...definition, constraints } })).errors).toMatchObject([
      { extensions: { code: 'NOT_SIMULATED' } },
    ]);
  });
});
