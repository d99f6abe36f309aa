import type { ProductEntity, StoredOption } from '../../store/entities.ts';
import { type ResolverMap, resolver } from '../context.ts';

/** An option with what follows from the product's variants. */
interface OptionView extends StoredOption {
  readonly values: readonly string[];
  readonly linkedMetafield: null;
  readonly optionValues: readonly {
    readonly id: string;
    readonly name: string;
    readonly hasVariants: boolean;
    readonly linkedMetafieldValue: null;
    readonly swatch: null;
  }[];
}

/** Adds to an option which of its values variants use; as in Shopify, `values` names only those. */
export function optionView(option: StoredOption, product: ProductEntity): OptionView {
  const used = new Set(
    product.variants.flatMap((variant) => variant.selectedOptions.map(({ optionValue }) => optionValue.id)),
  );
  return {
    ...option,
    linkedMetafield: null,
    values: option.optionValues.filter(({ id }) => used.has(id)).map(({ name }) => name),
    optionValues: option.optionValues.map((value) => ({
      ...value,
      hasVariants: used.has(value.id),
      linkedMetafieldValue: null,
      swatch: null,
    })),
  };
}

/** Resolvers of options. */
export const optionResolvers: ResolverMap = {
  Product: {
    options: resolver<ProductEntity, { first?: number | null }>((product, { first }) =>
      product.options.slice(0, first ?? undefined).map((option) => optionView(option, product)),
    ),
    hasOnlyDefaultVariant: resolver<ProductEntity>(({ variants }) => {
      const [only, another] = variants;
      return another === undefined && only?.title === 'Default Title';
    }),
  },
};
