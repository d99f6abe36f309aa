// @ts-nocheck
import { buildSchema, type GraphQLSchema, getVariableValues, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { generatedApiVersion } from '../../src/config/generated/api-versions.ts';
import { schemaText } from '../../src/graphql/schema-file.ts';
import type { Executed, GraphqlEngine, GraphqlRequest, PreparedOperation } from '../../src/testing/fake/model.ts';

let built: GraphQLSchema | undefined;

/** The real Admin schema, parsed once for each test file. */
export function adminSchema(): GraphQLSchema {
  built ??= buildSchema(schemaText(generatedApiVersion), { assumeValid: true });
  return built;
}

/** An operation as the engine hands it over, with its variables coerced. */
export function operation(query: string, variables: Readonly<Record<string, unknown>> = {}): PreparedOperation {
  const schema = adminSchema();
  const document = parse(query);
  const definition = document.definitions.find(
    (candidate): candidate is OperationDefinitionNode => candidate.kind === Kind.OPERATION_DEFINITION,
  );
  if (!definition) throw new Error('The document has no operation.');
  const coerced = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
  if (coerced.errors) throw new Error(coerced.errors.map((error) => error.message).join('\n'));
  const rootFields = definition.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
  return {
    schema,
    document,
    definition,
    name: definition.name?.value ?? rootFields[0] ?? '',
    kind: definition.operation === 'mutation' ? 'mutation' : 'query',
    rootFields,
    variables: coerced.variableValues.coerced,
  };
}

/** An engine that takes every operation and answers what it is told. */
export function stubEngine(execute: (operation: PreparedOperation, shop: string) => Executed): GraphqlEngine {
  return {
    prepare: (request: GraphqlRequest) => ({ ok: true, operation: operation(request.query, request.variables) }),
    execute: async (prepared, { shop }) => execute(prepared, shop),
  };
}
