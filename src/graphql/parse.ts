import { createHash } from 'node:crypto';
import type {
  ConstValueNode,
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  VariableDefinitionNode,
} from 'graphql';
import { GraphQLError } from 'graphql/error';
import { parse, print } from 'graphql/language';
import { ValidationError } from '../errors/errors.ts';
import { nearestName } from '../internal/names.ts';
import { createEstimator, type Estimator } from './cost/estimate.ts';
import type { KeySlot } from './idempotency.ts';
import { argumentMutations, directiveMutations } from './keyed-mutations.ts';

/** One top-level field of an operation. Fields with the same response key, which the server merges, count as one. */
interface RootField {
  readonly name: string;
  /** Key of its value in the response's data. */
  readonly responseKey: string;
  readonly node: FieldNode;
  /** Keys under which the payload reports user errors, such as `userErrors` or `mediaUserErrors`. */
  readonly userErrorKeys: readonly string[];
}

/** An operation, parsed. */
export interface ParsedOperation {
  /** The text that is sent. */
  readonly source: string;
  readonly document: DocumentNode;
  /** Its name, or that of its first field. */
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly rootFields: readonly RootField[];
  /** Default values of the variables. */
  readonly defaults: ReadonlyMap<string, ConstValueNode>;
  /** The variables that hold idempotency keys. */
  readonly keySlots: readonly KeySlot[];
  /** Identifies the operation in the cost book, in all processes: a hash of its text. */
  readonly costKey: string;
  readonly estimate: Estimator;
  /** Approximate memory use in bytes. */
  readonly bytes: number;
}

export interface ParseOptions {
  /** The operation to parse, if the document has several. */
  readonly operationName?: string | undefined;
  /** API version: mutations that take an idempotency key in it, and have none, get one. Default: keys are not added. */
  readonly keys?: string | undefined;
}

/**
 * Parses one operation of a document.
 *
 * @throws ValidationError if the text is not valid GraphQL, is nested too deep, or has no such operation.
 */
export function parseOperation(source: string, { operationName, keys }: ParseOptions): ParsedOperation {
  refuseDepth(depthOfText(source));
  const document = parseSource(source);
  const operation = findOperation(document, operationName);
  refuseDepth(depthOfSelections(operation.selectionSet, fragmentsOf(document)));
  const takesDirective = keys === undefined ? undefined : takesDirectiveIn(keys);
  const keyed = takesDirective ? injectKeys(document, operation, { takesDirective }) : document;
  const text = keyed === document ? source : print(keyed);
  return {
    ...describe(keyed, findOperation(keyed, operationName), text),
    estimate: createEstimator(keyed, operationName),
    bytes: bytesPerCharacter * (source.length + text.length) + bytesPerToken * (document.tokenCount ?? source.length),
  };
}

/** A text is kept both as received and as sent; each token as its part of the syntax tree. Measured. */
const bytesPerCharacter = 2;
const bytesPerToken = 250;

/**
 * Prints a document that the host has already parsed.
 *
 * @throws ValidationError if it is nested too deep.
 */
export function printDocument(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if ('selectionSet' in definition && definition.selectionSet) {
      refuseDepth(depthOfSelections(definition.selectionSet, new Map()));
    }
  }
  return print(document);
}

/**
 * Returns the text of a document that is not a syntax tree: a string, or a `TypedDocumentString`.
 *
 * @throws ValidationError for anything else, such as a missing export of generated code.
 */
export function textOf(document: unknown): string {
  // By its tag, since the class can be from another realm.
  if (typeof document === 'string' || Object.prototype.toString.call(document) === '[object String]')
    return String(document);
  if (document instanceof Promise) throw invalid('is a promise. Await it.');
  const what =
    document == null
      ? String(document)
      : Array.isArray(document)
        ? 'a list'
        : typeof document === 'object'
          ? "an object without `kind: 'Document'`"
          : `a ${typeof document}`;
  throw invalid(`is ${what}. Pass GraphQL text, or a document from a code generator; check its import.`);
}

