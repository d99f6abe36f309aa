// @ts-nocheck
import { resolve } from 'node:path';
import { buildSchema, getVariableValues, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { schemaText } from '../../../src/graphql/schema-file.ts';
import { ask } from '../ask.ts';

// Two judges who know nothing of each other: graphql-js over the schema file as it stands, and the fake as a caller sees it.

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..');

/** The newest Admin schema, by graphql-js alone. */
export const schema = buildSchema(schemaText(generatedApiVersion), {
  assumeValid: true,
});

/** One GraphQL request. */
export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string | undefined;
}

/** What graphql-js has against a request; empty where it accepts it. */
export function objectionsOf({ query, variables = {} }: Operation): readonly string[] {
  let document: ReturnType<typeof parse>;
  try {
    document = parse(query);
  } catch (error) {
    return [String(error)];
  }
  const invalid = validate(schema, document).map((error) => error.message);
  if (invalid.length > 0) return invalid;
  return operationsIn(document)
    .flatMap(({ variableDefinitions = [] }) => getVariableValues(schema, variableDefinitions, variables).errors ?? [])
    .map((error) => error.message);
}

/** The operations of a document. */
export function operationsIn(document: ReturnType<typeof parse>): readonly OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

/** What the fake did with a request. */
export interface Verdict {
  /** A request that is refused has `errors` and no `data`. https://spec.graphql.org/draft/#sec-Response-Format */
  readonly isRefused: boolean;
  readonly isExecuted: boolean;
  readonly codes: readonly string[];
  readonly messages: readonly string[];
}

/** Asks a new fake. */
export async function verdictOf(operation: Operation): Promise<Verdict> {
  const fake = createFakeShopify({ clock: createManualClock() });
  const { json } = await ask(fake.fetch, { body: JSON.stringify(operation) });
  await fake.close();
  const errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[] =
    json.errors ?? [];
  return {
    isRefused: errors.length > 0 && !('data' in json),
    isExecuted: fake.calls[0]?.executed === true,
    codes: errors.map((error) => error.extensions?.code ?? ''),
    messages: errors.map((error) => error.message),
  };
}
