import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type FieldNode,
  FieldsOnCorrectTypeRule,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  KnownArgumentNamesRule,
  NoUndefinedVariablesRule,
  NoUnusedVariablesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  specifiedRules,
  ValuesOfCorrectTypeRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
  validate,
  visit,
} from 'graphql';
import { printedLiteral } from './coercion.ts';
import type { LocatedErrorEntry } from './errors.ts';

/** Rules that `validateDocument` has words of its own for. */
const ownRules: ReadonlySet<unknown> = new Set([
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  NoUndefinedVariablesRule,
  NoUnusedVariablesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
]);

const rules = specifiedRules.filter((rule) => !ownRules.has(rule));

const isNameless = /^This anonymous operation must be the only/;

const isNameTwice = /^There can be only one operation named/;

/** What is wrong with operations, fragments and directives, and with fields that can't be merged. */
export function structureErrors(schema: GraphQLSchema, document: DocumentNode): readonly LocatedErrorEntry[] {
  const errors = validate(schema, document, rules, { hideSuggestions: true });
  const nameless = errors.filter(({ message }) => isNameless.test(message));
  return errors.flatMap((error) => {
    // Shopify tells of the whole document, once for all operations of a kind.
    if (isNameless.test(error.message) && error !== nameless[0]) return [];
    if (isNameless.test(error.message)) {
      const locations = nameless.flatMap((each) => each.locations ?? []);
      return [{ ...structureEntry(error, document), locations, path: [] }];
    }
    if (isNameTwice.test(error.message)) return [{ ...structureEntry(error, document), path: [] }];
    if (/^Fields ".+?" conflict because /.test(error.message)) return conflictEntries(error, document);
    return isTaken(error, document) ? [] : [structureEntry(error, document)];
  });
}

/**
 * Fields that can't be merged. graphql-js tells of a field with all that conflicts inside it, Shopify of each of those
 * by itself. Fields of different types under one name, on types of which no object is both, Shopify takes.
 */
function conflictEntries({ message, nodes = [] }: GraphQLError, document: DocumentNode): readonly LocatedErrorEntry[] {
  const conflict =
    /"(?<fieldName>\w+)" conflict because (?:they have (?<differs>differing arguments)|"(?<one>\w+)" and "(?<other>\w+)" are different)?/g;
  return [...message.matchAll(conflict)].flatMap(({ groups = {} }, index): LocatedErrorEntry[] => {
    const { fieldName, differs, one, other } = groups;
    // The message names the fields in the order of the nodes, of which the second half is what the first conflicts
    // with.
    const [first, second] = [nodes[index], nodes[nodes.length / 2 + index]];
    if (first?.kind !== Kind.FIELD || second?.kind !== Kind.FIELD || !(differs ?? one)) return [];
    const what = differs ? 'an argument' : 'a field';
    const conflicts = differs ? `${argumentsOf(first)} or ${argumentsOf(second)}` : `${one} or ${other}`;
    return [
      {
        message: `Field '${fieldName}' has ${what} conflict: ${conflicts}?`,
        locations: [first, second].flatMap((node) => locationOf(node).locations ?? []),
        path: pathTo(document, first),
        extensions: { code: 'fieldConflict', fieldName, conflicts },
      },
    ];
  });
}

/** What Shopify tells of as a variable: that a variable is of an unknown type. */
function isTaken({ message, nodes }: GraphQLError, document: DocumentNode): boolean {
  const node = nodes?.[0];
  return message.startsWith('Unknown type ') && node !== undefined && isInVariable(document, node);
}

function isInVariable(document: DocumentNode, target: ASTNode): boolean {
  let found = false;
  visit(document, {
    VariableDefinition(definition) {
      visit(definition.type, {
        NamedType(node) {
          if (node === target) found = true;
        },
      });
      return false;
    },
  });
  return found;
}

function structureEntry(error: GraphQLError, document: DocumentNode): LocatedErrorEntry {
  const node = error.nodes?.[0];
  const fragment = node && fragmentOn(document, node);
  return {
    ...rewritten(error),
    ...(fragment ? locationOf(fragment) : error.locations && { locations: error.locations }),
    ...(node && { path: pathTo(document, fragment ?? node) }),
  };
}

/** The fragment whose type a node names: of such a type Shopify tells at the fragment. (Recorded 2026-04.) */
function fragmentOn(document: DocumentNode, type: ASTNode): ASTNode | undefined {
  let found: ASTNode | undefined;
  const look = (node: FragmentDefinitionNode | InlineFragmentNode): void => {
    if (node.typeCondition === type) found = node;
  };
  visit(document, { FragmentDefinition: look, InlineFragment: look });
  return found;
}

/** Where a node begins. */
export function locationOf({ loc }: ASTNode): Pick<LocatedErrorEntry, 'locations'> {
  return loc ? { locations: [{ line: loc.startToken.line, column: loc.startToken.column }] } : {};
}

function rewritten({ message }: GraphQLError): Pick<LocatedErrorEntry, 'message' | 'extensions'> {
  for (const { pattern, code, message: template, extensions } of structureRules) {
    const groups = pattern.exec(message)?.groups;
    if (!groups) continue;
    const fill = (text: string): string => text.replaceAll(/<(\w+)>/g, (_match, name: string) => groups[name] ?? '');
    const filled = Object.entries(extensions).map(([name, text]) => [name, fill(text)]);
    return { message: fill(template), extensions: { code, ...Object.fromEntries(filled) } };
  }
  return { message, extensions: { code: 'invalidDocument' } };
}

