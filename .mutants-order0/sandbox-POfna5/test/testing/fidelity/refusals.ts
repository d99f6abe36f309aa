// @ts-nocheck
import { expect } from 'vitest';
import { nowhere } from './fresh-fake.ts';

/**
 * How it is known: `recorded` of a real store, `documented` in the schema or on Shopify's pages, or `inferred` from its
 * neighbours.
 */
type Evidence = 'recorded' | 'documented' | 'inferred';

/** One input that a mutation refuses. */
interface Refusal {
  readonly what: string;
  readonly evidence: Evidence;
  readonly input: (given: Given) => unknown;
  /** `null` where the payload's errors have no codes; `noCode` where they have, and Shopify gives none. */
  readonly code: string | null | typeof noCode;
  readonly field: string;
  readonly message: string;
}

/** No code among errors that have some. */
export const noCode = Symbol('no code');

/** What stands in the shop. */
export interface Given {
  readonly productId: string;
  readonly variantIds: readonly string[];
  readonly itemId: string;
  readonly locationId: string;
}

const long = (length = 256): string => 'a'.repeat(length);

const row = (
  what: string,
  evidence: Evidence,
  input: Refusal['input'],
  [code, field, message]: readonly [code: Refusal['code'], field: string, message: string],
): Refusal => ({ what, evidence, input, code, field, message });

const tooLong = (label: string, most = 255): string => `${label} is too long (maximum is ${most} characters)`;

const size = (...names: readonly string[]): object => ({ name: 'Size', values: names.map((name) => ({ name })) });
const sized = (name: string, more: object = {}): object => ({
  price: '1',
  optionValues: [{ optionName: 'Size', name }],
  ...more,
});
const withOptions =
  (productOptions: unknown, variants: unknown = [sized('S')]): Refusal['input'] =>
  () => ({ input: { title: 'Mug', productOptions, variants } });
const withVariant = (more: object): Refusal['input'] => withOptions([size('S')], [sized('S', more)]);
const product =
  (fields: object, identifier?: object): Refusal['input'] =>
  () => ({ input: { title: 'Mug', ...fields }, ...(identifier && { identifier }) });

const nameTooLong = tooLong('Name');
const variantField = 'input.variants.0';
const optionField = 'input.productOptions.0';

