import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { parsePayload } from 'shopwright/webhooks/payloads';
import { describe, expect, it } from 'vitest';
import { freshFake, nowhere } from '../fidelity/fresh-fake.ts';

const ada = { email: 'Ada@example.com', firstName: 'Ada', lastName: 'Byron' };
const bob = { email: 'bob@example.com', firstName: 'Bob', lastName: 'Abel', tags: ['vip'] };
const day = (number: number): string => `2026-10-${String(number).padStart(2, '0')}T00:00:00Z`;
const lineItems = [
  { title: 'Mug', quantity: 2, price: '4.50', sku: 'MUG' },
  { title: 'Tee', price: '10.00' },
];
const orders = [
  { customer: 'ada@example.com', lineItems, createdAt: day(1), updatedAt: day(9), tags: ['gift'] },
  { customer: 'bob@example.com', lineItems: [lineItems[1] ?? { title: 'Tee' }], createdAt: day(2), note: 'soon' },
  { lineItems, createdAt: day(3), financialStatus: 'PENDING' as const },
];
const seeded = () => freshFake({ shops: [{ customers: [ada, bob], orders }] });

/** A body as the SDK reads it. */
const read = (topic: Parameters<typeof parsePayload>[0], body = '{}'): unknown => {
  const parsed = parsePayload(topic, JSON.parse(body));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.payload;
};

const listen = (fake: ReturnType<typeof freshFake>['fake']): { readonly topics: () => readonly string[] } => ({
  topics: () => fake.deliveries.map(({ topic }) => topic),
});

const topics = [
  ...(['orders/create', 'orders/updated', 'orders/fulfilled', 'orders/partially_fulfilled', 'orders/delete'] as const),
  ...(['orders/paid', 'orders/cancelled', 'fulfillments/create', 'fulfillments/update'] as const),
  ...(['customers/create', 'customers/update', 'customers/delete', 'customer.tags_added'] as const),
];
const subscribed = () =>
  freshFake({
    shops: [{ customers: [ada, bob], orders }],
    webhooks: { subscriptions: [{ topics, uri: 'pubsub://project:topic' }] },
  });

