import type {
  FileSetInput,
  InventoryItemInput,
  MetafieldInput,
  ProductSetInput,
  ProductStatus,
  ProductVariantInventoryPolicy,
  ProductVariantSetInput,
} from '../../../graphql/operations/generated/graphql.ts';
import { isRecord } from '../../../internal/json.ts';
import type { ProductEntity, StoredMedia, StoredMetafield, StoredVariant } from '../store/entities.ts';
import { type Json, notSimulated, type RestReply, unprocessable } from './replies.ts';
import { weightUnits } from './views.ts';

/** A text, also where a number was sent; `undefined` where nothing was, so that it stays as it is. */
function textOf(value: unknown): string | null | undefined {
  return value === undefined || value === null ? value : String(value);
}

/** A truth, or `undefined` where none was sent. */
const truthOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A list of objects, or `undefined` where none was sent. */
function listOf(value: unknown): readonly Json[] | undefined {
  return Array.isArray(value) ? value.filter(isRecord) : undefined;
}

/** The gid for a number of a body, exactly. */
export const gidOf = (kind: string, id: unknown): string => `gid://shopify/${kind}/${String(id)}`;

/** The metafields that a body names, beside those that are there: REST deletes none. */
function metafieldsOf(value: unknown, existing: readonly StoredMetafield[] = []): MetafieldInput[] | undefined {
  const given = listOf(value)?.map(({ id, namespace, key, type, value: content }) => ({
    id: id === undefined ? undefined : gidOf('Metafield', id),
    namespace: textOf(namespace),
    key: textOf(key),
    type: textOf(type),
    value: textOf(content),
  }));
  if (!given) return undefined;
  const kept = existing.filter(
    (metafield) =>
      !given.some(({ id, namespace, key }) => {
        return id === metafield.id || (namespace === metafield.namespace && key === metafield.key);
      }),
  );
  return [
    ...kept.map(({ id, namespace, key, type, value: content }) => ({ id, namespace, key, type, value: content })),
    ...given,
  ];
}

const statuses: readonly unknown[] = ['active', 'archived', 'draft', 'unlisted', undefined, null];

const policies: readonly unknown[] = ['deny', 'continue', undefined, null];

const notListed = ['is not included in the list'];

/** Why a product's body is refused before it is read further; `undefined` where it is not. */
export function refusedProduct(body: Json): RestReply | undefined {
  if (!statuses.includes(body.status)) return unprocessable({ status: notListed });
  if (listOf(body.images)?.some((image) => 'attachment' in image)) {
    return notSimulated('the field `images[].attachment` is not simulated by the fake: use `src` instead');
  }
  for (const variant of listOf(body.variants) ?? []) {
    const refused = refusedVariant(variant);
    if (refused) return refused;
  }
  return undefined;
}

/** Why a variant's body is refused before it is read further; `undefined` where it is not. */
export function refusedVariant({ inventory_policy: policy }: Json): RestReply | undefined {
  return policies.includes(policy) ? undefined : unprocessable({ inventory_policy: notListed });
}

/** A product's body, as `productSet` takes it. What the body leaves out stays as it is. */
export function productInput(body: Json, existing: ProductEntity | undefined): ProductSetInput {
  return {
    title: textOf(body.title),
    handle: textOf(body.handle),
    descriptionHtml: textOf(body.body_html),
    vendor: textOf(body.vendor),
    productType: textOf(body.product_type),
    templateSuffix: textOf(body.template_suffix),
    status: textOf(body.status)?.toUpperCase() as ProductStatus | undefined,
    tags: tagsOf(body.tags),
    seo: {
      title: textOf(body.metafields_global_title_tag),
      description: textOf(body.metafields_global_description_tag),
    },
    metafields: metafieldsOf(body.metafields, existing?.metafields),
    files: filesOf(body, existing),
    ...variantsInput(body, existing),
  };
}

function tagsOf(tags: unknown): string[] | undefined {
  if (tags === undefined) return undefined;
  return Array.isArray(tags) ? tags.map(String) : String(tags ?? '').split(',');
}

/** The images; those that stand already, too, where a variant is given one of them. */
function filesOf(body: Json, existing: ProductEntity | undefined): FileSetInput[] | undefined {
  const images = listOf(body.images);
  if (images) {
    return images.map(({ id, src, alt }) => {
      const kept = existing?.media.find((media) => media.image.id === gidOf('ImageSource', id));
      const file = kept ? { id: kept.id } : { originalSource: textOf(src) };
      return { ...file, ...(alt !== undefined && { alt: textOf(alt) }) };
    });
  }
  const isGivenAnImage = listOf(body.variants)?.some((row) => row.image_id != null);
  return isGivenAnImage ? existing?.media.map(({ id }) => ({ id })) : undefined;
}