const productSet: readonly Refusal[] = [
  row('a blank title', 'documented', product({ title: ' ' }), [
    'INVALID_PRODUCT',
    'input.title',
    "Title can't be blank",
  ]),
  row('a long title', 'recorded', product({ title: long() }), [
    'INVALID_PRODUCT',
    'input.title',
    'is too long (maximum is 255 characters)',
  ]),
  row('a long handle', 'recorded', product({ handle: long() }), ['INVALID_PRODUCT', 'input', tooLong('Handle')]),
  row('a long vendor', 'recorded', product({ vendor: long() }), ['INVALID_PRODUCT', 'input', tooLong('Vendor')]),
  row('a taken handle', 'recorded', product({ handle: 'SHIRT' }), [
    'HANDLE_NOT_UNIQUE',
    'input.handle',
    "Handle 'SHIRT' already in use. Please provide a new handle.",
  ]),
  row('a long tag', 'inferred', product({ tags: [long()] }), [
    'INVALID_PRODUCT',
    'input.tags',
    'Product tags is invalid',
  ]),
  row('a category of another kind', 'inferred', product({ category: nowhere('Product') }), [
    'INVALID_PRODUCT',
    'input.category',
    'Category is not a valid taxonomy category',
  ]),
  row('an unknown collection', 'inferred', product({ collections: [nowhere('Collection')] }), [
    'INVALID_INPUT',
    'input.collections.0',
    'Collection gid://shopify/Collection/999999 does not exist',
  ]),
  row(
    'identifier and id',
    'recorded',
    ({ productId }) => ({ identifier: { handle: 'mug' }, input: { id: productId, title: 'Mug' } }),
    ['ID_NOT_ALLOWED', 'input', 'The id field is not allowed if identifier is provided.'],
  ),
  row('an unknown id', 'documented', product({}, { id: nowhere('Product') }), [
    'PRODUCT_DOES_NOT_EXIST',
    'identifier.id',
    'Product does not exist',
  ]),
  row('two handles', 'documented', product({ handle: 'b' }, { handle: 'a' }), [
    'INPUT_MISMATCH',
    'input.handle',
    'The handle in the input does not match the one in the identifier.',
  ]),
  row(
    'a custom id without definition',
    'documented',
    product({}, { customId: { namespace: 'made', key: 'none', value: '1' } }),
    [
      'INVALID_METAFIELD',
      'identifier.customId',
      "Metafield definition of type 'id' is required when using custom ids.",
    ],
  ),
  row('options without variants', 'recorded', product({ productOptions: [size('S')] }), [
    'VARIANTS_INPUT_MISSING',
    'input.variants',
    'Variants input is required when updating product options',
  ]),
  row('variants without options', 'documented', product({ variants: [sized('S')] }), [
    'PRODUCT_OPTIONS_INPUT_MISSING',
    'input.productOptions',
    'Product options input is required when updating variants',
  ]),
  row(
    'a delimiter in an option name',
    'recorded',
    withOptions([{ name: 'A / B', values: [{ name: 'S' }] }], [{ optionValues: [{ optionName: 'A / B', name: 'S' }] }]),
    ['INVALID_INPUT', `${optionField}.name`, "The name contains unsupported sequence ' / '"],
  ),
  row('an option without a name', 'documented', withOptions([{ values: [{ name: 'S' }] }], undefined), [
    'MISSING_FIELD_REQUIRED',
    `${optionField}.name`,
    "Name can't be blank",
  ]),
  row(
    'a long option name',
    'inferred',
    withOptions([{ name: long(), values: [{ name: 'S' }] }], [{ optionValues: [{ optionName: long(), name: 'S' }] }]),
    ['INVALID_INPUT', `${optionField}.name`, nameTooLong],
  ),
  row('a long option value', 'inferred', withOptions([size(long())], [sized(long())]), [
    'INVALID_INPUT',
    `${optionField}.values.0.name`,
    nameTooLong,
  ]),
  row('a value twice', 'documented', withOptions([size('S', 'S')]), [
    'DUPLICATED_OPTION_VALUE',
    `${optionField}.values.1`,
    "Duplicated option value 'S'",
  ]),
  row('no values', 'documented', withOptions([size()], undefined), [
    'OPTION_VALUES_MISSING',
    `${optionField}.values`,
    'Option values are required',
  ]),
  row('an unknown option value', 'documented', withOptions([size('S')], [sized('M')]), [
    'OPTION_VALUE_DOES_NOT_EXIST',
    `${variantField}.optionValues.0`,
    "Option value 'M' does not exist",
  ]),
  row(
    'an unknown option',
    'documented',
    withOptions([size('S')], [{ optionValues: [{ optionName: 'Cut', name: 'S' }] }]),
    ['OPTION_DOES_NOT_EXIST', `${variantField}.optionValues.0`, 'Option does not exist'],
  ),
  row('one variant twice', 'inferred', withOptions([size('S')], [sized('S'), sized('S')]), [
    'INVALID_VARIANT',
    'input.variants.1',
    "The variant 'S' already exists. Please change at least one option value.",
  ]),
  row('a value missing', 'inferred', withOptions([size('S'), { name: 'Cut', values: [{ name: 'A' }] }]), [
    'INVALID_VARIANT',
    variantField,
    'You need to add option values for Cut',
  ]),
  row(
    'an option twice in a variant',
    'inferred',
    withOptions([size('S', 'M')], [{ optionValues: ['S', 'M'].map((name) => ({ optionName: 'Size', name })) }]),
    ['INVALID_VARIANT', `${variantField}.optionValues`, "Duplicated option name 'Size'"],
  ),
  row('a negative price', 'inferred', withVariant({ price: '-1' }), [
    'INVALID_VARIANT',
    `${variantField}.price`,
    'Price must be greater than or equal to 0',
  ]),
  row('a negative compare-at price', 'inferred', withVariant({ compareAtPrice: '-1' }), [
    'INVALID_VARIANT',
    `${variantField}.compareAtPrice`,
    'must be greater than or equal to 0',
  ]),
  row('a price without end', 'inferred', withVariant({ price: '1000000000000000000' }), [
    'INVALID_VARIANT',
    `${variantField}.price`,
    'Price must be less than 1000000000000000000',
  ]),
  row('a negative cost', 'recorded', withVariant({ inventoryItem: { cost: '-0.5' } }), [
    'INVALID_VARIANT',
    `${variantField}.inventoryItem.cost`,
    'Cost per item must be greater than or equal to 0',
  ]),
  row(
    'a negative weight',
    'inferred',
    withVariant({ inventoryItem: { measurement: { weight: { value: -2.5, unit: 'POUNDS' } } } }),
    [
      'INVALID_VARIANT',
      `${variantField}.inventoryItem.measurement.weight`,
      'Measurement weight value -2.5 lb must be >= 0 lb',
    ],
  ),
  row('a long SKU', 'inferred', withVariant({ sku: long() }), [
    'INVALID_VARIANT',
    `${variantField}.sku`,
    tooLong('SKU'),
  ]),
  row('a long barcode', 'inferred', withVariant({ barcode: long() }), [
    'INVALID_VARIANT',
    `${variantField}.barcode`,
    tooLong('Barcode'),
  ]),
  row('an unknown variant', 'documented', withVariant({ id: nowhere('ProductVariant') }), [
    'PRODUCT_VARIANT_DOES_NOT_EXIST',
    `${variantField}.id`,
    'Product variant does not exist',
  ]),
  row(
    'an unknown location',
    'inferred',
    withVariant({ inventoryQuantities: [{ locationId: nowhere('Location'), name: 'available', quantity: 1 }] }),
    [
      'INVALID_INPUT',
      `${variantField}.inventoryQuantities`,
      "Quantity for S couldn't be set because the location was deleted.",
    ],
  ),
  row(
    'an unknown quantity name',
    'documented',
    ({ locationId }) =>
      withVariant({ inventoryQuantities: [{ locationId, name: 'damaged', quantity: 1 }] })({} as Given),
    [
      'INVALID_INPUT',
      `${variantField}.inventoryQuantities.0.name`,
      "The quantity name must be either 'available' or 'on_hand'.",
    ],
  ),
  row(
    'a metafield without type',
    'inferred',
    product({ metafields: [{ namespace: 'made', key: 'note', value: 'x' }] }),
    ['INVALID_METAFIELD', 'input.metafields.0.type', "Type can't be blank"],
  ),
  row(
    'a wrong metafield value',
    'inferred',
    product({ metafields: [{ namespace: 'made', key: 'note', type: 'number_integer', value: 'x' }] }),
    ['INVALID_METAFIELD', 'input.metafields.0.value', 'Value must be an integer.'],
  ),
  row('a file without source', 'inferred', product({ files: [{ alt: 'x' }] }), [
    'INVALID_INPUT',
    'input.files.0',
    'Give either id or originalSource.',
  ]),
  row('a source that is no address', 'documented', product({ files: [{ originalSource: 'a.png' }] }), [
    'INVALID_INPUT',
    'input.files.0.originalSource',
    'Image URL is invalid',
  ]),
  row('an unknown file', 'inferred', product({ files: [{ id: nowhere('MediaImage') }] }), [
    'INVALID_INPUT',
    'input.files.0.id',
    'File gid://shopify/MediaImage/999999 does not exist',
  ]),
];

