import { type ArgumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { PreparedOperation } from '../model.ts';

/** Mutations that do their work at once when they run in bulk. https://shopify.dev/docs/api/usage/bulk-operations/imports */
const alwaysSynchronous: ReadonlySet<string> = new Set(['productSet']);

const synchronous: ArgumentNode = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: 'synchronous' },
  value: { kind: Kind.BOOLEAN, value: true },
};

/** The operation with `synchronous: true`, whatever it says, where a bulk mutation has it so. */
export function madeSynchronous(operation: PreparedOperation): PreparedOperation {
  let definition: OperationDefinitionNode = operation.definition;
  const document = visit(operation.document, {
    Field(field) {
      if (!alwaysSynchronous.has(field.name.value)) return undefined;
      const others = field.arguments?.filter(({ name }) => name.value !== synchronous.name.value) ?? [];
      return { ...field, arguments: [...others, synchronous] };
    },
    OperationDefinition: {
      leave(left) {
        definition = left;
      },
    },
  });
  return { ...operation, document, definition };
}
