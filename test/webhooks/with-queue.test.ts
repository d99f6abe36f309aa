import { memoryStores } from 'shopwright';
import { defer, inProcessQueue } from 'shopwright/queue';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import { createWebhookHandler, type WebhookHandlerEvent, type WebhookHandlerOptions } from 'shopwright/webhooks';
import { describe, expect, test, vi } from 'vitest';
import { handQueue } from '../queue/hand-queue.ts';
import { deliveryOf, gate, productUpdate } from './delivery-request.ts';
import { recordingLogger } from './recording-logger.ts';
import { secret } from './signed-delivery.ts';

const webhookId = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';
const order = (id = webhookId): Request => deliveryOf({ topic: 'orders/create', payload: { id: 1 }, webhookId: id });

function setup(options: Partial<WebhookHandlerOptions> & { readonly clock?: ManualClock } = {}) {
  const events: WebhookHandlerEvent[] = [];
  const clock = options.clock ?? createManualClock();
  const store = options.store ?? memoryStores({ clock }).keyValue;
  const queue = options.queue ?? inProcessQueue({ clock });
  const handler = createWebhookHandler({
    secrets: secret,
    on: {},
    onEvent: (event) => events.push(event),
    ...options,
    clock,
    store,
    queue,
  });
  const types = (): readonly string[] => events.map(({ type }) => type);
  const drained = (): Promise<void> => clock.run(queue.drain());
  const inbox = async (): Promise<number> => {
    let count = 0;
    for await (const _key of store.scan('webhook-inbox:')) count += 1;
    return count;
  };
  return { handler, events, types, clock, store, queue, drained, inbox };
}

