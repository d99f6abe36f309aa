// @ts-nocheck
import { readFileSync } from 'node:fs';
import { validateProducts } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { makeRows, toJson } from '../../examples/catalogue/make-rows.ts';
import { catalogueMapping } from '../../examples/catalogue/mapping.ts';
import { invalidStyles } from '../../examples/catalogue/particular.ts';
import { groupVariants, parseRows } from '../../src/sync/sources/rows.ts';

const text = readFileSync(new URL('../../examples/catalogue/products.json', import.meta.url), 'utf8');
const { rows } = parseRows(text, { name: 'products.json' });
const { products, rejected } = groupVariants(rows, catalogueMapping);
const { valid, invalid, warnings, summary } = validateProducts(products);
const variants = valid.flatMap((product) => product.variants);

function checkDigitFits(barcode: string): boolean {
  const sum = [...barcode].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return /^2\d{12}$/.test(barcode) && sum % 10 === 0;
}

describe('the example catalogue', () => {
  it('is what make.ts writes, and smaller than 700 KB', () => {
    expect(text === toJson(makeRows())).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(700_000);
  });

  it('has the numbers that its README tells', () => {
    expect(rows).toHaveLength(1042);
    expect(summary).toMatchObject({ total: 250, valid: 242, invalid: 8 });
  });

  it('is wrong exactly where it is meant to be', () => {
    const found = invalid.map(({ localId, errors }) => [localId, errors.map(({ code }) => code)]);
    expect(found).toEqual(invalidStyles.map(({ style, codes }) => [style.code, codes]));
  });

  it('has two rows without a style code', () => {
    expect(rejected.map(({ reason }) => reason)).toEqual(Array(2).fill('has no "style_code": fill it in'));
  });

  it('names no two styles alike, and comes close to the longest title', () => {
    const titles = products.map(({ title }) => title).filter((title) => title !== undefined);
    expect(new Set(titles).size).toBe(249);
    expect(Math.max(...valid.map(({ title }) => title.length))).toBeGreaterThan(245);
  });

  it('has titles in many scripts', () => {
    const titles = valid.map(({ title }) => title).join('\n');
    for (const script of [
      /è/,
      /ñ/,
      /Å/,
      /Ł/,
      /[ぁ-ん]|語/,
      /中文/,
      /한국어/,
      /Ч/,
      /Ελ/,
      /ש/,
      /\p{Emoji_Presentation}/u,
    ]) {
      expect(titles).toMatch(script);
    }
  });

  it('has products of no, one, two and three options, and of several prices', () => {
    expect(new Set(valid.map(({ options = [] }) => options.length))).toEqual(new Set([0, 1, 2, 3]));
    expect(
      valid.filter((product) => new Set(product.variants.map(({ price }) => price)).size > 1).length,
    ).toBeGreaterThan(20);
    expect(variants.filter(({ compareAtPrice }) => compareAtPrice !== undefined).length).toBeGreaterThan(100);
  });

  it('has barcodes whose check digits are right, each once', () => {
    const barcodes = variants.map(({ barcode }) => barcode ?? '');
    expect(barcodes.filter((barcode) => !checkDigitFits(barcode))).toEqual([]);
    expect(new Set(barcodes).size).toBe(barcodes.length);
  });

  it('draws each warning of a catalogue in daily use, and no unknown field', () => {
    const codes = new Set(warnings.map(({ code }) => code));
    expect(codes).toEqual(
      new Set([
        'compare-at-not-above-price',
        'description-missing',
        'images-missing',
        'options-missing',
        'option-spelling',
        'price-not-positive',
      ]),
    );
  });

  it('pictures every variant that has an image by one of its product', () => {
    const [shirt] = valid;
    expect(shirt?.images).toEqual([
      { url: 'https://cdn.example.com/catalogue/cl-1001/navy.jpg' },
      { url: 'https://cdn.example.com/catalogue/cl-1001/ecru.jpg' },
    ]);
    expect(shirt?.variants.at(-1)).toEqual({
      sku: 'CL-1001-ECRU-XL',
      price: '69.00',
      barcode: expect.any(String),
      options: { Colour: 'Ecru', Size: 'XL' },
      imageUrl: 'https://cdn.example.com/catalogue/cl-1001/ecru.jpg',
    });
  });
});
