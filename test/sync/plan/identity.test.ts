import { isShopwrightError, memoryStores } from 'shopwright';
import type { Entity } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

describe('the definition of the local id', () => {
  it('is created once, and found by later runs', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.pushMany([tee('a'), tee('b')]));
    await clock.run(sync.pushMany([tee('c')]));
    expect(fake.executed('metafieldDefinitionCreate')).toBe(1);
  });

  it('is accepted if somebody else creates it at the same time', async () => {
    const other = fakeSync();
    await other.clock.run(other.sync.push(tee()));
    const definition = other.fake.store.all(domain, 'MetafieldDefinition')[0] as Entity;
    // The look-up finds nothing, but the creation finds it taken, as when two processes start together.
    const { fake } = fakeSync();
    let calls = 0;
    const { sync, clock } = fakeSync({
      client: {
        fetch: async (input, init) => {
          const response = await fake.fetch(input, init);
          calls += 1;
          if (calls === 1) fake.store.put(domain, 'MetafieldDefinition', definition);
          return response;
        },
      },
    });
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
    expect(fake.calls.map(({ operation }) => operation)).toContain('MetafieldDefinitionEnsure');
  });

  it('is looked up again if the response to its creation is lost', async () => {
    const { sync, fake, clock } = fakeSync();
    fake.faults.next('reset-after', { operation: 'MetafieldDefinitionEnsure' });
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
    expect(fake.executed('metafieldDefinitionCreate')).toBe(1);
  });

  it('causes one error for the run, not one per product, if it has another type', async () => {
    const { sync, fake, client, clock } = fakeSync();
    const definition = {
      ...{ name: 'Local id', namespace: '$app:shopwright', key: 'local_id', ownerType: 'PRODUCT' },
      type: 'single_line_text_field',
    };
    await clock.run(
      client.graphql(
        'mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }',
        { definition },
      ),
    );
    const error = await clock.run(sync.pushMany([tee('a'), tee('b')]).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.message).toMatch(/single_line_text_field.*Delete that/);
    expect(fake.executed('productSet')).toBe(0);
  });

  it('ends the push if it cannot be created, and the next push tries again', async () => {
    const { sync, fake, clock } = fakeSync();
    fake.faults.next('reset-before', { operation: 'MetafieldDefinitionEnsure' });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
  });

  it('is refused without the required scope', async () => {
    const { sync, clock } = fakeSync({
      fake: { shops: [{ domain, scopes: [] }] },
      sync: { publishTo: ['Online Store'] },
    });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'ACCESS_DENIED')).toBe(true);
  });
});

describe('publications', () => {
  const many = Array.from({ length: 120 }, (_, i) => `Channel ${i}`);

  it('are found on a later page, by name or by gid', async () => {
    const { sync, fake, clock } = fakeSync({
      fake: { shops: [{ domain, publications: many }] },
      sync: { publishTo: ['channel 119', 'Channel 119'] },
    });
    await clock.run(sync.push(tee()));
    expect(fake.products()[0]?.['published']).toHaveLength(1);
  });

  it('are all named in the error if none matches', async () => {
    const { sync, clock } = fakeSync({
      fake: { shops: [{ domain, publications: [] }] },
      sync: { publishTo: ['Online Store'] },
    });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.message).toContain('It has: none');
  });
});

describe('two apps with the same local id in one shop', () => {
  /** Two fakes, because neither app finds the other's product by its local id. */
  async function pushByBoth(second: ReturnType<typeof memoryStores> | undefined) {
    const one = fakeSync();
    const two = fakeSync({ sync: { stores: second ?? one.stores } });
    const made = await one.clock.run(one.sync.push(tee()));
    return { made, pushed: await two.clock.run(two.sync.push(tee())), products: two.fake.products() };
  }

  it('each create their own product if they have separate stores', async () => {
    const { made, pushed } = await pushByBoth(memoryStores());
    expect([made.outcome, pushed.outcome]).toEqual(['created', 'created']);
  });

  // As docs/storage.md says, records are not kept per app.
  it('share one record if they share stores, so the second treats the product as its own', async () => {
    const { made, pushed, products } = await pushByBoth(undefined);
    expect(pushed).toEqual({ outcome: 'unchanged', localId: 'tee-1', gid: 'gid' in made && made.gid });
    expect(products).toEqual([]);
  });
});
