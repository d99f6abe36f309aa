import { z } from 'zod';
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
import { productErrors } from './product-rules.ts';
import { httpUrl, list, localIdText, money, optionValues, record, text } from './schema.ts';
import { unifySpelling } from './spelling.ts';

/** Holds a shape to the published interface: a field that is in one and not in the other does not compile. */
type ShapeOf<Draft> = Record<keyof Required<Draft>, z.ZodType>;

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
      error: 'is no category of Shopify: give an id such as "gid://shopify/TaxonomyCategory/sg-4-17-2-17"',
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
 * The zod schema of a product draft, all errors included: parse with it inside a schema of your own.
 * `validateProduct` says more: it gives each issue a code and a field name, and finds warnings.
 *
 * Text is trimmed, prices become decimal text, and option names and values that differ only in case
 * get the spelling that came first.
 */
export const productDraftSchema: z.ZodType<ProductDraft, ProductDraftInput> = z
  .custom<ProductDraftInput>()
  .transform((input, context) => {
    const parsed = productFields.safeParse(input, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) context.addIssue({ ...issue });
    // On the input as it came, and also where single fields are wrong: all problems are reported together.
    const errors = productErrors(input);
    for (const { code, path, message } of errors) {
      context.addIssue({ code: 'custom', path: [...path], message, params: { code } });
    }
    return parsed.success && errors.length === 0 ? unifySpelling(parsed.data) : z.NEVER;
  });