describe('seeded orders', () => {
  it('are listed with their customers, lines and money', async () => {
    const { payload } = seeded();
    const { nodes } = await payload(`{ orders(first: 1) { nodes {
      name email tags displayFinancialStatus displayFulfillmentStatus currencyCode
      createdAt updatedAt processedAt closed test
      customer { displayName numberOfOrders amountSpent { amount } }
      totalPriceSet { shopMoney { amount currencyCode } } totalOutstandingSet { shopMoney { amount } } totalPrice
      lineItems(first: 5) { nodes { name quantity sku unfulfilledQuantity originalTotalSet { shopMoney { amount } } } }
      fulfillmentOrders(first: 5) { nodes { status requestStatus assignedLocation { name countryCode }
        lineItems(first: 5) { nodes { productTitle totalQuantity remainingQuantity lineItem { sku } } } } } } } }`);
    expect(nodes).toEqual([
      {
        name: '#1001',
        email: 'ada@example.com',
        tags: ['gift'],
        displayFinancialStatus: 'PAID',
        displayFulfillmentStatus: 'UNFULFILLED',
        currencyCode: 'USD',
        createdAt: day(1),
        updatedAt: day(9),
        processedAt: day(1),
        closed: false,
        test: false,
        customer: { displayName: 'Ada Byron', numberOfOrders: '1', amountSpent: { amount: '19.0' } },
        totalPriceSet: { shopMoney: { amount: '19.0', currencyCode: 'USD' } },
        totalOutstandingSet: { shopMoney: { amount: '0.0' } },
        totalPrice: '19.00',
        lineItems: {
          nodes: [
            {
              name: 'Mug',
              quantity: 2,
              sku: 'MUG',
              unfulfilledQuantity: 2,
              originalTotalSet: { shopMoney: { amount: '9.0' } },
            },
            {
              name: 'Tee',
              quantity: 1,
              sku: null,
              unfulfilledQuantity: 1,
              originalTotalSet: { shopMoney: { amount: '10.0' } },
            },
          ],
        },
        fulfillmentOrders: {
          nodes: [
            {
              status: 'OPEN',
              requestStatus: 'UNSUBMITTED',
              assignedLocation: { name: 'Shop location', countryCode: 'US' },
              lineItems: {
                nodes: [
                  { productTitle: 'Mug', totalQuantity: 2, remainingQuantity: 2, lineItem: { sku: 'MUG' } },
                  { productTitle: 'Tee', totalQuantity: 1, remainingQuantity: 1, lineItem: { sku: null } },
                ],
              },
            },
          ],
        },
      },
    ]);
  });

  it.each([
    ['updated_at:>=2026-10-03', ['#1001', '#1003']],
    ['tag:gift', ['#1001']],
    ['email:bob@example.com', ['#1002']],
    ['name:1003', ['#1003']],
    ['sku:MUG AND financial_status:pending', ['#1003']],
    ['fulfillment_status:unfulfilled -tag:gift', ['#1002', '#1003']],
    ['status:closed', []],
    ['soon', ['#1002']],
  ])('are found by %s', async (query, names) => {
    const { payload } = seeded();
    const found = await payload('query ($query: String) { orders(first: 9, query: $query) { nodes { name } } }', {
      query,
    });
    expect(found.nodes.map(({ name }: { name: string }) => name)).toEqual(names);
    const { count } = await payload('query ($query: String) { ordersCount(query: $query) { count } }', { query });
    expect(count).toBe(names.length);
  });

  it.each([
    ['UPDATED_AT', ['#1002', '#1003', '#1001']],
    ['CUSTOMER_NAME', ['#1003', '#1002', '#1001']],
    ['TOTAL_PRICE', ['#1002', '#1001', '#1003']],
  ])('are sorted by %s', async (sortKey, names) => {
    const { payload } = seeded();
    const { nodes } = await payload(`{ orders(first: 9, sortKey: ${sortKey}) { nodes { name } } }`);
    expect(nodes.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('are paged by the time of their change, also when the last one of a page is changed meanwhile', async () => {
    const { payload, fake, clock } = seeded();
    const page =
      'query ($after: String) { orders(first: 1, after: $after, sortKey: UPDATED_AT) { nodes { id name } pageInfo { endCursor hasNextPage } } }';
    const first = await payload(page);
    expect(first.nodes[0].name).toBe('#1002');
    await clock.advance(1_000);
    await payload('mutation ($id: ID!) { tagsAdd(id: $id, tags: ["late"]) { userErrors { message } } }', {
      id: first.nodes[0].id,
    });
    const names: string[] = [];
    for (let after = first.pageInfo.endCursor; after; ) {
      const { nodes, pageInfo } = await payload(page, { after });
      names.push(...nodes.map(({ name }: { name: string }) => name));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    }
    expect(names).toEqual(['#1003', '#1001', '#1002']);
    await fake.close();
  });

  it('are read in bulk', async () => {
    const { payload, fake, clock } = seeded();
    const query = '{ orders { edges { node { id name lineItems { edges { node { id title } } } } } } }';
    await payload('mutation ($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { message } } }', {
      query,
    });
    await clock.advance(60_000);
    const { url, objectCount, rootObjectCount } = await payload(
      '{ bulkOperations(first: 1) { nodes { url objectCount rootObjectCount } } }',
    ).then(({ nodes }) => nodes[0]);
    expect([objectCount, rootObjectCount]).toEqual(['8', '3']);
    const text = await clock.run(fake.fetch(url).then((response) => response.text()));
    expect(text).toContain('"name":"#1003"');
    expect(text).toContain('"title":"Mug","__parentId"');
  });

  it('are kept over a restart of options that are wrong, which are refused', () => {
    expect(() =>
      createFakeShopify({
        clock: createManualClock(),
        shops: [
          {
            customers: [{ createdAt: 'soon' }],
            orders: [
              // @ts-expect-error: an order has no field `total`.
              { lineItems: [], total: '1' },
              { lineItems, customer: 'eve@example.com' },
            ],
          },
        ],
      }),
    ).toThrow(
      expect.objectContaining({
        issues: expect.arrayContaining([
          expect.objectContaining({ field: 'shops[0].customers[0].createdAt' }),
          expect.objectContaining({ field: 'shops[0].orders[0].total' }),
          expect.objectContaining({ field: 'shops[0].orders[0].lineItems' }),
          expect.objectContaining({ field: 'shops[0].orders[1].customer' }),
        ]),
      }),
    );
  });
});

const open = `{ orders(first: 1) { nodes { id fulfillmentOrders(first: 1) { nodes { id lineItems(first: 2) { nodes { id } } } } } } }`;
const fulfill = `mutation ($input: FulfillmentInput!) { fulfillmentCreate(fulfillment: $input) {
  fulfillment { id name status displayStatus totalQuantity trackingInfo { company number url }
    order { displayFulfillmentStatus fulfillable fulfillmentsCount { count } } }
  userErrors { field message } } }`;

describe('fulfillment', () => {
  it('sends a part, then the rest, and tells of it', async () => {
    const { payload, fake, clock } = subscribed();
    const { id, fulfillmentOrders } = (await payload(open)).nodes[0];
    const [fulfillmentOrder] = fulfillmentOrders.nodes;
    const [mug] = fulfillmentOrder.lineItems.nodes;
    const part = await payload(fulfill, {
      input: {
        lineItemsByFulfillmentOrder: [
          { fulfillmentOrderId: fulfillmentOrder.id, fulfillmentOrderLineItems: [{ id: mug.id, quantity: 1 }] },
        ],
        trackingInfo: { company: 'UPS', number: '1Z' },
      },
    });
    expect(part).toEqual({
      fulfillment: {
        id: expect.stringMatching(/^gid:\/\/shopify\/Fulfillment\/\d+$/),
        name: '#1001-F1',
        status: 'SUCCESS',
        displayStatus: 'FULFILLED',
        totalQuantity: 1,
        trackingInfo: [{ company: 'UPS', number: '1Z', url: null }],
        order: { displayFulfillmentStatus: 'PARTIALLY_FULFILLED', fulfillable: true, fulfillmentsCount: { count: 1 } },
      },
      userErrors: [],
    });
    const rest = { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: fulfillmentOrder.id }] };
    const whole = await payload(fulfill, { input: rest });
    expect(whole.fulfillment).toMatchObject({
      name: '#1001-F2',
      totalQuantity: 2,
      order: { displayFulfillmentStatus: 'FULFILLED', fulfillable: false },
    });
    await clock.run(fake.webhooks.settled());
    expect(listen(fake).topics()).toEqual([
      ...['fulfillments/create', 'orders/partially_fulfilled', 'orders/updated'],
      ...['fulfillments/create', 'orders/fulfilled', 'orders/updated'],
    ]);
    const bodies = fake.deliveries.filter(({ topic }) => topic === 'orders/fulfilled');
    const body = read('orders/fulfilled', bodies[0]?.body);
    expect(body).toMatchObject({
      admin_graphql_api_id: id,
      order_number: 1001,
      fulfillment_status: 'fulfilled',
      financial_status: 'paid',
      total_price: '19.00',
      customer: { email: 'ada@example.com' },
    });
    const again = await payload(fulfill, { input: rest });
    const number = fulfillmentOrder.id.split('/').at(-1);
    expect(again).toEqual({
      fulfillment: null,
      userErrors: [
        { field: ['fulfillment'], message: `Fulfillment order ${number} has an unfulfillable status= closed.` },
      ],
    });
  });

  it('can be cancelled, after which the units are to be sent again', async () => {
    const { payload } = seeded();
    const [fulfillmentOrder] = (await payload(open)).nodes[0].fulfillmentOrders.nodes;
    const { fulfillment } = await payload(fulfill, {
      input: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: fulfillmentOrder.id }] },
    });
    const cancelled = await payload(
      `mutation ($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status order { displayFulfillmentStatus } } userErrors { message } } }`,
      { id: fulfillment.id },
    );
    expect(cancelled.fulfillment).toEqual({ status: 'CANCELLED', order: { displayFulfillmentStatus: 'UNFULFILLED' } });
    const { nodes } = await payload('{ fulfillmentOrders(first: 5, query: "status:open") { nodes { status } } }');
    expect(nodes).toHaveLength(3);
  });

  it.each([
    ['an unknown order', { fulfillmentOrderId: nowhere('FulfillmentOrder') }, 'Fulfillment order does not exist.'],
    ['too many units', { quantity: 3 }, 'Invalid fulfillment order line item quantity requested.'],
    ['an unknown line', { id: nowhere('FulfillmentOrderLineItem') }, 'Fulfillment order line item does not exist.'],
  ])('refuses %s', async (_what, { fulfillmentOrderId, ...line }: Record<string, unknown>, message) => {
    const { payload } = seeded();
    const [fulfillmentOrder] = (await payload(open)).nodes[0].fulfillmentOrders.nodes;
    const [first] = fulfillmentOrder.lineItems.nodes;
    const entry = {
      fulfillmentOrderId: fulfillmentOrderId ?? fulfillmentOrder.id,
      ...(!fulfillmentOrderId && { fulfillmentOrderLineItems: [{ id: first.id, quantity: 1, ...line }] }),
    };
    expect(await payload(fulfill, { input: { lineItemsByFulfillmentOrder: [entry] } })).toEqual({
      fulfillment: null,
      userErrors: [{ field: ['fulfillment'], message }],
    });
  });
});

