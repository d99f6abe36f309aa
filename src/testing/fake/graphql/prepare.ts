import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  typeFromAST,
  type VariableDefinitionNode,
  validate,
  validateInputValue,
} from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/errors.ts';
import type { GraphqlEngine, GraphqlRequest, Prepared } from '../model.ts';
import type { FakeSchemas } from '../schema.ts';
import { badRequest, errorEntry, type LocatedErrorEntry } from './errors.ts';
import { syntaxEntry, validationEntry } from './validation.ts';

/** A query text, parsed and validated. */
type Checked =
  | { readonly document: DocumentNode; readonly operations: readonly OperationDefinitionNode[] }
  | { readonly errors: readonly GraphqlErrorEntry[] };

/** Query texts whose check is remembered. */
const rememberedTexts = 500;

/** As Shopify, no more errors than anybody reads. */
const maxErrors = 50;

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
    return { errors: [syntaxEntry(error)] };
  }
  const errors = validate(schema, document, undefined, { maxErrors, hideSuggestions: true });
  if (errors.length > 0) return { errors: errors.map((error) => validationEntry(error, document)) };
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
  const rootFields = rootFieldsOf(document, definition);
  return {
    ok: true,
    operation: {
      schema,
      document,
      definition,
      name: definition.name?.value ?? rootFields[0] ?? '',
      kind: definition.operation === 'mutation' ? 'mutation' : 'query',
      rootFields,
      variables: coerced.values,
    },
  };
}

const refused = (message: string): Prepared => ({ ok: false, errors: [errorEntry(badRequest(message))] });

/** Names of the fields at the root, through fragments. */
function rootFieldsOf(document: DocumentNode, definition: OperationDefinitionNode): string[] {
  const collect = (selections: OperationDefinitionNode['selectionSet']['selections']): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value];
      if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet.selections);
      const fragment = document.definitions.find(
        (candidate) => candidate.kind === Kind.FRAGMENT_DEFINITION && candidate.name.value === selection.name.value,
      );
      return fragment && 'selectionSet' in fragment ? collect(fragment.selectionSet.selections) : [];
    });
  return collect(definition.selectionSet.selections);
}

type Values = Readonly<Record<string, unknown>>;

/** What is wrong at one place of a variable's value. */
interface VariableProblem {
  readonly path: readonly (string | number)[];
  readonly explanation: string;
}

/** Coerces the variables of an operation, or says in Shopify's words what is wrong with them. */
export function coerceVariables(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  values: Values,
): { readonly values: Values } | { readonly errors: readonly LocatedErrorEntry[] } {
  const definitions = definition.variableDefinitions ?? [];
  const result = getVariableValues(schema, definitions, values);
  if (result.variableValues) return { values: result.variableValues.coerced };
  return { errors: definitions.flatMap((variable) => variableError(schema, variable, values) ?? []) };
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
  const problems = problemsOf(given, type);
  if (problems.length === 0) return undefined;

  const places = problems
    .filter(({ path }) => path.length > 0)
    .map(({ path, explanation }) => `${path.join('.')} (${explanation})`);
  return {
    message:
      `Variable $${name} of type ${print(variable.type)} was provided invalid value` +
      (places.length > 0 ? ` for ${places.join(', ')}` : ''),
    ...(variable.loc && {
      locations: [{ line: variable.loc.startToken.line, column: variable.loc.startToken.column }],
    }),
    extensions: { code: 'INVALID_VARIABLE', value: given ?? null, problems },
  };
}

function problemsOf(value: unknown, type: GraphQLInputType): VariableProblem[] {
  const problems: VariableProblem[] = [];
  validateInputValue(value, type, (error, path) => problems.push(explained(error.message, path)), true);
  return problems;
}

/** graphql-js points at the object that misses a field or has one too many; Shopify points at the field. */
function explained(message: string, path: readonly (string | number)[]): VariableProblem {
  const missing = /to include required field "(.+?)"/.exec(message)?.[1];
  if (missing !== undefined) return { path: [...path, missing], explanation: 'Expected value to not be null' };
  const unknown = /^Expected value of type "(.+?)" not to include unknown field "(.+?)"/.exec(message);
  if (unknown) return { path: [...path, unknown[2] ?? ''], explanation: `Field is not defined on ${unknown[1]}` };
  if (/non-null type/.test(message)) return { path, explanation: 'Expected value to not be null' };
  return { path, explanation: message };
}
