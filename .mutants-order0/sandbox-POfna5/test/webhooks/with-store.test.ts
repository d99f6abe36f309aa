// @ts-nocheck
import { type KeyValueStore, memoryStores } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler, type WebhookHandlerEvent, type WebhookHandlerOptions } from 'shopwright/webhooks';
import { describe, expect, test, vi } from 'vitest';
import { deliveryOf, gate, productUpdate } from './delivery-request.ts';
import { recordingLogger } from './recording-logger.ts';
import { oldSecret, secret } from './signed-delivery.ts';

const at = '2026-11-02T12:00:00-05:00';
const webhookId = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';
const order = (id = webhookId): Request => deliveryOf({ topic: 'orders/create', payload: { id: 1 }, webhookId: id });

function setup(options: Partial<WebhookHandlerOptions> = {}) {
  const events: WebhookHandlerEvent['type'][] = [];
  const store = memoryStores().keyValue;
  const handler = createWebhookHandler({
    secrets: [secret],
    store,
    on: {},
    onEvent: ({ type }) => events.push(type),
    ...options,
  });
  return { handler, events, store };
}

const neverAnswers = (): Promise<never> => new Promise(() => undefined);

describe('with a store, a delivery', () => {
  test('that comes again after it was handled gets 200 and is skipped', async () => {
    const onCreate = vi.fn();
    const { handler, events } = setup({ on: { 'orders/create': onCreate } });
    expect((await handler(order())).status).toBe(200);
    expect((await handler(order())).status).toBe(200);
    expect(onCreate).toHaveBeenCalledOnce();
    expect(onCreate).toHaveBeenCalledWith(expect.objectContaining({ idempotencyKey: webhookId }), expect.anything());
    expect(events).toEqual(['handled', 'duplicate']);
  });

  test('that comes five times at once is handled once, and no copy is answered before it is', async () => {
    const { opened, open } = gate();
    const onCreate = vi.fn(() => opened);
    const { handler, events } = setup({ on: { 'orders/create': onCreate } });
    let answered = 0;
    const answers = Array.from({ length: 5 }, async () => {
      const { status } = await handler(order());
      answered += 1;
      return status;
    });
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalled());
    expect(answered).toBe(0);
    open();
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200]);
    expect(onCreate).toHaveBeenCalledOnce();
    expect(events.toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate', 'handled']);
  });

  test('whose handler throws gets 500, and is handled when it comes again', async () => {
    const onCreate = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const { handler, events } = setup({ on: { 'orders/create': onCreate } });
    expect((await handler(order())).status).toBe(500);
    expect((await handler(order())).status).toBe(200);
    expect(onCreate).toHaveBeenCalledTimes(2);
    expect(events).toEqual(['failed', 'handled']);
  });

  test('of which a copy waits is handled by the copy where it fails itself', async () => {
    const { opened, open } = gate();
    const onCreate = vi.fn().mockImplementationOnce(async () => {
      await opened;
      throw new Error('no database');
    });
    const { handler } = setup({ on: { 'orders/create': onCreate } });
    const first = handler(order());
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalled());
    const copy = handler(order());
    open();
    expect([(await first).status, (await copy).status]).toEqual([500, 200]);
  });

  test('that is still being handled makes its copy wait for a bounded time, then try again later', async () => {
    const clock = createManualClock();
    const { opened, open } = gate();
    const onCreate = vi.fn(() => opened);
    const store = memoryStores({ clock }).keyValue;
    const { handler, events } = setup({ clock, store, on: { 'orders/create': onCreate } });
    const first = handler(order());
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalled());
    const copy = await clock.run(handler(order()));
    expect(copy.status).toBe(503);
    expect(copy.headers.get('retry-after')).toBe('5');
    expect(await copy.json()).toMatchObject({ error: 'busy' });
    open();
    expect((await first).status).toBe(200);
    expect(events).toEqual(['unavailable', 'handled']);
  });

  test.each(['', undefined])(
    'without an id (%s) is handled each time, since nobody can tell its copies',
    async (id) => {
      const onCreate = vi.fn();
      const { handler } = setup({ on: { 'orders/create': onCreate } });
      for (let copy = 0; copy < 2; copy += 1) {
        const request = order();
        request.headers.delete('x-shopify-webhook-id');
        if (id !== undefined) request.headers.set('x-shopify-webhook-id', id);
        expect((await handler(request)).status).toBe(200);
      }
      expect(onCreate).toHaveBeenCalledTimes(2);
      const [first, second] = onCreate.mock.calls.map(([event]) => event.idempotencyKey);
      expect(first).not.toBe(second);
    },
  );

  test('is forgotten after 48 hours, or after as long as is said', async () => {
    const clock = createManualClock();
    const hour = 3_600_000;
    for (const [dedupeTtlMs, untilMs] of [
      [undefined, 48 * hour],
      [hour, hour],
    ] as const) {
      const onCreate = vi.fn();
      const store = memoryStores({ clock }).keyValue;
      const { handler } = setup({
        clock,
        store,
        on: { 'orders/create': onCreate },
        ...(dedupeTtlMs && { dedupeTtlMs }),
      });
      await handler(order());
      await clock.advance(untilMs - 1);
      await handler(order());
      expect(onCreate).toHaveBeenCalledTimes(1);
      await clock.advance(1);
      await handler(order());
      expect(onCreate).toHaveBeenCalledTimes(2);
    }
  });

  test('is known per shop and handler name: the same id elsewhere is another delivery', async () => {
    const onCreate = vi.fn();
    const { handler, store } = setup({ on: { 'orders/create': onCreate } });
    const other = setup({ store, name: 'search', on: { 'orders/create': onCreate } });
    await handler(order());
    await handler(deliveryOf({ topic: 'orders/create', payload: {}, webhookId, shop: 'zeta.myshopify.com' }));
    await other.handler(order());
    expect(onCreate).toHaveBeenCalledTimes(3);
  });

  test.each(['x'.repeat(300), 'a:b/c d', 'é'])('with an odd id (%#) is told from others too', async (odd) => {
    const onCreate = vi.fn();
    const { handler } = setup({ on: { 'orders/create': onCreate } });
    for (const id of [odd, odd, `${odd}!`]) expect((await handler(order(id))).status).toBe(200);
    expect(onCreate).toHaveBeenCalledTimes(2);
  });

  test('that is forged or of an unknown topic never reaches the store', async () => {
    const store = new Proxy({} as KeyValueStore, {
      get: () => () => {
        throw new Error('nobody asks');
      },
    });
    const { handler, events } = setup({ store });
    const forged = deliveryOf({ topic: 'orders/create', payload: {}, secret: oldSecret });
    expect((await handler(forged)).status).toBe(401);
    expect((await handler(order())).status).toBe(200);
    expect(events).toEqual(['refused', 'unhandled']);
  });

  test('is taken while the secret is rotated, by the old one and the new one', async () => {
    const onCreate = vi.fn();
    const { handler } = setup({ secrets: [secret, oldSecret], on: { 'orders/create': onCreate } });
    const webhook = { topic: 'orders/create', payload: {} };
    expect((await handler(deliveryOf({ ...webhook, webhookId: '1' }))).status).toBe(200);
    expect((await handler(deliveryOf({ ...webhook, webhookId: '2', secret: oldSecret }))).status).toBe(200);
    expect(onCreate).toHaveBeenCalledTimes(2);
  });
});

