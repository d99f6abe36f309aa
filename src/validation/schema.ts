import { z } from 'zod';
import { isRecord } from '../internal/json.ts';
import { keyProblem } from '../storage/adapter-kit.ts';
import { kindOf, quote } from './issues.ts';
import {
  type DraftImage,
  type DraftInventoryItem,
  type DraftLinkedOption,
  type DraftMetafield,
  type DraftQuantity,
  type DraftSeo,
  type DraftUnitPrice,
  type DraftWeight,
  isCategoryPath,
  maxBarcodes,
  maxCollections,
  maxImages,
  maxLocations,
  maxMetafields,
  maxTags,
  maxTextLength,
  maxVariants,
  type ProductDraft,
  type ProductDraftInput,
  type ProductVariantDraft,
  type SkuPolicy,
  unitPriceUnits,
  weightUnits,
} from './product-draft.ts';
import { productErrors, toDecimalText, unifySpelling } from './rules.ts';

/** What is wrong with a single field: the end of an issue's code, after the name of the field. */
export type FieldIssueKind = 'missing' | 'invalid' | 'too-long' | 'too-many';

/** Matches a shape with the published interface: a field that only one of them has does not compile. */
type ShapeOf<Draft> = Record<keyof Required<Draft>, z.ZodType>;

/** Trimmed text that is not empty. */
const text = (limit = Number.MAX_SAFE_INTEGER) => z.string().trim().min(1).refine(fits(limit), tooLong(limit));

/** Counts code points: an emoji of two UTF-16 units is one character, so that no title is rejected too early. */
const fits =
  (limit: number) =>
  (text: string): boolean =>
    text.length <= limit || [...text.slice(0, 2 * limit + 1)].length <= limit;

const tooLong = (limit: number) => ({
  error: `is longer than ${limit} characters: shorten it`,
  params: { kind: 'too-long' satisfies FieldIssueKind },
});

/** The host's id. Not trimmed, because Shopify must return it unchanged; a store must hold it, which counts UTF-16 units. */
const localIdText = () =>
  z
    .string()
    .min(1)
    .refine((id) => id.length <= maxTextLength, tooLong(maxTextLength))
    .refine((id) => id === '' || id.length > maxTextLength || keyProblem(id) === undefined, {
      error: 'contains a NUL character or half of a surrogate pair: remove it, no store accepts it',
    })
    .refine((id) => id.trim() === id && !/[\r\n]/.test(id), {
      error: 'starts or ends with white space or contains a line break: remove it, Shopify would not keep it',
    });

/** Absolute http or https address. */
const httpUrl = () =>
  z
    .string()
    .trim()
    .min(1)
    .refine((value) => ['http:', 'https:'].includes(protocolOf(value)), {
      error: 'is not a URL: use the whole URL, starting with https://',
    });

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** The most decimals that a currency has, such as the Chilean unit of account. */
const maxDecimals = 4;

/** Digits before the point of the largest price that Shopify accepts. */
const maxWholeDigits = 18;

/** An amount of money as decimal text, from text or a number. */
const money = () => z.custom<string | number>().transform(readAmount);

/** An amount that may be absent: `null`, or zero, which Shopify would show as a price. */
const moneyOrNone = () =>
  z.custom<string | number | null>().transform((value, context): string | null => {
    if (value === null) return null;
    const amount = readAmount(value, context);
    return /^[0.]+$/.test(amount) ? null : amount;
  });

function readAmount(value: unknown, context: z.RefinementCtx): string {
  const decimal = toDecimalText(value);
  const problem = decimal === undefined ? undefined : amountProblem(decimal);
  if (decimal !== undefined && problem === undefined) return decimal.replace(/^-/, '');
  const missing = value === undefined || (typeof value === 'string' && value.trim() === '');
  const found = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : kindOf(value);
  context.addIssue({
    code: 'custom',
    message: missing
      ? 'is missing: set a price such as "12.50"'
      : (problem ?? `is not a decimal number (${found}): write digits with a point, such as "12.50", without currency`),
    params: { kind: (missing ? 'missing' : 'invalid') satisfies FieldIssueKind },
  });
  return z.NEVER;
}

/** Returns why Shopify would refuse or round an amount; `undefined` if it accepts it unchanged. */
function amountProblem(decimal: string): string | undefined {
  const [whole = '', fraction = ''] = decimal.replace(/^-?0*(?=\d)/, '').split('.');
  if (decimal.startsWith('-') && /[1-9]/.test(decimal))
    return `is below zero (${quote(decimal)}), which Shopify refuses`;
  if (whole.length > maxWholeDigits)
    return `has ${whole.length} digits before the point, which Shopify refuses: check it`;
  const decimals = fraction.replace(/0+$/, '').length;
  if (decimals <= maxDecimals) return undefined;
  return `has ${decimals} decimals (${quote(decimal)}): round it to those of the currency`;
}

