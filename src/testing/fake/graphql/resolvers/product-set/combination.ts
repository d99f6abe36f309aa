import type { VariantOptionValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredOption, StoredOptionValue, StoredVariant } from '../../../store/entities.ts';
import { sameName } from './options.ts';
import type { ProductSetContext } from './user-errors.ts';

/** The option values of one variant, in the order of the options. */
export type Combination = StoredVariant['selectedOptions'];

/** What makes two combinations equal, also after options were renamed or put in another order. */
export const combinationKey = (combination: Combination): string =>
  combination
    .map(({ optionValue }) => optionValue.id)
    .toSorted()
    .join(' ');

/** The combination that a variant's input names; reports what the options do not have. */
export function combinationFrom(
  inputs: readonly VariantOptionValueInput[],
  options: readonly StoredOption[],
  field: readonly (string | number)[],
  context: ProductSetContext,
): Combination {
  const chosen = new Map<StoredOption, StoredOptionValue>();
  let isComplete = true;
  const report: ProductSetContext['report'] = (...problem) => {
    isComplete = false;
    context.report(...problem);
  };
  for (const [index, input] of inputs.entries()) {
    const place = [...field, 'optionValues', index];
    const option = options.find(({ id, name }) =>
      input.optionId == null ? sameName(name, input.optionName ?? '') : id === input.optionId,
    );
    if (!option) {
      report('OPTION_DOES_NOT_EXIST', place, `Option '${input.optionName ?? input.optionId}' does not exist`);
      continue;
    }
    const value = option.optionValues.find(({ id, name }) =>
      input.id == null ? name === input.name?.trim() : id === input.id,
    );
    if (!value) report('OPTION_VALUE_DOES_NOT_EXIST', place, `Option value '${input.name ?? input.id}' does not exist`);
    else if (chosen.has(option)) report('INVALID_VARIANT', place, `Option '${option.name}' is given twice`);
    else chosen.set(option, value);
  }
  return options.flatMap((option) => {
    const optionValue = chosen.get(option) ?? impliedValue(option, inputs);
    if (optionValue) return [{ name: option.name, value: optionValue.name, optionValue }];
    // Not said of a variant whose values are already reported as wrong.
    if (isComplete)
      report(
        'NEED_TO_ADD_OPTION_VALUES',
        [...field, 'optionValues'],
        `You need to add option values for ${option.name}`,
      );
    return [];
  });
}

/** A variant of a product without options need not say so. */
function impliedValue(option: StoredOption, inputs: readonly VariantOptionValueInput[]): StoredOptionValue | undefined {
  const [value] = option.optionValues;
  return inputs.length === 0 && value?.name === 'Default Title' ? value : undefined;
}
