import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import type { GraphqlErrorEntry } from '../../../errors/graphql.ts';
import type { GraphqlEngine, GraphqlRequest, Prepared } from '../model.ts';
import { badRequest, errorEntry } from './errors.ts';
import { syntaxEntry, validationEntry } from './validation-errors.ts';
import { coerceVariables } from './variables.ts';

/** A query text, parsed and validated. */
type Checked =
  | { readonly document: DocumentNode; readonly operations: readonly OperationDefinitionNode[] }
  | { readonly errors: readonly GraphqlErrorEntry[] };

/** Query texts whose check is remembered. */
const rememberedTexts = 500;

/** As Shopify, no more errors than anybody reads. */
const maxErrors = 50;

/** Makes the part of the engine that accepts or refuses a request. The checks of recent query texts are remembered. */
export function createPrepare(schema: GraphQLSchema): GraphqlEngine['prepare'] {
  const remembered = new Map<string, Checked>();

  const checkOnce = (query: string): Checked => {
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
    const checked = checkOnce(request.query);
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
