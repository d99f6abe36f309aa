import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/errors.ts';
import { isRecord } from '../../../internal/json.ts';
import type { GraphqlEngine, GraphqlRequest, Prepared, PreparedOperation } from '../model.ts';
import type { FakeSchemas } from '../schema.ts';
import { valueProblems } from './coercion.ts';
import { errorEntry, type LocatedErrorEntry } from './errors.ts';
import { syntaxEntry } from './syntax-errors.ts';
import { validateDocument } from './validation.ts';
import { locationOf } from './validation-structure.ts';

/** A query text, parsed and validated. */
type Checked =
  | { readonly document: DocumentNode; readonly operations: readonly OperationDefinitionNode[] }
  | { readonly errors: readonly GraphqlErrorEntry[] };

/** Query texts whose check is remembered. */
const rememberedTexts = 500;

/** Makes the part of the engine that accepts or refuses a request. The checks of recent query texts are remembered. */
export function createPrepare(schemas: FakeSchemas): GraphqlEngine['prepare'] {
  const bySchema = new Map<GraphQLSchema, Map<string, Checked>>();

  const checkOnce = (query: string, schema: GraphQLSchema): Checked => {
    const remembered = bySchema.get(schema) ?? new Map<string, Checked>();
    bySchema.set(schema, remembered);
    const checked = remembered.get(query) ?? check(schema, query);
    // Set again, so that the least recently used is the first.
    remembered.delete(query);
    remembered.set(query, checked);
    if (remembered.size > rememberedTexts) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest);
        break;
      }
    }
    return checked;
  };

  return (request) => {
    const schema = schemas.of(request.apiVersion);
    const checked = checkOnce(request.query, schema);
    if ('errors' in checked) return { ok: false, errors: checked.errors };
    return prepareOperation(schema, checked.document, checked.operations, request);
  };
}

function check(schema: GraphQLSchema, query: string): Checked {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: 50_000 });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [syntaxEntry(error, query)] };
  }
  const errors = validateDocument(schema, document);
  if (errors.length > 0) return { errors };
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return { document, operations };
}

function prepareOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operations: readonly OperationDefinitionNode[],
  request: GraphqlRequest,
): Prepared {
  const { operationName } = request;
  const definition = operationName
    ? operations.find((operation) => operation.name?.value === operationName)
    : operations[0];
  if (!definition) return refused(operationName ? `No operation named "${operationName}"` : 'An operation is required');
  if (!operationName && operations.length > 1) return refused('An operation name is required');

  const coerced = coerceVariables(schema, definition, request.variables ?? {});
  if ('errors' in coerced) return { ok: false, errors: coerced.errors };
  const rootFields = rootNodes(document, definition).map(({ name }) => name.value);
  const operation: PreparedOperation = {
    schema,
    document,
    definition,
    name: definition.name?.value ?? rootFields[0] ?? '',
    kind: definition.operation === 'mutation' ? 'mutation' : 'query',
    rootFields,
    variables: coerced.values,
  };
  const tooLong = sizeErrors(operation);
  return tooLong.length > 0 ? { ok: false, errors: tooLong, operation } : { ok: true, operation };
}

/** Of which operation is meant, Shopify says no more than that. */
const refused = (message: string): Prepared => ({ ok: false, errors: [{ message }] });

/** The fields at the root, through fragments. */
function rootNodes(document: DocumentNode, definition: OperationDefinitionNode): FieldNode[] {
  const collect = (selections: OperationDefinitionNode['selectionSet']['selections']): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet.selections);
      const fragment = document.definitions.find(
        (candidate) => candidate.kind === Kind.FRAGMENT_DEFINITION && candidate.name.value === selection.name.value,
      );
      return fragment && 'selectionSet' in fragment ? collect(fragment.selectionSet.selections) : [];
    });
  return collect(definition.selectionSet.selections);
}

type Values = Readonly<Record<string, unknown>>;