function parseSource(source: string): DocumentNode {
  try {
    return parse(source, { noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const at = error.locations?.[0];
    const place = at ? ` (line ${at.line}, column ${at.column})` : '';
    throw invalid(`${error.message}${place}`);
  }
}

function invalid(message: string): ValidationError {
  return new ValidationError('The GraphQL document is invalid', { issues: [{ field: 'document', message }] });
}

function findOperation(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operations = operationsOf(document);
  const [operation, ...others] =
    operationName === undefined ? operations : operations.filter(({ name }) => name?.value === operationName);
  if (!operation) {
    if (operationName === undefined) throw invalid('has no operation.');
    const names = operations.flatMap(({ name }) => name?.value ?? []);
    const nearest =
      names.length > 0 && operationName !== '' ? ` Did you mean ${nearestName(operationName, names)}?` : '';
    throw invalid(`has no operation named ${operationName || '""'}.${nearest}`);
  }
  if (others.length > 0) {
    throw invalid(
      operationName === undefined
        ? 'has several operations. Choose one with the option operationName.'
        : `has ${others.length + 1} operations named ${operationName}. Rename one.`,
    );
  }
  if (operation.operation === 'subscription') throw invalid('is a subscription, which the Admin API does not have.');
  return operation;
}

function operationsOf(document: DocumentNode): readonly OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** Maximum nesting of a document, far above any written by hand. Code that reads a document recurses once per level. */
const maxDepth = 200;

function refuseDepth(depth: number): void {
  if (depth <= maxDepth) return;
  throw invalid(`is nested ${depth} levels deep, including fragments; at most ${maxDepth} are allowed. Split it.`);
}

/** How deep the brackets of a text are nested, apart from those in strings and comments. */
function depthOfText(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < source.length; at++) {
    switch (source[at]) {
      case '{':
      case '[':
      case '(':
        depth += 1;
        deepest = Math.max(deepest, depth);
        break;
      case '}':
      case ']':
      case ')':
        depth -= 1;
        break;
      case '#':
        while (at + 1 < source.length && !/[\n\r]/.test(source.charAt(at + 1))) at += 1;
        break;
      case '"':
        at = endOfText(source, at);
        break;
      default:
    }
  }
  return deepest;
}

/** Index of the last character of a string that begins at `start`. */
function endOfText(source: string, start: number): number {
  const isBlock = source.startsWith('"""', start);
  const quote = isBlock ? '"""' : '"';
  for (let at = start + quote.length; at < source.length; at++) {
    if (source[at] === '\\' && !isBlock) at += 1;
    else if (isBlock && source.startsWith('\\"""', at)) at += 3;
    else if (source.startsWith(quote, at)) return at + quote.length - 1;
  }
  return source.length;
}

/** One selection set, or one fragment, and the fragments that it spreads: their names, and the level of each. */
interface Nesting {
  readonly name: string;
  readonly spreads: readonly (readonly [fragment: string, level: number])[];
  next: number;
  depth: number;
}

/**
 * How deep a selection is nested, including its fragments. Each fragment is read once, and without recursion: a
 * document that is too deep must not exhaust the stack while it is measured.
 */
function depthOfSelections(root: SelectionSetNode, fragments: Fragments): number {
  const known = new Map<string, number>();
  const open: Nesting[] = [nestingOf('', root)];
  const isOpen = new Set<string>();
  for (;;) {
    const nesting = open.at(-1);
    if (!nesting) return known.get('') ?? 0;
    const [name = '', level = 0] = nesting.spreads[nesting.next] ?? [];
    const fragment = fragments.get(name);
    const depth = known.get(name);
    if (nesting.next === nesting.spreads.length) {
      known.set(nesting.name, nesting.depth);
      isOpen.delete(nesting.name);
      open.pop();
    } else if (depth !== undefined || !fragment || isOpen.has(name)) {
      // Shopify refuses a fragment within itself; here it only must not cause an endless loop.
      nesting.depth = Math.max(nesting.depth, level + (depth ?? 0));
      nesting.next += 1;
    } else {
      isOpen.add(name);
      open.push(nestingOf(name, fragment.selectionSet));
    }
  }
}

function nestingOf(name: string, root: SelectionSetNode): Nesting {
  const spreads: [string, number][] = [];
  const sets: [SelectionSetNode, number][] = [[root, 1]];
  let deepest = 0;
  for (let next = sets.pop(); next; next = sets.pop()) {
    const [set, level] = next;
    deepest = Math.max(deepest, level);
    for (const selection of set.selections) {
      if (selection.kind === 'FragmentSpread') spreads.push([selection.name.value, level]);
      else if (selection.selectionSet) sets.push([selection.selectionSet, level + 1]);
    }
  }
  return { name, spreads, next: 0, depth: deepest };
}

/** The fields of a selection and of its fragments, each fragment once. */
function fieldsOf(selections: SelectionSetNode, fragments: Fragments): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  const spread = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === 'Field') fields.push(selection);
      else if (selection.kind === 'InlineFragment') collect(selection.selectionSet);
      else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment || spread.has(name)) continue;
        spread.add(name);
        collect(fragment.selectionSet);
      }
    }
  };
  collect(selections);
  return fields;
}

const keyOf = (field: FieldNode): string => (field.alias ?? field.name).value;

