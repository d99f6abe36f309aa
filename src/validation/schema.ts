import { z } from 'zod';
import { isRecord } from '../internal/json.ts';
import { kindOf, quote } from './issues.ts';
import {
  type DraftImage,
  type DraftMetafield,
  type DraftSeo,
  maxImages,
  maxMetafields,
  maxTags,
  maxTextLength,
  maxVariants,
  type ProductDraft,
  type ProductDraftInput,
  type ProductVariantDraft,
} from './product-draft.ts';
import { productErrors, toDecimalText, unifySpelling } from './rules.ts';

/** What is wrong with a single field: the end of an issue's code, after the name of the field. */
export type FieldIssueKind = 'missing' | 'invalid' | 'too-long' | 'too-many';

/** Keeps a shape in step with the published interface: a field that only one of them has does not compile. */
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

/** The host's id. Not trimmed, because Shopify must return it unchanged. */
const localIdText = (limit: number) =>
  z
    .string()
    .min(1)
    .refine(fits(limit), tooLong(limit))
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
      error: 'is not a web address: give the whole address, starting with https://',
    });

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** Decimal text out of text or a number. */
const money = () =>
  z.custom<string | number>().transform((value, context): string => {
    const decimal = toDecimalText(value);
    if (decimal !== undefined) return decimal;
    const missing = value === undefined || (typeof value === 'string' && value.trim() === '');
    const found = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : kindOf(value);
    context.addIssue({
      code: 'custom',
      message: missing
        ? 'is missing: give a price such as "12.50"'
        : `is not a decimal number (${found}): write digits with a point, such as "12.50", without currency`,
      params: { kind: (missing ? 'missing' : 'invalid') satisfies FieldIssueKind },
    });
    return z.NEVER;
  });

/**
 * Option name → value. Names keep their white space, so that two names that differ only in it are both seen. Not
 * zod's own record, which silently drops the name `__proto__`.
 */
const optionValues = () =>
  z.custom<Readonly<Record<string, string>>>().transform((options: unknown, context): Record<string, string> => {
    if (!isRecord(options)) {
      context.addIssue({ code: 'invalid_type', expected: 'object', input: options });
      return z.NEVER;
    }
    const entries = Object.entries(options).map(([name, value]): [string, string] => {
      if (typeof value === 'string') return [name, value.trim()];
      context.addIssue({ code: 'invalid_type', expected: 'string', input: value, path: [name] });
      return [name, z.NEVER];
    });
    return Object.fromEntries(entries);
  });

/** A list. Where it is too long, that is its only issue: its entries are not checked. */
const list = <Item extends z.ZodType>(item: Item, most: number, least = 0) =>
  z.array(z.custom<z.input<Item>>()).min(least).max(most).pipe(z.array(item));

/**
 * An object of which only the fields of the shape are read. A field that is `undefined` counts as
 * left out, so that `{ vendor: row.vendor }` needs no condition.
 */
const record = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const keys = Object.keys(shape);
  return z.preprocess((input: z.input<z.ZodObject<Shape>>): unknown => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
    const fields: Readonly<Record<string, unknown>> = input;
    return Object.fromEntries(keys.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]));
  }, z.object(shape));
};

const seoShape = {
  title: z.string().trim().exactOptional(),
  description: z.string().trim().exactOptional(),
} satisfies ShapeOf<DraftSeo>;

const imageShape = {
  url: httpUrl(),
  alt: z.string().trim().exactOptional(),
} satisfies ShapeOf<DraftImage>;

const metafieldShape = {
  namespace: text(),
  key: text(),
  type: text(),
  value: z.string().min(1),
} satisfies ShapeOf<DraftMetafield>;

const variantShape = {
  sku: text(),
  price: money(),
  compareAtPrice: money().exactOptional(),
  barcode: z.string().trim().exactOptional(),
  taxable: z.boolean().exactOptional(),
  inventoryPolicy: z.enum(['DENY', 'CONTINUE']).exactOptional(),
  options: optionValues().prefault({}),
  imageUrl: httpUrl().exactOptional(),
} satisfies ShapeOf<ProductVariantDraft>;

const productShape = {
  localId: localIdText(maxTextLength),
  title: text(maxTextLength),
  descriptionHtml: z.string().exactOptional(),
  vendor: z.string().trim().exactOptional(),
  productType: z.string().trim().exactOptional(),
  handle: text(maxTextLength).exactOptional(),
  tags: list(text(maxTextLength), maxTags).exactOptional(),
  status: z.enum(['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED']).exactOptional(),
  category: z
    .string()
    .trim()
    .regex(/^gid:\/\/shopify\/TaxonomyCategory\/[\w-]+$/, {
      error: 'is not a category of Shopify: give an id such as "gid://shopify/TaxonomyCategory/sg-4-17-2-17"',
    })
    .exactOptional(),
  seo: record(seoShape).exactOptional(),
  images: list(record(imageShape), maxImages).exactOptional(),
  options: z.array(text()).exactOptional(),
  metafields: list(record(metafieldShape), maxMetafields).exactOptional(),
  variants: list(record(variantShape), maxVariants, 1),
} satisfies ShapeOf<ProductDraft>;

const productFields: z.ZodType<ProductDraft, ProductDraftInput> = record(productShape);

/** The fields that are read, by the object they belong to. All others are reported as unknown. */
export const knownFields = {
  product: Object.keys(productShape),
  seo: Object.keys(seoShape),
  image: Object.keys(imageShape),
  metafield: Object.keys(metafieldShape),
  variant: Object.keys(variantShape),
};

/**
 * The zod schema of a product draft, with all its errors: use it within a schema of your own. `validateProduct` tells
 * more: it gives each issue a code and a field name, and finds warnings.
 *
 * Text is trimmed, prices become decimal text, and option names and values that differ only in case get the first
 * spelling.
 *
 * @example
 * const Import = z.object({ supplier: z.string(), product: productDraftSchema });
 */
export const productDraftSchema: z.ZodType<ProductDraft, ProductDraftInput> = z
  .custom<ProductDraftInput>()
  .transform((input, context) => {
    const parsed = productFields.safeParse(input, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) context.addIssue({ ...issue });
    // Checks the raw input, and also where single fields are invalid: all issues are reported together.
    const errors = productErrors(input);
    for (const { code, path, message } of errors) {
      context.addIssue({ code: 'custom', path: [...path], message, params: { code } });
    }
    return parsed.success && errors.length === 0 ? unifySpelling(parsed.data) : z.NEVER;
  });