const argumentsOf = ({ arguments: given = [] }: FieldNode): string =>
  `{${given.map(({ name, value }) => `${name.value}:${JSON.stringify(printedLiteral(value))}`).join(',')}}`;

/** Names from the operation down to the node, such as `['query Q', 'product', 'id']`. */
function pathTo(document: DocumentNode, target: ASTNode): readonly string[] {
  let path: string[] = [];
  const trail: string[] = [];
  visit(document, {
    enter(node) {
      trail.push(...stepOf(node));
      if (node !== target) return undefined;
      path = [...trail];
      return BREAK;
    },
    leave(node) {
      trail.length -= stepOf(node).length;
    },
  });
  return path;
}

/** The name of a node in a path. Most nodes have none. */
function stepOf(node: ASTNode): readonly string[] {
  switch (node.kind) {
    case Kind.OPERATION_DEFINITION:
      return [node.name ? `${node.operation} ${node.name.value}` : node.operation];
    case Kind.FRAGMENT_DEFINITION:
      return [`fragment ${node.name.value}`];
    case Kind.FRAGMENT_SPREAD:
      return [`... ${node.name.value}`];
    case Kind.INLINE_FRAGMENT:
      return [node.typeCondition ? `... on ${node.typeCondition.name.value}` : '...'];
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
interface StructureRule {
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
  extensions: StructureRule['extensions'],
): StructureRule => ({ pattern, code, message, extensions });

/** The shapes are those of graphql-ruby, which Shopify runs. */
const structureRules: readonly StructureRule[] = [
  rule(/^Unknown directive "@(?<name>.+?)"/, 'undefinedDirective', 'Directive @<name> is not defined', {
    directiveName: '<name>',
  }),
  rule(
    /^Directive "@(?<name>.+?)" may not be used on (?<place>[A-Z_]+)/,
    'directiveCannotBeApplied',
    "'@<name>' can't be applied to <place>",
    { targetName: '<place>', name: '<name>' },
  ),
  rule(
    /^The directive "@(?<name>.+?)" can only be used once/,
    'directiveNotUniqueForLocation',
    'The directive "<name>" can only be used once at this location.',
    { directiveName: '<name>' },
  ),
  rule(/^Unknown fragment "(?<name>.+?)"/, 'useAndDefineFragment', 'Fragment <name> was used, but not defined', {
    fragmentName: '<name>',
  }),
  rule(/^Fragment "(?<name>.+?)" is never used/, 'useAndDefineFragment', 'Fragment <name> was defined, but not used', {
    fragmentName: '<name>',
  }),
  rule(
    /^Cannot spread fragment "(?<name>.+?)" within itself/,
    'infiniteLoop',
    'Fragment <name> contains an infinite loop',
    {
      fragmentName: '<name>',
    },
  ),
  rule(
    /^There can be only one fragment named "(?<name>.+?)"/,
    'fragmentNotUnique',
    'Fragment name "<name>" must be unique',
    {
      fragmentName: '<name>',
    },
  ),
  rule(
    /^Fragment "(?<name>.+?)" cannot be spread here as objects of type "(?<parent>.+?)" can never be of type "(?<type>.+?)"/,
    'cannotSpreadFragment',
    "Fragment <name> on <type> can't be spread inside <parent>",
    { typeName: '<type>', fragmentName: '<name>', parentName: '<parent>' },
  ),
  rule(
    /^Fragment cannot be spread here as objects of type "(?<parent>.+?)" can never be of type "(?<type>.+?)"/,
    'cannotSpreadFragment',
    "Fragment on <type> can't be spread inside <parent>",
    { typeName: '<type>', fragmentName: 'unknown', parentName: '<parent>' },
  ),
  rule(
    /^Fragment (?:".+?" )?cannot condition on non composite type "(?<type>.+?)"/,
    'fragmentOnNonCompositeType',
    'Invalid fragment on type <type> (must be Union, Interface or Object)',
    { typeName: '<type>' },
  ),
  rule(/^Unknown type "(?<type>.+?)"/, 'undefinedType', "No such type <type>, so it can't be a fragment condition", {
    typeName: '<type>',
  }),
  rule(
    /^There can be only one operation named "(?<name>.+?)"/,
    'uniquelyNamedOperations',
    'Operation name "<name>" must be unique',
    { operationName: '<name>' },
  ),
  rule(
    /^This anonymous operation(?<rest>) must be the only/,
    'uniquelyNamedOperations',
    'Operation name is required when multiple operations are present',
    {},
  ),
  rule(
    /^The (?<kind>\w+) operation is not supported/,
    'missingSubscriptionConfiguration',
    'Schema is not configured for <kind>s',
    {},
  ),
  rule(
    /^There can be only one variable named "\$(?<name>.+?)"/,
    'variableNotUnique',
    'There can only be one variable named "<name>"',
    { variableName: '<name>' },
  ),
  rule(
    /^There can be only one argument named "(?<name>.+?)"/,
    'argumentNotUnique',
    'There can be only one argument named "<name>"',
    { name: '<name>' },
  ),
  rule(
    /^There can be only one input field named "(?<name>.+?)"/,
    'inputFieldNotUnique',
    'There can be only one input field named "<name>"',
    { name: '<name>' },
  ),
];
