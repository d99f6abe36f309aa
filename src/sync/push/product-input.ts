import { inputPoints, mutationPoints } from '../../graphql/cost/rule.ts';
import type {
  FileSetInput,
  InventoryItemInput,
  MetafieldInput,
  OptionSetInput,
  ProductSetInput,
  ProductVariantSetInput,
} from '../../graphql/operations/generated/graphql.ts';
import type { ValidationIssue } from '../../validation/issues.ts';
import {
  type DraftImage,
  type DraftInventoryItem,
  type DraftMetafield,
  isCategoryPath,
  type ProductDraft,
  type ProductVariantDraft,
} from '../../validation/product-draft.ts';
import { idMetafield } from '../identity.ts';
import type { ProductChange } from '../plan/change.ts';
import { isOrderField } from '../plan/order.ts';
import {
  byPosition,
  defined,
  type FactValue,
  imageKey,
  namesOfOptions,
  noOption,
  plainDecimal,
  salePrice,
  sentMetafields,
} from '../plan/product-facts.ts';
import { statusOfNew } from '../plan/unpriced.ts';

/**
 * Converts a draft to the input of `productSet` that creates it. Only for products that do not exist yet.
 *
 * @param fileIds Gids of images that the shop already has, by key: they are not uploaded.
 */
export function toProductInput(draft: ProductDraft, fileIds: ReadonlyMap<string, string>): ProductSetInput {
  const optionNames = namesOfOptions(draft);
  const files = new Map(byPosition(draft.images ?? []).map((image) => [image.url, toFile(image, fileIds)]));
  return {
    title: draft.title,
    ...defined({
      descriptionHtml: draft.descriptionHtml,
      vendor: draft.vendor,
      productType: draft.productType,
      handle: draft.handle,
      redirectNewHandle: draft.redirectNewHandle,
      tags: draft.tags && [...draft.tags],
      status: statusOfNew(draft.status, draft.variants),
      category: draft.category,
      seo: draft.seo && defined(draft.seo),
      files: draft.images && [...files.values()],
      collections: draft.collections && [...draft.collections],
      templateSuffix: draft.templateSuffix,
      giftCard: draft.giftCard,
    }),
    metafields: [...sentMetafields(draft).map(toMetafield), idMetafield(draft.localId)],
    productOptions: optionNames.map((name) => toOption(name, draft)),
    variants: draft.variants.map((variant) => toVariant(variant, draft, optionNames, files)),
  };
}

/**
 * The input of `productSet` that makes only these changes to an existing product: values and lists that it leaves out
 * stay. Its tags and collections replace the whole list. `undefined` if other parts change: variants would replace the
 * whole list too, and a variant that a merchant adds before the row is executed would be deleted, with its stock.
 */
export function toChangedInput(draft: ProductDraft, changes: readonly ProductChange[]): ProductSetInput | undefined {
  const lists = new Set(changes.map(({ list }) => list));
  const isSayable = changes.every(
    ({ list, fields }) =>
      (list === 'product' && Object.keys(fields).every((name) => !isOrderField(name) && name !== 'linkedOptions')) ||
      list === 'tags' ||
      list === 'collections',
  );
  if (!isSayable) return undefined;
  const values = Object.fromEntries(
    changes.flatMap(({ list, fields }) =>
      list === 'product' ? Object.entries(fields).map(([name, { to }]) => [name, to] as const) : [],
    ),
  );
  const { seoTitle, seoDescription, ...plain } = values;
  const seo = defined({ title: textOf(seoTitle), description: textOf(seoDescription) });
  return {
    ...(plain as ProductSetInput),
    ...(Object.keys(seo).length > 0 && { seo }),
    ...(plain['handle'] !== undefined && draft.redirectNewHandle && { redirectNewHandle: true }),
    ...(lists.has('tags') && { tags: [...(draft.tags ?? [])] }),
    ...(lists.has('collections') && { collections: [...(draft.collections ?? [])] }),
  };
}

const textOf = (value: FactValue | undefined): string | null | undefined =>
  typeof value === 'string' || value === null ? value : undefined;

/** The most points that a call of the sync may cost. Shopify refuses calls above 1,000, even with a full bucket. */
const mostPoints = 900;

/** Leaves the images out of the input if it would cost too much with them. They follow in separate calls. */
export function withinCost(input: ProductSetInput): ProductSetInput {
  const points = mutationPoints + inputPoints('productSet', (name) => (name === 'input' ? input : undefined));
  if (points <= mostPoints) return input;
  const { files: _files, variants, ...rest } = input;
  return { ...rest, variants: variants?.map(({ file: _file, ...variant }) => variant) ?? [] };
}

/** The most quantities in one call: https://shopify.dev/changelog/posts/productset-limit-for-inventory-quantities */
const maxQuantities = 50_000;

