import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';
import type { LocatedErrorEntry } from './errors.ts';

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

/** How one message of graphql-js reads in Shopify. Names in angle brackets are groups of the pattern. */
interface ValidationRule {
  readonly pattern: RegExp;
  /** `extensions.code`. */
  readonly code: string;
  readonly message: string;
  /** What `extensions` holds besides. */
  readonly extensions: Readonly<Record<string, string>>;
}

const rule = (
  pattern: RegExp,
  code: string,
  message: string,
  extensions: ValidationRule['extensions'],
): ValidationRule => ({ pattern, code, message, extensions });

/** The shapes are those of graphql-ruby, which Shopify runs. */
const validationRules: readonly ValidationRule[] = [
  rule(
    /^Cannot query field "(?<field>.+?)" on type "(?<type>.+?)"/,
    'undefinedField',
    "Field '<field>' doesn't exist on type '<type>'",
    { typeName: '<type>', fieldName: '<field>' },
  ),
  rule(
    /^Unknown argument "(?<argument>.+?)" on field ".+?\.(?<name>.+?)"/,
    'argumentNotAccepted',
    "Field '<name>' doesn't accept argument '<argument>'",
    { name: '<name>', typeName: 'Field', argumentName: '<argument>' },
  ),
  rule(
    /^Unknown argument "(?<argument>.+?)" on directive "@(?<name>.+?)"/,
    'argumentNotAccepted',
    "Directive '<name>' doesn't accept argument '<argument>'",
    { name: '<name>', typeName: 'Directive', argumentName: '<argument>' },
  ),
  rule(
    /^Argument "@(?<name>.+?)\((?<argument>.+?):\)" of type ".+?" is required/,
    'missingRequiredArguments',
    "Directive '<name>' is missing required arguments: <argument>",
    { className: 'Directive', name: '<name>', arguments: '<argument>' },
  ),
  rule(
    /^Argument ".+?\.(?<name>.+?)\((?<argument>.+?):\)" of type ".+?" is required/,
    'missingRequiredArguments',
    "Field '<name>' is missing required arguments: <argument>",
    { className: 'Field', name: '<name>', arguments: '<argument>' },
  ),
  rule(
    /^Field "(?<field>.+?)" must not have a selection since type "\[*(?<type>\w+)/,
    'selectionMismatch',
    "Selections can't be made on scalars (field '<field>' returns <type>)",
    { nodeName: "field '<field>'", typeName: '<type>' },
  ),
  rule(
    /^Field "(?<field>.+?)" of type "\[*(?<type>\w+).*?" must have a(?: selection of subfields|t least one field)/,
    'selectionMismatch',
    "Field must have selections (field '<field>' returns <type> but has no selections. Did you mean '<field> { ... }'?)",
    { nodeName: "field '<field>'", typeName: '<type>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" is not defined(?: by operation "(?<operation>.+?)")?/,
    'variableNotDefined',
    'Variable $<name> is used by <operation> but not declared',
    { variableName: '<name>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" is never used(?: in operation "(?<operation>.+?)")?/,
    'variableNotUsed',
    'Variable $<name> is declared by <operation> but not used',
    { variableName: '<name>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" of type "(?<type>.+?)" used in position expecting type "(?<expected>.+?)"/,
    'variableMismatch',
    'Type mismatch on variable $<name> (<type> / <expected>)',
    { variableName: '<name>', typeName: '<type>' },
  ),
  rule(/^Unknown directive "@(?<name>.+?)"/, 'undefinedDirective', 'Directive @<name> is not defined', {
    directiveName: '<name>',
  }),
  rule(/^Unknown fragment "(?<name>.+?)"/, 'useAndDefineFragment', 'Fragment <name> was used, but not defined', {
    fragmentName: '<name>',
  }),
  rule(/^Fragment "(?<name>.+?)" is never used/, 'useAndDefineFragment', 'Fragment <name> was defined, but not used', {
    fragmentName: '<name>',
  }),
];
