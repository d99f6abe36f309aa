import type { VariantOptionValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredOption, StoredVariant } from '../../../store/entities.ts';
import { sameName } from '../product-set/options.ts';
import type { ProductSetContext } from '../product-set/user-errors.ts';

const names = (option: StoredOption, { optionId, optionName }: VariantOptionValueInput): boolean =>
  optionId == null ? sameName(option.name, optionName ?? '') : option.id === optionId;

/** The options with the values that an input names and that are not there yet: unlike `productSet`, it adds them. */
export function withValues(
  options: readonly StoredOption[],
  inputs: readonly VariantOptionValueInput[],
  { store }: ProductSetContext,
): readonly StoredOption[] {
  return options.map((option) => {
    const name = inputs.find((input) => names(option, input) && input.id == null)?.name?.trim();
    if (!name || option.optionValues.some((value) => value.name === name)) return option;
    const value = { id: store.nextId('ProductOptionValue'), name };
    return { ...option, optionValues: [...option.optionValues, value] };
  });
}

/** The input with the values that a variant has of the options it does not name. */
export function withValuesOf(
  variant: StoredVariant,
  options: readonly StoredOption[],
  inputs: readonly VariantOptionValueInput[],
): VariantOptionValueInput[] {
  const kept = options.flatMap((option) => {
    if (inputs.some((input) => names(option, input))) return [];
    const value = variant.selectedOptions.find(({ optionValue }) =>
      option.optionValues.some(({ id }) => id === optionValue.id),
    );
    return value ? [{ optionId: option.id, id: value.optionValue.id }] : [];
  });
  return [...inputs, ...kept];
}
