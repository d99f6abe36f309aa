import { describe, expect, it } from 'vitest';
import { freshFake } from './fresh-fake.ts';

/** What is wrong with the one variable of a document. */
const problemsOf = async (type: string, use: string, value: unknown): Promise<readonly string[]> => {
  const { errors } = await freshFake().send(`mutation M($value: ${type}) { ${use} { userErrors { message } } }`, {
    value,
  });
  return errors[0].extensions.problems.map(
    ({ path, explanation }: { path: readonly string[]; explanation: string }) => `${path.join('.')} ${explanation}`,
  );
};

// By Shopify's own introspection of a development store (2026-07), with which the errors that were recorded agree.
describe('the order in which Shopify declares', () => {
  const id = 'gid://shopify/Product/1';
  it.each([
    [
      'ProductVariantsBulkCreateStrategy',
      `productVariantsBulkCreate(productId: "${id}", variants: [], strategy: $value)`,
      'DEFAULT, REMOVE_STANDALONE_VARIANT, PRESERVE_STANDALONE_VARIANT',
    ],
    [
      'CollectionSortOrder',
      'collectionCreate(input: { title: "A", sortOrder: $value })',
      'ALPHA_ASC, ALPHA_DESC, BEST_SELLING, MOST_RELEVANT, CREATED, CREATED_DESC, MANUAL, PRICE_ASC, PRICE_DESC',
    ],
    [
      'FileContentType',
      'fileCreate(files: [{ originalSource: "https://example.com/a.png", contentType: $value }])',
      'IMAGE, FILE, VIDEO, EXTERNAL_VIDEO, MODEL_3D',
    ],
    ['ProductStatus', 'productCreate(product: { status: $value })', 'ACTIVE, ARCHIVED, DRAFT, UNLISTED'],
  ])('the values of %s', async (type, use, names) => {
    expect(await problemsOf(type, use, 'NONE')).toEqual([` Expected "NONE" to be one of: ${names}`]);
  });

  it('more than 36 values', async () => {
    const [problem] = await problemsOf(
      'LanguageCode!',
      'productFeedCreate(input: { language: $value, country: US })',
      '',
    );
    expect(problem).toMatch(/^ Expected "" to be one of: AF, AK, AM, AR, AS, AZ, BE, BG, BM, BN,/);
  });

  // Recorded 2025-10 and 2026-04.
  it('required fields of an input, in variables and in literals', async () => {
    expect(await problemsOf('ProductFeedInput', 'productFeedCreate(input: $value)', {})).toEqual([
      'language Expected value to not be null',
      'country Expected value to not be null',
    ]);
    const { errors } = await freshFake().send('mutation M { productFeedCreate(input: {}) { userErrors { message } } }');
    expect(errors.map(({ message }: { message: string }) => message)).toEqual([
      "Argument 'language' on InputObject 'ProductFeedInput' is required. Expected type LanguageCode!",
      "Argument 'country' on InputObject 'ProductFeedInput' is required. Expected type CountryCode!",
    ]);
  });

  it('required arguments of a mutation', async () => {
    const { errors } = await freshFake().send('mutation M { customerAddressUpdate { userErrors { message } } }');
    expect(errors[0].message).toBe(
      "Field 'customerAddressUpdate' is missing required arguments: customerId, addressId, address",
    );
  });
});
