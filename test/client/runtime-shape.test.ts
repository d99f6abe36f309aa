import { createShopifyClient } from 'shopwright';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { expect, it } from 'vitest';
import { ShopState } from '../../src/client/shop-state.ts';

const namesOf = (value: object): string[] => Object.keys(value).sort();

/** If this fails, two versions of the package in one process would read each other's state: raise the number. */
it('stores what clients share under a key with the version of its shape', async () => {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock });
  const shop = createShopifyClient({ shop: 'demo', accessToken: 'shpat_fake', fetch: fake.fetch, clock });
  await clock.run(shop.graphql('{ shop { name } }'));
  const held: unknown = Reflect.get(fake.fetch, Symbol.for('shopwright.fake'));
  const runtime: unknown = Reflect.get(held as object, Symbol.for('shopwright.runtime/3'));
  expect(namesOf(runtime as object)).toEqual([
    'costs',
    'documents',
    'limiters',
    'noticed',
    'restLimiters',
    'shops',
    'tokens',
  ]);
  const policy = { failures: 5, operations: 2, openMs: 300_000, trials: 3 };
  const state = new ShopState({ shop: 'demo', key: 'demo', policy, store: undefined, clock });
  expect(namesOf(state)).toEqual(['breaker', 'budget', 'hasWarned', 'policy', 'seen', 'store']);
  expect(namesOf(state.seen)).toEqual(['deprecated', 'lowAtMs', 'served']);
  await fake.close();
});
