import { formatPlan } from 'shopwright/sync';
import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** A product with these sizes, whose source has no prices. */
const unpriced = (sizes: readonly string[] = ['S'], more: object = {}) =>
  tee('tee-1', {
    price: 'warn',
    images: [],
    variants: sizes.map((Size) => ({ sku: `T-${Size}`, options: { Size } })),
    ...more,
  });

const priced = (more: object = {}) =>
  unpriced(['S'], { variants: [{ sku: 'T-S', price: '9.5', options: { Size: 'S' } }], ...more });

interface ShopProduct {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly variants: readonly { readonly id: string; readonly price: string }[];
}

const only = ({ fake }: FakeSync): ShopProduct | undefined => (fake.products() as readonly object[])[0] as ShopProduct;

const inShop = (made: FakeSync) => {
  const { title, status, variants = [] } = only(made) ?? {};
  return { title, status, prices: variants.map(({ price }) => price) };
};

/** Makes a merchant's change of the only product, or of its first variant. */
const edit = async (made: FakeSync, { product, variant }: { product?: object; variant?: object }) => {
  const { clock, client } = made;
  const found = only(made);
  const id = found?.id;
  if (product)
    await clock.run(
      client.graphql(
        'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }',
        { product: { id, ...product } },
      ),
    );
  if (variant)
    await clock.run(
      client.graphql(
        'mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }',
        { id, variants: [{ id: found?.variants[0]?.id, ...variant }] },
      ),
    );
};

