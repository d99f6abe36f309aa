import type {
  FileSetInput,
  ProductSetIdentifiers,
  ProductSetInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredMedia } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import type { FieldPath, UserError } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { imageById, newImage } from '../files/images.ts';
import { productByHandle, productById, productsByMetafield } from '../find-entities.ts';
import { freeHandle, given, handleFrom, lengthProblem, normalTags, productTagProblems } from '../input-values.ts';
import { type CustomId, noDefinitionMessage, resolveCustomId, uniqueDefinition } from '../metafields/custom-id.ts';
import { resolveNamespace } from '../metafields/values.ts';
import { saveProduct } from '../products/save-product.ts';
import { requireCategory } from '../taxonomy.ts';
import { beginBuilding, type Naming, type ProductSetContext } from './context.ts';
import { withLinkedMetafields } from './linked-options.ts';
import { metafieldsFrom } from './metafields.ts';
import { defaultOptions, optionsFrom } from './options.ts';
import { checkStockLimit, variantsFrom, variantsLeftAlone } from './variants.ts';

/** Which product becomes what. */
export interface ProductSetArgs {
  readonly identifier?: ProductSetIdentifiers | null;
  readonly input: ProductSetInput;
}

/** The product as it is now, or why it stays as it was. */
interface ProductSetResult {
  readonly product: ProductEntity | null;
  readonly userErrors: readonly UserError[];
}

/** Makes the product what the input says, with all that comes with it. */
export function setProduct({ identifier, input }: ProductSetArgs, context: ResolverContext): ProductSetResult {
  let id = '';
  const { product: saved, userErrors: refusals } = savedProduct(context, (building, userErrors) => {
    const product = buildProduct(identifier, input, building);
    id = product?.id ?? '';
    // A title that is too long makes a handle that is, too. Recorded 2025-10; not of `productCreate`.
    const isMade = !input.handle && !identifier?.handle && !productById(context, id);
    const tooLong = isMade ? lengthProblem('Handle', product?.title ?? '') : undefined;
    if (tooLong !== undefined) building.report('TOO_LONG', ['input'], tooLong);
    // Other mutations make a first variant of options alone.
    if (userErrors.length === 0 && input.productOptions?.length && !input.variants) {
      const message = 'Variants input is required when updating product options';
      building.report('VARIANTS_INPUT_MISSING', ['input', 'variants'], message);
    }
    return product;
  });
  // The error about a taken handle comes with the unchanged product. Recorded 2025-10.
  const isHandle = refusals.length > 0 && refusals.every(({ code }) => code === 'HANDLE_NOT_UNIQUE');
  return { product: isHandle ? (productById(context, id) ?? null) : saved, userErrors: refusals };
}

/** Keeps a product that was built without problems. */
export function savedProduct(
  context: ResolverContext,
  build: (building: ProductSetContext, userErrors: readonly UserError[]) => ProductEntity | undefined,
  say?: Naming,
): ProductSetResult {
  const { building, userErrors } = beginBuilding(context, say);
  const product = build(building, userErrors);
  if (!product || userErrors.length > 0) return { product: null, userErrors };
  saveProduct(context, product, productById(context, product.id), building.stock);
  return { product, userErrors: [] };
}

/**
 * The product as the input wants it, if there is one to build. Changes nothing; what is wrong goes to `context.report`.
 */
function buildProduct(
  identifier: ProductSetIdentifiers | null | undefined,
  input: ProductSetInput,
  context: ProductSetContext,
): ProductEntity | undefined {
  const target = findTarget(identifier, input, context);
  return target && buildOn(target, input, context);
}

