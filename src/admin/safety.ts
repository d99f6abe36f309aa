import type { FieldNode, ObjectFieldNode } from 'graphql';
import { argumentValue, type ParsedOperation } from '../graphql/document.ts';
import { argumentMutations } from '../graphql/keyed-mutations.ts';
import { isRecord } from '../internal/json.ts';
import type { Safety } from '../resilience/types.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Mutations that say a whole state, so that a second send changes nothing more. */
const statesWholeState: Readonly<Record<string, (field: FieldNode, variables: Variables) => boolean>> = {
  // Without an identifier productSet creates a product each time.
  productSet: (field, variables) => {
    const identifier = argumentValue(field, 'identifier', variables);
    return identifier !== undefined && identifier !== null;
  },
  // With a digest to compare, the second send would find the first one's value and be refused.
  metafieldsSet: (field, variables) =>
    !JSON.stringify(argumentValue(field, 'metafields', variables) ?? null).includes('compareDigest'),
  publishablePublish: () => true,
  publishableUnpublish: () => true,
};

/** What a second send of the operation would do. */
export function safetyOf(operation: ParsedOperation, variables: Variables): Safety {
  if (operation.kind === 'query') return 'safe';
  let safety: Safety = 'safe';
  for (const { name, node } of operation.rootFields) {
    if (name === '__typename' || statesWholeState[name]?.(node, variables)) continue;
    if (!hasKey(name, node, variables)) return 'never';
    safety = 'keyed';
  }
  return safety;
}

function hasKey(name: string, node: FieldNode, variables: Variables): boolean {
  const directive = node.directives?.find((candidate) => candidate.name.value === 'idempotent');
  // A directive's arguments are read as a field's are.
  if (directive) return isKey(argumentValue({ ...node, arguments: directive.arguments }, 'key', variables));
  const path = argumentMutations[name];
  if (path === undefined) return false;
  const [argument = '', ...inside] = path.split('.');
  return isKey(inside.reduce(valueAt, argumentValue(node, argument, variables)));
}

/** A field of an input object: of a variable's value, or of an object written in the document. */
function valueAt(input: unknown, name: string): unknown {
  if (!isRecord(input)) return undefined;
  if (input['kind'] !== 'ObjectValue' || !Array.isArray(input['fields'])) return input[name];
  const fields: ObjectFieldNode[] = input['fields'];
  return fields.find((field) => field.name.value === name)?.value;
}

/** A key that is not blank: as a variable's value, or as a text in the document, which the parser gives as a node. */
function isKey(value: unknown): boolean {
  const key = isRecord(value) && value['kind'] === 'StringValue' ? value['value'] : value;
  return typeof key === 'string' && key.trim() !== '';
}