describe('with a queue, a delivery', () => {
  test('is answered before it is handled, and reaches the handler as it came', async () => {
    const { opened, open } = gate();
    const onUpdate = vi.fn((_event: unknown) => opened);
    const { handler, types, drained, inbox } = setup({ on: { 'products/update': onUpdate } });
    const payload = '\uFEFF{"id":42,"title":"Thé \u{1F375} 緑茶","updated_at":"2026-11-02T12:00:00Z"}';
    const request = deliveryOf({ topic: 'products/update', payload, webhookId, name: 'catalogue' });
    expect((await handler(request)).status).toBe(200);
    await vi.waitFor(() => expect(onUpdate).toHaveBeenCalledOnce());
    expect(await inbox()).toBe(1);
    open();
    await drained();
    expect(onUpdate.mock.calls[0]?.[0]).toMatchObject({
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      webhookId,
      idempotencyKey: webhookId,
      name: 'catalogue',
      payload: { id: 42, title: 'Thé \u{1F375} 緑茶' },
      rawBody: new TextEncoder().encode(payload),
    });
    expect(types()).toEqual(['queued', 'handled']);
    expect(await inbox()).toBe(0);
  });

  test('whose body is no valid UTF-8 keeps its bytes', async () => {
    const onUpdate = vi.fn();
    const { handler, drained } = setup({ on: { 'orders/create': onUpdate } });
    const bytes = Uint8Array.from([...new TextEncoder().encode('{"id":1,"note":"'), 0xff, 0x22, 0x7d]);
    const { createHmac } = await import('node:crypto');
    const { headers } = order();
    headers.set('x-shopify-hmac-sha256', createHmac('sha256', secret).update(bytes).digest('base64'));
    const request = new Request('http://localhost/', { method: 'POST', headers, body: bytes });
    expect((await handler(request)).status).toBe(200);
    await drained();
    expect(onUpdate.mock.calls[0]?.[0].rawBody).toEqual(bytes);
    expect(onUpdate.mock.calls[0]?.[0].payload).toMatchObject({ id: 1 });
  });

  test('that comes five times at once has its effect once', async () => {
    const onCreate = vi.fn();
    const { handler, drained, inbox } = setup({ on: { 'orders/create': onCreate } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => handler(order())));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await drained();
    expect((await handler(order())).status).toBe(200);
    await drained();
    expect(onCreate).toHaveBeenCalledOnce();
    expect(await inbox()).toBe(0);
  });

  test('is tried again after 10, 30 and 60 seconds, then is a dead letter, and can be sent again', async () => {
    const times: number[] = [];
    const onCreate = vi.fn((): void => {
      times.push(clock.monotonic() / 1_000);
      throw new Error('no database');
    });
    const logger = recordingLogger();
    const { handler, events, drained, queue, clock, inbox } = setup({ logger, on: { 'orders/create': onCreate } });
    await handler(order());
    await drained();
    expect(times).toEqual([0, 10, 40, 100]);
    expect(events.slice(1)).toEqual(
      [1, 2, 3, 4].map((attempt) => expect.objectContaining({ type: 'failed', attempt, willRetry: attempt < 4 })),
    );
    expect(await queue.deadJobs()).toEqual([expect.objectContaining({ type: 'webhooks', attempts: 4 })]);
    expect(await inbox()).toBe(1);

    onCreate.mockImplementation(() => undefined);
    expect((await handler(order())).status).toBe(200);
    await drained();
    expect(events.at(-1)).toMatchObject({ type: 'handled' });
    expect(await inbox()).toBe(0);
    expect(logger.lines.filter(({ message }) => message.includes('that was the last attempt'))).toHaveLength(1);
  });

  test('whose handler puts it off loses no attempt and is no failure', async () => {
    const onCreate = vi.fn().mockRejectedValueOnce(defer(5_000));
    const { handler, types, drained, clock } = setup({ on: { 'orders/create': onCreate } });
    await handler(order());
    await drained();
    expect(clock.monotonic()).toBe(5_000);
    expect(onCreate.mock.calls.map(([, { attempt }]) => attempt)).toEqual([1, 1]);
    expect(types()).toEqual(['queued', 'handled']);
  });

  test('waits while another of its resource is being handled', async () => {
    const { opened, open } = gate();
    let running = 0;
    const onUpdate = vi.fn(async () => {
      running += 1;
      expect(running).toBe(1);
      await opened;
      running -= 1;
    });
    const { handler, drained, clock } = setup({ on: { 'products/update': onUpdate } });
    await handler(productUpdate('2026-11-02T12:00:00Z'));
    await vi.waitFor(() => expect(onUpdate).toHaveBeenCalledOnce());
    await handler(productUpdate('2026-11-02T12:00:01Z'));
    await clock.advance(30_000);
    expect(onUpdate).toHaveBeenCalledOnce();
    open();
    await drained();
    expect(onUpdate).toHaveBeenCalledTimes(2);
  });
});