const metafield =
  (more: object): Refusal['input'] =>
  ({ productId }) => ({
    metafields: [
      { ownerId: productId, namespace: 'made', key: 'note', type: 'single_line_text_field', value: 'x', ...more },
    ],
  });
const value = (type: string, given: string, evidence: Evidence, message: string): Refusal =>
  row(`the ${type} ${given}`, evidence, metafield({ type, value: given }), [
    'INVALID_VALUE',
    'metafields.0.value',
    message,
  ]);
const wholeMoney =
  "Value must be a stringified JSON object with amount (numeric) and currency_code (string matching the shop's currency) fields.";
const noScheme =
  'Value cannot have an empty scheme (protocol), must include one of the following URL schemes: ["http", "https", "mailto", "sms", "tel"].\'';
const noResource = (kind: string): string => `Value references non-existent resource ${nowhere(kind)}.`;
const noMeasurement =
  'Value must be a stringified JSON object with a value (numeric) and unit (string from one the supported measurement units) fields.';
const urlSchemes = 'Value must be one of the following URL schemes: http, https, mailto, sms, tel.';
const notAllowed = 'Access to this namespace and key on Metafields for this resource type is not allowed.';

const metafieldsSet: readonly Refusal[] = [
  row('an unknown owner', 'recorded', metafield({ ownerId: nowhere('Product') }), [
    'INVALID_VALUE',
    'metafields.0.ownerId',
    'Owner does not exist.',
  ]),
  row('no type', 'recorded', metafield({ type: undefined }), ['BLANK', 'metafields.0.type', "Type can't be blank"]),
  row('an unknown type', 'documented', metafield({ type: 'text' }), [
    'INVALID_TYPE',
    'metafields.0.type',
    expect.stringMatching(/^Type must be one of the following: antenna_gain, area, .*, list\.order_reference\.$/),
  ]),
  row('no value', 'recorded', metafield({ value: '' }), [
    'INVALID_VALUE',
    'metafields.0.value',
    "Value can't be blank.",
  ]),
  row('nothing but spaces', 'recorded', metafield({ type: 'multi_line_text_field', value: '  ' }), [
    'INVALID_VALUE',
    'metafields.0.value',
    "Value can't be blank.",
  ]),
  row('a short key', 'documented', metafield({ key: 'a' }), [
    'TOO_SHORT',
    'metafields.0.key',
    'Key is too short (minimum is 2 characters)',
  ]),
  row('a long key', 'documented', metafield({ key: long(65) }), ['TOO_LONG', 'metafields.0.key', tooLong('Key', 64)]),
  row('a short namespace', 'documented', metafield({ namespace: 'ab' }), [
    'TOO_SHORT',
    'metafields.0.namespace',
    'Namespace is too short (minimum is 3 characters)',
  ]),
  row('a long namespace', 'documented', metafield({ namespace: long() }), [
    'TOO_LONG',
    'metafields.0.namespace',
    tooLong('Namespace'),
  ]),
  row('a reserved namespace', 'recorded', metafield({ namespace: 'shopify_standard' }), [
    noCode,
    'metafields.0.namespace',
    'Namespace shopify_standard is a reserved namespace',
  ]),
  row('a protected namespace', 'recorded', metafield({ namespace: 'protected' }), [
    noCode,
    'metafields.0.namespace',
    'Namespace protected is a reserved namespace',
  ]),
  row('the namespace of translations', 'recorded', metafield({ namespace: 'shopify-l10n-fields' }), [
    noCode,
    'metafields.0.namespace',
    'Namespace shopify-l10n-fields is a reserved namespace',
  ]),
  row('the namespace of another app', 'recorded', metafield({ namespace: 'app--42' }), [
    'APP_NOT_AUTHORIZED',
    'metafields.0',
    notAllowed,
  ]),
  row("Shopify's namespace", 'inferred', metafield({ namespace: 'shopify--facts' }), [
    'APP_NOT_AUTHORIZED',
    'metafields.0',
    notAllowed,
  ]),
  row('a digest of nothing', 'recorded', metafield({ compareDigest: 'a'.repeat(64) }), [
    'INVALID_COMPARE_DIGEST',
    'metafields.0',
    'Invalid `compareDigest` value.',
  ]),
  row(
    '26 entries',
    'documented',
    ({ productId }) => ({
      metafields: Array.from({ length: 26 }, (_, index) => ({
        ownerId: productId,
        key: `k${index}`,
        type: 'json',
        value: '1',
      })),
    }),
    ['LESS_THAN_OR_EQUAL_TO', 'metafields', 'Exceeded the maximum metafields input limit of 25.'],
  ),
  row(
    '129 entries of a list',
    'recorded',
    metafield({ type: 'list.number_integer', value: JSON.stringify(Array.from({ length: 129 }, () => 1)) }),
    ['INVALID_VALUE', 'metafields.0.value', 'Value has more than 128 elements.'],
  ),
  row('a text above 64 KB', 'documented', metafield({ type: 'multi_line_text_field', value: long(65_537) }), [
    'TOO_LONG',
    'metafields.0.value',
    'Value is too long (maximum is 65536 bytes)',
  ]),
  value('money', '{"amount":"1","currency_code":""}', 'recorded', 'Value must have a currency code.'),
  value('money', '{"currency_code":"EUR"}', 'recorded', wholeMoney),
  value('money', '1', 'recorded', wholeMoney),
  value('money', '{"amount":"much","currency_code":"EUR"}', 'recorded', 'Value must have a numeric amount.'),
  value('money', '{"amount":"1","currency_code":"XYW"}', 'recorded', 'Value contains an invalid currency, XYW.'),
  value(
    'money',
    '{"amount":"1000000000000000001","currency_code":"EUR"}',
    'recorded',
    'Value must be within +/-1000000000000000000.',
  ),
  value('number_integer', '1.5', 'recorded', 'Value must be an integer.'),
  value('number_decimal', '10000000000000.1', 'recorded', "Value can't exceed 9999999999999."),
  value('number_decimal', '-10000000000000', 'inferred', "Value can't be less than -9999999999999."),
  value('number_decimal', 'x', 'inferred', 'Value must be a decimal.'),
  value('boolean', 'yes', 'recorded', 'Value must be true or false.'),
  value('date', '01.02.2026', 'recorded', 'Value must be in YYYY-MM-DD format.'),
  value(
    'date_time',
    '2026-02-01',
    'recorded',
    'Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00',
  ),
  value('json', '{a', 'recorded', "Value is invalid JSON: expected object key, got 'a' at line 1 column 2."),
  value('json', '{', 'inferred', 'Value is invalid JSON: unexpected end of input.'),
  value('json', '\n no', 'inferred', "Value is invalid JSON: unexpected character: 'no' at line 2 column 2."),
  value('color', 'red', 'recorded', 'Value must be a hex color code.'),
  value('url', 'example.com', 'recorded', noScheme),
  value('url', 'ftp://example.com', 'recorded', urlSchemes),
  value('link', '{"label":"a","url":"ftp://example.com"}', 'recorded', 'Value must be a valid link.'),
  value('link', '{"text":"a","url":"ftp://example.com"}', 'recorded', urlSchemes),
  value('weight', '{"value":1}', 'recorded', 'Value must contain unit and value.'),
  value('weight', '{"value":1,"unit":""}', 'inferred', 'Value must have a unit.'),
  value('power', '10', 'recorded', noMeasurement),
  value('weight', '{"value":1,"unit":"stone"}', 'recorded', 'Value must be a supported unit.'),
  value('dimension', '{"value":-1,"unit":"cm"}', 'recorded', 'Value must be a non-negative number.'),
  value('volume', '{"value":"much","unit":"ml"}', 'recorded', 'Value must be a non-negative number.'),
  value('temperature', '{"unit":"celsius"}', 'inferred', 'Value must contain unit and value.'),
  value('temperature', '{"value":"hot","unit":"celsius"}', 'inferred', 'Value must have a value.'),
  value('rating', '{"value":"6","scale_min":"1","scale_max":"5"}', 'recorded', 'Value has a maximum of 5.'),
  value('product_reference', '12', 'inferred', 'Value must be a valid product reference.'),
  value('product_reference', nowhere('Collection'), 'recorded', 'Value must be a valid product reference.'),
  value('variant_reference', nowhere('Product'), 'recorded', 'Value must be a valid product variant reference.'),
  value('collection_reference', nowhere('Product'), 'recorded', 'Value must be a valid collection reference.'),
  value('customer_reference', nowhere('Product'), 'recorded', 'Value must be a valid customer reference.'),
  value('company_reference', nowhere('Product'), 'recorded', 'Value must be a valid company reference.'),
  value('file_reference', nowhere('Product'), 'recorded', 'Value must be a file reference string.'),
  value('metaobject_reference', nowhere('Product'), 'recorded', 'Value require that you select a metaobject.'),
  value('page_reference', nowhere('Product'), 'inferred', 'Value must be a valid page reference.'),
  value('product_reference', nowhere('Product'), 'recorded', noResource('Product')),
  value('list.collection_reference', `["${nowhere('Collection')}"]`, 'recorded', noResource('Collection')),
  value('variant_reference', nowhere('ProductVariant'), 'inferred', noResource('ProductVariant')),
  value('list.date', '["x"]', 'inferred', 'Value must be in YYYY-MM-DD format.'),
  value('list.color', 'x', 'inferred', 'Value must be an array.'),
  value('single_line_text_field', 'a\nb', 'recorded', 'Value must be a single line text string.'),
  value('rich_text_field', '[]', 'inferred', 'Value must be a valid rich text object.'),
];

