import { createHash } from 'node:crypto';
import { isShopwrightError } from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import {
  type FileSetInput,
  MetafieldDefinitionByKeyDocument,
  MetafieldDefinitionEnsureDocument,
  type MetafieldInput,
  type ProductSetIdentifiers,
  type ProductSetInput,
  type ProductVariantSetInput,
} from '../graphql/operations/generated/graphql.ts';
import type { BreakerState } from '../ports/events.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';
import type { ProductDraft, ProductVariantDraft } from '../validation/product-draft.ts';

/** The part of the client that the product sync needs: what `createShopifyClient` returns has it. */
export interface SyncClient extends GraphqlClient {
  readonly shop: string;
  status(): { readonly limiter: LimiterStatus | undefined; readonly breaker: BreakerState };
}

/** What a push of one draft sends. */
export interface ProductInput {
  readonly input: ProductSetInput;
  /** Hash of the part of the input that concerns images, which a push leaves out where it is unchanged. */
  readonly imagesHash: string;
}

/** The option that Shopify gives to a product without options. */
const noOption = { name: 'Title', value: 'Default Title' };

/**
 * Turns a draft into the input of `productSet`. What a draft leaves out stays as it is in the shop; the lists it has
 * (variants, tags, images, metafields) replace those of the shop, and a variant without a compare-at price has none.
 */
export function toProductInput(draft: ProductDraft): ProductInput {
  const optionNames = namesOfOptions(draft);
  const images = (draft.images ?? []).map(toFile);
  const variants = draft.variants.map((variant) => toVariant(variant, optionNames, images));
  const input: ProductSetInput = {
    title: draft.title,
    ...defined({
      descriptionHtml: draft.descriptionHtml,
      vendor: draft.vendor,
      productType: draft.productType,
      handle: draft.handle,
      tags: draft.tags && [...draft.tags],
      status: draft.status,
      category: draft.category,
      seo: draft.seo && defined(draft.seo),
      files: draft.images && images,
      // The list replaces that of the shop: without this metafield the product would lose its identity.
      metafields: draft.metafields && [...draft.metafields, idMetafield(draft.localId)],
    }),
    productOptions: optionNames.map((name) => ({
      name,
      values: valuesOf(name, draft.variants).map((value) => ({ name: value })),
    })),
    variants,
  };
  const imagesHash = contentHash({
    files: draft.images && images,
    variants: variants.map(({ optionValues, file }) => file && { optionValues, file }).filter(Boolean),
  });
  return { input, imagesHash };
}

function namesOfOptions(draft: ProductDraft): readonly string[] {
  const used = new Set(draft.variants.flatMap((variant) => Object.keys(variant.options)));
  const ordered = [...(draft.options ?? []).filter((name) => used.has(name)), ...used];
  return used.size === 0 ? [noOption.name] : [...new Set(ordered)];
}

function valuesOf(option: string, variants: readonly ProductVariantDraft[]): readonly string[] {
  return [...new Set(variants.map(({ options }) => options[option] ?? noOption.value))];
}

function toVariant(
  variant: ProductVariantDraft,
  optionNames: readonly string[],
  images: readonly FileSetInput[],
): ProductVariantSetInput {
  return {
    optionValues: optionNames.map((optionName) => ({
      optionName,
      name: variant.options[optionName] ?? noOption.value,
    })),
    sku: variant.sku,
    price: plainDecimal(variant.price),
    // The two prices belong together: the old price of a sale that has ended must not stay beside the new price.
    compareAtPrice: variant.compareAtPrice === undefined ? null : plainDecimal(variant.compareAtPrice),
    ...defined({
      barcode: variant.barcode,
      taxable: variant.taxable,
      inventoryPolicy: variant.inventoryPolicy,
      file: images.find(({ originalSource }) => originalSource === variant.imageUrl),
    }),
  };
}

/** `24.90` and `24.9` are the same price, so writing it differently is not a change. */
function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function toFile(image: { readonly url: string; readonly alt?: string | undefined }): FileSetInput {
  return { originalSource: image.url, contentType: 'IMAGE', ...defined({ alt: image.alt }) };
}

/** The same input without images, so that Shopify does not download and process them again. */
export function withoutImages(input: ProductSetInput): ProductSetInput {
  const { files: _files, ...rest } = input;
  return {
    ...rest,
    ...(input.variants && { variants: input.variants.map(({ file: _file, ...variant }) => variant) }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without the keys that are undefined. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** The app-owned metafield that carries a product's local id. Its values are unique, so it identifies. */
const idField = { namespace: '$app:shopwright', key: 'local_id', type: 'id' } as const;

/** The metafield of one product. */
export function idMetafield(localId: string): MetafieldInput & typeof idField & { readonly value: string } {
  return { ...idField, value: localId };
}

/**
 * How Shopify finds the product of a draft: by gid where it is known, else by the local id in its metafield. Both make
 * `productSet` an upsert, so a repeated push never creates a second product.
 */
export function identifierOf(draft: ProductDraft, gid: string | null): ProductSetIdentifiers {
  if (gid !== null) return { id: gid };
  return { customId: { namespace: idField.namespace, key: idField.key, value: draft.localId } };
}

/**
 * Creates the definition of the metafield where it is missing.
 *
 * @throws AccessDeniedError where the token lacks `write_products`.
 */
export async function ensureIdentity(client: SyncClient): Promise<void> {
  const options = { priority: 'background' } as const;
  const variables = { ownerType: 'PRODUCT', namespace: idField.namespace, key: idField.key };
  const exists = async (): Promise<boolean> => {
    const { data } = await client.graphql(MetafieldDefinitionByKeyDocument, variables, options);
    return data.metafieldDefinitions.nodes.length > 0;
  };
  if (await exists()) return;

  const definition = {
    ...idField,
    ownerType: 'PRODUCT',
    name: 'Local id',
    description: 'The id of this product in the system it is synced from.',
  };
  try {
    await client.graphql(MetafieldDefinitionEnsureDocument, { definition }, options);
  } catch (error) {
    // Another process may have created it meanwhile, or this one, with the response lost.
    const taken = isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!taken && !isShopwrightError(error, 'OUTCOME_UNKNOWN')) throw error;
    if (!(await exists())) throw error;
  }
}

/** SHA-256 (base64url) of a JSON value, whatever the order of its keys. `undefined` counts as missing. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('base64url');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