type Described = Omit<ParsedOperation, 'estimate' | 'bytes'>;

function describe(document: DocumentNode, operation: OperationDefinitionNode, source: string): Described {
  const fragments = fragmentsOf(document);
  const userErrorKeysOf = userErrorReader(fragments);
  const roots = new Map<string, { field: FieldNode; userErrorKeys: Set<string> }>();
  for (const field of fieldsOf(operation.selectionSet, fragments)) {
    const root = roots.get(keyOf(field)) ?? { field, userErrorKeys: new Set() };
    // If fields are merged, any of them may have the directive.
    if (!keyArgument(root.field)) root.field = field;
    if (field.selectionSet) for (const key of userErrorKeysOf(field.selectionSet)) root.userErrorKeys.add(key);
    roots.set(keyOf(field), root);
  }
  const defaults = new Map<string, ConstValueNode>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue) defaults.set(variable.name.value, defaultValue);
  }
  const rootFields = [...roots].map(([responseKey, { field, userErrorKeys }]) => ({
    name: field.name.value,
    responseKey,
    node: field,
    userErrorKeys: [...userErrorKeys],
  }));
  const name = operation.name?.value ?? rootFields[0]?.name ?? 'anonymous';
  const digest = createHash('sha256').update(`${name}\n${source}`).digest('base64url');
  return {
    ...{ source, document, name, rootFields, defaults },
    costKey: digest.slice(0, 22),
    kind: operation.operation === 'mutation' ? 'mutation' : 'query',
    keySlots: keySlotsOf(rootFields, defaults),
  };
}

/** Creates a reader of the user-error keys in a payload. Results for fragments are cached. */
function userErrorReader(fragments: Fragments): (payload: SelectionSetNode) => ReadonlySet<string> {
  const remembered = new Map<string, ReadonlySet<string>>();
  const read = (set: SelectionSetNode): ReadonlySet<string> => {
    const keys = new Set<string>();
    for (const selection of set.selections) {
      if (selection.kind === 'Field' && /userErrors$/i.test(selection.name.value)) keys.add(keyOf(selection));
      const inner =
        selection.kind === 'InlineFragment'
          ? read(selection.selectionSet)
          : selection.kind === 'FragmentSpread'
            ? readFragment(selection.name.value)
            : [];
      for (const key of inner) keys.add(key);
    }
    return keys;
  };
  const readFragment = (name: string): ReadonlySet<string> => {
    const known = remembered.get(name);
    if (known) return known;
    // Set before reading, so that a fragment within itself ends here.
    remembered.set(name, new Set());
    const fragment = fragments.get(name);
    const keys = fragment ? read(fragment.selectionSet) : new Set<string>();
    remembered.set(name, keys);
    return keys;
  };
  return read;
}

/** The variables that hold keys, each once: several fields may share one. */
function keySlotsOf(
  rootFields: readonly RootField[],
  defaults: ReadonlyMap<string, ConstValueNode>,
): readonly KeySlot[] {
  const slots = new Map<string, { variable: string; responseKeys: string[]; byDefault?: string }>();
  for (const { node, responseKey } of rootFields) {
    const value = keyArgument(node)?.value;
    if (value?.kind !== 'Variable') continue;
    const variable = value.name.value;
    const byDefault = defaults.get(variable);
    const isKey = byDefault?.kind === 'StringValue' && byDefault.value.trim() !== '';
    const slot = slots.get(variable) ?? { variable, responseKeys: [], ...(isKey && { byDefault: byDefault.value }) };
    slot.responseKeys.push(responseKey);
    slots.set(variable, slot);
  }
  return [...slots.values()];
}

/** Returns a field's key: from the directive, or from the argument if Shopify takes the key there. */
function keyArgument(field: FieldNode): NonNullable<FieldNode['arguments']>[number] | undefined {
  const directive = field.directives?.find(({ name }) => name.value === 'idempotent');
  const path = argumentMutations[field.name.value];
  return (
    directive?.arguments?.find(({ name }) => name.value === 'key') ??
    field.arguments?.find(({ name }) => name.value === path)
  );
}

const variableName = 'idempotencyKey';

/**
 * Adds a key variable to each mutation field of an operation that takes an idempotency key and has none:
 * `@idempotent(key: $idempotencyKey)`, or the argument if Shopify takes the key there. One key per response key,
 * wherever its field is: in the operation, an inline fragment or a named one.
 *
 * @returns The document itself if there was nothing to add.
 */
