import type { ProductSetIdentifiers, ProductSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity } from '../../../store/entities.ts';
import { ownFields } from './fields.ts';
import { mediaFrom } from './files.ts';
import { findTarget, type Target } from './identifier.ts';
import { metafieldsFrom } from './metafields.ts';
import { defaultOptions, optionsFrom } from './options.ts';
import { checkStockLimit } from './stock.ts';
import type { ProductSetContext } from './user-errors.ts';
import { variantsFrom, variantsLeftAlone } from './variants.ts';

/** The product as the input wants it, if there is one to build. Changes nothing; what is wrong goes to `context.report`. */
export function buildProduct(
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
  checkVariantsAndOptions(input, existing, context);
  checkStockLimit(input, context);

  const id = existing?.id ?? context.store.nextId('Product');
  const fields = ownFields(input, target, context);
  const options = optionsOf(input, existing, context);
  const media = input.files == null ? (existing?.media ?? []) : mediaFrom(input.files, existing?.media ?? [], context);
  const parts = { productId: id, options, existing: existing?.variants ?? [], media, files: input.files ?? undefined };
  return {
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
}

/** Options and variants say something only together. */
function checkVariantsAndOptions(
  input: ProductSetInput,
  existing: ProductEntity | undefined,
  { report }: ProductSetContext,
): void {
  if (existing && input.variants?.length === 0) {
    report('VARIANTS_INPUT_MISSING', ['input', 'variants'], 'A product needs a variant');
  } else if (existing && input.productOptions?.length && !input.variants) {
    report('VARIANTS_INPUT_MISSING', ['input', 'variants'], 'Variants input is required when updating product options');
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