/** The product as the input wants it, from the one that it is. */
export function buildOn(target: Target, input: ProductSetInput, context: ProductSetContext): ProductEntity {
  const { existing } = target;
  checkVariantsAndOptions(input, target, context);
  checkStockLimit(input, context);

  const id = existing?.id ?? context.store.nextId('Product');
  const fields = ownFields(input, target, context);
  const options = optionsOf(input, existing, context);
  const media = input.files == null ? (existing?.media ?? []) : mediaFrom(input.files, existing?.media ?? [], context);
  const parts = { productId: id, options, existing: existing?.variants ?? [], media, files: input.files ?? undefined };
  const product: ProductEntity = {
    ...fields,
    id,
    options,
    media,
    variants: input.variants?.length
      ? variantsFrom(input.variants, parts, context)
      : variantsLeftAlone(input, parts, context),
    metafields: metafieldsOf(input, target, context),
    published: existing?.published ?? [],
    createdAt: existing?.createdAt ?? context.now,
    updatedAt: context.now,
  };
  return withLinkedMetafields(product, context, [...product.metafields, ...(existing?.metafields ?? [])]);
}

/** Options and variants say something only together. */
function checkVariantsAndOptions(input: ProductSetInput, { existing }: Target, { report }: ProductSetContext): void {
  if (existing && input.variants?.length === 0) {
    report('VARIANTS_INPUT_MISSING', ['input', 'variants'], 'A product needs a variant');
  }
  if (input.variants?.length && input.productOptions == null) {
    report(
      'PRODUCT_OPTIONS_INPUT_MISSING',
      ['input', 'productOptions'],
      'Product options input is required when updating variants',
    );
  }
}

function optionsOf(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  context: ProductSetContext,
): ProductEntity['options'] {
  if (input.productOptions == null && existing) return existing.options;
  return input.productOptions?.length
    ? optionsFrom(input.productOptions, existing?.options ?? [], context)
    : defaultOptions(existing?.options ?? [], context);
}

/** The identifier's custom id becomes a metafield of a product that it creates. */
function metafieldsOf(
  input: ProductSetInput,
  { existing, customId }: Target,
  context: ProductSetContext,
): ProductEntity['metafields'] {
  if (input.metafields == null && existing) return existing.metafields;
  const inputs = input.metafields ?? (customId ? [customId] : []);
  const owner = { type: 'PRODUCT', id: existing?.id, metafields: existing?.metafields ?? [] } as const;
  return metafieldsFrom(inputs, owner, ['input', 'metafields'], context);
}

/** What a product says about itself, without its lists. */
type OwnFields = Pick<
  ProductEntity,
  | 'title'
  | 'handle'
  | 'descriptionHtml'
  | 'vendor'
  | 'productType'
  | 'tags'
  | 'status'
  | 'templateSuffix'
  | 'requiresSellingPlan'
  | 'isGiftCard'
  | 'giftCardTemplateSuffix'
  | 'seo'
  | 'category'
  | 'collectionIds'
>;

/** The product's own fields after the input. */
function ownFields(input: ProductSetInput, target: Target, context: ProductSetContext): OwnFields {
  const { existing } = target;
  const title = titleOf(input, existing, context);
  return {
    title,
    handle: handleOf(input, target, title, context),
    descriptionHtml: given(input.descriptionHtml, existing?.descriptionHtml, ''),
    vendor: limited({ vendor: 'Vendor' }, given(input.vendor, existing?.vendor, context.info.name), context),
    productType: limited(productTypeNames, given(input.productType, existing?.productType, ''), context),
    tags:
      input.tags == null
        ? (existing?.tags ?? [])
        : normalTags(input.tags, (problem) =>
            context.report('INVALID_PRODUCT', ['input', 'tags'], productTagProblems[problem]),
          ),
    status: given<string>(input.status, existing?.status, 'ACTIVE'),
    templateSuffix: given(input.templateSuffix, existing?.templateSuffix, null),
    requiresSellingPlan: given(input.requiresSellingPlan, existing?.requiresSellingPlan, false),
    ...(isGiftCard(input, existing, context) && {
      isGiftCard: true,
      giftCardTemplateSuffix: given(input.giftCardTemplateSuffix, existing?.giftCardTemplateSuffix, null),
    }),
    seo: {
      title: given(input.seo?.title, existing?.seo.title, null),
      description: given(input.seo?.description, existing?.seo.description, null),
    },
    category: categoryOf(input, existing, context),
    collectionIds: collectionsOf(input, existing, context),
  };
}

