// @ts-nocheck
import type {
  OptionSetInput,
  OptionValueSetInput,
  VariantOptionValueInput,
} from '../../../../../graphql/operations/generated/graphql.ts';
import type { StoredLink, StoredOption, StoredOptionValue, StoredVariant } from '../../../store/entities.ts';
import type { FieldPath } from '../../errors.ts';
import { lengthProblem } from '../input-values.ts';
import type { ProductSetContext } from './context.ts';
import { linkedValue, linkFrom, sameLink } from './linked-options.ts';

/** The options after the input, in their order. Those that exist, by id or by name, keep their gid, and so do their values. */
export function optionsFrom(
  inputs: readonly OptionSetInput[],
  existing: readonly StoredOption[],
  context: ProductSetContext,
): readonly StoredOption[] {
  const { report } = context;
  if (inputs.length > maxOptions) {
    report('OPTIONS_OVER_LIMIT', ['input', 'productOptions'], `Can only specify a maximum of ${maxOptions} options`);
  }
  const built = inputs.map((input, index) => {
    const field = ['input', 'productOptions', index];
    const before = existing.find((option) =>
      input.id == null ? sameName(option.name, input.name ?? '') : option.id === input.id,
    );
    if (input.id != null && !before) report('OPTION_DOES_NOT_EXIST', field, 'Option does not exist');
    const name = (input.name ?? before?.name ?? '').trim();
    checkName(name, field, context);
    if (name.includes(delimiter)) {
      const message = `The name contains unsupported sequence '${delimiter}'`;
      report('OPTION_NAME_DELIMITER', [...field, 'name'], message);
    }
    const id = before?.id ?? context.store.nextId('ProductOption');
    const link = input.linkedMetafield ? linkFrom(input.linkedMetafield, field, context) : before?.linkedMetafield;
    const optionValues = link
      ? linkedValuesFrom(input, link, before, field, context)
      : input.linkedMetafield
        ? []
        : valuesFrom(input, before, field, context);
    return { id, name, position: input.position ?? index + 1, optionValues, ...(link && { linkedMetafield: link }) };
  });
  for (const [index, { linkedMetafield }] of built.entries()) {
    if (built.slice(0, index).some((other) => sameLink(other.linkedMetafield, linkedMetafield))) {
      const message = 'Cannot link multiple options to the same metafield.';
      report('DUPLICATE_LINKED_OPTION', ['input', 'productOptions', index], message);
    }
  }
  for (const [index, { name }] of built.entries()) {
    if (built.findIndex((other) => sameName(other.name, name)) < index) {
      report('DUPLICATED_OPTION_NAME', ['input', 'productOptions', index], `Duplicated option name '${name}'`);
    }
  }
  return built.toSorted((a, b) => a.position - b.position).map((option, index) => ({ ...option, position: index + 1 }));
}

/** The options of a product that has none: one value, for its one variant. */
export function defaultOptions(existing: readonly StoredOption[], context: ProductSetContext): readonly StoredOption[] {
  const [only] = existing;
  if (only?.name === 'Title' && only.optionValues[0]?.name === 'Default Title') return [only];
  const value = { id: context.store.nextId('ProductOptionValue'), name: 'Default Title' };
  return [{ id: context.store.nextId('ProductOption'), name: 'Title', position: 1, optionValues: [value] }];
}

function valuesFrom(
  input: OptionSetInput,
  before: StoredOption | undefined,
  optionField: FieldPath,
  context: ProductSetContext,
): readonly StoredOptionValue[] {
  if (input.values == null && before) return before.optionValues;
  const inputs = input.values ?? [];
  const field = [...optionField, 'values'];
  if (inputs.length === 0) context.report('OPTION_VALUES_MISSING', field, 'Option values are required');
  if (inputs.length > maxValues)
    context.report('OPTION_VALUES_OVER_LIMIT', field, `Option values cannot exceed ${maxValues}`);
  const values = inputs.map((value, index) => valueFrom(value, before, [...field, index], context));
  const names = new Set<string>();
  for (const [index, { name }] of values.entries()) {
    if (names.has(name))
      context.report('DUPLICATED_OPTION_VALUE', [...field, index], `Duplicated option value '${name}'`);
    names.add(name);
  }
  return values;
}