const variantUpdate =
  (more: object): Refusal['input'] =>
  ({ productId, variantIds }) => ({ id: productId, variants: [{ id: variantIds[0], ...more }] });

const productVariantsBulkUpdate: readonly Refusal[] = [
  row('an unknown product', 'recorded', () => ({ id: nowhere('Product'), variants: [] }), [
    'PRODUCT_DOES_NOT_EXIST',
    'productId',
    'Product does not exist',
  ]),
  row('no id', 'recorded', variantUpdate({ id: undefined }), [
    'PRODUCT_VARIANT_ID_MISSING',
    'variants.0.id',
    'Product variant is missing ID attribute',
  ]),
  row('an unknown variant', 'recorded', variantUpdate({ id: nowhere('ProductVariant') }), [
    'PRODUCT_VARIANT_DOES_NOT_EXIST',
    'variants.0.id',
    'Product variant does not exist',
  ]),
  row('a negative price', 'recorded', variantUpdate({ price: '-1' }), [
    'GREATER_THAN_OR_EQUAL_TO',
    'variants.0.price',
    'Price must be greater than or equal to 0',
  ]),
  row('a negative compare-at price', 'inferred', variantUpdate({ compareAtPrice: '-1' }), [
    'GREATER_THAN_OR_EQUAL_TO',
    'variants.0.compareAtPrice',
    'must be greater than or equal to 0',
  ]),
  row('a price without end', 'inferred', variantUpdate({ price: '1000000000000000000' }), [
    'INVALID_INPUT',
    'variants.0.price',
    'Price must be less than 1000000000000000000',
  ]),
  row('a negative cost, of the variant as a whole', 'recorded', variantUpdate({ inventoryItem: { cost: '-1' } }), [
    noCode,
    'variants.0',
    'must be greater than or equal to 0',
  ]),
  row('a cost without end', 'recorded', variantUpdate({ inventoryItem: { cost: '1000000000000000000' } }), [
    'INVALID_INPUT',
    'variants.0.inventoryItem.cost',
    'Cost per item must be less than 1000000000000000000',
  ]),
  row('a compare-at price without end', 'recorded', variantUpdate({ compareAtPrice: '1000000000000000000' }), [
    'INVALID_INPUT',
    'variants.0.compareAtPrice',
    'must be less than 1000000000000000000',
  ]),
  row('a negative cost', 'recorded', variantUpdate({ inventoryItem: { cost: '-1' } }), [
    'GREATER_THAN_OR_EQUAL_TO',
    'variants.0.inventoryItem.cost',
    'Cost per item must be greater than or equal to 0',
  ]),
  row(
    'a negative weight',
    'inferred',
    variantUpdate({ inventoryItem: { measurement: { weight: { value: -1, unit: 'GRAMS' } } } }),
    ['INVALID_INPUT', 'variants.0.inventoryItem.measurement.weight', 'Measurement weight value -1 g must be >= 0 g'],
  ),
  row('a long barcode', 'inferred', variantUpdate({ barcode: long() }), [
    'INVALID_INPUT',
    'variants.0.barcode',
    tooLong('Barcode'),
  ]),
  row('a long SKU', 'inferred', variantUpdate({ inventoryItem: { sku: long() } }), [
    'INVALID_INPUT',
    'variants.0.sku',
    tooLong('SKU'),
  ]),
  row('the values of another', 'documented', variantUpdate({ optionValues: [{ optionName: 'Size', name: 'M' }] }), [
    'VARIANT_ALREADY_EXISTS',
    'variants.0',
    "The variant 'M' already exists. Please change at least one option value.",
  ]),
  row('an unknown option', 'recorded', variantUpdate({ optionValues: [{ optionName: 'Cut', name: 'M' }] }), [
    'OPTION_DOES_NOT_EXIST',
    'variants.0.optionValues.0',
    'Option does not exist',
  ]),
  row(
    'an unknown value',
    'documented',
    variantUpdate({ optionValues: [{ optionName: 'Size', id: nowhere('ProductOptionValue') }] }),
    [
      'OPTION_VALUE_DOES_NOT_EXIST',
      'variants.0.optionValues.0',
      "Option value 'gid://shopify/ProductOptionValue/999999' does not exist",
    ],
  ),
  row(
    'an option twice',
    'inferred',
    variantUpdate({ optionValues: ['S', 'M'].map((name) => ({ optionName: 'Size', name })) }),
    ['INVALID_INPUT', 'variants.0.optionValues', "Duplicated option name 'Size'"],
  ),
  row(
    'quantities',
    'recorded',
    ({ productId, variantIds, locationId }) => ({
      id: productId,
      variants: [{ id: variantIds[0], inventoryQuantities: [{ locationId, availableQuantity: 1 }] }],
    }),
    [
      'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
      'variants.0.inventoryQuantities',
      'Inventory quantities can only be provided during create. To update inventory for existing variants, use inventoryAdjustQuantities.',
    ],
  ),
  row('unknown media', 'inferred', variantUpdate({ mediaId: nowhere('MediaImage') }), [
    'INVALID_INPUT',
    'variants.0.mediaId',
    'Media does not exist on the product',
  ]),
  row(
    'a wrong metafield value',
    'inferred',
    variantUpdate({ metafields: [{ namespace: 'made', key: 'note', type: 'boolean', value: 'x' }] }),
    ['INVALID_VALUE', 'variants.0.metafields.0.value', 'Value must be true or false.'],
  ),
];