export function injectKeys(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { optional = false, takesDirective = takesDirectiveIn() }: KeyOptions = {},
): DocumentNode {
  if (operation.operation !== 'mutation') return document;
  const fragments = fragmentsOf(document);
  const taken = new Set(
    operationsOf(document).flatMap(({ variableDefinitions = [] }) =>
      variableDefinitions.map(({ variable }) => variable.name.value),
    ),
  );
  const newVariable = (): string => {
    let name = variableName;
    for (let number = 2; taken.has(name); number += 1) name = `${variableName}${number}`;
    taken.add(name);
    return name;
  };

  const variables = new Map<string, string>();
  const keyed = new Map<SelectionNode, FieldNode>();
  for (const field of fieldsOf(operation.selectionSet, fragments)) {
    const isByDirective = lacksDirective(field) && takesDirective(field.name.value);
    if (!isByDirective && !takesArgument(field)) continue;
    const variable = variables.get(keyOf(field)) ?? newVariable();
    variables.set(keyOf(field), variable);
    keyed.set(field, isByDirective ? withDirective(field, variable) : withArgument(field, variable));
  }
  if (keyed.size === 0) return document;

  const inSet = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection) =>
      selection.kind === 'InlineFragment'
        ? { ...selection, selectionSet: inSet(selection.selectionSet) }
        : (keyed.get(selection) ?? selection),
    ),
  });
  return {
    ...document,
    definitions: document.definitions.map((definition) => {
      if (definition.kind === 'FragmentDefinition') {
        return { ...definition, selectionSet: inSet(definition.selectionSet) };
      }
      if (definition.kind !== 'OperationDefinition') return definition;
      // Other operations that spread such a fragment need the variable too: Shopify validates all operations.
      const used = fieldsOf(definition.selectionSet, fragments).filter((field) => keyed.has(field));
      const names = new Set(used.map((field) => variables.get(keyOf(field)) ?? variableName));
      return {
        ...definition,
        variableDefinitions: [
          ...(definition.variableDefinitions ?? []),
          ...[...names].map((name) => keyDefinition(name, optional)),
        ],
        selectionSet: inSet(definition.selectionSet),
      };
    }),
  };
}

/** How keys are added to a document. */
interface KeyOptions {
  /** Whether the variable may be omitted: then its default is empty. Default `false`. */
  readonly optional?: boolean;
  /** Whether a mutation takes `@idempotent`. Default: by the newest API version known. */
  readonly takesDirective?: (mutation: string) => boolean;
}

/** Returns a test for the mutations that take `@idempotent` in an API version. `unstable` is newer than all others. */
export function takesDirectiveIn(apiVersion = 'unstable'): (mutation: string) => boolean {
  return (mutation) => {
    const since = directiveMutations.get(mutation);
    return since !== undefined && since <= apiVersion;
  };
}

const lacksDirective = ({ directives }: FieldNode): boolean =>
  !directives?.some((directive) => directive.name.value === 'idempotent');

/**
 * A key inside an input object is left to the caller: the input is usually a variable, and the key is required there.
 */
function takesArgument(field: FieldNode): boolean {
  const path = argumentMutations[field.name.value];
  return path !== undefined && !path.includes('.') && !field.arguments?.some(({ name }) => name.value === path);
}

/** Creates a node: the parser's types need its enum of kinds, while a node only has the enum's text. */
export const node = <T>(value: object): T => value as T;

export const nameNode = (value: string): object => ({ kind: 'Name', value });

export const variableNode = (name: string): object => ({ kind: 'Variable', name: nameNode(name) });

function withDirective(field: FieldNode, variable: string): FieldNode {
  const argument = { kind: 'Argument', name: nameNode('key'), value: variableNode(variable) };
  const directive = node<DirectiveNode>({ kind: 'Directive', name: nameNode('idempotent'), arguments: [argument] });
  return { ...field, directives: [...(field.directives ?? []), directive] };
}

function withArgument(field: FieldNode, variable: string): FieldNode {
  const name = nameNode(argumentMutations[field.name.value] ?? '');
  const argument = node<NonNullable<FieldNode['arguments']>[number]>({
    kind: 'Argument',
    name,
    value: variableNode(variable),
  });
  return { ...field, arguments: [...(field.arguments ?? []), argument] };
}

/** `$idempotencyKey: String!`, with `= ""` if it may be omitted. */
function keyDefinition(name: string, optional: boolean): VariableDefinitionNode {
  const type = { kind: 'NonNullType', type: { kind: 'NamedType', name: nameNode('String') } };
  const defaultValue = optional ? { kind: 'StringValue', value: '' } : undefined;
  return node<VariableDefinitionNode>({
    kind: 'VariableDefinition',
    variable: variableNode(name),
    type,
    defaultValue,
    directives: [],
  });
}