/** The values of a linked option: the metaobjects that the input names, else those that are there. */
function linkedValuesFrom(
  { linkedMetafield, values }: OptionSetInput,
  link: StoredLink,
  before: StoredOption | undefined,
  optionField: FieldPath,
  context: ProductSetContext,
): readonly StoredOptionValue[] {
  if (values?.length) {
    const message = 'Cannot combine linked and nonlinked option values.';
    context.report('CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES', [...optionField, 'values'], message);
  }
  const field = [...optionField, 'linkedMetafield', 'values'];
  const isKept = linkedMetafield?.values == null && sameLink(before?.linkedMetafield, link);
  const found = isKept
    ? (before?.optionValues ?? [])
    : (linkedMetafield?.values ?? []).map((id) => linkedValue(id, link, before?.optionValues ?? [], field, context));
  if (found.length === 0) context.report('OPTION_VALUES_MISSING', field, 'Option values are required');
  if (found.length > maxValues)
    context.report('OPTION_VALUES_OVER_LIMIT', field, `Option values cannot exceed ${maxValues}`);
  for (const [index, { name }] of found.entries()) {
    if (found.findIndex((other) => other.name === name) < index)
      context.report('DUPLICATED_OPTION_VALUE', field, `Duplicated option value '${name}'`);
  }
  return found;
}

function valueFrom(
  input: OptionValueSetInput,
  option: StoredOption | undefined,
  field: FieldPath,
  context: ProductSetContext,
): StoredOptionValue {
  const given = input.name?.trim();
  const before = option?.optionValues.find((value) =>
    input.id == null ? value.name === given : value.id === input.id,
  );
  if (input.id != null && !before) context.report('OPTION_VALUE_DOES_NOT_EXIST', field, 'Option value does not exist');
  const name = given ?? before?.name ?? '';
  checkName(name, field, context);
  return { id: before?.id ?? context.store.nextId('ProductOptionValue'), name };
}

function checkName(name: string, field: FieldPath, { report }: ProductSetContext): void {
  if (name === '') report('MISSING_FIELD_REQUIRED', [...field, 'name'], "Name can't be blank");
  const tooLong = lengthProblem('Name', name);
  if (tooLong !== undefined) report('INVALID_INPUT', [...field, 'name'], tooLong);
}

/** Options of a product, values of an option, and characters of either's name. */
export const maxOptions = 3;

export const maxValues = 2048;

export const maxNameLength = 255;

/** Stands between option values in a variant's title, and so in no option's name. */
export const delimiter = ' / ';

/** Option names differ by more than their case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The option values of one variant, in the order of the options. */
export type Combination = StoredVariant['selectedOptions'];

/** The combination that a variant's input names; reports what the options do not have. */
export function combinationFrom(
  inputs: readonly VariantOptionValueInput[],
  options: readonly StoredOption[],
  field: FieldPath,
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
      report('OPTION_DOES_NOT_EXIST', place, 'Option does not exist');
      continue;
    }
    const { linkedMetafieldValue: linked } = input;
    if (option.linkedMetafield && input.name != null) {
      const message = 'Cannot set name for an option value linked to a metafield.';
      report('CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE', place, message);
      continue;
    }
    const value = option.optionValues.find(({ id, name, linkedMetafieldValue }) => {
      if (input.id != null) return id === input.id;
      return linked == null ? name === input.name?.trim() : linkedMetafieldValue === linked;
    });
    const said = input.name ?? linked ?? input.id;
    if (!value) report('OPTION_VALUE_DOES_NOT_EXIST', place, `Option value '${said}' does not exist`);
    else if (chosen.has(option)) {
      const message = `Duplicated option name '${option.name}'`;
      report('DUPLICATED_OPTION_IN_VARIANT', [...field, 'optionValues'], message);
    } else chosen.set(option, value);
  }
  return options.flatMap((option) => {
    const optionValue = chosen.get(option) ?? impliedValue(option, inputs);
    if (optionValue) return [{ name: option.name, value: optionValue.name, optionValue }];
    // Not said of a variant whose values are already reported as wrong.
    if (isComplete) report('NEED_TO_ADD_OPTION_VALUES', field, `You need to add option values for ${option.name}`);
    return [];
  });
}

/** A variant of a product without options need not say so. */
function impliedValue(option: StoredOption, inputs: readonly VariantOptionValueInput[]): StoredOptionValue | undefined {
  const [value] = option.optionValues;
  return inputs.length === 0 && value?.name === 'Default Title' ? value : undefined;
}

/** What makes two combinations equal, also after options were renamed or put in another order. */
export const combinationKey = (combination: Combination): string =>
  combination
    .map(({ optionValue }) => optionValue.id)
    .toSorted()
    .join(' ');

/** Shopify's words for a combination that another variant has. */
export const alreadyExists = (combination: Combination): string =>
  `The variant '${combination.map(({ value }) => value).join(' / ')}' already exists. Please change at least one option value.`;