type VariantsInput = Pick<ProductSetInput, 'productOptions' | 'variants'>;

/**
 * Options and variants of a product's body, as `productSet` takes them. REST too deletes the variants that a list
 * leaves out; an option's values are those that its variants have.
 */
function variantsInput(body: Json, existing: ProductEntity | undefined): VariantsInput {
  const options = listOf(body.options);
  const given = listOf(body.variants);
  // A new product without variants is given one; one that exists cannot lose all of them.
  const named = existing || given?.length ? given : undefined;
  const rows = named ?? (options ? existing?.variants.map(({ id }) => ({ gid: id })) : undefined);
  if (!rows) return options ? { productOptions: options.map(freshOption) } : {};

  const known = new Map(existing?.variants.map((variant) => [variant.id, variant]));
  const before = (row: Json): StoredVariant | undefined => known.get(gidOfRow(row) ?? '');
  const size = options?.length ?? existing?.options.length ?? Math.max(1, ...rows.map(optionCount));
  const names = Array.from({ length: size }, (_, index) => {
    const name = textOf(options?.[index]?.name) ?? existing?.options[index]?.name;
    return name ?? (index === 0 ? 'Title' : `Option${index + 1}`);
  });
  const chosenValue = (row: Json, index: number): string | undefined =>
    textOf(row[`option${index + 1}`]) ??
    before(row)?.selectedOptions[index]?.value ??
    (names[index] === 'Title' ? 'Default Title' : undefined);

  return {
    productOptions: names.map((name, index) => ({
      id: optionId(options?.[index], existing, index),
      name,
      values: [...new Set(rows.map((row) => chosenValue(row, index)))].flatMap((value) =>
        value === undefined ? [] : [{ name: value }],
      ),
    })),
    variants: rows.map((row) => ({
      ...variantFields(row, before(row), existing?.media ?? []),
      id: gidOfRow(row),
      optionValues: names.flatMap((optionName, index) => {
        const name = chosenValue(row, index);
        return name === undefined ? [] : [{ optionName, name }];
      }),
    })),
  };
}

/** The option of a new product whose body names values, and no variants. */
function freshOption({ name, values }: Json) {
  const list = Array.isArray(values) ? values : [];
  return { name: textOf(name), values: list.map((value) => ({ name: String(value) })) };
}

function optionId(option: Json | undefined, existing: ProductEntity | undefined, index: number): string | undefined {
  return option?.id === undefined ? existing?.options[index]?.id : gidOf('ProductOption', option.id);
}

function optionCount(row: Json): number {
  return [1, 2, 3].filter((number) => row[`option${number}`] != null).at(-1) ?? 0;
}

const gidOfRow = ({ id, gid }: Json): string | undefined =>
  typeof gid === 'string' ? gid : id == null ? undefined : gidOf('ProductVariant', id);

function variantFields(
  row: Json,
  before: StoredVariant | undefined,
  images: readonly StoredMedia[],
): Omit<ProductVariantSetInput, 'optionValues'> {
  const image = images.find((media) => media.image.id === gidOf('ImageSource', row.image_id));
  return {
    price: textOf(row.price),
    compareAtPrice: textOf(row.compare_at_price),
    sku: textOf(row.sku),
    barcode: textOf(row.barcode),
    taxable: truthOf(row.taxable),
    position: typeof row.position === 'number' ? row.position : undefined,
    inventoryPolicy: textOf(row.inventory_policy)?.toUpperCase() as ProductVariantInventoryPolicy | undefined,
    metafields: metafieldsOf(row.metafields, before?.metafields),
    inventoryItem: itemInput(row),
    file: image ? { id: image.id } : undefined,
  };
}

function itemInput(row: Json): InventoryItemInput {
  const management = row.inventory_management;
  const unit = weightUnits.get(String(row.weight_unit ?? 'kg'));
  const byGrams = typeof row.grams === 'number' ? { unit: 'GRAMS' as const, value: row.grams } : undefined;
  const weight = typeof row.weight === 'number' && unit ? { unit, value: row.weight } : byGrams;
  return {
    tracked: management === undefined ? undefined : management === 'shopify',
    requiresShipping: truthOf(row.requires_shipping),
    cost: textOf(row.cost),
    measurement: weight && { weight },
  };
}
