import { validateProducts } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { product, variant } from './drafts.ts';

describe('validateProducts', () => {
  it('keeps the valid products, reports the invalid ones, and counts', () => {
    const { valid, invalid, warnings, summary } = validateProducts([
      product({ localId: 'a', variants: [variant({ sku: 'A' })] }),
      null,
      product({ localId: 'b', title: '', variants: [variant({ sku: 'B', price: '' })] }),
      product({ localId: 'c', title: '', descriptionHtml: '' }),
    ]);
    expect(valid.map(({ localId }) => localId)).toEqual(['a']);
    expect(invalid.map(({ index, localId, errors }) => [index, localId, errors.map(({ code }) => code)])).toEqual([
      [1, undefined, ['product-invalid']],
      [2, 'b', ['title-missing', 'price-missing']],
      [3, 'c', ['title-missing']],
    ]);
    expect(warnings).toEqual([
      {
        index: 3,
        localId: 'c',
        severity: 'warning',
        code: 'description-missing',
        field: 'descriptionHtml',
        message: 'is missing: shoppers will see no description',
      },
    ]);
    expect(summary).toEqual({
      total: 4,
      valid: 1,
      invalid: 3,
      warnings: 1,
      errorsByCode: { 'product-invalid': 1, 'title-missing': 2, 'price-missing': 1 },
    });
  });

  it('refuses a local id of an earlier product, whether that is valid or not', () => {
    const { valid, invalid } = validateProducts([
      product({ localId: 'a', title: '' }),
      product({ localId: 'a' }),
      product({ localId: 'b', variants: [variant({ sku: 'B' })] }),
      product({ localId: 'b', title: '', variants: [variant({ sku: 'B' })] }),
    ]);
    expect(valid.map(({ localId }) => localId)).toEqual(['b']);
    expect(invalid.map(({ index, errors }) => [index, errors.map(({ code }) => code)])).toEqual([
      [0, ['title-missing']],
      [1, ['local-id-duplicate']],
      [3, ['title-missing', 'local-id-duplicate']],
    ]);
    expect(invalid[1]?.errors[0]?.message).toBe('is also the id of product 0 of the list: give each product its own');
  });

  it('warns of a SKU of an earlier product', () => {
    const { valid, warnings } = validateProducts([product({ localId: 'a' }), product({ localId: 'b' })]);
    expect(valid).toHaveLength(2);
    expect(warnings).toMatchObject([{ index: 1, localId: 'b', code: 'sku-shared', field: 'variants[0].sku' }]);
    expect(warnings[0]?.message).toContain('which product "a" also has');
  });

  it('accepts any iterable and passes its options on', () => {
    function* products() {
      yield product({ colour: 'red' });
    }
    expect(validateProducts(products(), { unknownFields: 'error' }).summary).toMatchObject({ total: 1, invalid: 1 });
    expect(validateProducts([]).summary).toEqual({ total: 0, valid: 0, invalid: 0, warnings: 0, errorsByCode: {} });
  });
});
