import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const sizes = (values: Readonly<Record<string, object>>): ProductDraftInput =>
  tee('t', {
    variants: Object.entries(values).map(([size, more]) => ({
      sku: size,
      price: '1',
      options: { Size: size },
      ...more,
    })),
  });

/** The barcodes of each variant, by its SKU. */
function codes({ fake }: FakeSync): Record<string, readonly string[]> {
  const variants = (fake.products()[0]?.['variants'] ?? []) as {
    readonly sku: string;
    readonly barcode: string | null;
    readonly barcodes?: readonly string[];
  }[];
  return Object.fromEntries(
    variants.map(({ sku, barcode, barcodes }) => [sku, barcodes ?? (barcode ? [barcode] : [])]),
  );
}

const reads = ({ fake }: FakeSync): number =>
  fake.calls.filter(({ operation }) => operation?.startsWith('VariantBarcode')).length;

/** Sets the barcodes of a product's first variant with another client. */
async function scan({ client, clock, fake }: FakeSync, barcodes: readonly string[]): Promise<void> {
  const [product] = fake.products();
  const [variant] = (product?.['variants'] ?? []) as { readonly id: string }[];
  await clock.run(
    client.graphql(
      `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
        productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { message } }
      }`,
      { productId: product?.id, variants: [{ id: variant?.id, barcodes: barcodes.map((value) => ({ value })) }] },
    ),
  );
}

describe('a rollback of barcodes', () => {
  it.each([
    ['one after it was replaced', { barcode: '1' }, { barcode: '2' }],
    ['several after they were replaced', { barcodes: ['1', '2'] }, { barcodes: ['2', '3', '4'] }],
    ['one after it was replaced by several', { barcode: '1' }, { barcodes: ['1', '2'] }],
    ['several after they were replaced by one', { barcodes: ['1', '2'] }, { barcode: '2' }],
    ['several after they were removed', { barcodes: ['1', '2'] }, { barcodes: [] }],
    ['none after one was added', {}, { barcode: '1' }],
    ['one after it was set to null', { barcode: '1' }, { barcode: null }],
  ])('restores %s', async (_, first, second) => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(sizes({ S: first, M: { barcode: '9' } })));
    const before = codes(made);
    expect(await made.clock.run(made.sync.push(sizes({ S: second, M: { barcode: '9' } })))).toMatchObject({
      outcome: 'updated',
    });
    expect(codes(made)).not.toEqual(before);
    const { counts } = await made.clock.run(made.sync.rollback({ localId: 't' }));
    expect(counts).toMatchObject({ restored: 1, partly: 0 });
    expect(codes(made)).toEqual(before);
    expect(await made.clock.run(made.sync.push(sizes({ S: first, M: { barcode: '9' } })))).toMatchObject({
      outcome: 'unchanged',
    });
  });

  it('restores barcodes that a merchant set before the push', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '1' } })));
    await scan(made, ['7', '8']);
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '2' } })));
    expect(codes(made)).toEqual({ S: ['2'] });
    await made.clock.run(made.sync.rollback({ localId: 't' }));
    expect(codes(made)).toEqual({ S: ['7', '8'] });
  });

  it('keeps barcodes that a merchant has set since, and lists them', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '1' } })));
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '2' } })));
    await scan(made, ['7']);
    const report = await made.clock.run(made.sync.rollback({ localId: 't' }));
    expect(report).toMatchObject({
      counts: { partly: 1 },
      notable: [{ others: [{ list: 'variants', field: 'barcode', pushed: '2', theirs: '7' }] }],
    });
    expect(codes(made)).toEqual({ S: ['7'] });
  });

  it('restores them on variants and products that are created again', async () => {
    const made = fakeSync();
    const both = sizes({ S: { barcodes: ['1', '2'] }, M: { barcode: '3' } });
    await made.clock.run(made.sync.push(both));
    const before = codes(made);
    await made.clock.run(made.sync.push(sizes({ M: { barcode: '3' } }), { maxDeletes: { variants: 1 } }));
    await made.clock.run(made.sync.rollback({ localId: 't' }));
    expect(codes(made)).toEqual(before);
    await scan(made, ['5', '6']);
    const { runId } = await made.clock.run(made.sync.delete(['t']));
    expect(made.fake.products()).toEqual([]);
    await made.clock.run(made.sync.rollback({ runId }));
    expect(codes(made)).toEqual({ S: ['5', '6'], M: ['3'] });
  });

  it('uses the fields of API versions before 2026-10', async () => {
    const made = fakeSync({ client: { apiVersion: '2026-07' } });
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '1' } })));
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '2' } })));
    await made.clock.run(made.sync.rollback({ localId: 't' }));
    expect(codes(made)).toEqual({ S: ['1'] });
    expect(made.fake.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  });

  it('needs a call only if barcodes change or variants are removed', async () => {
    const made = fakeSync();
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '1' } })));
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '1', price: '2' } })));
    expect(await made.clock.run(made.sync.rollback({ localId: 't' }))).toMatchObject({ counts: { restored: 1 } });
    expect(reads(made)).toBe(0);
    await made.clock.run(made.sync.push(sizes({ S: { barcode: '2' } })));
    expect(reads(made)).toBe(1);
  });
});