const quantities =
  (more: object, cause: object = {}): Refusal['input'] =>
  ({ itemId, locationId }) => ({
    input: {
      name: 'available',
      reason: 'correction',
      quantities: [{ inventoryItemId: itemId, locationId, quantity: 1, changeFromQuantity: null, ...more }],
      ...cause,
    },
  });
const reasons =
  'The specified reason is invalid. Valid values are: correction, cycle_count_available, damaged, movement_canceled, movement_created, movement_received, movement_updated, other, promotion, quality_control, received, reservation_created, reservation_deleted, reservation_updated, restock, safety_stock, shrinkage.';

const inventorySetQuantities: readonly Refusal[] = [
  row('an unknown item', 'recorded', quantities({ inventoryItemId: nowhere('InventoryItem') }), [
    'INVALID_INVENTORY_ITEM',
    'input.quantities.0.inventoryItemId',
    'The specified inventory item could not be found.',
  ]),
  row('an unknown location', 'recorded', quantities({ locationId: nowhere('Location') }), [
    'INVALID_LOCATION',
    'input.quantities.0.locationId',
    'The specified location could not be found.',
  ]),
  row('an unknown reason', 'recorded', quantities({}, { reason: 'mood' }), ['INVALID_REASON', 'input.reason', reasons]),
  row('an unknown name', 'recorded', quantities({}, { name: 'damaged' }), [
    'INVALID_NAME',
    'input.name',
    "The quantity name must be either 'available' or 'on_hand'.",
  ]),
  row('a document that is no URI', 'documented', quantities({}, { referenceDocumentUri: 'x' }), [
    'INVALID_REFERENCE_DOCUMENT',
    'input.referenceDocumentUri',
    'The specified reference document is invalid.',
  ]),
  row('too much', 'recorded', quantities({ quantity: 1_000_000_001 }), [
    'INVALID_QUANTITY_TOO_HIGH',
    'input.quantities.0.quantity',
    "The quantity can't be higher than 1,000,000,000.",
  ]),
  row('too little', 'recorded', quantities({ quantity: -1_000_000_001 }), [
    'INVALID_QUANTITY_TOO_LOW',
    'input.quantities.0.quantity',
    "The quantity can't be lower than -1,000,000,000.",
  ]),
  row('less than nothing on hand', 'recorded', quantities({ quantity: -1 }, { name: 'on_hand' }), [
    'INVALID_QUANTITY_NEGATIVE',
    'input.quantities.0.quantity',
    "The quantity can't be negative.",
  ]),
  row('another quantity than expected', 'documented', quantities({ changeFromQuantity: 7 }), [
    'CHANGE_FROM_QUANTITY_STALE',
    'input.quantities.0.changeFromQuantity',
    'The changeFromQuantity argument no longer matches the persisted quantity.',
  ]),
  row(
    'another quantity than expected, beside what is worse',
    'inferred',
    quantities({ changeFromQuantity: 7, quantity: -1 }, { name: 'on_hand' }),
    ['INVALID_QUANTITY_NEGATIVE', 'input.quantities.0.quantity', "The quantity can't be negative."],
  ),
];

