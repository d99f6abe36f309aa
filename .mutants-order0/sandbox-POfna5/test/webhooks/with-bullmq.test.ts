// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { memoryStores } from 'shopwright';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { createWebhookHandler, type WebhookEvent, type WebhookHandlerOptions } from 'shopwright/webhooks';
import { afterEach, expect, test, vi } from 'vitest';
import { redisOrSkip } from '../services.ts';
import { deliveryOf, gate } from './delivery-request.ts';
import { secret } from './signed-delivery.ts';

const { url, describe } = await redisOrSkip(8);

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const order = (webhookId: string, more: { shop?: string; payload?: string } = {}): Request =>
  deliveryOf({ topic: 'orders/create', payload: '{"id":1}', webhookId, ...more });

/** Everything that the processes of one app share. */
function createApp() {
  const connection = new Redis(url);
  const prefix = `{${randomUUID()}}`;
  const store = memoryStores().keyValue;
  cleanUp.push(async () => {
    const keys = await connection.keys(`${prefix}*`);
    if (keys.length > 0) await connection.del(...keys);
    connection.disconnect();
  });
  const inbox = async (): Promise<string[]> => {
    const found = [];
    for await (const key of store.scan('webhook-inbox:')) found.push(key);
    return found;
  };
  const startQueue = () => {
    const queue = bullmqQueue({ connection, prefix, lockDurationMs: 1_000 });
    cleanUp.push(() => queue.close({ graceMs: 0 }));
    return queue;
  };
  /** One process of the app. */
  const start = (options: Partial<WebhookHandlerOptions>, queue = startQueue()) => {
    const types: string[] = [];
    const onEvent = ({ type }: { type: string }): unknown => types.push(type);
    const handler = createWebhookHandler({ secrets: secret, on: {}, onEvent, ...options, store, queue });
    return { handler, queue, types };
  };
  return { start, store, inbox };
}

describe('with a queue on Redis, a delivery', () => {
  test('has its effect once, however often it comes, before and after it was handled', async () => {
    const { start, inbox } = createApp();
    const onCreate = vi.fn();
    const on = { 'orders/create': onCreate };
    const [one, two] = [start({ on }), start({ on })];
    const send = () => Promise.all([one, two, one, two, one].map(({ handler }) => handler(order('w1'))));
    expect((await send()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await one.queue.drain();
    expect((await send()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await one.queue.drain();
    expect(onCreate).toHaveBeenCalledOnce();
    expect(await inbox()).toEqual([]);
    expect(await one.queue.stats()).toMatchObject({ waiting: 0, delayed: 0, active: 0, dead: 0 });
  });

  test('is told from that of another shop, and of another handler, with the same id of whatever characters', async () => {
    const { start } = createApp();
    const seen: string[] = [];
    const on = (name: string) => ({
      name,
      on: { 'orders/create': ({ shop, webhookId }: WebhookEvent) => void seen.push(`${name} ${shop} ${webhookId}`) },
    });
    const one = start(on('one'));
    const two = start(on('two'), one.queue);
    const id = 'a:b/{c}~%20*';
    const other = { shop: 'other.myshopify.com' };
    for (const { handler } of [one, two]) {
      expect((await handler(order(id))).status).toBe(200);
      expect((await handler(order(id, other))).status).toBe(200);
    }
    await one.queue.drain();
    expect(seen.toSorted()).toEqual([
      `one acme.myshopify.com ${id}`,
      `one other.myshopify.com ${id}`,
      `two acme.myshopify.com ${id}`,
      `two other.myshopify.com ${id}`,
    ]);
  });

  test('of 2 MB comes back byte for byte', async () => {
    const { start } = createApp();
    const bodies: Uint8Array[] = [];
    const { handler, queue } = start({ on: { 'orders/create': ({ rawBody }) => void bodies.push(rawBody) } });
    const payload = `\uFEFF{"id":12345678901234567890,"note":"${'緑茶\\u0000\\ud800\u2028'.repeat(130_000)}"}`;
    expect((await handler(order('large', { payload }))).status).toBe(200);
    await queue.drain();
    expect(Buffer.from(bodies[0] ?? []).equals(Buffer.from(payload))).toBe(true);
  });

  test('that is a dead letter can be sent again, and the letter does nothing twice', async () => {
    const { start, inbox } = createApp();
    const onCreate = vi.fn().mockRejectedValueOnce(new Error('no database'));
    const { handler, queue, types } = start({ retryDelaysMs: [], on: { 'orders/create': onCreate } });
    await handler(order('w1'));
    await queue.drain();
    expect(await inbox()).toEqual([]);
    const [dead] = await queue.deadJobs();
    expect(dead).toMatchObject({ type: 'webhooks', attempts: 1, error: { message: 'no database' } });
    expect((await handler(order('w1'))).status).toBe(200);
    await queue.drain();
    expect(await queue.retry(dead?.id ?? '')).toBe(true);
    await queue.drain();
    expect(onCreate).toHaveBeenCalledTimes(2);
    expect(types).toEqual(['queued', 'failed', 'queued', 'handled', 'duplicate']);
  });

  test('that a closing process gives back is handled by another one', async () => {
    const { start, inbox } = createApp();
    const { opened, open } = gate();
    const first = start({
      retryDelaysMs: [],
      on: {
        'orders/create': async (_event, { signal }) => {
          open();
          await once(signal, 'abort');
          signal.throwIfAborted();
        },
      },
    });
    await first.handler(order('w1'));
    await opened;
    await first.queue.close({ graceMs: 0 });
    expect((await first.handler(order('w2'))).status).toBe(503);
    const onCreate = vi.fn();
    const second = start({ on: { 'orders/create': onCreate } });
    await vi.waitFor(() => expect(onCreate).toHaveBeenCalledTimes(2), { timeout: 30_000 });
    await second.queue.drain();
    expect(onCreate.mock.calls.map(([{ webhookId }]) => webhookId).toSorted()).toEqual(['w1', 'w2']);
    expect(await inbox()).toEqual([]);
  });
});
