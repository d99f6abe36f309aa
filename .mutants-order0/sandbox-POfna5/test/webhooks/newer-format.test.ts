// @ts-nocheck
import { memoryStores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createManualClock } from 'shopwright/testing';
import { createWebhookHandler, type WebhookHandlerOptions } from 'shopwright/webhooks';
import { describe, expect, test, vi } from 'vitest';
import { handQueue } from '../queue/hand-queue.ts';
import { deliveryOf, productUpdate } from './delivery-request.ts';
import { recordingLogger } from './recording-logger.ts';
import { secret } from './signed-delivery.ts';

const order = (webhookId: string): Request => deliveryOf({ topic: 'orders/create', payload: { id: 1 }, webhookId });

function setup(options: Partial<WebhookHandlerOptions>) {
  const logger = recordingLogger();
  const store = options.store ?? memoryStores().keyValue;
  const start = () => createWebhookHandler({ secrets: secret, on: {}, logger, ...options, store });
  const warnings = (): readonly string[] =>
    logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  return { start, store, logger, warnings };
}

describe('what a newer version has stored is left alone and reported:', () => {
  test('a delivery in the inbox', async () => {
    const onCreate = vi.fn();
    const queue = handQueue();
    const { start, store, logger, warnings } = setup({ queue, on: { 'orders/create': onCreate } });
    const key = 'webhook-inbox:webhooks:acme.myshopify.com:newer';
    const entry = '{"format":2,"in":"a form of its own"}';
    await store.set(key, entry);
    const handler = start();
    await vi.waitFor(() => expect(warnings()).toEqual([expect.stringContaining('a newer version of shopwright')]));
    expect(logger.lines[0]?.fields).toEqual({ count: 1, keys: [key] });
    expect(queue.jobs).toEqual([]);

    expect((await handler(order('newer'))).status).toBe(200);
    expect(await store.get(key)).toBe(entry);
    expect(onCreate).not.toHaveBeenCalled();
  });

  test('a job in the queue, without the loss of an attempt', async () => {
    const clock = createManualClock();
    const onCreate = vi.fn();
    const queue = inProcessQueue({ clock });
    const { start, warnings } = setup({ clock, queue, retryDelaysMs: [], on: { 'orders/create': onCreate } });
    start();
    await queue.enqueue({ type: 'webhooks', payload: { format: 2, in: 'a form of its own' }, retryDelaysMs: [] });
    await clock.advance(600_000);
    expect(await queue.stats()).toMatchObject({ delayed: 1, dead: 0 });
    expect(warnings()).toContainEqual(expect.stringContaining('a newer version of shopwright'));
    expect(onCreate).not.toHaveBeenCalled();
    await queue.close();
  });

  test('a watermark, which does not keep a delivery from being handled', async () => {
    const onUpdate = vi.fn();
    const { start, store, warnings } = setup({ on: { 'products/update': onUpdate } });
    const handler = start();
    await handler(productUpdate('2026-11-02T12:00:00Z', { webhookId: 'first' }));
    const keys: string[] = [];
    for await (const key of store.scan('webhooks:')) if (key.includes(':mark:')) keys.push(key);
    const newer = '{"format":2,"in":"a form of its own"}';
    await store.set(keys[0] ?? '', newer);
    expect((await handler(productUpdate('2026-11-02T12:00:01Z', { webhookId: 'second' }))).status).toBe(200);
    expect(onUpdate).toHaveBeenCalledTimes(2);
    expect(await store.get(keys[0] ?? '')).toBe(newer);
    expect(warnings()).toEqual([expect.stringContaining('a newer version of shopwright')]);
  });
});