describe('where the queue', () => {
  test('is down, the response is 503, and nothing is lost', async () => {
    const queue = handQueue();
    const enqueue = vi.spyOn(queue, 'enqueue').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    const onCreate = vi.fn();
    const { handler, types } = setup({ queue, on: { 'orders/create': onCreate } });
    const refused = await handler(order());
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: 'queue-failed' });
    expect((await handler(order())).status).toBe(200);
    expect(enqueue).toHaveBeenCalledTimes(2);
    await queue.run();
    expect(onCreate).toHaveBeenCalledOnce();
    expect(types()).toEqual(['unavailable', 'queued', 'handled']);
  });

  test('or the store does not answer in time, the response is 503', async () => {
    const queue = handQueue();
    const { handler, clock, events, store } = setup({ queue, on: { 'orders/create': () => undefined } });
    vi.spyOn(queue, 'enqueue').mockImplementationOnce(() => new Promise(() => undefined));
    expect((await clock.run(handler(order()))).status).toBe(503);
    expect(clock.monotonic()).toBe(3_000);
    vi.spyOn(store, 'get').mockImplementationOnce(() => new Promise(() => undefined));
    expect((await clock.run(handler(order()))).status).toBe(503);
    expect(clock.monotonic()).toBe(6_000);
    expect(events).toEqual([
      expect.objectContaining({ type: 'unavailable', reason: 'queue-failed' }),
      expect.objectContaining({ type: 'unavailable', reason: 'store-failed' }),
    ]);
    expect(clock.pending).toBe(0);
  });

  test('or the store answers after the 503, nothing is accepted any more', async () => {
    const { handler, clock, store, inbox } = setup({ queue: handQueue(), on: { 'orders/create': () => undefined } });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    vi.spyOn(store, 'get').mockImplementationOnce(() => promise);
    expect((await clock.run(handler(order()))).status).toBe(503);
    resolve(undefined);
    await clock.advance(1_000);
    expect(await inbox()).toBe(0);
    expect((await handler(order())).status).toBe(200);
    expect(await inbox()).toBe(1);
  });

  test('gives the same job twice, the second is dropped', async () => {
    const queue = handQueue({ folds: false });
    const onCreate = vi.fn();
    const { handler, types } = setup({ queue, on: { 'orders/create': onCreate } });
    await handler(order());
    await handler(order());
    await queue.run();
    await queue.run();
    expect(onCreate).toHaveBeenCalledOnce();
    expect(types()).toEqual(['queued', 'queued', 'handled', 'duplicate']);
  });

  test('gives a job of a topic that this process has no handler for, the job fails and stays', async () => {
    const queue = handQueue();
    const { handler, store } = setup({ queue, on: { 'orders/create': () => undefined } });
    await handler(order());
    const [job] = queue.jobs;
    const older = setup({ queue, store });
    if (job) queue.jobs.splice(0, queue.jobs.length, job);
    await expect(queue.run()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('has no handler for orders/create'),
    });
    expect(await older.inbox()).toBe(1);
  });

  test('gives a job that is no webhook, it says so', async () => {
    const queue = handQueue();
    setup({ queue });
    for (const payload of [null, {}, { body: '{}' }, { idempotencyKey: '1' }]) {
      queue.jobs.push({ type: 'webhooks', payload });
      await expect(queue.run()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});

test('a store that hangs once when a delivery is noted is waited for again', async () => {
  const logger = recordingLogger();
  const { handler, store, clock, types, drained } = setup({ logger, on: { 'orders/create': () => undefined } });
  const set = store.set.bind(store);
  vi.spyOn(store, 'set')
    .mockImplementationOnce(() => new Promise(() => undefined))
    .mockImplementation(async (...entry) => {
      await new Promise<void>((resolve) => clock.setTimer(resolve, 2_000));
      await set(...entry);
    });
  await handler(order());
  await drained();
  await handler(order());
  expect(types()).toEqual(['queued', 'handled', 'duplicate']);
  expect(logger.lines).toEqual([]);
});

test('a handler that never ends holds up neither its own next attempt nor others of its resource', async () => {
  const clock = createManualClock();
  const onUpdate = vi.fn().mockReturnValueOnce(new Promise(() => undefined));
  const queue = inProcessQueue({ clock, timeoutMs: 60_000 });
  const { handler, types } = setup({ clock, queue, on: { 'products/update': onUpdate } });
  await handler(productUpdate('2026-11-02T12:00:00Z', { webhookId: 'hangs' }));
  await vi.waitFor(() => expect(onUpdate).toHaveBeenCalledOnce());
  await handler(productUpdate('2026-11-02T12:00:01Z', { webhookId: 'waits' }));
  await clock.advance(300_000);
  await vi.waitFor(() => expect(onUpdate).toHaveBeenCalledTimes(2));
  await vi.waitFor(() => expect(types().toSorted()).toEqual(['failed', 'handled', 'queued', 'queued', 'stale']));
});

test('a handler that ends well when it is not waited for any more is not called again', async () => {
  const clock = createManualClock();
  const { opened, open } = gate();
  const onCreate = vi.fn(() => opened);
  const logger = recordingLogger();
  const queue = inProcessQueue({ clock, timeoutMs: 60_000 });
  const { handler, types, drained, inbox } = setup({ clock, queue, logger, on: { 'orders/create': onCreate } });
  await handler(order());
  await vi.waitFor(() => expect(onCreate).toHaveBeenCalledOnce());
  await clock.advance(65_000);
  await vi.waitFor(() => expect(types()).toEqual(['queued', 'failed']));
  open();
  await vi.waitFor(() => expect(logger.lines.at(-1)?.message).toContain('ignored its signal'));
  await drained();
  expect(onCreate).toHaveBeenCalledOnce();
  expect(types()).toEqual(['queued', 'failed', 'duplicate']);
  expect(await inbox()).toBe(0);
});

test('what a closing queue stops in its last attempt stays in the inbox for the next start', async () => {
  const clock = createManualClock();
  const store = memoryStores({ clock }).keyValue;
  const queue = inProcessQueue({ clock });
  const onCreate = vi.fn((_event: unknown, { signal }: { signal: AbortSignal }): unknown => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
  });
  const on = { 'orders/create': onCreate };
  const first = setup({ clock, store, queue, retryDelaysMs: [], on });
  await first.handler(order());
  await vi.waitFor(() => expect(onCreate).toHaveBeenCalledOnce());
  await clock.run(queue.close({ graceMs: 0 }));
  await vi.waitFor(() => expect(first.events.at(-1)).toMatchObject({ type: 'failed', willRetry: true }));

  onCreate.mockImplementation(() => undefined);
  const second = setup({ clock, store, queue: inProcessQueue({ clock }), on });
  await vi.waitFor(() => expect(second.types()).toEqual(['handled']));
  expect(await second.inbox()).toBe(0);
});

test('what could not be taken out of the inbox is taken out with the next delivery that is done', async () => {
  const queue = handQueue();
  const { handler, store, inbox } = setup({ queue, on: { 'orders/create': () => undefined } });
  for (const id of ['first', 'second']) await handler(order(id));
  vi.spyOn(store, 'delete').mockRejectedValueOnce(new Error('ECONNRESET'));
  await queue.run();
  expect(await inbox()).toBe(2);
  await queue.run();
  expect(await inbox()).toBe(0);
});

describe('the next start', () => {
  test('queues what was taken in and not handled, and only that', async () => {
    const store = memoryStores().keyValue;
    const onCreate = vi.fn();
    const dying = handQueue();
    const first = setup({ store, queue: dying, on: { 'orders/create': onCreate } });
    for (const id of ['done', 'open', 'refused']) {
      if (id === 'refused') vi.spyOn(dying, 'enqueue').mockRejectedValueOnce(new Error('killed'));
      await first.handler(order(id));
    }
    await dying.run();
    expect(onCreate).toHaveBeenCalledOnce();

    const second = setup({ store, on: { 'orders/create': onCreate } });
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalledTimes(3));
    await second.drained();
    expect(onCreate.mock.calls.map(([{ webhookId: id }]) => id).toSorted()).toEqual(['done', 'open', 'refused']);
    expect(await second.inbox()).toBe(0);
  });

  test('recovers what was answered with 200, however long nothing ran', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const onCreate = vi.fn();
    const first = setup({ clock, store, queue: handQueue(), on: { 'orders/create': onCreate } });
    expect((await first.handler(order())).status).toBe(200);
    await clock.advance(7 * 24 * 3_600_000);

    const second = setup({ clock, store, queue: inProcessQueue({ clock }), on: { 'orders/create': onCreate } });
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalledOnce());
    await second.drained();
    expect(await second.inbox()).toBe(0);
  });

  test('drops what was handled when the process died before it was out of the inbox', async () => {
    const store = memoryStores().keyValue;
    const onCreate = vi.fn();
    const queue = handQueue();
    const first = setup({ store, queue, on: { 'orders/create': onCreate } });
    await first.handler(order());
    const logger = recordingLogger();
    vi.spyOn(store, 'delete').mockRejectedValueOnce(new Error('ECONNRESET'));
    await queue.run();
    expect(await first.inbox()).toBe(1);

    const second = setup({ store, logger, on: { 'orders/create': onCreate } });
    await vi.waitFor(() => expect(second.types()).toEqual(['duplicate']));
    await second.drained();
    expect(onCreate).toHaveBeenCalledOnce();
    expect(await second.inbox()).toBe(0);
  });

  test('leaves what it cannot read or queue, and takes it up with the next delivery where the store was away', async () => {
    const store = memoryStores().keyValue;
    await store.set('webhook-inbox:webhooks:acme.myshopify.com:broken', 'no JSON');
    const logger = recordingLogger();
    vi.spyOn(store, 'scan').mockImplementationOnce(() => {
      throw new Error('ECONNREFUSED');
    });
    const { handler, inbox, drained } = setup({ store, logger, on: { 'orders/create': () => undefined } });
    await vi.waitFor(() => expect(logger.lines.map(({ message }) => message).join()).toContain('could not be read'));
    await handler(order());
    await vi.waitFor(() => expect(logger.lines.map(({ message }) => message).join()).toContain('could not be queued'));
    await drained();
    expect(await inbox()).toBe(1);
  });
});