/** Text that can be cleared with `null`. */
const clearable = () => z.string().trim().nullable();

const wholeFrom = (least: number) => z.number().int().min(least);

/**
 * Option name → value. Names keep their white space, so that names that differ only in it remain distinct. zod's own
 * record silently drops the name `__proto__`.
 */
const optionValues = () =>
  z.custom<Readonly<Record<string, string>>>().transform((options: unknown, context): Record<string, string> => {
    if (!isRecord(options)) {
      context.addIssue({ code: 'invalid_type', expected: 'object', input: options });
      return z.NEVER;
    }
    const entries = Object.entries(options).map(([name, value]): [string, string] => {
      if (typeof value === 'string') {
        if (!fits(maxTextLength)(value.trim())) {
          const { error: message, params } = tooLong(maxTextLength);
          context.addIssue({ code: 'custom', message, params, path: [name] });
        }
        return [name, value.trim()];
      }
      context.addIssue({ code: 'invalid_type', expected: 'string', input: value, path: [name] });
      return [name, z.NEVER];
    });
    return Object.fromEntries(entries);
  });

/** A list. If it is too long, that is its only issue, and its entries are not checked. */
const list = <Item extends z.ZodType>(item: Item, most: number, least = 0) =>
  z.array(z.custom<z.input<Item>>()).min(least).max(most).pipe(z.array(item));

/**
 * An object of which only the fields of the shape are read. An `undefined` field counts as omitted, so that
 * `{ vendor: row.vendor }` needs no condition; so does blank text in the fields named in `blankIsNone`.
 */
const record = <Shape extends z.ZodRawShape>(shape: Shape, blankIsNone: readonly string[] = []) => {
  const keys = Object.keys(shape);
  const fieldsOf = (input: unknown): unknown => {
    if (!isRecord(input)) return input;
    const isGiven = (key: string): boolean => {
      const value = input[key];
      return value !== undefined && !(typeof value === 'string' && value.trim() === '' && blankIsNone.includes(key));
    };
    return Object.fromEntries(keys.filter(isGiven).map((key) => [key, input[key]]));
  };
  // The same as z.preprocess, without the function that it creates for each value: those take time, and stay in memory
  // until a full collection.
  return new z.ZodPreprocess({
    type: 'pipe',
    in: new z.core.$ZodTransform({ type: 'transform', transform: fieldsOf }),
    out: z.object(shape),
  }) as z.ZodPreprocess<z.ZodObject<Shape>, z.input<z.ZodObject<Shape>>>;
};

const seoShape = {
  title: clearable().exactOptional(),
  description: clearable().exactOptional(),
} satisfies ShapeOf<DraftSeo>;

const imageShape = {
  url: httpUrl(),
  alt: z.string().trim().exactOptional(),
  position: wholeFrom(1).exactOptional(),
} satisfies ShapeOf<DraftImage>;

const metafieldShape = {
  namespace: text(),
  key: text(),
  type: text().exactOptional(),
  value: z.string().min(1),
} satisfies ShapeOf<DraftMetafield>;

const weightShape = {
  value: z.number().min(0),
  unit: z.enum(weightUnits),
} satisfies ShapeOf<DraftWeight>;

const inventoryItemShape = {
  cost: money().nullable().exactOptional(),
  tracked: z.boolean().exactOptional(),
  weight: record(weightShape).exactOptional(),
  requiresShipping: z.boolean().exactOptional(),
  harmonizedSystemCode: clearable().exactOptional(),
  countryCodeOfOrigin: z
    .string()
    .trim()
    .regex(/^[A-Z]{2}$/, { error: 'is not a country code: use two letters of ISO 3166-1, such as "PT"' })
    .nullable()
    .exactOptional(),
} satisfies ShapeOf<DraftInventoryItem>;

const mostUnits = 1_000_000_000;

const quantityShape = {
  locationId: z
    .string()
    .trim()
    .regex(/^gid:\/\/shopify\/Location\/\d+$/, {
      error: 'is not a location: use its gid, such as "gid://shopify/Location/1"',
    }),
  available: z.number().int().min(-mostUnits).max(mostUnits),
} satisfies ShapeOf<DraftQuantity>;

const unitPriceShape = {
  quantityValue: z.number().positive(),
  quantityUnit: z.enum(unitPriceUnits),
  referenceValue: wholeFrom(1),
  referenceUnit: z.enum(unitPriceUnits),
} satisfies ShapeOf<DraftUnitPrice>;

/** Text of at most 255 characters. */
const shortText = () => z.string().trim().refine(fits(maxTextLength), tooLong(maxTextLength));

