import { isShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { broken, good, rejection, scriptedShop, status } from './scripted-shop.ts';

const refund = 'mutation Refund($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }';
const set = 'mutation Set($input: X!) { inventorySetQuantities(input: $input) { userErrors { code field message } } }';
const done = good({ refundCreate: { userErrors: [] }, inventorySetQuantities: { userErrors: [] } });
const refused = (code: string) =>
  good({ inventorySetQuantities: { userErrors: [{ code, message: code, field: null }] } });
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

type Sent = ReturnType<typeof scriptedShop>['sent'];
const bodies = (sent: Sent): { query: string; variables: Record<string, string> }[] =>
  sent.map(({ body }) => JSON.parse(body));
const keys = (sent: Sent): (string | undefined)[] => bodies(sent).map(({ variables }) => variables['idempotencyKey']);

describe('a mutation that takes an idempotency key', () => {
  it('gets one, in a directive with a variable', async () => {
    const { shop, sent } = scriptedShop([done]);
    await shop.graphql(refund, { input: {} });
    const [body] = bodies(sent);
    expect(body?.query).toContain('refundCreate(input: $input) @idempotent(key: $idempotencyKey)');
    expect(body?.query).toContain('$idempotencyKey: String!');
    expect(body?.variables['idempotencyKey']).toMatch(uuid);
  });

  it('gets it as an argument if Shopify takes it there', async () => {
    const { shop, sent } = scriptedShop([done]);
    await shop.graphql('mutation { appUsageRecordCreate(description: "x") { userErrors { message } } }');
    expect(bodies(sent)[0]?.query).toContain('idempotencyKey: $idempotencyKey');
  });

  it('is sent again with the same key after a lost response; another call has another key', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), status(502), done]);
    await clock.run(shop.graphql(refund, { input: {} }));
    await clock.run(shop.graphql(refund, { input: {} }));
    const [first, second, third, other] = keys(sent);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(other).not.toBe(first);
  });

  it('uses the key of a job, and names it if the outcome is unknown', async () => {
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET')], { retry: { maxRetries: 1 } });
    const error = await clock.run(rejection(shop.graphql(refund, { input: {} }, { idempotencyKey: 'job-7' })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && error.idempotencyKey).toBe('job-7');
    expect(keys(sent)).toEqual(['job-7', 'job-7']);
  });

  it('keeps the key in the document and fills in the omitted variable', async () => {
    const own = 'mutation ($k: String!) { refundCreate(input: {}) @idempotent(key: $k) { userErrors { message } } }';
    const { shop, sent } = scriptedShop([done]);
    await shop.graphql(own, { k: 'mine' });
    await shop.graphql(own, {}, { idempotencyKey: 'given' });
    await shop.graphql(own);
    expect(bodies(sent).map(({ variables }) => variables['k'])).toEqual(['mine', 'given', expect.stringMatching(uuid)]);
  });

  it('has one key per field, and the same keys when the job runs again', async () => {
    const two =
      'mutation { a: refundCreate(input: {}) { userErrors { message } } b: refundCreate(input: {}) { userErrors { message } } }';
    const { shop, sent } = scriptedShop([good({ a: {}, b: {} })]);
    await shop.graphql(two, {}, { idempotencyKey: 'job-7' });
    await shop.graphql(two, {}, { idempotencyKey: 'job-7' });
    const [first, again] = bodies(sent).map(({ variables }) => variables);
    expect(Object.keys(first ?? {})).toEqual(['idempotencyKey', 'idempotencyKey2']);
    expect(first?.['idempotencyKey']).not.toBe(first?.['idempotencyKey2']);
    expect(again).toEqual(first);
  });

  it('is sent unchanged to a version that does not know the directive', async () => {
    const { shop, sent } = scriptedShop([done], { apiVersion: '2025-10' });
    await shop.graphql(refund, { input: {} });
    expect(bodies(sent)[0]?.query).toBe(refund);
  });

  it('does not conflict with a variable of the same name', async () => {
    const { shop, sent } = scriptedShop([done]);
    await shop.graphql(
      'mutation ($idempotencyKey: RefundInput!) { refundCreate(input: $idempotencyKey) { userErrors { message } } }',
      { idempotencyKey: {} },
    );
    expect(bodies(sent)[0]?.variables['idempotencyKey2']).toMatch(uuid);
  });
});

