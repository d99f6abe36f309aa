import { memoryStores } from 'shopwright';
import { inProcessQueue } from 'shopwright/queue';
import { createManualClock, signWebhook } from 'shopwright/testing';
import { createWebhookHandler, type WebhookHandler } from 'shopwright/webhooks';
import { expect, test } from 'vitest';

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

test('two handlers on one queue with nothing to tell them apart are refused', () => {
  const options = { secrets: 's', store: memoryStores().keyValue, queue: inProcessQueue() };
  createWebhookHandler({ ...options, on: { 'products/update': () => undefined } });
  expect(() => createWebhookHandler({ ...options, on: { 'orders/create': () => undefined } })).toThrow('"webhooks"');
  createWebhookHandler({ ...options, appId: 'another', on: { 'orders/create': () => undefined } });
  expect(() => createWebhookHandler({ ...options, appId: '', on: {} })).toThrow('appId');
});
