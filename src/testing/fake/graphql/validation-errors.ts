import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
import type { LocatedErrorEntry } from './errors.ts';
import { validationRules } from './validation.ts';

/** The entry for an error of validation, in Shopify's shape. */
export function validationEntry(error: GraphQLError, document: DocumentNode): LocatedErrorEntry {
  const node = error.nodes?.[0];
  return { ...rewritten(error.message), ...locationsOf(error), ...(node && { path: pathTo(document, node) }) };
}

/** The entry for a query that does not parse. */
export function syntaxEntry(error: GraphQLError): LocatedErrorEntry {
  return { message: error.message, ...locationsOf(error) };
}

const locationsOf = ({ locations }: GraphQLError): Pick<LocatedErrorEntry, 'locations'> =>
  locations ? { locations } : {};

function rewritten(message: string): Pick<LocatedErrorEntry, 'message' | 'extensions'> {
  for (const { pattern, code, message: template, extensions } of validationRules) {
    const groups = pattern.exec(message)?.groups;
    if (!groups) continue;
    const fill = (text: string): string =>
      text.replaceAll(/<(\w+)>/g, (_match, name: string) => groups[name] ?? 'anonymous query');
    const filled = Object.entries(extensions).map(([name, text]) => [name, fill(text)]);
    return { message: fill(template), extensions: { code, ...Object.fromEntries(filled) } };
  }
  // What is left is mostly a literal of the wrong type: graphql-js says that well.
  return { message, extensions: { code: 'argumentLiteralsIncompatible' } };
}

/** Names from the operation down to the node, such as `['query Q', 'product', 'id']`. */
function pathTo(document: DocumentNode, target: ASTNode): string[] {
  let path: string[] = [];
  const trail: string[] = [];
  visit(document, {
    enter(node) {
      trail.push(...nameOf(node));
      if (node !== target) return undefined;
      path = [...trail];
      return BREAK;
    },
    leave(node) {
      trail.length -= nameOf(node).length;
    },
  });
  return path;
}

/** The name by which a node stands in a path: none for most. */
function nameOf(node: ASTNode): readonly string[] {
  switch (node.kind) {
    case Kind.OPERATION_DEFINITION:
      return [node.name ? `${node.operation} ${node.name.value}` : node.operation];
    case Kind.FRAGMENT_DEFINITION:
      return [`fragment ${node.name.value}`];
    case Kind.FIELD:
      return [node.alias?.value ?? node.name.value];
    case Kind.ARGUMENT:
    case Kind.OBJECT_FIELD:
      return [node.name.value];
    default:
      return [];
  }
}