describe('an error of Shopify about a key', () => {
  it('IDEMPOTENCY_CONCURRENT_REQUEST: waits and sends the same key again', async () => {
    const { shop, clock, sent } = scriptedShop([refused('IDEMPOTENCY_CONCURRENT_REQUEST'), done]);
    await clock.run(shop.graphql(set, { input: {} }));
    const [first, second] = keys(sent);
    expect(second).toBe(first);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('IDEMPOTENCY_CONCURRENT_REQUEST until the end: the outcome is unknown', async () => {
    const { shop, clock } = scriptedShop([refused('IDEMPOTENCY_CONCURRENT_REQUEST')]);
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(set, { input: {} }))), 'OUTCOME_UNKNOWN')).toBe(
      true,
    );
  });

  it.each(['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED', 'IDEMPOTENCY_RECORD_NOT_FOUND'])(
    '%s: sends a new key, which follows from the first',
    async (code) => {
      const run = async (): Promise<(string | undefined)[]> => {
        const { shop, clock, sent } = scriptedShop([refused(code), refused(code), done]);
        await clock.run(shop.graphql(set, { input: {} }, { idempotencyKey: 'job-7' }));
        return keys(sent);
      };
      const first = await run();
      expect(new Set(first).size).toBe(3);
      expect(first.slice(1)).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
      // A job that runs again derives the same keys, and so finds what was done with them.
      expect(await run()).toEqual(first);
    },
  );

  it('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED for a key in the document: the caller must choose another', async () => {
    const own =
      'mutation ($k: String!) { inventorySetQuantities(input: {}) @idempotent(key: $k) { userErrors { code message } } }';
    const { shop, clock, sent } = scriptedShop([refused('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')]);
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(own, { k: 'mine' }))), 'USER_ERROR')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('IDEMPOTENCY_KEY_PARAMETER_MISMATCH: is thrown and never retried, even if user errors are returned', async () => {
    const { shop, clock, sent } = scriptedShop([refused('IDEMPOTENCY_KEY_PARAMETER_MISMATCH')]);
    const error = await clock.run(rejection(shop.graphql(set, { input: {} }, { userErrors: 'return' })));
    expect(isShopwrightError(error, 'USER_ERROR') && error.message).toMatch(/separate key/);
    expect(sent).toHaveLength(1);
  });

  it('does not cause a second send of a document with another mutation that has no key', async () => {
    const both = `mutation { inventorySetQuantities(input: {}) { userErrors { code message } } orderCancel(orderId: "1") { job { id } } }`;
    const { shop, clock, sent } = scriptedShop([refused('IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED')]);
    expect(isShopwrightError(await clock.run(rejection(shop.graphql(both))), 'USER_ERROR')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('with another code is an ordinary user error', async () => {
    const { shop, clock } = scriptedShop([refused('IDEMPOTENCY_OF_THE_FUTURE')]);
    const { data } = await clock.run(shop.graphql(set, { input: {} }, { userErrors: 'return' }));
    expect(data).toHaveProperty('inventorySetQuantities.userErrors.0.code', 'IDEMPOTENCY_OF_THE_FUTURE');
  });
});

describe('an idempotency key', () => {
  it('is refused if it would have no effect', async () => {
    const { shop, sent } = scriptedShop([done]);
    const error = await rejection(
      shop.graphql('mutation { orderCancel(orderId: "1") { job { id } } }', {}, { idempotencyKey: 'k' }),
    );
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(/idempotencyKey.*orderCancel/s);
    expect(sent).toHaveLength(0);
  });

  it('is harmless if a second send is safe anyway', async () => {
    const { shop, sent } = scriptedShop([good()]);
    await shop.graphql('query { shop { id } }', {}, { idempotencyKey: 'k' });
    expect(sent).toHaveLength(1);
  });

  it('is not sent again once Shopify has forgotten it', async () => {
    const day = 24 * 3600;
    const { shop, clock, sent } = scriptedShop([
      broken('ECONNRESET'),
      status(429, '{}', { 'retry-after': String(day) }),
      done,
    ]);
    const error = await clock.run(rejection(shop.graphql(refund, { input: {} })));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
    expect(sent).toHaveLength(2);
  });

  it("inside an input object is the caller's, and makes the mutation safe to send again", async () => {
    const billing =
      'mutation ($i: SubscriptionBillingAttemptInput!) { subscriptionBillingAttemptCreate(subscriptionContractId: "1", subscriptionBillingAttemptInput: $i) { userErrors { message } } }';
    const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), good({})]);
    await clock.run(shop.graphql(billing, { i: { idempotencyKey: 'b-1' } }));
    expect(sent).toHaveLength(2);
    const inline = billing
      .replace('$i)', '{ idempotencyKey: "b-1" })')
      .replace('($i: SubscriptionBillingAttemptInput!)', '');
    const other = scriptedShop([broken('ECONNRESET'), good({})]);
    await other.clock.run(other.shop.graphql(inline));
    expect(other.sent).toHaveLength(2);
    const none = scriptedShop([broken('ECONNRESET')]);
    await none.clock.run(rejection(none.shop.graphql(billing, { i: {} })));
    expect(none.sent).toHaveLength(1);
  });

  describe('a key given as a default in the document', () => {
    const own = (value: string): string =>
      `mutation M($k: String = "${value}") { inventorySetQuantities(input: {}) @idempotent(key: $k) { userErrors { code message } } }`;
    const keysOf = (sent: readonly { readonly body: string }[]): unknown[] =>
      sent.map(({ body }) => JSON.parse(body).variables?.k);

    it('is kept, and makes the mutation safe to send again', async () => {
      const { shop, clock, sent } = scriptedShop([broken('ECONNRESET'), done]);
      await clock.run(shop.graphql(own('mine')));
      expect(keysOf(sent)).toEqual([undefined, undefined]);
    });

    it('is named if the outcome is unknown', async () => {
      const { shop, clock } = scriptedShop([broken('ECONNRESET')]);
      const error = await clock.run(rejection(shop.graphql(own('mine'))));
      expect(isShopwrightError(error, 'OUTCOME_UNKNOWN') && error.idempotencyKey).toBe('mine');
    });

    it('gives precedence to the option, and is replaced if blank', async () => {
      const { shop, clock, sent } = scriptedShop([done]);
      await clock.run(shop.graphql(own('mine'), {}, { idempotencyKey: 'k-1' }));
      await clock.run(shop.graphql(own(' ')));
      await clock.run(shop.graphql(own('mine'), { k: null }));
      const [first, ...others] = keysOf(sent);
      expect(first).toBe('k-1');
      for (const key of others) expect(key).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  it('of two fields is the one that they share', async () => {
    const shared = `mutation M($k: String!) {
      a: inventorySetQuantities(input: {}) @idempotent(key: $k) { userErrors { code message } }
      b: inventorySetQuantities(input: {}) @idempotent(key: $k) { userErrors { code message } }
    }`;
    const { shop, clock, sent } = scriptedShop([good({ a: { userErrors: [] }, b: { userErrors: [] } })]);
    await clock.run(shop.graphql(shared, undefined as never, { idempotencyKey: 'k-1' }));
    expect(JSON.parse(sent[0]?.body ?? '').variables).toEqual({ k: 'k-1' });
  });
});