/** Parts of a valid draft that a push cannot send yet. They are reported instead of silently left out. */
export function unsentParts(draft: ProductDraft): readonly ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const add = (code: string, field: string, message: string): void =>
    void issues.push({ severity: 'error', code, field, message });
  if (draft.category && isCategoryPath(draft.category)) {
    const message =
      'is a path for which no category was found: set the gid of the category, or pass a resolveCategory that finds it';
    add('category-unresolved', 'category', message);
  }
  const entries = draft.variants.reduce((sum, { quantities = [] }) => sum + quantities.length, 0);
  if (entries > maxQuantities) {
    const message = `have ${entries} quantities, but Shopify accepts at most ${maxQuantities}: leave them out, and set the stock with createInventory`;
    add('quantities-too-many', 'variants', message);
  }
  for (const [index, variant] of draft.variants.entries()) {
    const { imageUrls = [], options, quantities = [] } = variant;
    const field = `variants[${index}]`;
    if (new Set(quantities.map(({ locationId }) => locationId)).size < quantities.length)
      add('quantities-duplicate', `${field}.quantities`, 'has two entries for one location: remove one');
    if (imageUrls.length > 1)
      add(
        'image-urls-unsupported',
        `${field}.imageUrls`,
        'lists several images, but a push can send only one: keep one',
      );
    for (const name of Object.keys(draft.linkedOptions ?? {})) {
      const value = options[name];
      if (value === undefined || value.startsWith('gid://')) continue;
      const message = 'belongs to a linked option: set it to the gid of its metaobject';
      add('linked-value-unresolved', `${field}.options[${JSON.stringify(name)}]`, message);
    }
  }
  return issues;
}

const toMetafield = ({ namespace, key, type, value }: DraftMetafield): MetafieldInput => ({
  namespace,
  key,
  ...defined({ type }),
  value,
});

function toOption(name: string, draft: ProductDraft): OptionSetInput {
  const values = valuesOf(name, draft.variants);
  const linked = draft.linkedOptions?.[name];
  return linked
    ? { name, linkedMetafield: { ...linked, values: [...values] } }
    : { name, values: values.map((value) => ({ name: value })) };
}

function valuesOf(option: string, variants: readonly ProductVariantDraft[]): readonly string[] {
  return [...new Set(byPosition(variants).map(({ options }) => options[option] ?? noOption[1]))];
}

function toVariant(
  variant: ProductVariantDraft,
  { linkedOptions = {} }: ProductDraft,
  optionNames: readonly string[],
  files: ReadonlyMap<string, FileSetInput>,
): ProductVariantSetInput {
  const image = variant.imageUrl ?? variant.imageUrls?.[0];
  return {
    optionValues: optionNames.map((optionName) => {
      const value = variant.options[optionName] ?? noOption[1];
      return linkedOptions[optionName] ? { optionName, linkedMetafieldValue: value } : { optionName, name: value };
    }),
    ...defined({
      price: variant.price === undefined ? undefined : plainDecimal(variant.price),
      sku: variant.sku,
      compareAtPrice: variant.compareAtPrice && salePrice(variant.compareAtPrice),
      ...(variant.barcodes ? barcodesInput(variant.barcodes) : { barcode: variant.barcode }),
      taxable: variant.taxable,
      taxCode: variant.taxCode,
      inventoryPolicy: variant.inventoryPolicy,
      inventoryItem: variant.inventoryItem && toInventoryItem(variant.inventoryItem),
      inventoryQuantities: variant.quantities?.map(({ locationId, available }) => ({
        ...{ locationId, name: 'available', quantity: available },
      })),
      unitPriceMeasurement: variant.unitPrice,
      metafields: variant.metafields?.map(toMetafield),
      position: variant.position,
      file: image === undefined ? undefined : files.get(image),
    }),
  };
}

/**
 * Barcodes as sent: a single one as `barcode`, which all API versions have; several as `barcodes`, which exists since
 * 2026-10 (https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes).
 *
 * @param before The barcodes of the last push. If there were several, only a list can replace them.
 */
export function barcodesInput(
  barcodes: readonly string[],
  before: readonly string[] = [],
): Pick<ProductVariantSetInput, 'barcode' | 'barcodes'> {
  if (Math.max(barcodes.length, before.length) > 1) return { barcodes: barcodes.map((value) => ({ value })) };
  return { barcode: barcodes[0] ?? null };
}

function toInventoryItem({ weight, cost, ...item }: DraftInventoryItem): InventoryItemInput {
  return defined({ ...item, cost: cost && plainDecimal(cost), measurement: weight && { weight } });
}

function toFile(image: DraftImage, ids: ReadonlyMap<string, string>): FileSetInput {
  const id = ids.get(imageKey(image.url));
  if (id !== undefined) return { id };
  return { originalSource: image.url, contentType: 'IMAGE', ...defined({ alt: image.alt }) };
}
