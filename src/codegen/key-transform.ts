import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { injectKeys } from '../graphql/idempotency.ts';

/**
 * Puts `@idempotent(key: $idempotencyKey)` into each mutation that takes it, so that a reader of the
 * generated documents sees what is sent. The variable may be left out: the client fills it in.
 */
export const keyTransform: Types.DocumentTransformObject = {
  transform: ({ documents }) =>
    documents.map((file) => ({ ...file, ...(file.document && { document: withKeys(file.document) }) })),
};

function withKeys(document: DocumentNode): DocumentNode {
  return document.definitions.reduce(
    (keyed, definition) =>
      definition.kind === 'OperationDefinition' ? injectKeys(keyed, definition, { optional: true }) : keyed,
    document,
  );
}