describe('a draft without prices', () => {
  it('is an error by default, and a warning with the policy for it', () => {
    const { price: _, ...strict } = unpriced();
    const checked = validateProduct(strict);
    expect(checked.ok).toBe(false);
    expect(!checked.ok && checked.errors.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'price-missing variants[0].price',
    ]);
    const lenient = validateProduct(unpriced(['S'], { images: tee().images }));
    expect(lenient.ok && lenient.warnings.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'price-missing variants[0].price',
    ]);
    expect(lenient.warnings[0]?.message).toContain('the price in the shop is kept');
    expect(validateProduct({ ...strict, price: 'required' }).ok).toBe(false);
    // An empty string does not count as a missing price.
    expect(validateProduct(unpriced(['S'], { variants: [{ sku: 'a', price: '' }] })).ok).toBe(false);
  });

  it('does not change the prices of the shop', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(priced({ status: 'ACTIVE' })));
    const result = await made.clock.run(made.sync.push(unpriced(['S'], { title: 'New', status: 'ACTIVE' })));
    expect(result.outcome).toBe('updated');
    expect(result).not.toHaveProperty('unpriced');
    expect(inShop(made)).toEqual({ title: 'New', status: 'ACTIVE', prices: ['9.50'] });
  });

  it.each([undefined, 'ACTIVE', 'UNLISTED'])('creates a hidden product for the status %s', async (status) => {
    const made = fakeSync();
    const draft = unpriced(['S', 'M'], { status });
    const plan = await made.clock.run(made.sync.plan([draft]));
    expect(plan.products[0]?.plan?.unpriced).toEqual(['T-S', 'T-M']);
    expect(formatPlan(plan)).toContain('! no price for T-S, T-M: kept as a draft at 0.00');
    const result = await made.clock.run(made.sync.push(draft));
    expect(result).toMatchObject({ outcome: 'created', unpriced: ['T-S', 'T-M'] });
    expect(inShop(made)).toMatchObject({ status: 'DRAFT', prices: ['0.00', '0.00'] });
    // The same draft again reports nothing.
    expect(await made.clock.run(made.sync.push(draft))).toMatchObject({ outcome: 'unchanged' });
    expect(await made.clock.run(made.sync.push(draft, { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
  });

  it('keeps the product hidden until it has prices, and then gives it the status of the draft', async () => {
    const made = fakeSync();
    const draft = unpriced(['S'], { status: 'ACTIVE' });
    await made.clock.run(made.sync.push(draft));
    const next = await made.clock.run(made.sync.push({ ...draft, title: 'New' }));
    expect(next).toMatchObject({ outcome: 'updated', unpriced: ['T-S'] });
    expect(next).not.toHaveProperty('drifts');
    expect(inShop(made)).toEqual({ title: 'New', status: 'DRAFT', prices: ['0.00'] });

    await edit(made, { variant: { price: '12.00' } });
    const last = await made.clock.run(made.sync.push({ ...draft, title: 'Newer' }));
    expect(last).not.toHaveProperty('unpriced');
    expect(inShop(made)).toEqual({ title: 'Newer', status: 'ACTIVE', prices: ['12.00'] });
  });

  it('gets its status once the draft has prices', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(unpriced(['S'], { status: 'ACTIVE' })));
    await made.clock.run(made.sync.push(priced({ status: 'ACTIVE' })));
    expect(inShop(made)).toMatchObject({ status: 'ACTIVE', prices: ['9.50'] });
  });

  it('keeps a product visible that a merchant shows at 0.00', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(unpriced(['S'], { status: 'ACTIVE' })));
    await edit(made, { product: { status: 'ACTIVE' } });
    const result = await made.clock.run(made.sync.push(unpriced(['S'], { status: 'ACTIVE', title: 'New' })));
    expect(result).toMatchObject({ outcome: 'updated' });
    expect(result).not.toHaveProperty('unpriced');
    expect(inShop(made)).toEqual({ title: 'New', status: 'ACTIVE', prices: ['0.00'] });
  });

  it('does not add a variant to a visible product', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(priced({ status: 'ACTIVE' })));
    const before = JSON.stringify(made.fake.products());
    const draft = unpriced(['S', 'M'], { status: 'ACTIVE' });
    const plan = await made.clock.run(made.sync.plan([draft]));
    expect(plan.counts.blocked).toBe(1);
    expect(formatPlan(plan)).toContain('! no price for T-M');
    const result = await made.clock.run(made.sync.push(draft));
    expect(result.outcome).toBe('blocked');
    expect('error' in result && result.error.message).toContain('T-M');
    expect(JSON.stringify(made.fake.products())).toBe(before);
  });

  it('adds a variant to a hidden product', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(priced({ status: 'DRAFT' })));
    const result = await made.clock.run(made.sync.push(unpriced(['S', 'M'], { status: 'ACTIVE' })));
    expect(result).toMatchObject({ outcome: 'updated', unpriced: ['T-M'] });
    expect(inShop(made)).toMatchObject({ status: 'DRAFT', prices: ['9.50', '0.00'] });
  });
});

describe('a repair of a product without prices', () => {
  it.each(['ACTIVE', 'DRAFT'])('(%s) does not restore a variant that would be sold for 0.00', async (status) => {
    const made = fakeSync();
    const { clock, client, sync } = made;
    const variants = ['S', 'M'].map((Size) => ({ sku: `T-${Size}`, options: { Size } }));
    await clock.run(sync.push(unpriced([], { status, variants: variants.map((one) => ({ ...one, price: '9.5' })) })));
    await clock.run(sync.push(unpriced([], { status, variants, title: 'New' })));
    const found = only(made);
    await clock.run(
      client.graphql(
        'mutation ($id: ID!, $v: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $v) { userErrors { message } } }',
        { id: found?.id, v: [found?.variants[1]?.id] },
      ),
    );
    const { findings } = await clock.run(sync.reconcile({ onDrift: 'ours' }));
    const isSold = status === 'ACTIVE';
    expect(findings).toMatchObject([{ kind: 'edited', isRepaired: !isSold }]);
    expect(findings[0]?.error?.code).toBe(isSold ? 'VALIDATION_FAILED' : undefined);
    if (isSold) expect(findings[0]?.error?.message).toContain('would sell T-M for 0.00');
    expect(inShop(made)).toMatchObject({ status, prices: isSold ? ['9.50'] : ['9.50', '0.00'] });
  });
});
