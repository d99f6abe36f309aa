import type { CodegenConfig } from '@graphql-codegen/cli';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { parse } from 'graphql/language';
import { generatedApiVersion, schemaVersions } from '../config/generated/api-versions.ts';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { injectKeys } from '../graphql/parse.ts';
import { definitionParts, keyRules, readSchemaFile, schemaText } from '../graphql/schema-file.ts';
import { isRecord } from '../internal/json.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import { type OperationMetadata, operationMetadata } from './operation-metadata.ts';
import { interfacesOf, SchemaText, type SchemaUsage, schemaUsage } from './schema-usage.ts';

/** Options of `shopifyCodegen`. */
export interface ShopifyCodegenOptions {
  /** Files with your operations, such as `'./src/**\/*.graphql'`. */
  readonly documents: string | readonly string[];
  /** Folder to write to, with a trailing slash, such as `'./src/generated/'`. */
  readonly output: string;
  /** Extension of relative imports in the generated files. Default `.js`. */
  readonly importExtension?: '' | '.js' | '.ts';
  /** Module that exports the scalar types (`Gid`, `Decimal`, …). Default `shopwright`. */
  readonly scalars?: string;
  /** An API version included in this package, such as `2026-07`. Default: the newest, `2026-10`. */
  readonly apiVersion?: string;
  /**
   * A schema file of your own, as written by `npx shopwright schema pull`: for an API version that the package does not
   * include, or for types that only your shop has. Default: the schema of this package.
   */
  readonly schema?: string;
  /**
   * Values that variables accept for an enum: with `known` those of the schema, so that a misspelt one does not
   * compile; with `open` any text, for programs that send what they have read. Results accept any text in either case.
   * Default `known`.
   */
  readonly inputEnums?: 'known' | 'open';
  /** Whether each operation's `__meta__` is its `OperationMetadata`. Default `true`. */
  readonly metadata?: boolean;
  /**
   * Whether fields, arguments and enum values that Shopify has deprecated are errors. Default `false`: they are
   * warnings.
   */
  readonly strict?: boolean;
  /** Receives each warning. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

const optionNames: Readonly<Record<keyof ShopifyCodegenOptions, true>> = {
  documents: true,
  output: true,
  importExtension: true,
  scalars: true,
  apiVersion: true,
  schema: true,
  inputEnums: true,
  metadata: true,
  strict: true,
  onWarning: true,
};

/**
 * A configuration of `@graphql-codegen/cli` for typed operations on the Admin API. It uses the schema of this package,
 * or your file, so it needs no network; documents are text, so there is no parser at run time; only the parts of the
 * schema that the operations use are read and generated; enums in results leave room for values that Shopify adds
 * later; each mutation that accepts an idempotency key gets one, which the client fills in; and each operation's
 * `__meta__` is its `OperationMetadata`.
 *
 * Needs the packages `@graphql-codegen/cli` and `@graphql-codegen/client-preset`.
 *
 * @throws ConfigError for unknown options, and for a schema that cannot be read. With `strict`, generation throws it
 * for deprecated parts.
 *
 * @example
 * // codegen.ts
 * export default shopifyCodegen({ documents: './src/**\/*.graphql', output: './src/generated/' });
 */
export function shopifyCodegen(options: ShopifyCodegenOptions): CodegenConfig {
  const { documents, output, importExtension = '.js', scalars = 'shopwright' } = options;
  const issues = [
    ...unknownNames(options, optionNames),
    ...unknownValue('inputEnums', options.inputEnums, ['known', 'open']),
    ...versionIssues(options),
  ];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const schema = new SchemaText(readSchema(options));
  const warned = new Set<string>();
  const onExecutableDocumentNode = (document: DocumentNode): Record<string, unknown> | undefined => {
    const metadata = operationMetadata(document, schema);
    tellDeprecated(document, metadata, options, warned);
    return metadata && options.metadata !== false ? { ...metadata } : undefined;
  };
  return {
    // The types of graphql-codegen accept a loader only as a path.
    schema: {
      [options.schema ?? `admin-${options.apiVersion ?? generatedApiVersion}.graphql`]: {
        loader: schemaLoader(schema) as unknown as string,
      },
    },
    documents: [documents].flat(),
    hooks: {
      beforeOneFileWrite: (_path: string, content: string) =>
        ownDecoration(openEnums(content, options.inputEnums ?? 'known')),
    },
    generates: {
      [output]: {
        preset: 'client',
        presetConfig: { fragmentMasking: false, onExecutableDocumentNode },
        documentTransforms: [keyTransform(schema)],
        config: {
          documentMode: 'string',
          useTypeImports: true,
          enumType: 'string-literal',
          futureProofEnums: true,
          strictScalars: true,
          scalars: scalarTypes(scalars),
          importExtension,
        },
      },
    },
  };
}

function versionIssues({ apiVersion, schema }: ShopifyCodegenOptions): readonly Issue[] {
  if (apiVersion === undefined) return [];
  if (schema !== undefined)
    return [{ field: 'apiVersion', message: 'has no effect beside schema: the file names its version.' }];
  if (schemaVersions.some((version) => version === apiVersion)) return [];
  const message = `is not a version in this package: ${schemaVersions.join(', ')}. For others, pass a schema file.`;
  return [{ field: 'apiVersion', message }];
}

/** The schema that operations are checked against. */
export function readSchema({ apiVersion, schema }: Pick<ShopifyCodegenOptions, 'apiVersion' | 'schema'>): string {
  return schema === undefined ? schemaText(apiVersion ?? generatedApiVersion) : readSchemaFile(schema, 'schema').text;
}

/** How graphql-codegen reads documents. */
interface Loader {
  load(pointer: string, options: object): Promise<readonly { readonly document?: DocumentNode }[] | null>;
}

/**
 * Gives graphql-codegen the part of the schema that the documents use: with all 3,500 types it would take many times as
 * long. If a document uses something unknown, it gets the whole schema, so that its errors can suggest similar names.
 */
function schemaLoader(schema: SchemaText): (pointer: string, options: unknown) => Promise<DocumentNode> {
  return async (_pointer, options) => {
    const documents = await documentsOf(options);
    const usage = documents && schemaUsage(schema, documents);
    const isWhole = usage === undefined || usage.unknown.length > 0 || usage.missing.length > 0;
    return parse(isWhole ? schema.text : prunedSchema(schema, usage), { noLocation: true });
  };
}

/**
 * Returns the documents of a configuration; `undefined` if they cannot be read, which graphql-codegen itself reports.
 */
async function documentsOf(options: unknown): Promise<readonly DocumentNode[] | undefined> {
  if (!isRecord(options) || !Array.isArray(options['loaders'])) return undefined;
  const loaders = options['loaders'] as readonly Loader[];
  const pointers = [options['documents']].flat().filter((pointer) => typeof pointer === 'string');
  const ignore = pointers.filter((pointer) => pointer.startsWith('!')).map((pointer) => pointer.slice(1));
  const found: DocumentNode[] = [];
  for (const pointer of pointers) {
    if (pointer.startsWith('!')) continue;
    for (const loader of loaders) {
      try {
        const sources = await loader.load(pointer, { ...options, ignore, noRequire: true, skipGraphQLImport: true });
        found.push(...(sources ?? []).flatMap(({ document }) => document ?? []));
      } catch {
        return undefined;
      }
    }
  }
  return found.length > 0 ? found : undefined;
}

/**
 * Reports the deprecated parts of an operation, once.
 *
 * @throws ConfigError if `strict` is set.
 */
function tellDeprecated(
  { definitions }: DocumentNode,
  metadata: OperationMetadata | undefined,
  { strict = false, onWarning = emitWarning }: ShopifyCodegenOptions,
  warned: Set<string>,
): void {
  const [operation] = definitions.flatMap((one) => (one.kind === 'OperationDefinition' ? (one.name?.value ?? '') : []));
  const fresh = (metadata?.deprecated ?? []).filter((what) => !warned.has(`${operation} ${what}`));
  if (fresh.length === 0) return;
  for (const what of fresh) warned.add(`${operation} ${what}`);
  const message = `uses ${fresh.join(', ')}, which Shopify has deprecated and will remove.`;
  if (strict) throw new ConfigError('Invalid operation', { issues: [{ field: operation ?? '', message }] });
  onWarning(`${operation} ${message}`);
}

const emitWarning = (message: string): void => process.emitWarning(message, { code: 'SHOPWRIGHT_DEPRECATED' });

/**
 * Adds `@idempotent(key: $idempotencyKey)` to each mutation that accepts it, so that readers of the generated documents
 * see what is sent. The variable is optional: the client fills it in.
 */
function keyTransform({ text }: SchemaText): Types.DocumentTransformObject {
  const { required, optional } = keyRules(text);
  const names = new Set([...required, ...optional]);
  const takesDirective = (mutation: string): boolean => names.has(mutation);
  const withKeys = (document: DocumentNode): DocumentNode =>
    document.definitions.reduce(
      (keyed, definition) =>
        definition.kind === 'OperationDefinition'
          ? injectKeys(keyed, definition, { optional: true, takesDirective })
          : keyed,
      document,
    );
  return {
    transform: ({ documents }) =>
      documents.map((file) => ({ ...file, ...(file.document && { document: withKeys(file.document) }) })),
  };
}

/** Scalars that are plain text. */
const textScalars = ['ARN', 'Color', 'FormattedString', 'HTML', 'StorefrontID', 'UtcOffset'];

/** Scalars with their own exported type: scalar → type. */
const namedScalars = {
  BigInt: 'BigIntString',
  Date: 'DateString',
  DateTime: 'DateTime',
  Decimal: 'Decimal',
  Money: 'Money',
  UnsignedInt64: 'BigIntString',
  URL: 'UrlString',
};

/** The TypeScript type of each scalar of the Admin schema; named ones come from `module`. None is `any`. */
function scalarTypes(module: string): Record<string, string | { input: string; output: string }> {
  return {
    ...Object.fromEntries(textScalars.map((scalar) => [scalar, 'string'])),
    ...Object.fromEntries(Object.entries(namedScalars).map(([scalar, type]) => [scalar, `${module}#${type}`])),
    ID: { input: 'string', output: `${module}#Gid` },
    JSON: 'unknown',
  };
}

/** The value that graphql-codegen adds to each enum for future values. */
const placeholder = "'%future added value'";

/**
 * Leaves room in enums for values that Shopify adds later: editors complete the known values, and any other text still
 * type-checks. With `known`, variables accept the known values only.
 */
function openEnums(content: string, inputEnums: 'known' | 'open'): string {
  const known = inputEnums === 'known' ? knownInInput(content) : content;
  return known.replaceAll(placeholder, '(string & {})');
}

/** Reduces a union of known values and `string & {}` to the known values. */
const knownType = `/** Internal type. The values of an enum that the schema has. */
type Known<T> = T extends unknown ? (string extends T ? never : T) : never;
`;

/** Fields of input and variables are on separate lines; results are not. */
const inputLine = /^ {2}(?:[|{] +(?:\{ +)?)?\w+\??: .*;.*$/gm;

function knownInInput(content: string): string {
  const all = content.matchAll(/^export type (\w+) =\n(?: {2}\| '[^']*'\n)+/gm);
  const enums = new Set([...all].map(([, name = '']) => name));
  const inTypes = (line: string): string =>
    line.replaceAll(/(: (?:Array<)*)(\w+)/g, (found, before: string, name: string) =>
      enums.has(name) ? `${before}Known<${name}>` : found,
    );
  const closed = content.replaceAll(inputLine, inTypes);
  if (closed === content) return content;
  const at = closed.indexOf('\nimport type ') + 1;
  return closed.slice(0, at) + knownType + closed.slice(at);
}

const importOfDecoration = /^import type \{ DocumentTypeDecoration \} from '@graphql-typed-document-node\/core';$/m;

/**
 * Declares in place the type that graphql-codegen imports for documents. A program that uses the documents does not
 * depend on the package it comes from, which also makes the compiler read a hundred files of `graphql`.
 */
function ownDecoration(content: string): string {
  return content.replace(importOfDecoration, decoration);
}

const decoration = `/** Internal type. The result and the variables of a document. */
interface DocumentTypeDecoration<TResult, TVariables> {
  __apiType?: (variables: TVariables) => TResult;
}`;

/**
 * Returns the part of a schema that documents use, as text: the fields that they select, and complete input types. An
 * interface or union includes the types that documents name, and one type for all others, since 300 types with the same
 * fields add nothing. If `__typename` is selected, it includes all types.
 */
function prunedSchema(schema: SchemaText, usage: SchemaUsage): string {
  const kept = new Kept(schema, usage);
  const blocks: string[] = [];
  for (const [name, block] of schema.blocks) {
    const fields = kept.fields.get(name);
    if (name === 'schema' || name.startsWith('@') || kept.whole.has(name)) blocks.push(block);
    else if (fields && schema.kind(name) === 'union') {
      const members = schema.possible(name).filter((member) => kept.fields.has(member));
      blocks.push(`union ${name} = ${members.join(' | ')}`);
    } else if (fields) blocks.push(withFields(block, fields, kept.fields));
  }
  return `${blocks.join('\n\n')}\n`;
}

function withFields(block: string, fields: ReadonlySet<string>, types: ReadonlyMap<string, unknown>): string {
  const { first, members } = definitionParts(block);
  const faces = interfacesOf(block).filter((face) => types.has(face));
  const head = first.replace(/ implements [\w &]+ \{/, faces.length > 0 ? ` implements ${faces.join(' & ')} {` : ' {');
  const lines = [...members].filter(([name]) => fields.has(name)).map(([, line]) => line);
  return [head, ...lines, '}'].join('\n');
}

/** The parts of a schema to keep, extended until nothing more follows from them. */
class Kept {
  /** Of objects, interfaces and unions. */
  readonly fields = new Map<string, Set<string>>();
  /** Types kept unchanged. */
  readonly whole: Set<string>;
  readonly #schema: SchemaText;
  readonly #usage: SchemaUsage;
  readonly #open: string[] = [];

  constructor(schema: SchemaText, usage: SchemaUsage) {
    const { fields, inputs } = usage;
    this.#schema = schema;
    this.#usage = usage;
    this.whole = new Set(inputs);
    for (const operation of ['query', 'mutation']) this.#keep(schema.root(operation), []);
    for (const [type, names] of fields) this.#keep(type, names);
    for (let type = this.#open.pop(); type !== undefined; type = this.#open.pop()) this.#follow(type);
  }

  #keep(type: string, names: Iterable<string>): void {
    const known = this.fields.get(type);
    const fields = known ?? new Set();
    const before = fields.size;
    for (const name of names) fields.add(name);
    if (known && fields.size === before) return;
    this.fields.set(type, fields);
    this.#open.push(type);
  }

  /** Keeps what a kept type requires. */
  #follow(type: string): void {
    const schema = this.#schema;
    const fields = this.fields.get(type) ?? new Set();
    const isUnion = schema.kind(type) === 'union';
    // A type needs at least one field.
    if (fields.size === 0 && !isUnion) this.#keep(type, [this.#plainField(type)]);
    for (const name of fields) this.#keepTypesOf(type, name);
    for (const possible of this.#differentTypes(type)) this.#keep(possible, isUnion ? [] : fields);
    // A type kept for another reason needs the fields of its interfaces.
    for (const face of interfacesOf(schema.blocks.get(type) ?? '')) {
      const ofFace = this.fields.get(face);
      if (ofFace) this.#keep(type, ofFace);
    }
    if (schema.kind(type) !== 'interface') return;
    for (const possible of schema.possible(type)) if (this.fields.has(possible)) this.#keep(possible, fields);
  }

  /** The types of an interface or a union that documents distinguish. */
  #differentTypes(type: string): readonly string[] {
    const all = this.#schema.possible(type);
    if (this.#usage.named.has(type)) return all;
    const kinds = new Set<string>();
    return all.filter((one) => {
      if (this.#usage.fields.has(one) || this.#schema.kind(one) === 'interface') return true;
      const faces = interfacesOf(this.#schema.blocks.get(one) ?? '').filter((face) => this.#usage.fields.has(face));
      const isNew = !kinds.has(faces.join());
      kinds.add(faces.join());
      return isNew;
    });
  }

  #keepTypesOf(type: string, field: string): void {
    const line = this.#schema.members(type).get(field) ?? '';
    const result = /: \[*(\w+)[\]!]*(?: @|$)/.exec(line)?.[1] ?? '';
    const args = line.slice(0, line.lastIndexOf(')') + 1);
    for (const [, name = ''] of args.matchAll(/: \[*(\w+)/g)) this.#keepInput(name);
    if (['type', 'interface', 'union'].includes(this.#schema.kind(result))) this.#keep(result, []);
    else this.#keepInput(result);
  }

  #keepInput(type: string): void {
    if (this.whole.has(type)) return;
    this.whole.add(type);
    if (this.#schema.kind(type) !== 'input') return;
    for (const line of this.#schema.members(type).values()) this.#keepInput(/: \[*(\w+)/.exec(line)?.[1] ?? '');
  }

  /** A field without further types: the first whose type is a scalar, or else the first. */
  #plainField(type: string): string {
    const members = [...this.#schema.members(type)];
    const isPlain = ([, line]: readonly [string, string]): boolean =>
      !line.includes('(') && this.#schema.kind(/: \[*(\w+)/.exec(line)?.[1] ?? '') === 'scalar';
    return (members.find(isPlain) ?? members[0])?.[0] ?? '';
  }
}
