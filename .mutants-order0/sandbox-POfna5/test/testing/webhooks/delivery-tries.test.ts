// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { change, createHarness, listed, subscribe, unsubscribe, uri } from './subscribed-fake.ts';

const hour = 3_600_000;

describe('a delivery', () => {
  it('that fails is tried again eight times in four hours, each wait twice the one before', async () => {
    const { fake, clock, got } = createHarness({}, () => new Response('', { status: 500 }));
    await subscribe(fake, 'SHOP_UPDATE');
    const start = clock.now();
    fake.emit('shop/update', { id: 1 });
    await fake.webhooks.settled();
    expect(fake.deliveries).toMatchObject([{ state: 'waiting', nextAttemptAt: start + 56_471 }]);

    await clock.advance(4 * hour);
    const [delivery] = fake.deliveries;
    const times = delivery?.attempts.map(({ at }) => at - start) ?? [];
    expect(times).toEqual([0, 56_471, 169_412, 395_294, 847_059, 1_750_588, 3_557_647, 7_171_765, 4 * hour]);
    expect(delivery).toMatchObject({ state: 'failed', nextAttemptAt: null });
    expect(delivery?.attempts.every(({ status }) => status === 500)).toBe(true);
    const sent = new Set(got.map(({ headers, body }) => `${headers['x-shopify-webhook-id']} ${body}`));
    expect(got).toHaveLength(9);
    expect(sent.size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('keeps its payload and its address over all tries, whatever becomes of the subscription', async () => {
    const { fake, clock, got } = createHarness({}, () => new Response('', { status: got.length < 3 ? 503 : 200 }));
    const { webhookSubscription } = await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', { id: 1 });
    await fake.webhooks.settled();
    await change(fake, webhookSubscription.id, { uri: 'https://app.example/new', includeFields: ['name'] });
    await clock.advance(60_000);
    await unsubscribe(fake, webhookSubscription.id);
    await clock.advance(4 * hour);
    expect(got.map(({ url, body }) => [url, body])).toEqual(Array(3).fill([uri, '{"id":1}']));
    expect(fake.deliveries).toMatchObject([{ state: 'delivered', nextAttemptAt: null }]);
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'waiting'],
    [304, 'waiting'],
    [401, 'waiting'],
    [404, 'waiting'],
    [503, 'waiting'],
  ])('that is answered with %i is %s', async (status, state) => {
    const { fake } = createHarness({}, () => new Response(null, { status, headers: { location: uri } }));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(fake.deliveries).toMatchObject([{ state, attempts: [{ status }] }]);
  });

  it('has five seconds for its response', async () => {
    const signals: AbortSignal[] = [];
    const { fake, clock } = createHarness();
    const slow =
      (ms: number) =>
      (request: Request): Promise<Response> => {
        signals.push(request.signal);
        return new Promise((resolve) => clock.setTimer(() => resolve(new Response()), ms));
      };
    await subscribe(fake, 'SHOP_UPDATE');
    fake.webhooks.onDelivery(slow(4_999));
    fake.emit('shop/update', {});
    await clock.run(fake.webhooks.settled());
    fake.webhooks.onDelivery(slow(5_001));
    fake.emit('shop/update', {});
    await clock.run(fake.webhooks.settled());
    expect(fake.deliveries).toMatchObject([
      { state: 'delivered', attempts: [{ status: 200 }] },
      { state: 'waiting', attempts: [{ status: 0, error: 'timeout' }] },
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('counts a response whose body does not end in time as none', async () => {
    const { fake, clock } = createHarness({}, () => new Response(new ReadableStream()));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await clock.run(fake.webhooks.settled());
    expect(fake.deliveries).toMatchObject([{ attempts: [{ status: 0, error: 'timeout' }] }]);
  });

  it.each([
    [new Error('refused', { cause: new Error('ECONNREFUSED') }), 'refused: ECONNREFUSED'],
    [new Error('broken'), 'broken'],
    ['just a text', 'just a text'],
  ])('notes what the receiver threw: %s', async (thrown, error) => {
    const { fake } = createHarness();
    fake.webhooks.onDelivery(() => {
      throw thrown;
    });
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(fake.deliveries).toMatchObject([{ state: 'waiting', attempts: [{ status: 0, error }] }]);
  });

  it('of which there are many does not open a connection for each at once', async () => {
    let open = 0;
    let most = 0;
    const { fake, got } = createHarness({}, async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise(setImmediate);
      open -= 1;
      return new Response();
    });
    await subscribe(fake, 'SHOP_UPDATE');
    for (let id = 0; id < 120; id += 1) fake.emit('shop/update', { id });
    await fake.webhooks.settled();
    expect(got).toHaveLength(120);
    expect(most).toBe(50);
    expect(fake.deliveries.every(({ state }) => state === 'delivered')).toBe(true);
  });

  it('leaves no body behind in a fake that does not record them', async () => {
    const { fake, got } = createHarness({ recordVariables: false });
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', { id: 1 });
    await fake.webhooks.settled();
    expect(got).toMatchObject([{ body: '{"id":1}' }]);
    expect(fake.deliveries).toMatchObject([{ state: 'delivered' }]);
    expect(fake.deliveries[0]?.body).toBe('');
  });
});

describe('a subscription whose deliveries fail', () => {
  const fail = () => new Response('', { status: 500 });

  it('is removed after eight retries without a success', async () => {
    const { fake, clock } = createHarness({}, fail);
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await clock.advance(4 * hour - 1);
    expect(await listed(fake)).toHaveLength(1);
    await clock.advance(1);
    expect(await listed(fake)).toEqual([]);
  });

  it('stays where another delivery of it came through meanwhile', async () => {
    const { fake, clock } = createHarness({}, ({ body }) => (body === '{"id":1}' ? fail() : new Response()));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', { id: 1 });
    await clock.advance(hour);
    fake.emit('shop/update', { id: 2 });
    await clock.advance(4 * hour);
    expect(fake.deliveries.map(({ state }) => state)).toEqual(['failed', 'delivered']);
    expect(await listed(fake)).toHaveLength(1);
  });

  it('stays where it is the app’s configuration', async () => {
    const { fake, clock, got } = createHarness(
      { webhooks: { subscriptions: [{ topics: ['shop/update'], uri }] } },
      fail,
    );
    fake.emit('shop/update', {});
    await clock.advance(4 * hour);
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(got).toHaveLength(10);
  });
});

describe('at least once', () => {
  it('means that some deliveries come twice, by the seed, with one webhook id', async () => {
    const counts = async (seed: number): Promise<number[]> => {
      const { fake, got } = createHarness({ seed, webhooks: { duplicateRate: 0.5 } });
      await subscribe(fake, 'SHOP_UPDATE');
      for (let id = 0; id < 20; id += 1) fake.emit('shop/update', { id });
      await fake.webhooks.settled();
      const ids = got.map(({ headers }) => headers['x-shopify-webhook-id']);
      expect(new Set(ids).size).toBe(20);
      return got.map(({ body }) => JSON.parse(body).id as number);
    };
    const first = await counts(1);
    expect(first.length).toBeGreaterThan(22);
    expect(first.length).toBeLessThan(38);
    expect(await counts(1)).toEqual(first);
    expect(await counts(2)).not.toEqual(first);
  });

  it('can be five copies at once, of which only the first is tried again', async () => {
    const { fake, clock, got } = createHarness({}, () => new Response('', { status: 500 }));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {}, { copies: 5 });
    await fake.webhooks.settled();
    expect(got).toHaveLength(5);
    expect(new Set(got.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1);
    expect(fake.deliveries.map(({ state, isCopy }) => [state, isCopy])).toEqual([
      ['waiting', false],
      ...Array(4).fill(['failed', true]),
    ]);
    await clock.advance(60_000);
    expect(got).toHaveLength(6);
    expect(await listed(fake)).toHaveLength(1);
  });

  it('and in no order, where that is asked for', async () => {
    const { fake, clock, got } = createHarness({ webhooks: { reorder: true } });
    await subscribe(fake, 'SHOP_UPDATE');
    for (let id = 0; id < 10; id += 1) fake.emit('shop/update', { id });
    await clock.run(fake.webhooks.settled());
    const order = got.map(({ body }) => JSON.parse(body).id as number);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(clock.monotonic()).toBeLessThan(2_000);
    expect(new Set(got.map(({ headers }) => headers['x-shopify-triggered-at'])).size).toBe(1);
  });
});
