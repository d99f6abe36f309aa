// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from './fresh-fake.ts';

// What real stores were recorded to say to inputs, versions 2025-10 and 2026-04. Evidence:
// https://github.com/airhorns/shopify-draft-proxy at 1fba7c1.

describe('a customer', () => {
  const create =
    'mutation ($input: CustomerInput!) { customerCreate(input: $input) { customer { id email addressesV2(first: 5) { nodes { id address1 city countryCodeV2 provinceCode } } } userErrors { field message } } }';
  const update =
    'mutation ($input: CustomerInput!) { customerUpdate(input: $input) { customer { addressesV2(first: 5) { nodes { address1 city provinceCode } } } userErrors { field message } } }';

  it('has an address without spaces, wherever they stood', async () => {
    const { payload } = freshFake();
    expect(await payload(create, { input: { email: ' Ada.Love lace@example.com' } })).toMatchObject({
      customer: { email: 'ada.lovelace@example.com' },
      userErrors: [],
    });
    expect((await payload(create, { input: { email: 'ada.lovelace@example. com' } })).userErrors).toEqual([
      { field: ['email'], message: 'Email has already been taken' },
    ]);
  });

  it.each([
    [{ email: `${'a'.repeat(250)}@example.com` }, 'email', 'Email'],
    [{ phone: `+${'1'.repeat(256)}` }, 'phone', 'Phone'],
  ])('is refused twice for what is too long', async (input, field, label) => {
    const { payload } = freshFake();
    expect((await payload(create, { input })).userErrors).toEqual([
      { field: [field], message: `${label} is too long (maximum is 255 characters)` },
      { field: [field], message: `${label} is invalid` },
    ]);
  });

  it.each([
    [{ city: 'Rome', countryCode: 'ZZ' }, 'country', 'Country is invalid'],
    [{ city: 'Rome', country: 'Atlantis' }, 'country', 'Country is invalid'],
    [{ countryCode: 'US', provinceCode: 'ON' }, 'province', 'Province is invalid'],
    [{ address1: ' ', zip: ' ' }, null, 'Customer address cannot be blank.'],
    [{ countryCode: 'CA', address1: 'a'.repeat(256) }, 'address1', 'Address1 is too long (maximum is 255 characters)'],
    [{ countryCode: 'CA', city: '<script>' }, 'city', 'City cannot contain HTML tags'],
    [{ countryCode: 'CA', zip: 'H0H https://x' }, 'zip', 'Zip cannot contain URL'],
    [{ countryCode: 'CA', address1: '1 Main 😀' }, 'address1', 'Address1 cannot contain emojis'],
  ])('is refused with the address %o', async (address, field, message) => {
    const { payload } = freshFake();
    const { userErrors } = await payload(create, { input: { email: 'a@example.com', addresses: [address] } });
    expect(userErrors).toEqual([{ field: ['addresses', '0', ...(field === null ? [] : [field])], message }]);
  });

  it('keeps of an address what an update by its id does not name', async () => {
    const { payload } = freshFake();
    const address = { address1: '1 Main St', city: 'Ottawa', country: 'Canada', province: 'Ontario' };
    const { customer } = await payload(create, { input: { email: 'a@example.com', addresses: [address] } });
    const [before] = customer.addressesV2.nodes;
    expect(before).toMatchObject({ countryCodeV2: 'CA', provinceCode: 'ON' });
    const addresses = [{ id: before.id, address1: '2 Main St' }];
    expect((await payload(update, { input: { id: customer.id, addresses } })).customer.addressesV2.nodes).toEqual([
      { address1: '2 Main St', city: 'Ottawa', provinceCode: 'ON' },
    ]);
    const unknown = [{ id: nowhere('MailingAddress'), address1: '3 Main St' }];
    expect((await payload(update, { input: { id: customer.id, addresses: unknown } })).userErrors).toEqual([
      { field: ['addresses', '0', 'id'], message: 'Customer address does not exist' },
    ]);
  });

  it('is set by a mutation that takes no null for whether it pays taxes', async () => {
    const { payload } = freshFake();
    const set =
      'mutation ($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } userErrors { field message } } }';
    expect(await payload(set, { input: { email: 'a@example.com', taxExempt: null } })).toEqual({
      customer: null,
      userErrors: [{ field: ['input', 'taxExempt'], message: 'Tax exempt is of unexpected type NilClass' }],
    });
  });
});