/** Coerces the variables of an operation, or says in Shopify's words what is wrong with them. */
export function coerceVariables(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  values: Values,
): { readonly values: Values } | { readonly errors: readonly LocatedErrorEntry[] } {
  const definitions = definition.variableDefinitions ?? [];
  const errors = definitions.flatMap((variable) => variableError(schema, variable, values) ?? []);
  if (errors.length > 0) return { errors };
  const result = getVariableValues(schema, definitions, values);
  if (result.variableValues) return { values: result.variableValues.coerced };
  return { errors: result.errors.map((error) => ({ ...errorEntry(error), extensions: { code: 'INVALID_VARIABLE' } })) };
}

function variableError(
  schema: GraphQLSchema,
  variable: VariableDefinitionNode,
  values: Values,
): LocatedErrorEntry | undefined {
  const name = variable.variable.name.value;
  const given = Object.hasOwn(values, name) ? values[name] : undefined;
  const type = typeFromAST(schema, variable.type);
  if (!isInputType(type) || (given === undefined && variable.defaultValue)) return undefined;
  const problems = valueProblems(given, type);
  if (problems.length === 0) return undefined;

  const places = problems
    .filter(({ path }) => path.length > 0)
    .map(({ path, explanation }) => `${path.join('.')} (${explanation})`);
  return {
    message:
      `Variable $${name} of type ${print(variable.type)} was provided invalid value` +
      (places.length > 0 ? ` for ${places.join(', ')}` : ''),
    ...locationOf(variable),
    extensions: { code: 'INVALID_VARIABLE', value: given ?? null, problems },
  };
}

/** Entries an input list may have. https://shopify.dev/docs/apps/build/graphql-admin/rate-limits */
const maxEntries = 250;

/**
 * Lists with a limit of their own, by path: a product may have that many variants, and an option that many values,
 * which `productSet` counts itself. https://shopify.dev/changelog/product-set-mutation-synchronous-input-improvements
 */
const listLimits: Readonly<Record<string, number>> = {
  'productSet.input.variants': 2048,
  // Recorded 2025-10: 1,499 in one call.
  'productVariantsBulkCreate.variants': 2048,
  'productVariantsBulkUpdate.variants': 2048,
  'draftOrderCreate.input.lineItems': 499,
  'draftOrderUpdate.input.lineItems': 499,
  'draftOrderCalculate.input.lineItems': 499,
  'productSet.input.productOptions.values': Number.POSITIVE_INFINITY,
};

/** For each root field, the first list of its arguments that is longer than Shopify reads. */
function sizeErrors(operation: PreparedOperation): LocatedErrorEntry[] {
  return rootNodes(operation.document, operation.definition).flatMap((node) => sizeError(node, operation) ?? []);
}

function sizeError(
  node: FieldNode,
  { schema, definition, variables }: PreparedOperation,
): LocatedErrorEntry | undefined {
  const root = schema.getRootType(definition.operation);
  const field = node.arguments?.length ? root?.getFields()[node.name.value] : undefined;
  if (!field) return undefined;
  for (const { name, value } of node.arguments ?? []) {
    const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : valueFromASTUntyped(value, variables);
    const entry = longList(given, [node.name.value, name.value]);
    if (entry) return { ...entry, ...locationOf(node) };
  }
  return undefined;
}

function longList(value: unknown, path: readonly string[]): LocatedErrorEntry | undefined {
  if (Array.isArray(value)) {
    const limit = listLimits[path.join('.')] ?? maxEntries;
    if (value.length > limit) {
      const message = `The input array size of ${value.length} is greater than the maximum allowed of ${limit}.`;
      return { message, path, extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } };
    }
    for (const entry of value) {
      const found = longList(entry, path);
      if (found) return found;
    }
  } else if (isRecord(value)) {
    for (const [name, entry] of Object.entries(value)) {
      const found = longList(entry, [...path, name]);
      if (found) return found;
    }
  }
  return undefined;
}
