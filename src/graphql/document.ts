import { createHash } from 'node:crypto';
import type { ArgumentNode, DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { ValidationError } from '../errors/errors.ts';
import { lateModule } from '../internal/late-module.ts';
import { createEstimator, type Estimator } from './cost/estimate.ts';
import { injectKeys, type KeySlot, keyVariable } from './idempotency.ts';

/** One top-level field of an operation. */
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
  /** The variables that hold idempotency keys. */
  readonly keySlots: readonly KeySlot[];
  /** Names it in the cost book, in all processes: a hash of its text. */
  readonly costKey: string;
  readonly estimate: Estimator;
}

interface ParseOptions {
  /** Which operation of a document with several. */
  readonly operationName?: string | undefined;
  /** Whether mutations that take an idempotency key, and have none, get one. Default `false`. */
  readonly keys?: boolean;
}

/** Parses documents, each once. */
export interface DocumentParser {
  /** What has been parsed already, so that there is nothing to wait for. */
  known(document: string | TypedDocument<unknown, never>, options?: ParseOptions): ParsedOperation | undefined;
  /**
   * @throws ValidationError where the text is no GraphQL, or holds no such operation.
   */
  parse(document: string | TypedDocument<unknown, never>, options?: ParseOptions): Promise<ParsedOperation>;
}

const rememberedDocuments = 1000;

/** The parser is loaded at its first use, and nothing else of graphql, so that importing the client stays light. */
const loadLanguage = lateModule(() => import('graphql/language'));

export function createDocumentParser(): DocumentParser {
  // By text, whose hash is kept with it: a key put together for each call would be hashed each time.
  const parsed = new Map<string, Map<string, ParsedOperation>>();
  const printed = new WeakMap<DocumentNode, string>();

  const sourceOf = async (document: string | TypedDocument<unknown, never>): Promise<string> => {
    if (!isDocumentNode(document)) return String(document);
    const source = printed.get(document) ?? (await loadLanguage()).print(document);
    printed.set(document, source);
    return source;
  };

  return {
    known(document, options = {}) {
      const source = isDocumentNode(document) ? printed.get(document) : String(document);
      return source === undefined ? undefined : parsed.get(source)?.get(variantOf(options));
    },
    async parse(document, options = {}) {
      const source = await sourceOf(document);
      const known = parsed.get(source)?.get(variantOf(options));
      if (known) return known;
      const operation = await parseOperation(source, options);
      if (!parsed.has(source) && parsed.size >= rememberedDocuments) parsed.delete(parsed.keys().next().value ?? '');
      const variants = parsed.get(source) ?? new Map<string, ParsedOperation>();
      parsed.set(source, variants.set(variantOf(options), operation));
      return operation;
    },
  };
}

/** Names one of the ways to read a document. */
function variantOf({ operationName = '', keys = false }: ParseOptions): string {
  return `${keys ? '+' : '-'}${operationName}`;
}

async function parseOperation(source: string, { operationName, keys = false }: ParseOptions): Promise<ParsedOperation> {
  const document = await parseSource(source);
  const operation = findOperation(document, operationName);
  const keyed = keys ? injectKeys(document, operation) : document;
  const text = keyed === document ? source : (await loadLanguage()).print(keyed);
  return describe(text, keyed, findOperation(keyed, operationName), createEstimator(keyed, operationName));
}

function isDocumentNode(document: unknown): document is DocumentNode {
  return typeof document === 'object' && document !== null && 'kind' in document && document.kind === 'Document';
}

async function parseSource(source: string): Promise<DocumentNode> {
  const { parse } = await loadLanguage();
  try {
    return parse(source, { noLocation: true });
  } catch (error) {
    const { GraphQLError } = await import('graphql/error');
    if (!(error instanceof GraphQLError)) throw error;
    const at = error.locations?.[0];
    const place = at ? ` (line ${at.line}, column ${at.column})` : '';
    throw new ValidationError('The GraphQL document is invalid', {
      issues: [{ field: 'document', message: `${error.message}${place}` }],
    });
  }
}

function findOperation(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition',
  );
  const operation =
    operationName === undefined ? operations[0] : operations.find(({ name }) => name?.value === operationName);
  const refuse = (message: string): never => {
    throw new ValidationError('The GraphQL document is invalid', { issues: [{ field: 'document', message }] });
  };
  if (!operation) {
    return refuse(operationName === undefined ? 'holds no operation.' : `holds no operation named ${operationName}.`);
  }
  if (operationName === undefined && operations.length > 1) {
    return refuse('holds several operations. Say which with the option operationName.');
  }
  if (operation.operation === 'subscription') return refuse('is a subscription, which the Admin API does not have.');
  return operation;
}

function describe(
  source: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  estimate: Estimator,
): ParsedOperation {
  const rootFields = fieldsOf(operation.selectionSet, document).map(
    (node): RootField => ({
      name: node.name.value,
      responseKey: (node.alias ?? node.name).value,
      node,
      userErrorKeys: node.selectionSet
        ? fieldsOf(node.selectionSet, document)
            .filter((field) => /userErrors$/i.test(field.name.value))
            .map((field) => (field.alias ?? field.name).value)
        : [],
    }),
  );
  const name = operation.name?.value ?? rootFields[0]?.name ?? 'anonymous';
  return {
    ...{ source, document, name, estimate },
    costKey: createHash('sha256').update(`${name}\n${source}`).digest('base64url').slice(0, 22),
    kind: operation.operation === 'mutation' ? 'mutation' : 'query',
    rootFields,
    keySlots: rootFields.flatMap(({ node, responseKey }) => {
      const variable = keyVariable(node);
      return variable === undefined ? [] : [{ responseKey, variable }];
    }),
  };
}

/** The fields of a selection, with those of its fragments. */
function fieldsOf(selections: SelectionSetNode, document: DocumentNode, open: readonly string[] = []): FieldNode[] {
  return selections.selections.flatMap((selection): FieldNode[] => {
    if (selection.kind === 'Field') return [selection];
    if (selection.kind === 'InlineFragment') return fieldsOf(selection.selectionSet, document, open);
    const name = selection.name.value;
    const fragment = document.definitions.find(
      (definition) => definition.kind === 'FragmentDefinition' && definition.name.value === name,
    );
    // A fragment that names itself is refused by Shopify; here it only must not loop.
    if (fragment?.kind !== 'FragmentDefinition' || open.includes(name)) return [];
    return fieldsOf(fragment.selectionSet, document, [...open, name]);
  });
}

/** The value of a field's argument: from the text, or from the variables. */
export function argumentValue(field: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown {
  const argument = field.arguments?.find((candidate: ArgumentNode) => candidate.name.value === name);
  if (!argument || argument.value.kind === 'NullValue') return undefined;
  if (argument.value.kind === 'Variable') return variables[argument.value.name.value];
  return argument.value;
}

/**
 * An operation that knows the types of its variables and its result, as GraphQL code generators make
 * it: a `TypedDocumentString` or a `TypedDocumentNode`.
 */
export interface TypedDocument<TResult, TVariables> {
  readonly __apiType?: (variables: TVariables) => TResult;
}

/** A parsed document that does not know its types. */
export interface UntypedDocument {
  readonly kind: 'Document';
  readonly __apiType?: never;
}
