// @ts-nocheck
import type { DocumentNode } from 'graphql';
import { connectionsIn } from '../graphql/connection-shape.ts';
import { explainParsed } from '../graphql/cost/explain.ts';
import { selectedFields, variablesOf } from '../graphql/cost/selection.ts';
import { idempotencyOf } from '../graphql/graphql.ts';
import { type ParsedOperation, parseOperation, printDocument } from '../graphql/parse.ts';
import { type SchemaText, schemaUsage } from './schema-usage.ts';

/** What is known of an operation before it is sent: `__meta__` of a generated document. */
export interface OperationMetadata {
  readonly kind: 'query' | 'mutation';
  /** Points that it asks for, with pages of 250 where a variable says how large they are. */
  readonly cost: number;
  /** Names of the variables that the points depend on. */
  readonly costDependsOn?: readonly string[];
  /** What a second send does. `by-variables`: that depends on them. */
  readonly idempotency: 'idempotent' | 'keyed' | 'unsafe' | 'by-variables';
  /** Where its connections are, such as `product.variants`, those within the nodes of others left out. */
  readonly connections?: readonly string[];
  /** Where its mutations report user errors, such as `productSet.userErrors`. */
  readonly userErrors?: readonly string[];
  /** What it uses and Shopify will remove, such as `Product.bodyHtml`. */
  readonly deprecated?: readonly string[];
}

/** The metadata of an operation; `undefined` for a document of fragments. */
export function operationMetadata(document: DocumentNode, schema: SchemaText): OperationMetadata | undefined {
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition');
  if (!operation) return undefined;
  const parsed = parseOperation(printDocument(document), { operationName: operation.name?.value });
  const { points, variables } = explainParsed(parsed.document, {}, operation.name?.value);
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one] as const] : [])),
  );
  const root = selectedFields([{ set: operation.selectionSet, within: undefined }], {
    fragments,
    variables: variablesOf(operation),
  });
  const connections = [...connectionsIn(root, { fragments, variables: variablesOf(operation) })].map(
    ({ path }) => path,
  );
  const userErrors = parsed.rootFields.flatMap(({ responseKey, userErrorKeys }) =>
    parsed.kind === 'mutation' ? userErrorKeys.map((key) => `${responseKey}.${key}`) : [],
  );
  const deprecated = [...new Set(schemaUsage(schema, [document]).deprecated.map(({ what }) => what))];
  return {
    kind: parsed.kind,
    cost: points,
    ...(variables.length > 0 && { costDependsOn: variables }),
    idempotency: idempotencyBefore(parsed, operation.variableDefinitions ?? []),
    ...(connections.length > 0 && { connections: [...new Set(connections)] }),
    ...(userErrors.length > 0 && { userErrors }),
    ...(deprecated.length > 0 && { deprecated }),
  };
}

type Definitions = NonNullable<
  Extract<DocumentNode['definitions'][number], { kind: 'OperationDefinition' }>['variableDefinitions']
>;

/** The idempotency that holds whatever the variables: with as few of them as there can be, and with all, and more in them. */
function idempotencyBefore(operation: ParsedOperation, definitions: Definitions): OperationMetadata['idempotency'] {
  const keys = new Map(operation.keySlots.map(({ variable }) => [variable, 'a key']));
  const given = (isAll: boolean): Record<string, unknown> => {
    const fewest = definitions.filter(({ type }) => isAll || type.kind === 'NonNullType');
    const value = isAll ? { id: 'x', compareDigest: 'x' } : { id: 'x' };
    return {
      ...Object.fromEntries(fewest.map(({ variable }) => [variable.name.value, value])),
      ...Object.fromEntries(keys),
    };
  };
  const [few, all] = [idempotencyOf(operation, given(false)), idempotencyOf(operation, given(true))];
  return few === all ? few : 'by-variables';
}