const variantShape = {
  key: text(maxTextLength).exactOptional(),
  sku: shortText().exactOptional(),
  price: money().exactOptional(),
  compareAtPrice: moneyOrNone().exactOptional(),
  barcode: shortText().nullable().exactOptional(),
  barcodes: list(text(maxTextLength), maxBarcodes).exactOptional(),
  taxable: z.boolean().exactOptional(),
  taxCode: clearable().exactOptional(),
  inventoryPolicy: z.enum(['DENY', 'CONTINUE']).exactOptional(),
  inventoryItem: record(inventoryItemShape).exactOptional(),
  quantities: list(record(quantityShape), maxLocations).exactOptional(),
  unitPrice: record(unitPriceShape).nullable().exactOptional(),
  metafields: list(record(metafieldShape), maxMetafields).exactOptional(),
  options: optionValues().prefault({}),
  imageUrl: httpUrl().exactOptional(),
  imageUrls: list(httpUrl(), maxImages).exactOptional(),
  position: wholeFrom(1).exactOptional(),
} satisfies ShapeOf<ProductVariantDraft>;

/** A gid of the taxonomy, completed if only the short id is given; a path stays unchanged. */
const category = () =>
  z
    .string()
    .trim()
    .transform((given) => (/^[a-z]{2}(-\d+)*$/.test(given) ? `gid://shopify/TaxonomyCategory/${given}` : given))
    .refine((given) => /^gid:\/\/shopify\/TaxonomyCategory\/[\w-]+$/.test(given) || isCategoryPath(given), {
      error:
        'is not a Shopify category: use an id such as "gid://shopify/TaxonomyCategory/sg-4-17-2-17", or a path of names',
    });

const collectionId = () =>
  z
    .string()
    .trim()
    .regex(/^gid:\/\/shopify\/Collection\/\d+$/, {
      error: 'is not a collection: use its gid, such as "gid://shopify/Collection/1"',
    });

const tag = () =>
  text(maxTextLength).refine((name) => !name.includes(','), {
    error: 'has a comma, at which Shopify splits tags: use two tags, or remove it',
  });

const linkedOptions = () =>
  z.record(z.string(), record({ namespace: text(), key: text() } satisfies ShapeOf<DraftLinkedOption>));

const productShape = {
  localId: localIdText(),
  sku: z.enum(['required', 'warn', 'optional']).exactOptional(),
  price: z.enum(['required', 'warn']).exactOptional(),
  title: text(maxTextLength),
  descriptionHtml: z.string().nullable().exactOptional(),
  vendor: clearable().exactOptional(),
  productType: clearable().exactOptional(),
  handle: text(maxTextLength).exactOptional(),
  redirectNewHandle: z.boolean().exactOptional(),
  tags: list(tag(), maxTags).exactOptional(),
  status: z.enum(['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED']).exactOptional(),
  category: category().nullable().exactOptional(),
  seo: record(seoShape).exactOptional(),
  images: list(record(imageShape), maxImages).exactOptional(),
  options: z.array(text()).exactOptional(),
  linkedOptions: linkedOptions().exactOptional(),
  metafields: list(record(metafieldShape), maxMetafields).exactOptional(),
  collections: list(collectionId(), maxCollections).exactOptional(),
  templateSuffix: clearable().exactOptional(),
  giftCard: z.boolean().exactOptional(),
  publishTo: z.array(text()).exactOptional(),
  variants: list(record(variantShape, ['sku']), maxVariants, 1),
} satisfies ShapeOf<ProductDraft>;

const productFields: z.ZodType<ProductDraft, ProductDraftInput> = record(productShape);

/** The fields that are read, by the object they belong to. All others are reported as unknown. */
export const knownFields = {
  product: Object.keys(productShape),
  seo: Object.keys(seoShape),
  image: Object.keys(imageShape),
  metafield: Object.keys(metafieldShape),
  variant: Object.keys(variantShape),
  inventoryItem: Object.keys(inventoryItemShape),
  unitPrice: Object.keys(unitPriceShape),
};

/** Creates the schema that checks SKUs by a policy, unless the draft sets its own. */
export function draftSchema(policy: SkuPolicy): z.ZodType<ProductDraft, ProductDraftInput> {
  return z.custom<ProductDraftInput>().transform((input, context) => {
    const parsed = productFields.safeParse(input, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) context.addIssue({ ...issue });
    // Checks the raw input even if single fields are invalid, so that all issues are reported together.
    const errors = productErrors(input, policy);
    for (const { code, path, message } of errors) {
      context.addIssue({ code: 'custom', path: [...path], message, params: { code } });
    }
    return parsed.success && errors.length === 0 ? unifySpelling(parsed.data) : z.NEVER;
  });
}

/**
 * The zod schema of a product draft, with all its errors, for use within a schema of your own. `validateProduct`
 * reports more: each issue has a code and a field name, and it finds warnings.
 *
 * Strings are trimmed, prices become decimal strings, a compare-at price of zero becomes none, and option names and
 * values that differ only in case get the first spelling.
 *
 * @example
 * const Import = z.object({ supplier: z.string(), product: productDraftSchema });
 */
export const productDraftSchema: z.ZodType<ProductDraft, ProductDraftInput> = draftSchema('required');