const subscription =
  (more: object, topic = 'SHOP_UPDATE'): Refusal['input'] =>
  () => ({ topic, webhookSubscription: { uri: 'https://app.example/webhooks', ...more } });
const address = (what: string, evidence: Evidence, uri: string, message: string): Refusal =>
  row(what, evidence, subscription({ uri }), [null, 'webhookSubscription.callbackUrl', message]);
const internal = 'Address cannot be a Shopify or an internal domain';
const wrongName = 'Name name field can only contain alphanumeric characters, underscores, and hyphens';
const wrongFilter = 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.';

const webhookSubscriptionCreate: readonly Refusal[] = [
  address('no address', 'recorded', ' ', "Address can't be blank"),
  address('plain HTTP', 'recorded', 'http://app.example/a', 'Address protocol http:// is not supported'),
  address('another protocol', 'recorded', 'ftp://app.example/a', 'Address protocol ftp:// is not supported'),
  address("Shopify's own domain", 'recorded', 'https://demo.myshopify.com/a', internal),
  address('this machine', 'recorded', 'https://localhost/a', internal),
  address('this machine by number', 'inferred', 'https://127.0.0.1/a', internal),
  address('this machine by long number', 'inferred', 'https://[::1]/a', internal),
  address('a private network', 'inferred', 'https://192.168.1.4/a', internal),
  address('a name of a private network', 'inferred', 'https://nas.local/a', internal),
  address(
    'an address above 64 KB',
    'recorded',
    `https://app.example/${long(65_536)}`,
    'Address is too big (maximum is 64 KB)',
  ),
  row('a filter above 64 KB', 'recorded', subscription({ filter: `title:${long(65_536)}` }), [
    null,
    'webhookSubscription',
    'The specified filter exceeds the maximum allowed size.',
  ]),
  row('a filter without a field', 'recorded', subscription({ filter: 'red' }), [
    null,
    'webhookSubscription',
    wrongFilter,
  ]),
  row('a metaobject topic without type', 'documented', subscription({}, 'METAOBJECTS_UPDATE'), [
    null,
    'webhookSubscription',
    wrongFilter,
  ]),
  row('a name with spaces', 'recorded', subscription({ name: 'a b' }), [null, 'webhookSubscription.name', wrongName]),
  row('a long name', 'documented', subscription({ name: long(51) }), [
    null,
    'webhookSubscription.name',
    tooLong('Name', 50),
  ]),
];