/** What a product is when it is made, it stays. */
function isGiftCard(
  { giftCard }: ProductSetInput,
  existing: ProductEntity | undefined,
  { report }: ProductSetContext,
): boolean {
  const is = existing?.isGiftCard ?? false;
  if (existing && giftCard != null && giftCard !== is)
    report('GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED', ['input', 'giftCard'], 'Gift card attribute cannot be changed');
  return existing ? is : (giftCard ?? false);
}

function titleOf(input: ProductSetInput, existing: ProductEntity | undefined, { report }: ProductSetContext): string {
  const title = (input.title === undefined ? existing?.title : input.title)?.trim() ?? '';
  if (title === '') report('INVALID_PRODUCT', ['input', 'title'], "Title can't be blank");
  const tooLong = lengthProblem('Title', title);
  if (tooLong !== undefined) report('TOO_LONG', ['input', 'title'], tooLong);
  return title;
}

/** A handle that is asked for must be free; one that is made from the title makes room. */
function handleOf(
  input: ProductSetInput,
  { existing, handle }: Target,
  title: string,
  context: ProductSetContext,
): string {
  const written = handle ?? input.handle ?? '';
  // What has no letter and no digit still asks for a handle. Recorded 2025-10.
  const isEmptied = handle === undefined && written.trim() !== '' && handleFrom(written) === '';
  const asked = handle ?? handleFrom(written);
  const tooLong = lengthProblem('Handle', written);
  if (tooLong !== undefined) context.report('TOO_LONG', ['input', 'handle'], tooLong);
  const isTaken = (candidate: string): boolean => {
    const owner = productByHandle(context, candidate);
    return owner !== undefined && owner.id !== existing?.id;
  };
  // One that is set to nothing is made from the title again. Recorded 2025-10.
  const isReset = existing !== undefined && input.handle != null;
  if (isEmptied) return freeHandle('product', isTaken);
  if (asked === '') return isReset || !existing ? freeHandle(handleFrom(title), isTaken) : existing.handle;
  if (isTaken(asked)) {
    context.report(
      'HANDLE_NOT_UNIQUE',
      ['input', 'handle'],
      `Handle '${written}' already in use. Please provide a new handle.`,
    );
  }
  return asked;
}

/** A type of one's own has a name of its own too: Shopify checks both. */
const productTypeNames = { productType: 'Product type', customProductType: 'Custom product type' };

function limited(names: Readonly<Record<string, string>>, value: string, { report }: ProductSetContext): string {
  for (const [field, label] of Object.entries(names)) {
    const problem = lengthProblem(label, value);
    if (problem !== undefined) report('TOO_LONG', ['input', field], problem);
  }
  return value;
}

function categoryOf(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  { report }: ProductSetContext,
): ProductEntity['category'] {
  if (input.category === undefined) return existing?.category ?? null;
  if (input.category === null) return null;
  if (parseGid(input.category)?.kind !== 'TaxonomyCategory') {
    report('INVALID_PRODUCT', ['input', 'category'], 'Category is not a valid taxonomy category');
  } else {
    requireCategory(input.category);
  }
  return { id: input.category };
}

function collectionsOf(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  context: ProductSetContext,
): readonly string[] {
  if (input.collections == null) return existing?.collectionIds ?? [];
  const ids = [...new Set(input.collections)];
  for (const [index, id] of ids.entries()) {
    if (!context.store.get(context.shop, 'Collection', id)) {
      context.report('INVALID_INPUT', ['input', 'collections', index], `Collection ${id} does not exist`);
    }
  }
  return ids;
}

/** Which product is meant, and what the identifier itself says about it. */
interface Target {
  /** `undefined` where the product is to be created. */
  readonly existing: ProductEntity | undefined;
  /** Handle that the identifier gives. */
  readonly handle?: string;
  /** Custom id that the product must have afterwards. */
  readonly customId?: CustomId;
}