test.each([[[-1]], [[10_000, Number.NaN]], [[Number('10s')]]])(
  'waits of %j before further attempts are refused when the handler is made, and not with each delivery',
  (retryDelaysMs) => {
    const { keyValue: store } = memoryStores();
    const make = () => createWebhookHandler({ secrets: secret, on: {}, store, queue: handQueue(), retryDelaysMs });
    expect(make).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ field: 'retryDelaysMs' })] }));
  },
);

test('further attempts at once, and none at all, are fine', () => {
  const { keyValue: store } = memoryStores();
  for (const retryDelaysMs of [[0, 1.5], []]) {
    expect(() =>
      createWebhookHandler({ secrets: secret, on: {}, store, queue: handQueue(), retryDelaysMs }),
    ).not.toThrow();
  }
});

describe('what failed in all its attempts, with a queue in memory,', () => {
  test('is tried again at the next start, and not before', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const onCreate = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const on = { 'orders/create': onCreate };
    const first = setup({ clock, store, retryDelaysMs: [], on });
    await first.handler(order('fails'));
    await first.drained();
    await clock.advance(3_600_000);
    await first.handler(order('next'));
    await first.drained();
    expect(first.types()).toEqual(['queued', 'failed', 'queued', 'handled']);

    const second = setup({ clock, store, retryDelaysMs: [], on });
    await vi.waitFor(() => expect(second.events).toMatchObject([{ type: 'handled', webhookId: 'fails' }]));
    await second.drained();
    expect(await second.inbox()).toBe(0);
  });

  test('and is an update from before what is known is not tried again, since a newer one may have been applied', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const onUpdate = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const logger = recordingLogger();
    const options = { clock, store, logger, retryDelaysMs: [], on: { 'products/update': onUpdate } };
    const first = setup(options);
    await first.handler(productUpdate('2026-11-02T12:00:00Z'));
    await first.drained();
    await first.handler(productUpdate('2026-11-02T12:00:01Z'));
    await first.drained();
    await clock.advance(48 * 3_600_000);

    const second = setup(options);
    await vi.waitFor(() => expect(logger.lines.at(-1)?.message).toContain('not retried at startup'));
    await second.drained();
    expect(onUpdate).toHaveBeenCalledTimes(2);
    expect(await second.inbox()).toBe(1);
  });

  test('is left in the inbox after ten starts, the log tells, and Shopify or a merchant can send it again', async () => {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const onCreate = vi.fn(() => Promise.reject(new Error('poison')));
    const logger = recordingLogger();
    const start = () => setup({ clock, store, logger, retryDelaysMs: [], on: { 'orders/create': onCreate } });
    const first = start();
    await first.handler(order());
    await first.drained();
    for (let starts = 2; starts <= 10; starts += 1) {
      const next = start();
      await vi.waitFor(() => expect(next.types()).toEqual(['failed']));
      await next.drained();
    }
    const last = start();
    await vi.waitFor(() => expect(logger.lines.at(-1)?.message).toContain('not retried at startup'));
    expect(logger.lines.at(-1)?.fields).toEqual({
      count: 1,
      keys: [`webhook-inbox:webhooks:acme.myshopify.com:${webhookId}`],
    });
    await last.drained();
    expect(onCreate).toHaveBeenCalledTimes(10);
    expect(await last.inbox()).toBe(1);

    onCreate.mockImplementation(async () => undefined as never);
    await last.handler(order());
    await last.drained();
    expect(last.types()).toEqual(['queued', 'handled']);
    expect(await last.inbox()).toBe(0);
  });

  test('is bounded also where it kills each process that handles it', async () => {
    const store = memoryStores().keyValue;
    // Nobody renews the lock of a process that was killed.
    vi.spyOn(store, 'lock').mockImplementation(async (key) => {
      return { key, token: 1, signal: new AbortController().signal, release: async () => true };
    });
    const onCreate = vi.fn(() => new Promise(() => undefined));
    const logger = recordingLogger();
    const start = () => {
      const queue = handQueue();
      return { ...setup({ store, logger, queue, on: { 'orders/create': onCreate } }), queue };
    };
    const first = start();
    await first.handler(order());
    void first.queue.run();
    for (let starts = 1; starts <= 10; starts += 1) {
      await vi.waitFor(() => expect(onCreate).toHaveBeenCalledTimes(starts));
      const next = start();
      await vi.waitFor(() => expect(next.queue.jobs).toHaveLength(1));
      void next.queue.run();
    }
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalledTimes(11));
    const last = start();
    await vi.waitFor(() => expect(logger.lines.at(-1)?.message).toContain('not retried at startup'));
    expect(last.queue.jobs).toEqual([]);
    expect(await last.inbox()).toBe(1);
  });
});

