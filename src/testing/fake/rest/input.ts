import type {
  InventoryItemInput,
  ProductSetInput,
  ProductVariantInventoryPolicy,
  ProductVariantSetInput,
} from '../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredMedia, StoredVariant } from '../store/entities.ts';
import { gidOf, listOf, metafieldsOf, textOf, truthOf } from './input-values.ts';
import type { Json } from './types.ts';
import { weightUnits } from './views.ts';

type VariantsInput = Pick<ProductSetInput, 'productOptions' | 'variants'>;

/**
 * Options and variants of a product's body, as `productSet` takes them. REST too deletes the variants that a list
 * leaves out; an option's values are those that its variants have.
 */
export function variantsInput(body: Json, existing: ProductEntity | undefined): VariantsInput {
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
