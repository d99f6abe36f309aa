import { describe, expect, it } from 'vitest';
import { fakeSync } from './fake-shop.ts';

const sized = (count: number) => ({
  localId: 'large',
  title: 'Large',
  variants: Array.from({ length: count }, (_, index) => ({
    sku: `L-${index}`,
    price: '1',
    options: { Size: `${index}` },
  })),
});

describe('more variants than a product can have', () => {
  it('are invalid in a draft, without a call for the product, and the others are pushed', async () => {
    const { sync, fake, clock } = fakeSync();
    const small = { localId: 'small', title: 'Small', variants: [{ sku: 'S', price: '1' }] };
    const summary = await clock.run(sync.pushMany([sized(2_049), small]));
    expect(summary.counts).toMatchObject({ invalid: 1, created: 1 });
    expect(summary.invalid).toMatchObject([
      {
        localId: 'large',
        issues: [{ field: 'variants', message: 'holds 2049 entries, and Shopify takes 2048: leave some out' }],
      },
    ]);
    expect(fake.executed('productSet')).toBe(1);
  });

  it('of which a merchant has added some fail with what Shopify says, and all that is there stays', async () => {
    const { sync, fake, client, clock } = fakeSync();
    await clock.run(sync.push(sized(2_047)));
    const [product] = fake.products();
    const add =
      'mutation ($id: ID!) { productVariantsBulkCreate(productId: $id, variants: [{ price: "9", optionValues: [{ optionName: "Size", name: "by hand" }] }]) { userErrors { message } } }';
    await clock.run(client.graphql(add, { id: product?.id }));
    const result = await clock.run(sync.push(sized(2_048)));
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'USER_ERROR' } });
    expect(result.outcome === 'failed' && result.error.message).toMatch(/2,?048/);
    expect(fake.products()[0]?.['variants']).toHaveLength(2_048);
    expect((await sync.health()).records).toMatchObject({ failed: 1 });
  });
});

describe('6 MB of HTML', () => {
  const html = `<p>${'Soft. '.repeat(1_000_000)}</p>`;
  const product = (descriptionHtml: string, title = 'Tee') => ({
    ...{ localId: 'tee', title, descriptionHtml, variants: [{ sku: 'T', price: '1' }] },
  });

  it('are pushed as they are, compared, and put back by a rollback', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.push(product('<p>Soft.</p>')));
    expect(await clock.run(sync.push(product(html)))).toMatchObject({ outcome: 'updated' });
    expect(fake.products()).toMatchObject([{ descriptionHtml: html }]);
    expect(await clock.run(sync.push(product(html), { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
    await clock.run(sync.rollback({ localId: 'tee' }));
    expect(fake.products()).toMatchObject([{ descriptionHtml: '<p>Soft.</p>' }]);
  });

  it('that Shopify refuses fail with its reason, and the other products go on', async () => {
    const { fake } = fakeSync();
    const { sync, clock } = fakeSync({
      client: {
        fetch: async (request, init) => {
          const isTooLarge = String(init?.body ?? '').length > 5_000_000;
          return isTooLarge ? new Response('Payload Too Large', { status: 413 }) : fake.fetch(request, init);
        },
      },
    });
    const other = { localId: 'mug', title: 'Mug', variants: [{ sku: 'M', price: '1' }] };
    const { counts, failed } = await clock.run(sync.pushMany([product(html), other]));
    expect(counts).toMatchObject({ failed: 1, created: 1 });
    expect(failed).toMatchObject([{ localId: 'tee', error: { code: 'HTTP_ERROR', status: 413 } }]);
  });
});
