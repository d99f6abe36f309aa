import type {
  ProductEntity,
  StoredLink,
  StoredOption,
  StoredOptionValue,
  StoredVariant,
} from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import type { FieldPath, ReportUserError, UserError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { productById } from '../find-entities.ts';
import { beginBuilding, type ProductSetContext } from '../product-set/context.ts';
import { linkedValue, linkFrom, sameLink, withLinkedMetafields } from '../product-set/linked-options.ts';
import { combinationKey, delimiter, maxNameLength, maxOptions, maxValues, sameName } from '../product-set/options.ts';
import { maxVariants, variantFrom } from '../product-set/variants.ts';
import { saveProduct } from './save-product.ts';

/** Mutations of a product's options: variants keep their ids and their stock through a change of names. */
export const productOptionResolvers: ResolverMap = {
  Mutation: {
    productOptionUpdate: resolver<unknown, UpdateOptionArgs>((_source, args, context) =>
      changeOptions(args.productId, context, (change) => updateOption(args, change)),
    ),
    productOptionsCreate: resolver<unknown, CreateOptionsArgs>((_source, args, context) =>
      changeOptions(args.productId, context, (change) => createOptions(args, change)),
    ),
    productOptionsDelete: resolver<unknown, DeleteOptionsArgs>((_source, args, context) => {
      const payload = changeOptions(args.productId, context, (change) => deleteOptions(args, change));
      return { ...payload, deletedOptionsIds: payload.userErrors.length > 0 ? [] : args.options };
    }),
    productOptionsReorder: resolver<unknown, ReorderOptionsArgs>((_source, args, context) =>
      changeOptions(args.productId, context, (change) => reorderOptions(args, change)),
    ),
    productVariantsBulkReorder: resolver<unknown, ReorderVariantsArgs>((_source, args, context) => {
      const payload = changeOptions(args.productId, context, (change) => reorderVariants(args, change));
      return payload.userErrors.length > 0 ? { ...payload, product: null } : payload;
    }),
  },
};

/** A product under change: its options and its variants, whose combinations follow the options. */
interface OptionsChange {
  readonly context: ProductSetContext;
  readonly report: ReportUserError;
  options: readonly StoredOption[];
  variants: readonly StoredVariant[];
}

/** Makes one change of options: all of it, or nothing where anything is reported. */
function changeOptions(
  productId: string,
  context: ResolverContext,
  make: (change: OptionsChange) => void,
): { readonly product: ProductEntity | null; readonly userErrors: readonly UserError[] } {
  requireGid(productId);
  const before = productById(context, productId);
  const { building, userErrors } = beginBuilding(context, (problem) => problem);
  const report = building.report as ReportUserError;
  if (!before) {
    report('PRODUCT_DOES_NOT_EXIST', ['productId'], 'Product does not exist');
    return { product: null, userErrors };
  }
  const change: OptionsChange = { context: building, report, options: before.options, variants: before.variants };
  make(change);
  // The unchanged product is returned beside the errors.
  if (userErrors.length > 0) return { product: before, userErrors };
  const options = change.options.map((option, index) => ({ ...option, position: index + 1 }));
  const changed: ProductEntity = {
    ...before,
    options,
    variants: change.variants.map((variant, index) => ({ ...withNames(variant, options), position: index + 1 })),
    updatedAt: building.now,
  };
  const product = withLinkedMetafields(changed, context);
  saveProduct(context, product, before, building.stock);
  return { product, userErrors };
}

/** A variant with its values in the order of the options and under their names of today. */
function withNames(variant: StoredVariant, options: readonly StoredOption[]): StoredVariant {
  const chosen = new Set(variant.selectedOptions.map(({ optionValue }) => optionValue.id));
  const selectedOptions = options.flatMap(({ name, optionValues }) => {
    const optionValue = optionValues.find(({ id }) => chosen.has(id));
    return optionValue ? [{ name, value: optionValue.name, optionValue }] : [];
  });
  return { ...variant, selectedOptions, title: selectedOptions.map(({ value }) => value).join(' / ') };
}

interface UpdateOptionArgs {
  readonly productId: string;
  readonly option: {
    readonly id: string;
    readonly name?: string | null;
    readonly position?: number | null;
    readonly linkedMetafield?: StoredLink | null;
  };
  readonly optionValuesToAdd?: readonly OptionValueInput[] | null;
  readonly optionValuesToUpdate?: readonly (OptionValueInput & { readonly id: string })[] | null;
  readonly optionValuesToDelete?: readonly string[] | null;
  readonly variantStrategy?: 'LEAVE_AS_IS' | 'MANAGE' | null;
}

interface OptionValueInput {
  readonly name?: string | null;
  readonly linkedMetafieldValue?: string | null;
}

/** `productOptionUpdate`: names, position and values of one option. */
function updateOption(args: UpdateOptionArgs, change: OptionsChange): void {
  const { report } = change;
  const { option: input } = args;
  const before = change.options.find(({ id }) => id === input.id);
  if (!before) {
    report('OPTION_DOES_NOT_EXIST', ['option', 'id'], 'Option does not exist');
    return;
  }

  const name = input.name?.trim() ?? before.name;
  checkName(name, ['option'], report);
  if (change.options.some((other) => other.id !== before.id && sameName(other.name, name)))
    report('OPTION_ALREADY_EXISTS', ['option', 'name'], `Option '${name}' already exists.`);

  const asked = input.linkedMetafield;
  const link = asked ? linkFrom(asked, ['option'], building(change)) : before.linkedMetafield;
  if (change.options.some((other) => other.id !== before.id && sameLink(other.linkedMetafield, link)))
    report(
      'OPTION_LINKED_METAFIELD_ALREADY_TAKEN',
      ['option', 'linkedMetafield'],
      'An option linked to the provided metafield already exists.',
    );
  if (asked && !link) return;
  const optionValues = valuesAfter(args, before, link, change);
  const option = { ...before, name, optionValues, ...(link && { linkedMetafield: link }) };
  const others = change.options.filter(({ id }) => id !== before.id);
  const position = input.position ?? change.options.indexOf(before) + 1;
  if (position < 1 || position > change.options.length)
    report('INVALID_POSITION', ['option', 'position'], 'Option position must be between 1 and the number of options');
  change.options = [...others.slice(0, position - 1), option, ...others.slice(position - 1)];
  if (args.variantStrategy === 'MANAGE' && args.optionValuesToAdd?.length)
    completeCombinations(change, 'CANNOT_CREATE_VARIANTS_ABOVE_LIMIT', ['optionValuesToAdd']);
}

function valuesAfter(
  args: UpdateOptionArgs,
  before: StoredOption,
  link: StoredLink | undefined,
  change: OptionsChange,
): readonly StoredOptionValue[] {
  const { report } = change;
  const gone = new Set(args.optionValuesToDelete);
  const renamed = new Map((args.optionValuesToUpdate ?? []).map((value) => [value.id, value]));
  for (const [index, id] of [...gone].entries()) {
    const field = ['optionValuesToDelete', index];
    if (!before.optionValues.some((value) => value.id === id))
      report('OPTION_VALUE_DOES_NOT_EXIST', field, 'Option value does not exist.');
    else if (renamed.has(id))
      report('OPTION_VALUE_CONFLICTING_OPERATION', field, 'Option value cannot be both updated and deleted.');
  }
  for (const [index, id] of [...renamed.keys()].entries()) {
    if (!before.optionValues.some((value) => value.id === id))
      report('OPTION_VALUE_DOES_NOT_EXIST', ['optionValuesToUpdate', index, 'id'], 'Option value does not exist.');
  }
  const using = change.variants.filter(({ selectedOptions }) =>
    selectedOptions.some(({ optionValue }) => gone.has(optionValue.id)),
  );
  if (using.length > 0 && args.variantStrategy !== 'MANAGE')
    report('OPTION_VALUE_HAS_VARIANTS', ['optionValuesToDelete'], 'Cannot delete an option value that has variants.');
  else if (using.length > 0) {
    change.variants = change.variants.filter((variant) => !using.includes(variant));
    if (change.variants.length === 0)
      report(
        'CANNOT_LEAVE_OPTIONS_WITHOUT_VARIANTS',
        ['optionValuesToDelete'],
        'Cannot leave options without variants.',
      );
  }

  const kept = before.optionValues
    .filter(({ id }) => !gone.has(id))
    .map((value): StoredOptionValue => {
      const index = [...renamed.keys()].indexOf(value.id);
      const update = renamed.get(value.id);
      return update
        ? { ...optionValueOf(update, link, value, ['optionValuesToUpdate', index], change), id: value.id }
        : value;
    });
  const added = (args.optionValuesToAdd ?? []).map((value, index) =>
    optionValueOf(value, link, undefined, ['optionValuesToAdd', index], change),
  );
  const values = [...kept, ...added];
  if (link && !sameLink(before.linkedMetafield, link) && renamed.size === 0)
    report(
      'LINKED_OPTION_UPDATE_MISSING_VALUES',
      ['optionValuesToUpdate'],
      'Option values must be given where an option is linked to a metafield.',
    );
  else if (link && kept.some(({ linkedMetafieldValue }) => linkedMetafieldValue === undefined))
    report('CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES', ['optionValuesToUpdate'], combined);
  if (values.length === 0)
    report(
      'CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION',
      ['optionValuesToDelete'],
      'Cannot delete all option values in an option.',
    );
  checkValues(values, ['optionValuesToAdd'], report, {
    duplicate: 'OPTION_VALUE_ALREADY_EXISTS',
    duplicateMessage: 'Option value already exists.',
  });
  return values;
}

const combined = 'Cannot combine linked and nonlinked option values.';

/** What linked options are built with. */
const building = ({ context, report }: OptionsChange) => ({ ...context, report });

/** A value as the input names it: by a name, or, where the option is linked, by a metaobject. */
function optionValueOf(
  { name, linkedMetafieldValue }: OptionValueInput,
  link: StoredLink | undefined,
  before: StoredOptionValue | undefined,
  field: FieldPath,
  change: OptionsChange,
): StoredOptionValue {
  if (link ? name != null : linkedMetafieldValue != null)
    change.report('CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES', field, combined);
  else if (link && linkedMetafieldValue != null)
    return linkedValue(linkedMetafieldValue, link, before ? [before] : [], field, building(change));
  if (before) return { ...before, name: name?.trim() ?? before.name };
  return { id: change.context.store.nextId('ProductOptionValue'), name: name?.trim() ?? '' };
}

interface CreateOptionsArgs {
  readonly productId: string;
  readonly options: readonly {
    readonly name?: string | null;
    readonly position?: number | null;
    readonly values?: readonly OptionValueInput[] | null;
    readonly linkedMetafield?: (StoredLink & { readonly values?: readonly string[] | null }) | null;
  }[];
  readonly variantStrategy?: 'LEAVE_AS_IS' | 'CREATE' | null;
}

/** `productOptionsCreate`: variants that are there get the first value of each new option. */
function createOptions(args: CreateOptionsArgs, change: OptionsChange): void {
  const { report, context } = change;
  const [only, another] = change.variants;
  const isStandalone = change.options.length === 1 && only?.title === 'Default Title' && !another;
  const kept = isStandalone ? [] : change.options;
  const created = args.options.map((input, index): StoredOption & { readonly wanted: number } => {
    const field = ['options', index];
    const { linkedMetafield: asked } = input;
    const link = asked ? linkFrom(asked, field, building(change)) : undefined;
    if (kept.some((other) => sameLink(other.linkedMetafield, link)))
      report(
        'OPTION_LINKED_METAFIELD_ALREADY_TAKEN',
        [...field, 'linkedMetafield'],
        'An option linked to the provided metafield already exists.',
      );
    const name = input.name?.trim() ?? '';
    if (input.name == null)
      report('OPTION_NAME_MISSING', [...field, 'name'], 'Each option must have a name specified.');
    else checkName(name, field, report);
    const optionValues = asked
      ? newLinkedValues(input, link, field, change)
      : (input.values ?? []).map((value, at): StoredOptionValue => {
          if (value.linkedMetafieldValue != null)
            report(
              'LINKED_METAFIELD_VALUE_WITHOUT_LINKED_OPTION',
              [...field, 'values', at],
              'Cannot specify a linked metafield value for an option that is not linked to a metafield.',
            );
          return { id: context.store.nextId('ProductOptionValue'), name: value.name?.trim() ?? '' };
        });
    if (optionValues.length === 0 && !asked)
      report('OPTION_VALUES_MISSING', field, `Option '${name}' must specify at least one option value.`);
    checkValues(optionValues, [...field, 'values'], report, {
      duplicate: 'DUPLICATED_OPTION_VALUE',
      duplicateMessage: 'Duplicated option value.',
    });
    if (kept.some((other) => sameName(other.name, name)))
      report('OPTION_ALREADY_EXISTS', field, `Option '${name}' already exists.`);
    const id = context.store.nextId('ProductOption');
    const wanted = input.position ?? kept.length + index + 1;
    return { id, name, position: 0, optionValues, ...(link && { linkedMetafield: link }), wanted };
  });
  for (const [index, { linkedMetafield }] of created.entries()) {
    if (created.slice(0, index).some((other) => sameLink(other.linkedMetafield, linkedMetafield)))
      report('DUPLICATE_LINKED_OPTION', ['options', index], 'Cannot link multiple options to the same metafield.');
  }
  for (const [index, { name }] of created.entries()) {
    if (created.findIndex((other) => sameName(other.name, name)) < index)
      report('DUPLICATED_OPTION_NAME', ['options', index], 'Duplicated option name.');
  }
  if (kept.length + created.length > maxOptions)
    report('OPTIONS_OVER_LIMIT', ['options'], `Can only specify a maximum of ${maxOptions} options`);

  const options: StoredOption[] = [...kept];
  for (const [index, { wanted, ...option }] of created.entries()) {
    if (wanted < 1 || wanted > kept.length + created.length)
      report('POSITION_OUT_OF_BOUNDS', ['options', index, 'position'], 'Position is out of bounds.');
    options.splice(wanted - 1, 0, option);
  }
  change.options = options;
  const given = created.flatMap(({ name, optionValues: [first] }) =>
    first ? [{ name, value: first.name, optionValue: first }] : [],
  );
  change.variants = change.variants.map((variant) => ({
    ...variant,
    selectedOptions: [...(isStandalone ? [] : variant.selectedOptions), ...given],
  }));
  if (args.variantStrategy === 'CREATE') completeCombinations(change, 'TOO_MANY_VARIANTS_CREATED', ['options']);
}

/** The values of a new linked option, which its link or its values name. */
function newLinkedValues(
  { linkedMetafield, values }: CreateOptionsArgs['options'][number],
  link: StoredLink | undefined,
  field: FieldPath,
  change: OptionsChange,
): readonly StoredOptionValue[] {
  const { report } = change;
  const named = linkedMetafield?.values ?? [];
  const listed = values ?? [];
  if ((named.length > 0 && listed.length > 0) || listed.some(({ name }) => name != null))
    report(
      'CANNOT_COMBINE_LINKED_METAFIELD_AND_OPTION_VALUES',
      [...field, 'values'],
      'Cannot combine a linked metafield and option values.',
    );
  const ids = named.length > 0 ? named : listed.flatMap(({ linkedMetafieldValue }) => linkedMetafieldValue ?? []);
  if (ids.length === 0)
    report(
      'MISSING_METAFIELD_VALUES_FOR_LINKED_OPTION',
      [...field, 'linkedMetafield', 'values'],
      'Missing metafield values for linked option.',
    );
  if (!link) return [];
  return ids.map((id) => linkedValue(id, link, [], [...field, 'linkedMetafield', 'values'], building(change)));
}

interface DeleteOptionsArgs {
  readonly productId: string;
  readonly options: readonly string[];
  readonly strategy?: 'DEFAULT' | 'NON_DESTRUCTIVE' | 'POSITION' | null;
}

/** `productOptionsDelete`: by default only of options with one value; of variants that become equal, one stays. */
function deleteOptions({ options: ids, strategy }: DeleteOptionsArgs, change: OptionsChange): void {
  const { report, context } = change;
  for (const [index, id] of ids.entries()) {
    const option = change.options.find((candidate) => candidate.id === id);
    if (!option) report('OPTION_DOES_NOT_EXIST', ['options', index], 'Option does not exist.');
    else if ((strategy ?? 'DEFAULT') === 'DEFAULT' && option.optionValues.length > 1)
      report(
        'CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES',
        ['options', index],
        'An option with multiple values cannot be deleted.',
      );
  }
  const options = change.options.filter(({ id }) => !ids.includes(id));
  const seen = new Set<string>();
  const variants = change.variants
    .map((variant) => withNames(variant, options))
    .filter(({ selectedOptions }) => {
      const key = combinationKey(selectedOptions);
      return seen.has(key) ? false : seen.add(key);
    });
  if (strategy === 'NON_DESTRUCTIVE' && variants.length < change.variants.length)
    report(
      'CANNOT_USE_NON_DESTRUCTIVE_STRATEGY',
      ['options'],
      'The non-destructive strategy cannot be used, because variants would be deleted.',
    );
  change.variants = variants;
  change.options = options;
  if (options.length > 0) return;
  // The result is a product without options: one variant with the default value.
  const optionValue = { id: context.store.nextId('ProductOptionValue'), name: 'Default Title' };
  change.options = [
    { id: context.store.nextId('ProductOption'), name: 'Title', position: 1, optionValues: [optionValue] },
  ];
  change.variants = variants
    .slice(0, 1)
    .map((variant) => ({ ...variant, selectedOptions: [{ name: 'Title', value: optionValue.name, optionValue }] }));
}

interface ReorderOptionsArgs {
  readonly productId: string;
  readonly options: readonly (ReorderKey & { readonly values?: readonly ReorderKey[] | null })[];
}

interface ReorderKey {
  readonly id?: string | null;
  readonly name?: string | null;
}

/** `productOptionsReorder`: options, their values, and by them the variants. */
function reorderOptions({ options: inputs }: ReorderOptionsArgs, change: OptionsChange): void {
  const { report } = change;
  const order = <T extends { readonly id: string; readonly name: string }>(
    things: readonly T[],
    keys: readonly ReorderKey[],
    what: 'OPTION' | 'OPTION_VALUE',
  ): readonly T[] => {
    const first = new Set<T>();
    if (new Set(keys.map(({ id }) => id == null)).size > 1) {
      const message = `Only specify one of \`id\` or \`name\` fields for ${what === 'OPTION' ? 'options' : 'option values'}.`;
      report('MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED', ['options'], message);
      return things;
    }
    for (const [index, key] of keys.entries()) {
      const found = things.find(({ id, name }) => (key.id == null ? name === key.name : id === key.id));
      const [code, noun] =
        what === 'OPTION' ? ['DUPLICATED_OPTION_NAME', 'name'] : ['DUPLICATED_OPTION_VALUE', 'value'];
      if (!found) report(...unknownKey(key, what));
      else if (first.has(found)) report(code, ['options', index], `Duplicated option ${noun} '${found.name}'.`);
      else first.add(found);
    }
    return [...first, ...things.filter((thing) => !first.has(thing))];
  };
  const options = order(change.options, inputs, 'OPTION').map((option) => {
    const index = inputs.findIndex(({ id, name }) => (id == null ? name === option.name : id === option.id));
    const values = inputs[index]?.values;
    return values
      ? {
          ...option,
          optionValues: order(option.optionValues, values, 'OPTION_VALUE'),
        }
      : option;
  });
  const rank = new Map(options.flatMap(({ optionValues }) => optionValues.map(({ id }, index) => [id, index])));
  const ranks = (variant: StoredVariant): readonly number[] =>
    withNames(variant, options).selectedOptions.map(({ optionValue }) => rank.get(optionValue.id) ?? 0);
  change.options = options;
  change.variants = change.variants.toSorted((a, b) => {
    const [left, right] = [ranks(a), ranks(b)];
    return left.map((value, index) => value - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  });
}

/** The user error for what a product doesn't have. Recorded 2025-10; the list is blamed. */
function unknownKey({ id, name }: ReorderKey, what: 'OPTION' | 'OPTION_VALUE'): Parameters<ReportUserError> {
  const noun = what === 'OPTION' ? 'Option' : 'Option value';
  if (id != null)
    return [`${what}_ID_DOES_NOT_EXIST`, ['options'], `${noun} id '${id.split('/').at(-1)}' does not exist.`];
  return what === 'OPTION'
    ? ['OPTION_NAME_DOES_NOT_EXIST', ['options'], `Option name '${name}' does not exist.`]
    : ['OPTION_VALUE_DOES_NOT_EXIST', ['options'], `Option value '${name}' does not exist.`];
}

interface ReorderVariantsArgs {
  readonly productId: string;
  readonly positions: readonly { readonly id: string; readonly position: number }[];
}

/**
 * `productVariantsBulkReorder`: those named move to their positions, in the order given; the others close up. What is
 * wrong with the list is told before what isn't there. Recorded 2025-10.
 */
function reorderVariants({ positions }: ReorderVariantsArgs, change: OptionsChange): void {
  const { report } = change;
  const variants = [...change.variants];
  if (new Set(positions.map(({ id }) => id)).size < positions.length)
    report('DUPLICATED_VARIANT_ID', ['positions'], 'Product variant IDs must be unique');
  else if (positions.some(({ position }) => position < 1)) {
    for (const [index, { position }] of positions.entries()) {
      const field = ['positions', index, 'position'];
      if (position < 1) report('INVALID_POSITION', field, 'Position can not be zero or negative number');
    }
  } else {
    for (const [index, { id, position }] of positions.entries()) {
      const at = variants.findIndex((variant) => variant.id === id);
      if (at < 0) report('MISSING_VARIANT', ['positions', index, 'id'], 'Product variant does not exist');
      else variants.splice(position - 1, 0, ...variants.splice(at, 1));
    }
  }
  change.variants = variants;
}

/** Makes the variants that are missing among the combinations of all values, up to what a product can have. */
function completeCombinations(change: OptionsChange, tooMany: string, field: FieldPath): void {
  const { context, options, report } = change;
  const [template] = change.variants;
  if (!template) return;
  if (options.reduce((count, { optionValues }) => count * optionValues.length, 1) > maxVariants) {
    const message = `The number of created variants would exceed the ${maxVariants} variants per product limit`;
    report(tooMany, field, message);
    return;
  }
  const taken = new Set(change.variants.map((variant) => combinationKey(withNames(variant, options).selectedOptions)));
  const combinations = options.reduce<readonly StoredVariant['selectedOptions'][]>(
    (built, { name, optionValues }) =>
      built.flatMap((chosen) =>
        optionValues.map((optionValue) => [...chosen, { name, value: optionValue.name, optionValue }]),
      ),
    [[]],
  );
  const missing = combinations.filter((combination) => !taken.has(combinationKey(combination)));
  change.variants = [
    ...change.variants,
    ...missing.map((selectedOptions, index) => {
      const position = change.variants.length + index + 1;
      const parts = { productId: template.productId, before: undefined, selectedOptions, position };
      return variantFrom({ price: template.price }, { ...parts, media: undefined, mediaIds: new Set() }, [], context);
    }),
  ];
}

/**
 * What is wrong with the name of an option. Recorded 2025-10; the option is blamed for a long one, the name for others.
 */
function checkName(name: string, field: FieldPath, report: ReportUserError): void {
  const nameField = [...field, 'name'];
  const tooLong = 'OPTION_NAME_TOO_LONG';
  if (name === '') report('INVALID_NAME', nameField, 'Option name is invalid.');
  if (name.length > maxNameLength) report(tooLong, field, 'Option name is too long.');
  if (name.includes(delimiter))
    report('INVALID_NAME', nameField, `The name contains unsupported sequence '${delimiter}'`);
}

function checkValues(
  values: readonly StoredOptionValue[],
  field: FieldPath,
  report: ReportUserError,
  { duplicate, duplicateMessage }: { readonly duplicate: string; readonly duplicateMessage: string },
): void {
  if (values.length > maxValues) report('OPTION_VALUES_OVER_LIMIT', field, `Option values cannot exceed ${maxValues}`);
  const seen = new Set<string>();
  for (const { name } of values) {
    if (name === '') report('INVALID_NAME', field, 'Option value name is invalid.');
    if (name.length > maxNameLength)
      report(
        'OPTION_VALUE_NAME_TOO_LONG',
        field,
        `Option value name is too long (maximum is ${maxNameLength} characters)`,
      );
    if (seen.has(name)) report(duplicate, field, duplicateMessage);
    seen.add(name);
  }
}
