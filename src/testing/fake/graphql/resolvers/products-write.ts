import type { MetafieldInput, ProductSetInput } from '../../../../graphql/operations/generated/graphql.ts';
import { notSimulated } from '../errors.ts';

/** What `ProductCreateInput`, `ProductUpdateInput` and `ProductInput` have in common with `ProductSetInput`. */
type SharedFields = Pick<
  ProductSetInput,
  | 'title'
  | 'handle'
  | 'descriptionHtml'
  | 'vendor'
  | 'productType'
  | 'tags'
  | 'status'
  | 'templateSuffix'
  | 'requiresSellingPlan'
  | 'seo'
  | 'category'
>;

/** The input of `productCreate` and `productUpdate`, as far as it is simulated. */
export interface ProductFields extends SharedFields {
  readonly id?: string | null;
  readonly metafields?: MetafieldInput[] | null;
  readonly collectionsToJoin?: readonly string[] | null;
  readonly collectionsToLeave?: readonly string[] | null;
  readonly productOptions?: readonly OptionCreateInput[] | null;
}

interface OptionCreateInput {
  readonly name?: string | null;
  readonly position?: number | null;
  readonly values?: readonly { readonly name?: string | null }[] | null;
  readonly linkedMetafield?: unknown;
}

/** `CreateMediaInput`. */
export interface CreateMediaInput {
  readonly originalSource: string;
  readonly alt?: string | null;
  readonly mediaContentType: string;
}

/** The newer argument and the older one, of which the newer wins. */
export interface ProductArgs {
  readonly product?: ProductFields | null;
  readonly input?: ProductFields | null;
  readonly media?: readonly CreateMediaInput[] | null;
}

const shared: readonly (keyof SharedFields)[] = [
  'title',
  'handle',
  'descriptionHtml',
  'vendor',
  'productType',
  'tags',
  'status',
  'templateSuffix',
  'requiresSellingPlan',
  'seo',
  'category',
];

const simulated: ReadonlySet<string> = new Set<keyof ProductFields | 'redirectNewHandle'>([
  ...shared,
  'id',
  'metafields',
  'collectionsToJoin',
  'collectionsToLeave',
  'productOptions',
  'redirectNewHandle',
]);

/**
 * The fields of a product that a call gives.
 *
 * @throws GraphQLError `NOT_SIMULATED` that names an input field which the fake would have to ignore.
 */
export function productFields({ product, input }: ProductArgs): ProductFields | undefined {
  const fields = product ?? input ?? undefined;
  for (const [name, value] of Object.entries(fields ?? {})) {
    // Written by hand, or a default: nothing is asked for.
    if (value == null || value === false) continue;
    if (!simulated.has(name)) throw notSimulated(`${product ? 'product' : 'input'}.${name}`);
  }
  for (const { linkedMetafield } of fields?.productOptions ?? []) {
    if (linkedMetafield) throw notSimulated('OptionCreateInput.linkedMetafield');
  }
  return fields;
}

/** The part of an input that `productSet` would be given in the same words. */
export function sharedFields(fields: ProductFields): SharedFields {
  return Object.fromEntries(shared.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

/** Images to upload, in the words of `productSet`. */
export function uploads(media: readonly CreateMediaInput[]): NonNullable<ProductSetInput['files']> {
  return media.map(({ originalSource, alt, mediaContentType }) => {
    if (mediaContentType !== 'IMAGE') throw notSimulated(`CreateMediaInput.mediaContentType ${mediaContentType}`);
    return { originalSource, alt: alt ?? null };
  });
}