describe('a process that lives, with a delivery that comes in,', () => {
  const minute = 60_000;

  /** Another process that shares the store, whose queue never gets to work. */
  function withDying(onCreate: (event: { webhookId: string | null }) => unknown) {
    const clock = createManualClock();
    const store = memoryStores({ clock }).keyValue;
    const on = { 'orders/create': onCreate };
    const living = setup({ clock, store, on });
    const dying = setup({ clock, store, queue: handQueue(), on });
    return { living, dying, clock, store };
  }

  test('recovers what a process that died has left, once, and looks at most every five minutes', async () => {
    const onCreate = vi.fn();
    const { living, dying, clock, store } = withDying(onCreate);
    await living.handler(order('before'));
    await dying.handler(order('left'));
    await clock.advance(5 * minute - 1);
    await dying.handler(order('young'));
    await clock.advance(1);
    const scan = vi.spyOn(store, 'scan');
    await living.handler(order('first'));
    await vi.waitFor(() => expect(onCreate.mock.calls.map(([{ webhookId: id }]) => id)).toContain('left'));
    await living.drained();
    for (const id of ['second', 'third']) {
      await clock.advance(minute);
      await living.handler(order(id));
    }
    await living.drained();
    expect(scan).toHaveBeenCalledOnce();
    expect(await living.inbox()).toBe(1);
    await clock.advance(3 * minute);
    await living.handler(order('fourth'));
    await vi.waitFor(() => expect(onCreate.mock.calls.map(([{ webhookId: id }]) => id)).toContain('young'));
    await living.drained();
    expect(onCreate.mock.calls.map(([{ webhookId: id }]) => id).toSorted()).toEqual([
      ...['before', 'first', 'fourth', 'left', 'second', 'third', 'young'],
    ]);
    expect(await living.inbox()).toBe(0);
  });

  test('leaves the look to another process that has looked', async () => {
    const { living, dying, clock, store } = withDying(vi.fn());
    const other = setup({ clock, store, on: { 'orders/create': vi.fn() } });
    await living.handler(order('before'));
    await clock.advance(5 * minute);
    const scan = vi.spyOn(store, 'scan');
    for (const { handler } of [living, other]) await handler(order('now'));
    await vi.waitFor(() => expect(scan).toHaveBeenCalledOnce());
    await dying.handler(order('left'));
    await clock.advance(5 * minute);
    for (const { handler } of [living, other]) await handler(order('later'));
    await living.drained();
    await other.drained();
    expect(scan).toHaveBeenCalledTimes(2);
  });

  test('recovers what its queue did not take', async () => {
    const onCreate = vi.fn();
    const { handler, clock, queue, drained } = setup({ on: { 'orders/create': onCreate } });
    vi.spyOn(queue, 'enqueue').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    expect((await handler(order('refused'))).status).toBe(503);
    await clock.advance(5 * minute);
    await handler(order('next'));
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalledTimes(2));
    await drained();
    expect(onCreate.mock.calls.map(([{ webhookId: id }]) => id).toSorted()).toEqual(['next', 'refused']);
  });

  test('leaves alone what it handles itself, and what waits for its next attempt', async () => {
    const { opened, open } = gate();
    const onCreate = vi.fn(({ webhookId: id }: { webhookId: string | null }): unknown => {
      if (id === 'fails') throw new Error('no database');
      return id === 'long' ? opened : undefined;
    });
    const clock = createManualClock();
    const queue = inProcessQueue({ clock, timeoutMs: 60 * minute });
    const retryDelaysMs = [2 * minute];
    // Each of a resource of its own, since those of one wait for each other.
    const send = (id: string): Promise<Response> =>
      handler(deliveryOf({ topic: 'orders/create', payload: { id }, webhookId: id }));
    const { handler, drained, types } = setup({ clock, queue, retryDelaysMs, on: { 'orders/create': onCreate } });
    await send('long');
    await clock.advance(4 * minute);
    await send('fails');
    await clock.advance(minute);
    const enqueue = vi.spyOn(queue, 'enqueue');
    await send('next');
    await vi.waitFor(() => expect(types()).toContain('handled'));
    await clock.advance(0);
    expect(enqueue.mock.calls.map(([{ key }]) => key)).toEqual(['acme.myshopify.com/next']);
    open();
    await drained();
    expect(types().toSorted()).toEqual(['failed', 'failed', 'handled', 'handled', 'queued', 'queued', 'queued']);
  });

  test('takes out what it could not take out before, and does not queue it', async () => {
    const { handler, clock, store, queue, drained, inbox } = setup({ on: { 'orders/create': () => undefined } });
    vi.spyOn(store, 'delete').mockRejectedValueOnce(new Error('ECONNRESET'));
    await handler(order('stays'));
    await drained();
    expect(await inbox()).toBe(1);
    await clock.advance(49 * 60 * minute);
    const enqueue = vi.spyOn(queue, 'enqueue').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    expect((await handler(order('next'))).status).toBe(503);
    await vi.waitFor(async () => expect(await inbox()).toBe(1));
    expect(enqueue.mock.calls.map(([{ key }]) => key)).toEqual(['acme.myshopify.com/next']);
  });
});

test('a queue without a store is refused', () => {
  expect(() => createWebhookHandler({ secrets: secret, on: {}, queue: handQueue() })).toThrow(
    expect.objectContaining({ issues: [{ field: 'store', message: 'is needed with a queue' }] }),
  );
});