describe('orders', () => {
  const create = `mutation ($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
    order { id name email displayFinancialStatus customer { email } lineItems(first: 3) { nodes { title sku variant { id } } } }
    userErrors { code field message } } }`;
  const amount = { amount: '3', currencyCode: 'USD' };

  it('are made, changed, paid, closed, cancelled and deleted, and all of that is told', async () => {
    const { payload, fake, clock } = subscribed();
    const { order } = await payload(create, {
      order: {
        email: 'eve@example.com',
        customer: { toUpsert: { email: 'eve@example.com', firstName: 'Eve' } },
        lineItems: [{ title: 'Cap', quantity: 1, priceSet: { shopMoney: amount } }],
      },
    });
    expect(order).toMatchObject({
      name: '#1004',
      displayFinancialStatus: null,
      customer: { email: 'eve@example.com' },
      lineItems: { nodes: [{ title: 'Cap', sku: null, variant: null }] },
    });
    const { id } = order;
    const change = (mutation: string, more = '') =>
      payload(
        `mutation ($id: ID!) { ${mutation}(input: { id: $id ${more} }) { order { note tags closed } userErrors { field message } } }`,
        { id },
      );
    expect((await change('orderUpdate', ', note: "hi", tags: ["b", "a"]')).order).toEqual({
      note: 'hi',
      tags: ['a', 'b'],
      closed: false,
    });
    expect((await change('orderMarkAsPaid')).userErrors).toEqual([]);
    expect((await change('orderMarkAsPaid')).userErrors).toEqual([
      { field: ['id'], message: 'Order cannot be marked as paid.' },
    ]);
    expect((await change('orderClose')).order.closed).toBe(true);
    expect((await change('orderOpen')).order.closed).toBe(false);
    const cancel = `mutation ($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: false, refundMethod: { originalPaymentMethodsRefund: true }) {
      job { id done } orderCancelUserErrors { code field message } } }`;
    expect((await payload(cancel, { id })).orderCancelUserErrors).toEqual([]);
    await clock.advance(1_000);
    expect(
      await payload('query ($id: ID!) { order(id: $id) { cancelReason cancelledAt displayFinancialStatus } }', { id }),
    ).toMatchObject({
      cancelReason: 'CUSTOMER',
      cancelledAt: expect.stringMatching(/Z$/),
      displayFinancialStatus: 'REFUNDED',
    });
    expect((await payload(cancel, { id })).orderCancelUserErrors).toMatchObject([
      { code: 'INVALID', field: ['orderId'] },
    ]);
    const remove = 'mutation ($id: ID!) { orderDelete(orderId: $id) { deletedId userErrors { code field message } } }';
    expect(await payload(remove, { id })).toEqual({ deletedId: id, userErrors: [] });
    expect(await payload(remove, { id })).toEqual({
      deletedId: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['orderId'], message: 'Order does not exist' }],
    });
    expect(await payload('query ($id: ID!) { order(id: $id) { id } }', { id })).toBeNull();
    await clock.run(fake.webhooks.settled());
    expect(listen(fake).topics()).toEqual([
      ...['customers/create', 'orders/create', 'orders/updated', 'orders/updated', 'orders/paid'],
      ...['orders/updated', 'orders/updated', 'orders/cancelled', 'orders/updated', 'orders/delete'],
    ]);
    const last = fake.deliveries.at(-1)?.body;
    expect(read('orders/delete', last)).toEqual({ id: Number(id.split('/').at(-1)) });
  });

  it.each([
    ['no lines', { lineItems: [] }, 'INVALID', 'order.lineItems', 'Line items must have at least one line item'],
    [
      'a line of an unknown variant and no title',
      { lineItems: [{ variantId: nowhere('ProductVariant'), quantity: 1 }] },
      ...(['INVALID', 'order.lineItems', "Line items Name can't be blank"] as const),
    ],
    [
      'a line without a title',
      { lineItems: [{ quantity: 1 }] },
      ...(['INVALID', 'order', 'Order Line items is invalid'] as const),
    ],
    [
      'no units',
      { lineItems: [{ title: 'Cap', quantity: 0 }] },
      ...(['INVALID', 'order.lineItems.0.quantity', 'Quantity must be greater than 0'] as const),
    ],
    [
      'a time to come',
      { lineItems: [{ title: 'Cap', quantity: 1 }], processedAt: '2030-01-01T00:00:00Z' },
      ...(['PROCESSED_AT_INVALID', 'order.processedAt', "Processed at can't be in the future"] as const),
    ],
  ])('are refused with %s', async (_what, order, code, field, message) => {
    const { payload } = seeded();
    const { order: made, userErrors } = await payload(create, { order });
    expect(made).toBeNull();
    expect(userErrors).toContainEqual({ code, field: field.split('.'), message });
  });

  it('have metafields', async () => {
    const { payload } = seeded();
    const { id } = (await payload(open)).nodes[0];
    const set = await payload(
      `mutation ($id: ID!) { metafieldsSet(metafields: [{ ownerId: $id, namespace: "made", key: "note", type: "single_line_text_field", value: "x" }]) {
        metafields { ownerType value owner { ... on Order { name } } } userErrors { message } } }`,
      { id },
    );
    expect(set).toEqual({
      metafields: [{ ownerType: 'ORDER', value: 'x', owner: { name: '#1001' } }],
      userErrors: [],
    });
    expect(
      await payload('query ($id: ID!) { order(id: $id) { metafield(namespace: "made", key: "note") { value } } }', {
        id,
      }),
    ).toEqual({ metafield: { value: 'x' } });
  });
});

