import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import { validationEntry } from '../graphql/validation-errors.ts';
import type { PreparedOperation } from '../model.ts';

/** The operation inside a bulk operation, without values for its variables; or all that is wrong with it. */
export type InnerOperation =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly messages: readonly string[] };

/** Parses and validates the text of a bulk operation. */
export function readInnerOperation(schema: GraphQLSchema, text: string): InnerOperation {
  const document = parsed(text);
  if (typeof document === 'string') return { ok: false, messages: [document] };
  const errors = validate(schema, document, undefined, { hideSuggestions: true });
  if (errors.length > 0)
    return { ok: false, messages: errors.map((error) => validationEntry(error, document).message) };
  const [definition, ...others] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!definition || others.length > 0) return { ok: false, messages: ['A single operation is required'] };
  const kind = definition.operation === 'mutation' ? 'mutation' : 'query';
  const name = definition.name?.value ?? '';
  return { ok: true, operation: { schema, document, definition, name, kind, rootFields: [], variables: {} } };
}

function parsed(text: string): DocumentNode | string {
  try {
    return parse(text);
  } catch (error) {
    return (error as GraphQLError).message;
  }
}
