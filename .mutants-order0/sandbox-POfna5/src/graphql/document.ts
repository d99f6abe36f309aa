// @ts-nocheck
import type { DocumentNode } from 'graphql';
import { lateModule } from '../internal/late-module.ts';
import type { ParsedOperation, ParseOptions } from './parse.ts';

/** Parses documents, each once as long as it is in use. */
export interface DocumentParser {
  /** What has been parsed already, so that there is nothing to wait for. */
  known(document: string | TypedDocument<unknown, never>, options?: ParseOptions): ParsedOperation | undefined;
  /**
   * @throws ValidationError where it is no document, its text is no GraphQL, is nested too deep, or holds no such operation.
   */
  parse(document: string | TypedDocument<unknown, never>, options?: ParseOptions): Promise<ParsedOperation>;
}

/** Memory for documents that were seen once: values written into the text make each a new one. */
const freshBytes = 4_000_000;

/** Memory for those that were used again. */
const keptBytes = 20_000_000;

/** The parser is loaded at its first use, so that importing the client stays light. */
const loadParser = lateModule(() => import('./parse.ts'));

export function createDocumentParser(): DocumentParser {
  const kept = new DocumentLine(keptBytes, (source, document) => kept.put(source, document));
  const fresh = new DocumentLine(freshBytes, (source, document) => kept.add(source, document));
  const printed = new WeakMap<DocumentNode, string>();

  const lineOf = (source: string): DocumentLine => (kept.documents.has(source) ? kept : fresh);

  const find = (source: string, options: ParseOptions): ParsedOperation | undefined => {
    // By text, whose hash is kept with it: a key put together for each call would be hashed each time.
    const found = kept.documents.get(source) ?? fresh.documents.get(source);
    if (found) found.isHot = true;
    return found?.variants.get(variantOf(options));
  };

  return {
    known(document, options = {}) {
      const source = isDocumentNode(document) ? printed.get(document) : String(document);
      return source === undefined ? undefined : find(source, options);
    },
    async parse(document, options = {}) {
      const { parseOperation, printDocument, textOf } = await loadParser();
      const source = isDocumentNode(document) ? (printed.get(document) ?? printDocument(document)) : textOf(document);
      if (isDocumentNode(document)) printed.set(document, source);
      const known = find(source, options);
      if (known) return known;
      const operation = parseOperation(source, options);
      lineOf(source).add(source, { variants: new Map([[variantOf(options), operation]]), isHot: false });
      return operation;
    },
  };
}

/** One document, in each of the ways it was read. */
interface Remembered {
  readonly variants: Map<string, ParsedOperation>;
  /** Whether it was asked for again since it was last looked at. */
  isHot: boolean;
}

/**
 * Documents in the order in which they came, as many as fit into some memory, and always the newest. One that was used
 * since is not let go but handed on.
 */
class DocumentLine {
  readonly documents = new Map<string, Remembered>();
  readonly #maxBytes: number;
  readonly #handOn: (source: string, document: Remembered) => void;
  #bytes = 0;

  constructor(maxBytes: number, handOn: (source: string, document: Remembered) => void) {
    this.#maxBytes = maxBytes;
    this.#handOn = handOn;
  }

  /** Puts a document, or more ways to read one that is here, and lets go what no longer fits. */
  add(source: string, document: Remembered): void {
    this.put(source, document);
    for (const [oldest, { isHot, variants }] of this.documents) {
      if (this.#bytes <= this.#maxBytes || this.documents.size === 1) break;
      this.documents.delete(oldest);
      this.#bytes -= bytesOf(variants);
      if (isHot) this.#handOn(oldest, { variants, isHot: false });
    }
  }

  put(source: string, { variants, isHot }: Remembered): void {
    const known = this.documents.get(source);
    const all = new Map([...(known?.variants ?? []), ...variants]);
    this.documents.set(source, { variants: all, isHot: known?.isHot ?? isHot });
    this.#bytes += bytesOf(variants);
  }
}

function bytesOf(variants: ReadonlyMap<string, ParsedOperation>): number {
  let bytes = 0;
  for (const operation of variants.values()) bytes += operation.bytes;
  return bytes;
}

/** Names one of the ways to read a document. */
function variantOf({ operationName, keys = '' }: ParseOptions): string {
  // Without a name it is a text that is there already, whose hash is kept with it.
  return operationName === undefined ? keys : `${keys} ${operationName}`;
}

/** Whether a document is one that a host has parsed. */
export function isDocumentNode(document: unknown): document is DocumentNode {
  return typeof document === 'object' && document !== null && 'kind' in document && document.kind === 'Document';
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