test('a handler that never ends gives way to the next retry after five minutes', async () => {
  const clock = createManualClock();
  const store = memoryStores({ clock }).keyValue;
  const onUpdate = vi.fn().mockReturnValueOnce(new Promise(() => undefined));
  const { handler, events } = setup({ clock, store, on: { 'products/update': onUpdate } });
  const first = handler(productUpdate(at, { webhookId }));
  await vi.waitFor(() => expect(onUpdate).toHaveBeenCalledOnce());
  expect((await clock.run(handler(productUpdate(at, { webhookId })))).status).toBe(503);
  expect((await clock.run(first)).status).toBe(500);
  expect(clock.monotonic()).toBe(305_000);
  expect(onUpdate.mock.calls[0]?.[1].signal.reason).toMatchObject({ code: 'TIMEOUT' });
  expect((await handler(productUpdate(at, { webhookId }))).status).toBe(200);
  expect(events).toEqual(['unavailable', 'failed', 'handled']);
  expect(clock.pending).toBe(0);
});

describe('where the store', () => {
  test('is down, the response is 503, and the delivery is handled when it comes again', async () => {
    const onCreate = vi.fn();
    const store = memoryStores().keyValue;
    const lock = vi.spyOn(store, 'lock').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    const logger = recordingLogger();
    const { handler, events } = setup({ store, logger, on: { 'orders/create': onCreate } });
    const refused = await handler(order());
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: 'store-failed' });
    expect(onCreate).not.toHaveBeenCalled();
    expect((await handler(order())).status).toBe(200);
    expect(lock).toHaveBeenCalledTimes(2);
    expect(events).toEqual(['unavailable', 'handled']);
    expect(logger.lines).toEqual([expect.objectContaining({ level: 'error' })]);
  });

  test('does not answer in time, the response is 503, and a lock that comes late is given back', async () => {
    const clock = createManualClock();
    const { opened, open } = gate();
    const released = vi.fn(async () => true);
    const store = memoryStores({ clock }).keyValue;
    vi.spyOn(store, 'lock').mockImplementationOnce(async (key) => {
      await opened;
      return { key, token: 1, signal: new AbortController().signal, release: released };
    });
    const { handler } = setup({ clock, store, on: { 'orders/create': () => undefined } });
    expect((await clock.run(handler(order()))).status).toBe(503);
    expect(clock.monotonic()).toBe(3_000);
    open();
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });

  test('does not answer when asked for copies, the response is 503 and the lock is given back', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const onCreate = vi.fn();
    const get = vi.spyOn(store, 'get').mockImplementationOnce(neverAnswers);
    const { handler } = setup({ clock, store, ackTimeoutMs: 500, on: { 'orders/create': onCreate } });
    expect((await clock.run(handler(order()))).status).toBe(503);
    expect(clock.monotonic()).toBe(500);
    get.mockRestore();
    expect((await handler(order())).status).toBe(200);
    expect(onCreate).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  test.each(['rejects', 'hangs'])(
    '%s after the handler, the delivery counts as handled, and the log tells',
    async (how) => {
      const clock = createManualClock();
      const store = memoryStores({ clock }).keyValue;
      const fail = how === 'hangs' ? neverAnswers : () => Promise.reject(new Error('ECONNREFUSED'));
      vi.spyOn(store, 'set').mockImplementation(fail);
      const logger = recordingLogger();
      const { handler, events } = setup({ clock, store, logger, on: { 'orders/create': () => undefined } });
      expect((await clock.run(handler(order()))).status).toBe(200);
      expect(events).toEqual(['handled']);
      expect(logger.lines.map(({ message }) => message)).toEqual([
        'a webhook was handled, but the store could not note it: a copy of it would be handled again',
      ]);
    },
  );

  test('fails once after the handler, it is asked again', async () => {
    const store = memoryStores().keyValue;
    vi.spyOn(store, 'set').mockRejectedValueOnce(new Error('ECONNRESET'));
    const { handler, events } = setup({ store, on: { 'orders/create': () => undefined } });
    await handler(order());
    await handler(order());
    expect(events).toEqual(['handled', 'duplicate']);
  });

  test.each(['rejects', 'hangs'])('%s when the lock is given back, only the log tells', async (how) => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const release = how === 'hangs' ? neverAnswers : () => Promise.reject(new Error('ECONNREFUSED'));
    vi.spyOn(store, 'lock').mockImplementation(async (key) => {
      return { key, token: 1, signal: new AbortController().signal, release };
    });
    const logger = recordingLogger();
    const { handler } = setup({ clock, store, logger, on: { 'orders/create': () => undefined } });
    expect((await clock.run(handler(order()))).status).toBe(200);
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('its lease runs out') }),
    ]);
  });
});