describe('a webhook subscription', () => {
  const create =
    'mutation ($s: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: $s) { webhookSubscription { uri } userErrors { field message } } }';
  const errorsOf = async (s: object) => (await freshFake().payload(create, { s })).userErrors;

  it('may name a project of Pub/Sub by its number, and a topic with escapes', async () => {
    expect(await errorsOf({ uri: 'pubsub://123456789012:a-topic' })).toEqual([]);
    expect(await errorsOf({ uri: 'pubsub://123456789012:a%25topic' })).toEqual([]);
  });

  it('goes to a cloud as JSON only', async () => {
    const field = ['webhookSubscription', 'format'];
    const message = "Format can only be used with format: 'json'";
    expect(await errorsOf({ uri: 'pubsub://a-project:a-topic', format: 'XML' })).toEqual([{ field, message }]);
    const { errors } = await freshFake().send(create, { s: { uri: 'https://app.example/', format: 'XML' } });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('does not go to Kafka', async () => {
    expect(await errorsOf({ uri: 'kafka://broker/topic' })).toEqual([
      { field: ['webhookSubscription', 'callbackUrl'], message: 'Address protocol kafka:// is not supported' },
      { field: ['webhookSubscription', 'callbackUrl'], message: 'Address is not a valid kafka topic' },
    ]);
  });
});

describe('stock', () => {
  const noItem = 'The specified inventory item could not be found.';
  const noLocation = 'The specified location could not be found.';
  const names = 'available, damaged, incoming, quality_control, reserved, safety_stock';
  const adjust =
    'mutation ($i: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $i) @idempotent(key: "a") { userErrors { field message } } }';
  const move =
    'mutation ($i: InventoryMoveQuantitiesInput!) { inventoryMoveQuantities(input: $i) @idempotent(key: "a") { userErrors { field message } } }';
  const cause = { reason: 'correction', referenceDocumentUri: 'app://run/1' };
  const ledgerDocumentUri = 'app://run/1/a';
  const locationId = nowhere('Location');
  const inventoryItemId = nowhere('InventoryItem');

  it('that is nowhere is told of by item and by location', async () => {
    const changes = [{ inventoryItemId, locationId, delta: 1, changeFromQuantity: 0 }];
    expect(await freshFake().payload(adjust, { i: { ...cause, name: 'available', changes } })).toEqual({
      userErrors: [
        { field: ['input', 'changes', '0', 'inventoryItemId'], message: noItem },
        { field: ['input', 'changes', '0', 'locationId'], message: noLocation },
      ],
    });
  });

  it('that is no name is told of before what is not there, and needs a ledger as others do', async () => {
    const changes = [{ inventoryItemId, locationId, delta: 1, changeFromQuantity: 0 }];
    expect(await freshFake().payload(adjust, { i: { ...cause, name: 'on_hand', changes } })).toEqual({
      userErrors: [
        { field: ['input', 'name'], message: `The specified quantity name is invalid. Valid values are: ${names}.` },
        {
          field: ['input', 'changes', '0', 'ledgerDocumentUri'],
          message: 'A ledger document URI is required except when adjusting available.',
        },
      ],
    });
    const end = { locationId, changeFromQuantity: 0 };
    const moves = [
      {
        inventoryItemId,
        quantity: 1,
        from: { ...end, name: 'on_hand', ledgerDocumentUri },
        to: { ...end, name: 'available' },
      },
    ];
    expect(await freshFake().payload(move, { i: { ...cause, changes: moves } })).toEqual({
      userErrors: [
        {
          field: ['input', 'changes', '0', 'from', 'name'],
          message: `The specified quantity name is invalid. Valid values are: ${names}.`,
        },
      ],
    });
  });
});

describe('handles', () => {
  const set =
    'mutation ($i: ProductSetInput!) { productSet(input: $i) { product { id handle } userErrors { field code } } }';

  it('without letters and digits become "product"', async () => {
    const { payload } = freshFake();
    const create = 'mutation ($p: ProductCreateInput!) { productCreate(product: $p) { product { id handle } } }';
    const { product } = await payload(create, { p: { title: 'One', handle: '%%%' } });
    expect(product.handle).toBe('product');
    expect((await payload(create, { p: { title: 'Two', handle: '%%%' } })).product.handle).toBe('product-1');
    expect((await payload(set, { i: { id: product.id, handle: ' ' } })).product.handle).toBe('one');
    expect((await payload(set, { i: { id: product.id, handle: '!?' } })).product.handle).toBe('product');
  });

  it('that are taken are refused beside the product as it was', async () => {
    const { payload } = freshFake();
    const { product } = await payload(set, { i: { title: 'One' } });
    await payload(set, { i: { title: 'Two' } });
    expect(await payload(set, { i: { id: product.id, handle: 'TWO' } })).toEqual({
      product: { id: product.id, handle: 'one' },
      userErrors: [{ field: ['input', 'handle'], code: 'HANDLE_NOT_UNIQUE' }],
    });
  });
});

describe('a search', () => {
  const productsBy = async (query: string) => {
    const { send, payload, clock } = freshFake();
    for (const title of ['Old', 'New']) {
      await payload(`mutation { productCreate(product: { title: "${title}" }) { product { id } } }`);
      await clock.advance(45 * 60_000);
    }
    const document = 'query ($query: String) { products(first: 5, query: $query) { nodes { title } } }';
    const { data, extensions } = await send(document, { query });
    return { titles: data.products.nodes.map(({ title }: { title: string }) => title), search: extensions.search };
  };

  it('reads a time without quotes up to its hour, and warns of the rest', async () => {
    expect(await productsBy('created_at:>2026-11-01T00:30:00Z')).toEqual({
      titles: ['New'],
      search: [
        {
          path: ['products'],
          query: 'created_at:>2026-11-01T00:30:00Z',
          parsed: {
            and: [
              { field: 'created_at', range_gt: '2026-11-01T00:00:00Z' },
              { field: '30', match_all: '00Z' },
            ],
          },
          warnings: [{ field: '30', message: 'Invalid search field for this query.', code: 'invalid_field' }],
        },
      ],
    });
    expect(await productsBy('created_at:>=2026-11-01T00:30:00Z')).toMatchObject({ titles: ['Old', 'New'] });
    expect(await productsBy("created_at:>='2026-11-01T00:30:00Z'")).toEqual({ titles: ['New'], search: undefined });
  });

  it('tells what is quoted as a phrase, and ranges first', async () => {
    const { search } = await productsBy("colour:'light red' price:>=1");
    expect(search[0].parsed).toEqual({
      and: [
        { field: 'price', range_gte: '1' },
        { field: 'colour', match_phrase: 'light red' },
      ],
    });
  });

  it('counts customers by few fields, and all of them by others', async () => {
    const { send, payload } = freshFake({
      shops: [{ customers: [{ email: 'a@example.com' }, { email: 'b@example.com' }] }],
    });
    const count = 'query ($query: String) { customersCount(query: $query) { count } }';
    for (const [query, field, code] of [
      ['email:a@example.com', 'email', 'invalid_field'],
      ['a@example.com', 'default', 'missing_named_field'],
    ]) {
      const { data, extensions } = await send(count, { query });
      expect(data.customersCount).toEqual({ count: 2 });
      expect(extensions.search[0].warnings).toMatchObject([{ field, code }]);
    }
    const { nodes } = await payload('{ customers(first: 1) { nodes { legacyResourceId } } }');
    expect(await payload(count, { query: `id:${nodes[0].legacyResourceId}` })).toEqual({ count: 1 });
  });
});

describe('what was recorded of values', () => {
  it('what an order holds can be split where there are several units', async () => {
    const orders = [1, 2].map((quantity) => ({ lineItems: [{ title: 'Mug', quantity }] }));
    const { payload } = freshFake({ shops: [{ orders }] });
    const read =
      '{ orders(first: 2) { nodes { fulfillmentOrders(first: 1) { nodes { supportedActions { action } } } } } }';
    const usual = ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD'];
    const actions = (await payload(read)).nodes.map(
      (order: { fulfillmentOrders: { nodes: [{ supportedActions: { action: string }[] }] } }) =>
        order.fulfillmentOrders.nodes[0].supportedActions.map(({ action }) => action),
    );
    expect(actions).toEqual([usual, [...usual, 'SPLIT']]);
  });

  it('stock that comes with an activation has changed then', async () => {
    const { payload } = freshFake({ shops: [{ locations: ['Here', 'There'] }] });
    const { product } = await payload(
      'mutation { productCreate(product: { title: "Mug" }) { product { variants(first: 1) { nodes { inventoryItem { id } } } } } }',
    );
    const { nodes } = await payload('{ locations(first: 2) { nodes { id } } }');
    const activate =
      'mutation ($item: ID!, $at: ID!, $onHand: Int) { inventoryActivate(inventoryItemId: $item, locationId: $at, onHand: $onHand) @idempotent(key: "a") { inventoryLevel { quantities(names: ["available", "on_hand"]) { quantity updatedAt } } userErrors { field } } }';
    const { inventoryLevel } = await payload(activate, {
      ...{ item: product.variants.nodes[0].inventoryItem.id, at: nodes[1].id, onHand: 50 },
    });
    expect(inventoryLevel.quantities).toEqual([
      { quantity: 50, updatedAt: expect.any(String) },
      { quantity: 50, updatedAt: null },
    ]);
  });

  it('units in lists are short where they have a short name', async () => {
    const { payload } = freshFake();
    const { product } = await payload('mutation { productCreate(product: { title: "Mug" }) { product { id } } }');
    const metafields = [
      ['list.weight', '[{"value":2.5,"unit":"kilograms"}]'],
      ['list.area', '[{"value":100,"unit":"square_meters"}]'],
    ].map(([type, value], index) => ({ ownerId: product.id, namespace: 'made', key: `k${index}`, type, value }));
    const set =
      'mutation ($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { value jsonValue } } }';
    expect((await payload(set, { m: metafields })).metafields).toEqual([
      { value: '[{"value":2.5,"unit":"KILOGRAMS"}]', jsonValue: [{ value: 2.5, unit: 'kg' }] },
      { value: '[{"value":100.0,"unit":"SQUARE_METERS"}]', jsonValue: [{ value: 100, unit: 'square_meters' }] },
    ]);
  });

  it('tags of an order go only as they are written, those of a customer in any case', async () => {
    const { payload } = freshFake({
      shops: [
        {
          customers: [{ email: 'a@example.com', tags: ['Red'] }],
          orders: [{ lineItems: [{ title: 'Mug' }], tags: ['Red'] }],
        },
      ],
    });
    const remove =
      'mutation ($id: ID!) { tagsRemove(id: $id, tags: ["red"]) { node { ... on Order { tags } ... on Customer { tags } } } }';
    const { nodes: orders } = await payload('{ orders(first: 1) { nodes { id } } }');
    const { nodes: customers } = await payload('{ customers(first: 1) { nodes { id } } }');
    expect((await payload(remove, { id: orders[0].id })).node.tags).toEqual(['Red']);
    expect((await payload(remove, { id: customers[0].id })).node.tags).toEqual([]);
  });

  it('a product has an address in the online store once it is active and published, before that a preview', async () => {
    const { payload } = freshFake();
    const { product } = await payload('mutation { productCreate(product: { title: "Mug" }) { product { id } } }');
    const read = 'query ($id: ID!) { product(id: $id) { onlineStoreUrl onlineStorePreviewUrl } }';
    expect(await payload(read, { id: product.id })).toEqual({
      onlineStoreUrl: null,
      onlineStorePreviewUrl: expect.stringMatching(/\.shopifypreview\.com\/products_preview\?preview_key=[0-9a-f]+$/),
    });
    const { nodes } = await payload('{ publications(first: 1) { nodes { id } } }');
    await payload(
      'mutation ($id: ID!, $p: ID!) { publishablePublish(id: $id, input: [{ publicationId: $p }]) { userErrors { message } } }',
      { id: product.id, p: nodes[0].id },
    );
    const url = 'https://demo.myshopify.com/products/mug';
    expect(await payload(read, { id: product.id })).toEqual({ onlineStoreUrl: url, onlineStorePreviewUrl: url });
  });

  it('a shop has an address and counts its channels; an order has no returns, and the gateway of who marked it paid', async () => {
    const { payload } = freshFake({
      shops: [
        {
          customers: [{ email: 'a@example.com' }],
          orders: [
            { lineItems: [{ title: 'Mug', price: '2.00' }], financialStatus: 'PENDING', customer: 'a@example.com' },
          ],
        },
      ],
    });
    const { publicationCount, shopAddress } = await payload(
      '{ shop { publicationCount shopAddress { countryCodeV2 country formatted coordinatesValidated } } }',
    );
    expect(publicationCount).toBeGreaterThan(0);
    expect(shopAddress).toEqual({
      ...{ countryCodeV2: 'US', country: 'United States', formatted: ['United States'], coordinatesValidated: false },
    });
    const read =
      '{ customers(first: 1) { nodes { orders(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { id paymentGatewayNames returns(first: 1) { nodes { id } } shippingLines(first: 1) { nodes { id } } fulfillmentOrders(first: 1) { nodes { merchantRequests(first: 1) { nodes { kind } } } } } } } } }';
    const order = async () => (await payload(read)).nodes[0].orders.nodes[0];
    const none = { nodes: [] };
    const before = await order();
    expect(before).toMatchObject({
      ...{ paymentGatewayNames: [], returns: none, shippingLines: none },
      fulfillmentOrders: { nodes: [{ merchantRequests: none }] },
    });
    await payload('mutation ($id: ID!) { orderMarkAsPaid(input: { id: $id }) { userErrors { message } } }', before);
    expect(await order()).toMatchObject({ paymentGatewayNames: ['manual'] });
  });
});

it('an option to be moved is named once, whatever the product is', async () => {
  const reorder =
    'mutation ($id: ID!, $o: [OptionReorderInput!]!) { productOptionsReorder(productId: $id, options: $o) { userErrors { message } } }';
  const { send } = freshFake();
  for (const [o, message] of [
    [[{ values: [] }], 'OptionReorderInput requires exactly one of id, name'],
    [[{ name: 'Size', values: [{}] }], 'OptionValueReorderInput requires exactly one of id, name'],
  ])
    expect((await send(reorder, { id: nowhere('Product'), o })).errors).toMatchObject([
      { message, extensions: { code: 'INVALID_FIELD_ARGUMENTS' } },
    ]);
});

describe('names', () => {
  it('keep underscores in the handle that is made of them', async () => {
    const { payload } = freshFake();
    const { product } = await payload(
      'mutation { productCreate(product: { title: "BEST_SELLING mug_1" }) { product { handle } } }',
    );
    expect(product.handle).toBe('best_selling-mug_1');
  });

  it('of fields of a metaobject that are refused are told of', async () => {
    const { payload } = freshFake();
    const create =
      'mutation ($d: MetaobjectDefinitionCreateInput!) { metaobjectDefinitionCreate(definition: $d) { userErrors { code elementKey elementIndex } } }';
    const fieldDefinitions = ['a', 'handle', 'title', 'title'].map((key) => ({ key, type: 'single_line_text_field' }));
    expect(await payload(create, { d: { type: 'colours', name: 'Colours', fieldDefinitions } })).toEqual({
      userErrors: [
        { code: 'TOO_SHORT', elementKey: 'a', elementIndex: null },
        { code: 'RESERVED_NAME', elementKey: 'handle', elementIndex: null },
        { code: 'DUPLICATE_FIELD_INPUT', elementKey: 'title', elementIndex: null },
      ],
    });
  });
});
