import { formatPlan, parsePlan, serializePlan } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from './fake-shop.ts';

const sized = (sizes: readonly string[], more: object = {}) =>
  tee('tee-1', {
    images: [],
    variants: sizes.map((Size) => ({ sku: `T-${Size}`, price: '10', options: { Size } })),
    ...more,
  });

describe('a plan of a run', () => {
  const pushed = async (): Promise<FakeSync> => {
    const made = fakeSync();
    await made.clock.run(made.sync.pushMany([sized(['S', 'M']), tee('tee-2')]));
    return made;
  };

  const rename = (made: FakeSync, title: string) =>
    made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!, $title: String!) { productUpdate(product: { id: $id, title: $title }) { userErrors { message } } }',
        { id: made.fake.products().find(({ title: known }) => known === 'Tee tee-1')?.id, title },
      ),
    );

  const products = [
    sized(['S'], { vendor: 'New' }),
    tee('tee-2'),
    tee('tee-3'),
    { localId: 'bad' } as ProductDraftInput,
  ];

  it('says what would happen, what it costs, and changes nothing', async () => {
    const made = await pushed();
    const before = JSON.stringify(made.fake.products());
    const plan = await made.clock.run(made.sync.plan(products));
    expect(plan.counts).toMatchObject({ 'would-create': 1, 'would-update': 1, unchanged: 1, invalid: 1 });
    expect(plan.products.map(({ localId }) => localId).sort()).toEqual(['bad', 'tee-1', 'tee-3']);
    expect(plan).toMatchObject({ points: 33, calls: 3 });
    expect(JSON.stringify(made.fake.products())).toBe(before);
    const text = formatPlan(plan);
    expect(text).toContain('~ tee-1');
    expect(text).toMatch(/ {2}~ vendor: \S+ → "New"/);
    expect(text).toContain('  - variant T-M, for good');
    expect(text).toContain('+ tee-3');
    expect(text).toContain('! bad: title');
    expect(text.split('\n').at(-1)).toBe(
      'Plan for demo.myshopify.com: 1 to create, 1 to update, 1 variant to delete, 1 unchanged, 1 invalid; 33 points in 3 calls.',
    );
    expect(formatPlan(plan, { colours: true, limit: 1 })).toContain('… and 2 more products');
  });

  it('is applied after review, from its text, and only as far as deletions are allowed', async () => {
    const made = await pushed();
    const text = serializePlan(await made.clock.run(made.sync.plan(products)));
    expect(text).not.toContain('shpat_');
    const refused = await made.clock.run(made.sync.apply(parsePlan(text)).catch((error: unknown) => error));
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('T-M') });
    expect(made.fake.products()).toHaveLength(2);
    const summary = await made.clock.run(made.sync.apply(parsePlan(text), { maxDeletes: { variants: 1 } }));
    expect(summary.counts).toMatchObject({ created: 1, updated: 1 });
    expect(made.fake.products()).toHaveLength(3);
  });

  it('is not applied to a product that was changed since', async () => {
    const made = await pushed();
    const plan = await made.clock.run(made.sync.plan([sized(['S', 'M'], { title: 'Ours' }), tee('tee-3')]));
    await rename(made, 'By hand');
    const summary = await made.clock.run(made.sync.apply(plan));
    expect(summary.counts).toMatchObject({ created: 1, outdated: 1, updated: 0 });
    expect(
      made.fake
        .products()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['By hand', 'Tee tee-2', 'Tee tee-3']);
  });

  it('tells drifts and conflicts in one line each', async () => {
    const made = await pushed();
    await rename(made, 'By hand');
    const plan = await made.clock.run(made.sync.plan([sized(['S', 'M'], { vendor: 'New' })]));
    expect(formatPlan(plan)).toContain('? title: was "Tee tee-1", shop has "By hand", draft says "Tee tee-1"');
    const both = await made.clock.run(made.sync.plan([sized(['S', 'M'], { title: 'Ours' })]));
    expect(formatPlan(both)).toContain('! title: was "Tee tee-1", shop has "By hand", draft says "Ours"');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['text that is no JSON', () => '{', /not JSON/],
    ['JSON that is no plan', () => '{"a":1}', /no saved plan/],
    ['a plan of a newer release', (text) => text.replace('"format": 1', '"format": 2'), /format 2/],
    ['a plan that somebody edited', (text) => text.replace('"T-M"', '"T-X"'), /was changed since/],
  ])('is refused as %s', async (_what, change, message) => {
    const made = await pushed();
    const text = serializePlan(await made.clock.run(made.sync.plan(products)));
    expect(() => parsePlan(change(text))).toThrow(message);
  });

  it('of another shop is refused', async () => {
    const made = await pushed();
    const plan = await made.clock.run(made.sync.plan([]));
    const error = await made.clock.run(
      made.sync.apply({ ...plan, shop: 'other.myshopify.com' }).catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('other.myshopify.com') });
  });
});
