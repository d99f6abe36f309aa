import { describe, expect, it } from 'vitest';
import { freshFake } from './fresh-fake.ts';

// What real stores were recorded to answer about orders, versions 2025-01 and 2026-04. Evidence:
// https://github.com/airhorns/shopify-draft-proxy at 1fba7c1.

const fields =
  'id displayFinancialStatus paymentGatewayNames capturable totalCapturable totalReceivedSet { shopMoney { amount } } totalOutstandingSet { shopMoney { amount } } transactions { kind status gateway manualPaymentGateway amountSet { shopMoney { amount } } parentTransaction { id } }';
const create = `mutation ($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { ${fields} } userErrors { field message } } }`;
const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'USD' } });
const lineItems = [{ title: 'Mug', quantity: 1, priceSet: money('12.50') }];
const pays = (kind: string, status: string, amount: string, gateway = 'manual') => ({
  lineItems,
  transactions: [{ kind, status, gateway, test: true, amountSet: money(amount) }],
});
const shop = (amount: string) => ({ shopMoney: { amount } });

describe('an order that is created with a transaction', () => {
  it.each([
    [pays('SALE', 'SUCCESS', '12.50'), 'PAID', '12.5', '0.0', '0.00'],
    [pays('AUTHORIZATION', 'SUCCESS', '12.50', 'external'), 'AUTHORIZED', '0.0', '0.0', '12.50'],
    [pays('AUTHORIZATION', 'FAILURE', '12.50'), null, '0.0', '12.5', '0.00'],
    [pays('SALE', 'SUCCESS', '2.50'), 'PARTIALLY_PAID', '2.5', '10.0', '0.00'],
    [{ ...pays('SALE', 'PENDING', '12.50'), financialStatus: 'PENDING' }, 'PENDING', '0.0', '12.5', '0.00'],
  ])('has its status and totals: %o', async (o, status, received, outstanding, capturable) => {
    const [given] = o.transactions;
    const { order, userErrors } = await freshFake().payload(create, { o });
    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({
      displayFinancialStatus: status,
      paymentGatewayNames: [given?.gateway],
      capturable: capturable !== '0.00',
      totalCapturable: capturable,
      totalReceivedSet: shop(received),
      totalOutstandingSet: shop(outstanding),
      transactions: [
        {
          kind: given?.kind,
          status: given?.status,
          gateway: given?.gateway,
          manualPaymentGateway: given?.gateway === 'manual',
          parentTransaction: null,
        },
      ],
    });
  });

  it('takes no money in another currency', async () => {
    const { errors } = await freshFake().send(create, { o: { lineItems, presentmentCurrency: 'CAD' } });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
    const { order } = await freshFake().payload(create, { o: { lineItems, presentmentCurrency: 'USD' } });
    expect(order.transactions).toEqual([]);
  });
});

it('an order that is marked as paid has a sale of what was due', async () => {
  const { payload } = freshFake();
  const { order } = await payload(create, { o: pays('SALE', 'SUCCESS', '2.50', 'external') });
  const mark = `mutation ($id: ID!) { orderMarkAsPaid(input: { id: $id }) { order { ${fields} } userErrors { message } } }`;
  expect((await payload(mark, { id: order.id })).order).toMatchObject({
    displayFinancialStatus: 'PAID',
    paymentGatewayNames: ['external', 'manual'],
    totalOutstandingSet: shop('0.0'),
    transactions: [
      { gateway: 'external' },
      { kind: 'SALE', status: 'SUCCESS', gateway: 'manual', amountSet: shop('10.0') },
    ],
  });
});

it('an order that names an email address only belongs to its customer, who is new or known', async () => {
  const { fake, payload } = freshFake();
  const by =
    'mutation ($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { customer { id email displayName } } userErrors { message } } }';
  const email = 'ada@example.com';
  const { order } = await payload(by, { o: { email, lineItems } });
  expect(order.customer).toMatchObject({ email, displayName: email });
  expect((await payload(by, { o: { email: 'ADA@example.com', lineItems } })).order.customer.id).toBe(order.customer.id);
  expect(fake.store.all('demo.myshopify.com', 'Customer')).toHaveLength(1);
});

describe('an order stays as it is, beside the errors,', () => {
  it.each([
    [{}, [[null, 'No valid update parameters have been provided']]],
    [{ phone: 'not a phone' }, [[['phone'], 'Phone is invalid']]],
    [
      { shippingAddress: { address1: '3 Main St', city: 'Chicago', countryCode: 'US', provinceCode: 'ON' } },
      [
        [['shippingAddress', 'lastName'], 'Enter a last name'],
        [['shippingAddress', 'zip'], 'Enter a ZIP code'],
        [['shippingAddress', 'province'], 'State is not a valid state in United States'],
      ],
    ],
  ])('after an update with %o', async (input, errors) => {
    const { payload } = freshFake();
    const { order } = await payload(create, { o: { lineItems, note: 'a' } });
    const update =
      'mutation ($i: OrderInput!) { orderUpdate(input: $i) { order { id } userErrors { field message } } }';
    expect(await payload(update, { i: { ...input, id: order.id } })).toEqual({
      order: { id: order.id },
      userErrors: errors.map(([field, message]) => ({ field, message })),
    });
  });
});
