// @ts-nocheck
import { type KeyValueStore, memoryStores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createManualClock, signWebhook } from 'shopwright/testing';
import { createWebhookHandler, type WebhookHandler, type WebhookHandlerOptions } from 'shopwright/webhooks';
import { describe, expect, test } from 'vitest';
import { recordingLogger } from './recording-logger.ts';

const shop = 'acme.myshopify.com';

async function deliver(handler: WebhookHandler, secret: string, topic: string, payload: object, webhookId: string) {
  const { headers, body } = signWebhook({ topic, shop, payload, secret, webhookId });
  return (await handler(new Request('http://localhost/', { method: 'POST', headers, body }))).status;
}

test.each([[true], [false]])(
  'two apps on one store share no mark, no order and no job (queue: %s)',
  async (hasQueue) => {
    const clock = createManualClock();
    const store = memoryStores().keyValue;
    const queue = hasQueue ? inProcessQueue({ clock }) : undefined;
    const seen: string[] = [];
    const make = (appId: string) =>
      createWebhookHandler({
        ...{ appId, secrets: `secret of ${appId}`, store, clock, ...(queue && { queue }) },
        on: {
          'products/update': ({ payload }) => void seen.push(`${appId} ${payload.title}`),
          'products/delete': () => void seen.push(`${appId} deleted`),
        },
      });
    const [one, two] = [make('one'), make('two')];
    const drain = async (): Promise<void> => queue && clock.run(queue.drain());
    await deliver(
      one,
      'secret of one',
      'products/update',
      { id: 1, title: 'v3', updated_at: '2026-11-01T00:00:03Z' },
      'w',
    );
    await deliver(one, 'secret of one', 'products/delete', { id: 1 }, 'gone');
    await drain();
    await deliver(
      two,
      'secret of two',
      'products/update',
      { id: 1, title: 'v2', updated_at: '2026-11-01T00:00:02Z' },
      'w',
    );
    await drain();
    expect(seen).toEqual(['one v3', 'one deleted', 'two v2']);
  },
);

describe('two apps on one store with nothing to tell them apart but their secrets', () => {
  const update = (title: string, second: number) => ({ id: 1, title, updated_at: `2026-11-01T00:00:0${second}Z` });
  const make = (app: string, store: KeyValueStore, seen: string[], more: Partial<WebhookHandlerOptions> = {}) =>
    createWebhookHandler({
      ...{ secrets: `secret of ${app}`, store },
      on: {
        'products/update': ({ payload }) => void seen.push(`${app} ${payload.title}`),
        'products/delete': () => void seen.push(`${app} deleted`),
      },
      ...more,
    });

  test('each handle their own deliveries, in their own order, and are told to take an appId', async () => {
    const store = memoryStores().keyValue;
    const seen: string[] = [];
    const logger = recordingLogger();
    const [one, two] = [make('one', store, seen), make('two', store, seen, { logger })];
    const sendOne = (topic: string, payload: object, id: string) => deliver(one, 'secret of one', topic, payload, id);
    const sendTwo = (topic: string, payload: object, id: string) => deliver(two, 'secret of two', topic, payload, id);
    await sendOne('products/update', update('v3', 3), 'a');
    await sendTwo('products/update', update('v2', 2), 'b');
    await sendTwo('products/update', update('late', 1), 'c');
    await sendOne('products/update', update('late', 2), 'd');
    await sendOne('products/delete', { id: 1 }, 'e');
    await sendTwo('products/update', update('v4', 4), 'f');
    await sendOne('products/update', update('late', 5), 'g');
    await sendTwo('products/delete', { id: 1 }, 'h');
    await sendTwo('products/update', update('late', 6), 'i');
    expect(seen).toEqual(['one v3', 'two v2', 'one deleted', 'two v4', 'two deleted']);
    expect(logger.lines.map(({ message }) => message)).toEqual([expect.stringContaining('its own appId')]);
    for await (const key of store.scan('')) expect(await store.get(key)).not.toContain('secret of');
  });

  test('keep their order while a secret is replaced', async () => {
    const store = memoryStores().keyValue;
    const seen: string[] = [];
    const rotating = make('one', store, seen, { secrets: ['new', 'old'] });
    await deliver(make('one', store, seen, { secrets: 'old' }), 'old', 'products/update', update('v2', 2), 'a');
    await deliver(rotating, 'new', 'products/update', update('late', 1), 'b');
    await deliver(rotating, 'new', 'products/update', update('v3', 3), 'c');
    await deliver(rotating, 'old', 'products/update', update('late', 2), 'd');
    expect(seen).toEqual(['one v2', 'one v3']);
  });
});

test('two handlers on one queue with nothing to tell them apart are refused', () => {
  const options = { secrets: 's', store: memoryStores().keyValue, queue: inProcessQueue() };
  createWebhookHandler({ ...options, on: { 'products/update': () => undefined } });
  expect(() => createWebhookHandler({ ...options, on: { 'orders/create': () => undefined } })).toThrow('"webhooks"');
  createWebhookHandler({ ...options, appId: 'another', on: { 'orders/create': () => undefined } });
  expect(() => createWebhookHandler({ ...options, appId: '', on: {} })).toThrow('appId');
});
