import { ConfigError, isShopwrightError } from '../errors/errors.ts';
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
import { defined, namesOfOptions, noOption, plainDecimal, salePrice } from './product-facts.ts';

/** The part of the client that the product sync needs: what `createShopifyClient` returns has it. */
export interface SyncClient extends GraphqlClient {
  readonly shop: string;
  status(): { readonly limiter: LimiterStatus | undefined; readonly breaker: BreakerState };
}

/** Turns a draft into the input of `productSet` that creates it. Only a product that is not there yet is sent so. */
export function toProductInput(draft: ProductDraft): ProductSetInput {
  const optionNames = namesOfOptions(draft);
  const images = (draft.images ?? []).map(toFile);
  return {
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
    }),
    metafields: [...(draft.metafields ?? []), idMetafield(draft.localId)],
    productOptions: optionNames.map((name) => ({
      name,
      values: valuesOf(name, draft.variants).map((value) => ({ name: value })),
    })),
    variants: draft.variants.map((variant) => toVariant(variant, optionNames, images)),
  };
}

/** The most points that a call of the sync costs: Shopify refuses one of more than 1,000, whatever the bucket holds. */
const mostPoints = 900;

/**
 * The input without images where it would cost too much with them: they follow by calls of their own.
 * https://shopify.dev/changelog/dynamic-complexity-cost-for-productset-mutation
 */
export function withinCost(input: ProductSetInput): ProductSetInput {
  const { files = [], variants = [], metafields = [] } = input;
  const shown = variants?.filter(({ file }) => file).length ?? 0;
  const points =
    10 + 0.2 * (variants?.length ?? 0) + 0.6 * shown + 0.4 * (metafields?.length ?? 0) + 1.9 * (files?.length ?? 0);
  if (points <= mostPoints) return input;
  const { files: _files, ...rest } = input;
  return { ...rest, variants: variants?.map(({ file: _file, ...variant }) => variant) ?? [] };
}

function valuesOf(option: string, variants: readonly ProductVariantDraft[]): readonly string[] {
  return [...new Set(variants.map(({ options }) => options[option] ?? noOption[1]))];
}

function toVariant(
  variant: ProductVariantDraft,
  optionNames: readonly string[],
  images: readonly FileSetInput[],
): ProductVariantSetInput {
  const { compareAtPrice } = variant;
  return {
    optionValues: optionNames.map((optionName) => ({
      optionName,
      name: variant.options[optionName] ?? noOption[1],
    })),
    sku: variant.sku,
    price: plainDecimal(variant.price),
    ...defined({
      compareAtPrice: compareAtPrice === undefined ? undefined : salePrice(compareAtPrice),
      barcode: variant.barcode,
      taxable: variant.taxable,
      inventoryPolicy: variant.inventoryPolicy,
      file: images.find(({ originalSource }) => originalSource === variant.imageUrl),
    }),
  };
}

function toFile(image: { readonly url: string; readonly alt?: string | undefined }): FileSetInput {
  return { originalSource: image.url, contentType: 'IMAGE', ...defined({ alt: image.alt }) };
}

/** The app-owned metafield that carries a product's local id. Its values are unique, so it identifies. */
export const idField = { namespace: '$app:shopwright', key: 'local_id', type: 'id' } as const;

/** The metafield of one product. */
export function idMetafield(localId: string): MetafieldInput & typeof idField & { readonly value: string } {
  return { ...idField, value: localId };
}

/** How Shopify finds the product of a local id: by its metafield. So a repeated push never creates a second product. */
export function identifierOf(localId: string): ProductSetIdentifiers & { customId: object } {
  return { customId: { namespace: idField.namespace, key: idField.key, value: localId } };
}
/** Whether the shop has the definition of that metafield. @throws ConfigError where it is one of another type. */
export async function hasIdentity(client: SyncClient): Promise<boolean> {
  const variables = { ownerType: 'PRODUCT', namespace: idField.namespace, key: idField.key } as const;
  const { data } = await client.graphql(MetafieldDefinitionByKeyDocument, variables, { priority: 'background' });
  const [definition] = data.metafieldDefinitions.nodes;
  if (!definition || definition.type.name === idField.type) return definition !== undefined;
  const message = `the metafield ${idField.namespace}.${idField.key} of products is defined with the type "${definition.type.name}" in ${client.shop}, so that it cannot identify them. Delete that definition in the shop (Settings, Metafields); the next push creates it with the type "${idField.type}".`;
  throw new ConfigError('Invalid configuration', { issues: [{ field: 'client', message }], shop: client.shop });
}

/**
 * Creates the definition of the metafield where it is missing.
 *
 * @throws AccessDeniedError where the token lacks `write_products`. ConfigError where it is one of another type.
 */
export async function ensureIdentity(client: SyncClient): Promise<void> {
  if (await hasIdentity(client)) return;
  const definition = {
    ...idField,
    ownerType: 'PRODUCT',
    name: 'Local id',
    description: 'The id of this product in the system it is synced from.',
  } as const;
  try {
    await client.graphql(MetafieldDefinitionEnsureDocument, { definition }, { priority: 'background' });
  } catch (error) {
    // Another process may have created it meanwhile, or this one, with the response lost.
    const taken = isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => code === 'TAKEN');
    if (!taken && !isShopwrightError(error, 'OUTCOME_UNKNOWN')) throw error;
    if (!(await hasIdentity(client))) throw error;
  }
}
