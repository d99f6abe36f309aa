import { inProcessQueue } from 'shopwright/queue';
import { createProductQueue, type ProductQueueOptions } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

type Own = Pick<ProductQueueOptions, 'name' | 'appId'>;

/** Two product queues of one shop on one queue and one set of stores, each with its own products. */
function startTwo(one: Own, other: Own) {
  const shop = fakeSync({ client: { retry: { maxRetries: 0 } } });
  const { sync, stores, clock } = shop;
  const queue = inProcessQueue({ clock });
  const asked: string[] = [];
  const make = (prefix: string, own: Own) =>
    createProductQueue({
      ...{ sync, queue, stores, shop: domain, ...own },
      source: async (localId) => {
        asked.push(`${prefix} for ${localId}`);
        return localId.startsWith(prefix) ? tee(localId, { handle: localId }) : undefined;
      },
    });
  const drain = (): Promise<void> => clock.run(queue.drain());
  return { ...shop, queue, asked, drain, first: make('shirts', one), second: make('books', other) };
}

describe('two product queues of one shop on one queue', () => {
  it('are refused if their jobs cannot be distinguished', () => {
    expect(() => startTwo({}, {})).toThrow(`push-product ${domain}`);
    expect(() => startTwo({ appId: 'a', name: 'b' }, { appId: 'a', name: 'b' })).toThrow('appId');
  });

  it.each<[string, Own, Own]>([
    ['names', { name: 'shirts' }, { name: 'books' }],
    ['apps', { appId: 'a' }, { appId: 'b' }],
    ['a name for the second', {}, { name: 'books' }],
    ['an app for the first', { appId: 'a' }, {}],
    ['names that look like the other', { appId: 'a', name: 'b' }, { appId: 'a/b' }],
  ])('push their own products with %s, also after a restart', async (_what, one, other) => {
    const t = startTwo(one, other);
    // The same id is a separate job in each.
    expect(await t.first.enqueue('shirts-1')).toMatchObject({ isNew: true });
    expect(await t.second.enqueue('books-1')).toMatchObject({ isNew: true });
    await t.first.resume();
    await t.second.resume();
    await t.drain();
    // A push that is already running is queued once more.
    expect([...new Set(t.asked)].toSorted()).toEqual(['books for books-1', 'shirts for shirts-1']);
    for (const localId of ['shirts-1', 'books-1']) {
      expect(await t.stores.records.get(domain, localId)).toMatchObject({ status: 'synced' });
    }
    expect((await t.queue.stats()).dead).toBe(0);
  });

  it.each([
    ['name', ''],
    ['appId', ''],
    ['name', 'x'.repeat(101)],
    ['appId', '\ud800'],
  ])('refuses the %s %j', (field, text) => {
    expect(() => startTwo({ [field]: text }, {})).toThrow(field);
  });
});