describe('customers', () => {
  const set = `mutation ($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) {
    customerSet(identifier: $identifier, input: $input) {
      customer { id email phone displayName tags addressesV2(first: 5) { nodes { city country } } defaultAddress { city } }
      userErrors { code field message } } }`;

  it('are listed, sorted and searched', async () => {
    const { payload } = seeded();
    const names = async (args: string) =>
      (await payload(`{ customers(first: 9, ${args}) { nodes { displayName } } }`)).nodes.map(
        ({ displayName }: { displayName: string }) => displayName,
      );
    expect(await names('sortKey: NAME')).toEqual(['Bob Abel', 'Ada Byron']);
    expect(await names('query: "email:ada@example.com"')).toEqual(['Ada Byron']);
    expect(await names('query: "tag:vip orders_count:1"')).toEqual(['Bob Abel']);
    expect(
      await payload('{ customerByIdentifier(identifier: { emailAddress: "ADA@example.com" }) { email } }'),
    ).toEqual({
      email: 'ada@example.com',
    });
  });

  it('are set: made by an email address, and found by it again', async () => {
    const { payload, fake, clock } = subscribed();
    const input = { email: 'eve@example.com', firstName: 'Eve', addresses: [{ city: 'Bern', countryCode: 'CH' }] };
    const identifier = { email: 'eve@example.com' };
    const made = await payload(set, { identifier, input });
    expect(made).toMatchObject({
      customer: {
        displayName: 'Eve',
        defaultAddress: { city: 'Bern' },
        addressesV2: { nodes: [{ country: 'Switzerland' }] },
      },
      userErrors: [],
    });
    const again = await payload(set, { identifier, input: { ...input, tags: ['b', 'a'], addresses: [] } });
    expect(again.customer).toMatchObject({ id: made.customer.id, tags: ['a', 'b'], defaultAddress: null });
    await payload(
      'mutation ($id: ID!) { tagsAdd(id: $id, tags: ["c"]) { node { ... on Customer { tags } } userErrors { message } } }',
      {
        id: made.customer.id,
      },
    );
    const remove =
      'mutation ($id: ID!) { customerDelete(input: { id: $id }) { deletedCustomerId shop { name } userErrors { field message } } }';
    expect((await payload(remove, { id: made.customer.id })).userErrors).toEqual([]);
    expect((await payload(remove, { id: made.customer.id })).userErrors).toEqual([
      { field: ['id'], message: "Customer can't be found" },
    ]);
    await clock.run(fake.webhooks.settled());
    expect(listen(fake).topics()).toEqual([
      ...['customers/create', 'customers/update', 'customers/update', 'customer.tags_added', 'customers/delete'],
    ]);
    expect(read('customers/update', fake.deliveries[1]?.body)).toMatchObject({
      email: 'eve@example.com',
    });
  });

  const taken = 'Email has already been taken';
  it.each([
    [{}, { email: 'ada@example.com' }, 'TAKEN', 'input.email', taken],
    [{}, { email: 'nobody' }, 'INVALID', 'input.email', 'Email is invalid'],
    [{}, { firstName: 'A', phone: '12' }, 'INVALID', 'input.phone', 'Phone is invalid'],
    [{}, { note: 'x' }, 'BLANK', 'input', 'A name, phone number, or email address must be present'],
    [
      {},
      { firstName: 'a'.repeat(256) },
      'TOO_LONG',
      'input.firstName',
      'First name is too long (maximum is 255 characters)',
    ],
    [
      { identifier: { email: 'a@b.co' } },
      { firstName: 'A' },
      ...(['MISSING_FIELD_REQUIRED', 'input', 'The input field corresponding to the identifier is required.'] as const),
    ],
    [
      { identifier: { email: 'a@b.co' } },
      { email: 'c@b.co' },
      'INPUT_MISMATCH',
      'input',
      'The identifier value does not match the value of the corresponding field in the input.',
    ],
    [
      { identifier: { id: nowhere('Customer') } },
      { firstName: 'A' },
      'NOT_FOUND',
      'input',
      'Resource matching the identifier was not found.',
    ],
    [
      { identifier: { email: 'a@b.co' } },
      { id: nowhere('Customer'), email: 'a@b.co' },
      'ID_NOT_ALLOWED',
      'input',
      'The id field is not allowed if identifier is provided.',
    ],
  ])('are refused: %o %o', async (more, input, code, field, message) => {
    const { payload } = seeded();
    const { customer, userErrors } = await payload(set, { ...more, input });
    expect(customer).toBeNull();
    expect(userErrors).toEqual([{ code, field: field.split('.'), message }]);
  });

  it('are refused by customerCreate and customerUpdate without codes', async () => {
    const { payload } = seeded();
    const create =
      'mutation ($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { field message } } }';
    expect(await payload(create, { input: { email: 'bob@example.com' } })).toEqual({
      customer: null,
      userErrors: [{ field: ['email'], message: taken }],
    });
    expect((await payload(create, { input: {} })).userErrors).toEqual([
      { field: null, message: 'A name, phone number, or email address must be present' },
    ]);
    const update = create.replaceAll('customerCreate', 'customerUpdate');
    expect((await payload(update, { input: { id: nowhere('Customer'), note: 'x' } })).userErrors).toEqual([
      { field: ['id'], message: 'Customer does not exist' },
    ]);
    const { nodes } = await payload('{ customers(first: 1) { nodes { id } } }');
    const remove = 'mutation ($id: ID!) { customerDelete(input: { id: $id }) { userErrors { field message } } }';
    expect((await payload(remove, { id: nodes[0].id })).userErrors).toEqual([
      { field: ['id'], message: 'Customer can’t be deleted because they have associated orders' },
    ]);
  });
});
