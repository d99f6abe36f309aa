import fc from 'fast-check';
import type { ProductDraftInput } from 'shopwright/validation';

const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
const price = fc.constantFrom('1', '2.50', '10.00', '99.90');
const sizes = ['S', 'M', 'L', 'XL'];

const metafields = fc.uniqueArray(
  fc.record({ namespace: fc.constant('own'), key: word, type: fc.constant('single_line_text_field'), value: word }),
  { selector: ({ key }) => key, maxLength: 3 },
);

/** Variants with one to four SKUs and sizes in any order, with or without a second option. */
const variants = fc
  .record({
    skus: fc.shuffledSubarray(['A', 'B', 'C', 'D'], { minLength: 1 }),
    order: fc.shuffledSubarray(sizes, { minLength: 4 }),
    option: fc.constantFrom('Size', 'Fit'),
    colour: fc.option(word, { nil: undefined }),
    prices: fc.array(price, { minLength: 4, maxLength: 4 }),
    isTaxable: fc.boolean(),
    compareAt: fc.constantFrom(undefined, null, '200'),
    origin: fc.constantFrom(undefined, 'PT', 'DE'),
    isTracked: fc.constantFrom(undefined, true, false),
    care: fc.option(word, { nil: undefined }),
    showsImage: fc.boolean(),
  })
  .map(({ skus, order, option, colour, prices, isTaxable, compareAt, origin, isTracked, care, showsImage }) => ({
    showsImage,
    list: skus.map((sku, index) => ({
      sku,
      price: prices[index] ?? '1',
      taxable: isTaxable,
      ...(compareAt !== undefined && { compareAtPrice: compareAt }),
      ...((origin !== undefined || isTracked !== undefined) && {
        inventoryItem: {
          ...(origin !== undefined && { countryCodeOfOrigin: origin, cost: '3.10' }),
          ...(isTracked !== undefined && { tracked: isTracked }),
        },
      }),
      ...(care !== undefined && {
        metafields: [{ namespace: 'own', key: 'care', type: 'single_line_text_field', value: care }],
      }),
      options: { [option]: order[index] ?? 'S', ...(colour !== undefined && { Colour: colour }) },
    })),
  }));

/** A product that can be pushed, named `p`. */
export const anyDraft = fc
  .record({
    title: word,
    vendor: fc.option(word, { nil: undefined }),
    descriptionHtml: fc.constantFrom(undefined, null, '<p>Soft.</p>', '<p>Hard.</p>'),
    templateSuffix: fc.constantFrom(undefined, null, 'preorder'),
    seo: fc.constantFrom(undefined, { title: 'One' }, { title: 'Two', description: 'More' }),
    tags: fc.option(fc.uniqueArray(word), { nil: undefined }),
    metafields: fc.option(metafields, { nil: undefined }),
    images: fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c')), { nil: undefined }),
    alt: word,
    variants,
  })
  .map(({ images, alt, variants: { list, showsImage }, ...fields }): ProductDraftInput => {
    const urls = images?.map((name) => `https://cdn.example.com/${name}.jpg`);
    const [url] = urls ?? [];
    return {
      localId: 'p',
      ...fields,
      ...(urls && { images: urls.map((address) => ({ url: address, alt })) }),
      variants: list.map((variant, index) => ({
        ...variant,
        ...(showsImage && url !== undefined && index === 0 && { imageUrl: url }),
      })),
    } as ProductDraftInput;
  });
