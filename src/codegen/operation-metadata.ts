import type { DocumentNode } from 'graphql';
import { connectionsIn } from '../graphql/connection-shape.ts';
import { explainParsed } from '../graphql/cost/explain.ts';
import { selectedFields, variablesOf } from '../graphql/cost/selection.ts';
import { idempotencyOf } from '../graphql/graphql.ts';
import { type ParsedOperation, parseOperation, printDocument } from '../graphql/parse.ts';
import { type SchemaText, schemaUsage } from './schema-usage.ts';

/** What is known about an operation before it is sent: `__meta__` of a generated document. */
export interface OperationMetadata {
  readonly kind: 'query' | 'mutation';
  /** Points requested for it, assuming pages of 250 if a variable sets their size. */
  readonly cost: number;
  /** Names of the variables that the points depend on. */
  readonly costDependsOn?: readonly string[];
  /** The effect of a second send. `by-variables`: it depends on their values. */
  readonly idempotency: 'idempotent' | 'keyed' | 'unsafe' | 'by-variables';
  /** Paths of its connections, such as `product.variants`, except connections within the nodes of others. */
  readonly connections?: readonly string[];
  /** Paths of its mutations' user errors, such as `productSet.userErrors`. */
  readonly userErrors?: readonly string[];
  /** Deprecated parts that it uses, such as `Product.bodyHtml`. */
  readonly deprecated?: readonly string[];
}

/** Returns the metadata of an operation; `undefined` for a document with fragments only. */
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

/**
 * The idempotency if it does not depend on the variables: the same with only the required ones and with all of them.
 */
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
