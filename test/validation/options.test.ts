import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { errorsOf, messageOf, product, warningsOf } from './drafts.ts';

type Options = Readonly<Record<string, unknown>>;

/** A product with a variant for each of these options. */
const having = (rows: readonly (Options | undefined)[], options?: readonly unknown[]) =>
  product({ options, variants: rows.map((row, index) => ({ sku: `S${index}`, price: '1', options: row })) });

const draftOf = (input: unknown) => {
  const result = validateProduct(input);
  return result.ok ? result.draft : undefined;
};

describe('options of a product', () => {
  it('are named after those of its variants, in order of appearance', () => {
    expect(
      draftOf(
        having([
          { Size: 'M', Colour: 'Red' },
          { Colour: 'Red', Size: 'L' },
        ]),
      )?.options,
    ).toEqual(['Size', 'Colour']);
  });

  it('keep the order in which the product lists them', () => {
    expect(draftOf(having([{ Size: 'M', Colour: 'Red' }], ['Colour', 'Size']))?.options).toEqual(['Colour', 'Size']);
  });

  it('may be omitted with one variant, with a warning', () => {
    for (const options of [{}, undefined]) {
      const input = having([options], []);
      expect(draftOf(input)).not.toHaveProperty('options');
      expect(draftOf(input)?.variants[0]?.options).toEqual({});
      expect(warningsOf(input)).toEqual(['options-missing variants[0]']);
    }
  });

  it('are required with several variants', () => {
    expect(errorsOf(having([{}, undefined, {}]))).toEqual(['options-missing variants']);
    expect(messageOf(having([{}, {}]))).toContain('all 2 are the same');
    expect(warningsOf(having([{}, {}]))).toEqual([]);
  });

  it('need a value in every variant, and missing ones are named', () => {
    const input = having([{ Colour: 'Red', Size: 'M' }, { Colour: 'Red' }, {}, { Colour: ' ', Size: 'L' }]);
    expect(errorsOf(input)).toEqual([
      'option-value-missing variants[1].options',
      'option-value-missing variants[2].options',
      'option-value-missing variants[3].options',
    ]);
    expect(messageOf(having([{ Colour: 'Red', Size: 'M' }, {}]))).toContain('lack "Colour", "Size"');
  });

  it('are limited to three', () => {
    expect(errorsOf(having([{ A: '1', B: '2', C: '3' }]))).toEqual([]);
    expect(errorsOf(having([{ A: '1', B: '2', C: '3', D: '4' }]))).toEqual(['options-too-many options']);
    expect(errorsOf(having([{ A: '1' }, { B: '1' }, { C: '1' }, { D: '1' }]))).toEqual(['options-too-many options']);
  });

  it('must not be listed twice or be blank', () => {
    expect(errorsOf(having([{ Size: 'M' }], ['Size', 'size']))).toEqual(['option-name-duplicate options[1]']);
    expect(errorsOf(having([{ Size: 'M' }], ['Size', ' ', '']))).toEqual([
      'option-missing options[1]',
      'option-missing options[2]',
    ]);
    expect(errorsOf(having([{ Size: 'M' }], ['Size', 5]))).toEqual(['option-invalid options[1]']);
  });

  it('must not be listed without being used', () => {
    expect(errorsOf(having([{ Size: 'M' }, { Size: 'L' }], ['Size', 'Colour']))).toEqual(['option-unused options']);
  });

  it('of a variant must be listed, if the product lists any', () => {
    expect(errorsOf(having([{ Size: 'M', Fit: 'Slim' }], ['Size']))).toEqual([
      'option-unknown variants[0].options.Fit',
    ]);
  });

  it('of a variant must have names, each once', () => {
    expect(errorsOf(having([{ ' ': 'M' }]))).toEqual(['option-name-missing variants[0].options[" "]']);
    expect(errorsOf(having([{ Size: 'M', size: 'L' }]))).toEqual(['option-name-duplicate variants[0].options.size']);
  });

  it('that are not text are one error, not two', () => {
    expect(errorsOf(having([{ Size: 38 }, { Size: '39' }]))).toEqual(['option-invalid variants[0].options.Size']);
  });

  it('of a variant that is not an object do not hide errors of the others', () => {
    const input = product({
      variants: [null, { sku: 'A', price: '1', options: 5 }, { sku: 'B', price: '1', options: { Size: 'M' } }],
    });
    expect(errorsOf(input)).toEqual(['variants-invalid variants[0]', 'options-invalid variants[1].options']);
  });

  it('may have the names of built-in properties', () => {
    const options: unknown = JSON.parse('{"__proto__": "a", "constructor": "b"}');
    const input = product({ variants: [{ sku: 'A', price: '1', options }] });
    expect(JSON.stringify(draftOf(input)?.variants[0]?.options)).toBe('{"__proto__":"a","constructor":"b"}');
    expect(draftOf(input)?.options).toEqual(['__proto__', 'constructor']);
  });
});

describe('two variants with the same options', () => {
  it('are an error, which names the first', () => {
    const input = having([
      { Colour: 'Red', Size: 'M' },
      { Colour: 'Red', Size: 'L' },
      { Size: 'M', Colour: 'Red' },
    ]);
    expect(errorsOf(input)).toEqual(['options-duplicate variants[2].options']);
    expect(messageOf(input)).toContain('like those of variants[0]');
  });

  it.each([
    ['case', 'ROT', 'rot'],
    ['white space', 'Rot', ' Rot '],
    ['composed letters', 'Gr\u00fcn', 'Gru\u0308n'],
  ])('are equal whatever their %s', (_name, first, second) => {
    expect(errorsOf(having([{ Farbe: first }, { farbe: second }]))).toEqual(['options-duplicate variants[1].options']);
  });

  it('are not equal if the boundaries between values differ', () => {
    expect(
      errorsOf(
        having([
          { A: 'x', B: 'y z' },
          { A: 'x y', B: 'z' },
        ]),
      ),
    ).toEqual([]);
  });
});

describe('different spellings of an option', () => {
  const input = having([
    { Colour: 'Red', Size: 'M' },
    { colour: 'red', Size: 'L' },
    { Colour: 'red', Size: 'XL' },
  ]);

  it('are unified to the first, because Shopify refuses red beside Red', () => {
    expect(draftOf(input)?.options).toEqual(['Colour', 'Size']);
    expect(draftOf(input)?.variants.map(({ options }) => options)).toEqual([
      { Colour: 'Red', Size: 'M' },
      { Colour: 'Red', Size: 'L' },
      { Colour: 'Red', Size: 'XL' },
    ]);
  });

  it('are warnings at their first occurrence', () => {
    expect(warningsOf(input)).toEqual([
      'option-spelling variants[1].options.colour',
      'option-spelling variants[1].options.colour',
      'option-spelling variants[2].options.Colour',
    ]);
    expect(warningsOf(having([{ size: 'M' }], ['Size']))).toEqual(['option-spelling variants[0].options.size']);
  });

  it('may be equal for different options', () => {
    expect(warningsOf(having([{ Top: 'Red', Sole: 'red' }]))).toEqual([]);
  });
});