const file =
  (more: object): Refusal['input'] =>
  () => ({ files: [{ originalSource: 'https://example.com/a.png', ...more }] });
const mismatch = 'Provided filename extension must match original source.';

const fileCreate: readonly Refusal[] = [
  row('a path', 'recorded', file({ originalSource: '/a.png' }), [
    'INVALID_IMAGE_SOURCE_URL',
    'files.0.originalSource',
    'File URL is invalid',
  ]),
  row('another scheme', 'documented', file({ originalSource: 'ftp://example.com/a.png' }), [
    'INVALID_IMAGE_SOURCE_URL',
    'files.0.originalSource',
    'File URL is invalid',
  ]),
  row('another extension', 'recorded', file({ filename: 'a.jpg' }), [
    'MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE',
    'files.0.filename',
    mismatch,
  ]),
  row('an extension in capitals', 'recorded', file({ filename: 'a.PNG' }), [
    'MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE',
    'files.0.filename',
    mismatch,
  ]),
  row('no extension', 'inferred', file({ filename: 'a' }), [
    'MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE',
    'files.0.filename',
    mismatch,
  ]),
  row('a long alt text', 'recorded', file({ alt: long(513) }), [
    'ALT_VALUE_LIMIT_EXCEEDED',
    'files.0.alt',
    'The alt value exceeds the maximum limit of 512 characters.',
  ]),
];

/** All of them, by mutation. */
export const refusals = {
  productSet,
  metafieldsSet,
  productVariantsBulkUpdate,
  inventorySetQuantities,
  webhookSubscriptionCreate,
  fileCreate,
};