/** Finds the product to change. Reports an identifier that matches none, and then returns no target. */
function findTarget(
  identifier: ProductSetIdentifiers | null | undefined,
  input: ProductSetInput,
  context: ProductSetContext,
): Target | undefined {
  if (input.id != null && identifier) {
    context.report('ID_NOT_ALLOWED', ['input'], 'The id field is not allowed if identifier is provided.');
  }
  if (identifier?.customId) return byCustomId(resolveCustomId(identifier.customId), input, context);
  if (identifier?.handle !== undefined) return byHandle(identifier.handle, input, context);
  if (identifier?.id !== undefined) return byId(identifier.id, ['identifier', 'id'], context);
  return input.id == null ? { existing: undefined } : byId(input.id, ['input', 'id'], context);
}

function byId(id: string, field: readonly string[], context: ProductSetContext): Target | undefined {
  requireGid(id);
  const existing = productById(context, id);
  if (existing) return { existing };
  context.report('PRODUCT_DOES_NOT_EXIST', field, 'Product does not exist');
  return undefined;
}

function byHandle(given: string, input: ProductSetInput, context: ProductSetContext): Target | undefined {
  const handle = handleFrom(given);
  if (handle === '') context.report('INVALID_INPUT', ['identifier', 'handle'], "Handle can't be blank");
  if (input.handle != null && handleFrom(input.handle) !== handle) {
    context.report(
      'INPUT_MISMATCH',
      ['input', 'handle'],
      'The handle in the input does not match the one in the identifier.',
    );
  }
  return { existing: productByHandle(context, handle), handle };
}

function byCustomId(customId: CustomId, input: ProductSetInput, context: ProductSetContext): Target | undefined {
  if (!uniqueDefinition(customId, context)) {
    context.report('INVALID_METAFIELD', ['identifier', 'customId'], noDefinitionMessage);
    return undefined;
  }
  const says = input.metafields?.some(
    ({ namespace, key, value }) =>
      resolveNamespace(namespace) === customId.namespace && key === customId.key && value === customId.value,
  );
  if (says === false) {
    context.report(
      'METAFIELD_MISMATCH',
      ['input', 'metafields'],
      'The metafields do not hold the value of the custom id in the identifier.',
    );
  }
  return { existing: productsByMetafield(context, customId)[0], customId };
}

/**
 * The images after the input, in its order. A gid keeps an image; a source is always uploaded again, as
 * Shopify does, even where it was before.
 */
export function mediaFrom(
  inputs: readonly FileSetInput[],
  existing: readonly StoredMedia[],
  context: ProductSetContext,
): readonly StoredMedia[] {
  return inputs.flatMap((input, index) => {
    const field = ['input', 'files', index];
    if (input.id != null && inputs.findIndex(({ id }) => id === input.id) < index) {
      context.report('INVALID_INPUT', field, `File ${input.id} is given twice`);
      return [];
    }
    if ((input.id == null) === (input.originalSource == null)) {
      context.report('INVALID_INPUT', field, 'Give either id or originalSource.');
      return [];
    }
    return input.id == null ? uploaded(input, field, context) : kept(input, input.id, existing, field, context);
  });
}

function kept(
  input: FileSetInput,
  id: string,
  existing: readonly StoredMedia[],
  field: FieldPath,
  context: ProductSetContext,
): StoredMedia[] {
  const media = existing.find((candidate) => candidate.id === id) ?? imageById(context, id);
  if (!media) {
    context.report('INVALID_INPUT', [...field, 'id'], `File ${id} does not exist`);
    return [];
  }
  return [input.alt === undefined ? media : withAlt(media, input.alt, context.now)];
}

function withAlt(media: StoredMedia, alt: string | null, updatedAt: string): StoredMedia {
  return { ...media, alt, image: { ...media.image, altText: alt }, updatedAt };
}

function uploaded(input: FileSetInput, field: FieldPath, context: ProductSetContext): StoredMedia[] {
  const image = newImage(input, context);
  if (image) return [image];
  context.report('INVALID_INPUT', [...field, 'originalSource'], 'Image URL is invalid');
  return [];
}
