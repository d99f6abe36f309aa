import type { FieldNode } from 'graphql';
import { isRecord } from '../internal/json.ts';
import type { Safety } from '../resilience/types.ts';
import { argumentValue, type ParsedOperation } from './document.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Mutations that say a whole state, so that a second send changes nothing more. */
const statesWholeState: Readonly<Record<string, (field: FieldNode, variables: Variables) => boolean>> = {
  // Without an identifier productSet creates a product each time.
  productSet: (field, variables) => {
    const identifier = argumentValue(field, 'identifier', variables);
    return identifier !== undefined && identifier !== null;
  },
  publishablePublish: () => true,
  publishableUnpublish: () => true,
};

/** Mutations that take their key as an argument, with the argument that holds it. */
const keyArguments: Readonly<Record<string, string>> = {
  appUsageRecordCreate: 'idempotencyKey',
  orderCreateMandatePayment: 'idempotencyKey',
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
  const argument = keyArguments[name];
  return argument !== undefined && isKey(argumentValue(node, argument, variables));
}

/** A key that is not blank: as a variable's value, or as a text in the document, which the parser gives as a node. */
function isKey(value: unknown): boolean {
  const key = isRecord(value) && value['kind'] === 'StringValue' ? value['value'] : value;
  return typeof key === 'string' && key.trim() !== '';
}
