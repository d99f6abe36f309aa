// @ts-nocheck
import { groupVariants, parseRows } from 'shopwright/sync';
import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';

const mapping = {
  groupBy: 'id',
  product: { title: 'name' },
  variant: { sku: 'sku', price: 'price', barcode: 'ean' },
} as const;

describe('numbers of a feed', () => {
  it.each([
    ['a list', (rows: readonly string[]) => `[${rows.join()}]`],
    ['JSON lines', (rows: readonly string[]) => rows.join('\n')],
  ])('keep their digits in %s, so that products do not merge', (_name, write) => {
    const text = write([
      '{"id":9007199254740993,"name":"Blue","sku":90071992547409931,"price":9.5,"ean":376104250021234569}',
      '{"id":9007199254740992,"name":"Red","sku":1e21,"price":12345678901234.5678,"ean":1}',
    ]);
    const { rows } = parseRows(text, { name: 'feed' });
    expect(rows).toMatchObject([
      { id: 9007199254740993n, price: 9.5 },
      { id: 9007199254740992n, price: '12345678901234.5678' },
    ]);
    const { products } = groupVariants(rows, mapping);
    expect(products).toEqual([
      {
        localId: '9007199254740993',
        title: 'Blue',
        variants: [{ sku: '90071992547409931', price: 9.5, barcode: '376104250021234569' }],
      },
      {
        localId: '9007199254740992',
        title: 'Red',
        variants: [{ sku: '1000000000000000000000', price: '12345678901234.5678', barcode: '1' }],
      },
    ]);
    expect(products.map((product) => validateProduct(product).ok)).toEqual([true, true]);
  });
});

describe('empty cells', () => {
  it('are left out where a function makes the fields, also within objects', () => {
    const rows = [{ id: 'a', name: 'A', price: '1.00', before: '', cost: ' ', ean: null, vendor: undefined }];
    const { products } = groupVariants(rows, {
      groupBy: 'id',
      product: ([row]) => ({ title: row?.name, vendor: row?.vendor, seo: { title: '' }, tags: [] }),
      variant: (row) => ({
        ...{ sku: 'S', price: row.price, compareAtPrice: row.before, barcode: row.ean },
        inventoryItem: { cost: row.cost, tracked: false },
      }),
    });
    expect(products).toEqual([
      {
        ...{ localId: 'a', title: 'A', seo: {}, tags: [] },
        variants: [{ sku: 'S', price: '1.00', inventoryItem: { tracked: false } }],
      },
    ]);
    expect(products.map((product) => validateProduct(product).ok)).toEqual([true]);
  });
});
