import {
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  type OperationDefinitionNode,
  print,
  typeFromAST,
  type VariableDefinitionNode,
  validateInputValue,
} from 'graphql';
import type { LocatedErrorEntry } from './errors.ts';

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
