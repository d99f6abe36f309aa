import {
  GraphQLError,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { isRecord } from '../../../internal/json.ts';
import { apiVersionOf } from '../schema.ts';
import type { LocatedErrorEntry } from './errors.ts';
import { locationOf } from './validation-structure.ts';

/** An input that its own type refuses, before the mutation runs. */
class InvalidInputError extends GraphQLError {
  constructor(message: string) {
    super(message, { extensions: { code: 'INVALID_FIELD_ARGUMENTS' } });
  }
}

/** What a type has against one of its inputs. */
type Validator = (input: Readonly<Record<string, unknown>>, version: string) => string | undefined;

/**
 * `null` says that any quantity will do, but must be written: a variable that was not given leaves the field out.
 * https://shopify.dev/changelog/making-changefromquantity-field-required
 */
const changeFrom =
  (type: string): Validator =>
  ({ changeFromQuantity }, version) =>
    version >= '2026-04' && changeFromQuantity === undefined
      ? `${type} must include the following argument: changeFromQuantity.`
      : undefined;

const exactlyOne =
  (type: string, ...names: readonly string[]): Validator =>
  (input) =>
    names.filter((name) => input[name] != null).length === 1
      ? undefined
      : `${type} requires exactly one of ${names.join(', ')}`;

/** Characters of a source. */
const maxSource = 2048;

const source: Validator = ({ originalSource }) => {
  if (originalSource === '') return 'originalSource is too short (minimum is 1)';
  const isLong = typeof originalSource === 'string' && originalSource.length > maxSource;
  return isLong ? `originalSource is too long (maximum is ${maxSource})` : undefined;
};

/** Recorded 2025-10 and 2026-04. Other inputs than these may have validators that are not known. */
const validators: Readonly<Record<string, Validator>> = {
  FileCreateInput: source,
  FileUpdateInput: source,
  InventoryChangeInput: changeFrom('InventoryChangeInput'),
  InventoryMoveQuantityTerminalInput: changeFrom('InventoryMoveQuantityTerminalInput'),
  InventoryQuantityInput: changeFrom('InventoryQuantityInput'),
  InventorySetQuantityInput: changeFrom('InventorySetQuantityInput'),
  MetafieldInput: ({ id, key }) =>
    id == null && typeof key === 'string' && key.trim() === '' ? "key can't be blank" : undefined,
  OptionReorderInput: exactlyOne('OptionReorderInput', 'id', 'name'),
  OptionValueReorderInput: exactlyOne('OptionValueReorderInput', 'id', 'name'),
};

/**
 * Checks the arguments of a mutation.
 *
 * @throws GraphQLError `INVALID_FIELD_ARGUMENTS` with the first thing that is wrong.
 */
export function validateInputs(
  args: Readonly<Record<string, unknown>>,
  { schema, fieldName }: GraphQLResolveInfo,
): void {
  const version = apiVersionOf(schema);
  for (const { name, type } of schema.getMutationType()?.getFields()[fieldName]?.args ?? [])
    if (args[name] != null) validate(args[name], type, version);
}

function validate(value: unknown, type: GraphQLInputType, version: string): void {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return;
  if (Array.isArray(value)) for (const entry of value) validate(entry, named, version);
  if (!isRecord(value)) return;
  const problem = validators[named.name]?.(value, version);
  if (problem) throw new InvalidInputError(problem);
  const fields = named.getFields();
  for (const [name, entry] of Object.entries(value)) {
    const field = fields[name];
    if (field && typeof entry === 'object' && entry !== null) validate(entry, field.type, version);
  }
}

/** Adds to an error of `validateInputs` where the variable is declared that holds the input. */
export function withVariables(
  entry: LocatedErrorEntry,
  { originalError, nodes = [] }: GraphQLError,
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): LocatedErrorEntry {
  if (!(originalError instanceof InvalidInputError)) return entry;
  const used = nodes.flatMap((node) => (node.kind === Kind.FIELD ? (node.arguments ?? []) : []));
  const inputs = variableDefinitions.filter(
    ({ variable, type }) =>
      isInputObjectType(getNamedType(typeFromAST(schema, type))) &&
      used.some(({ value }) => value.kind === Kind.VARIABLE && value.name.value === variable.name.value),
  );
  const declared = inputs.slice(0, 1).flatMap((definition) => locationOf(definition).locations ?? []);
  return { ...entry, locations: [...(entry.locations ?? []), ...declared] };
}