test('a lock that is lost aborts the signal of the handler', async () => {
  const store = memoryStores().keyValue;
  const lost = new AbortController();
  vi.spyOn(store, 'lock').mockImplementation(async (key) => {
    return { key, token: 1, signal: lost.signal, release: async () => false };
  });
  const onUpdate = vi.fn((_event, { signal }) => {
    lost.abort(new Error('lease ran out'));
    expect(signal.aborted).toBe(true);
  });
  const { handler } = setup({ store, on: { 'products/update': onUpdate } });
  expect((await handler(productUpdate(at))).status).toBe(200);
  expect(onUpdate).toHaveBeenCalledOnce();
});

describe('createWebhookHandler', () => {
  test('that is not enabled answers 404 to everything', async () => {
    const onEvent = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, enabled: false, on: {}, onEvent });
    const answer = await handler(order());
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: 'disabled' });
    expect(onEvent).toHaveBeenCalledWith({ type: 'refused', status: 404, reason: 'disabled' });
  });

  test.each(['dedupeTtlMs', 'ackTimeoutMs'])('refuses a %s that is no positive whole number', (field) => {
    for (const value of [0, -1, 1.5, Number.NaN]) {
      expect(() => createWebhookHandler({ secrets: secret, on: {}, [field]: value })).toThrow(
        expect.objectContaining({ issues: [{ field, message: 'must be a whole number above 0' }] }),
      );
    }
  });
});
