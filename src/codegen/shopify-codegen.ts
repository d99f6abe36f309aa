import type { CodegenConfig } from '@graphql-codegen/cli';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { parse } from 'graphql/language';
import { generatedApiVersion, schemaVersions } from '../config/generated/api-versions.ts';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { injectKeys } from '../graphql/parse.ts';
import { keyRules, readSchemaFile, schemaText } from '../graphql/schema-file.ts';
import { isRecord } from '../internal/json.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import { type OperationMetadata, operationMetadata } from './operation-metadata.ts';
import { prunedSchema } from './prune-schema.ts';
import { SchemaText, schemaUsage } from './schema-usage.ts';

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
  /** An API version that this package carries, such as `2026-07`. Default: the newest, `2026-10`. */
  readonly apiVersion?: string;
  /**
   * A schema file of your own, as `npx shopwright schema pull` writes it: for an API version that the package does not
   * carry, or for what only your shop has. Default: the schema of this package.
   */
  readonly schema?: string;
  /**
   * Values that variables take for an enum: `known` those of the schema, so that a misspelt one does not compile; `open`
   * any text, for programs that send what they have read. Results take any text in either case. Default `known`.
   */
  readonly inputEnums?: 'known' | 'open';
  /** Whether each operation's `__meta__` is its `OperationMetadata`. Default `true`. */
  readonly metadata?: boolean;
  /** `true` makes errors of fields, arguments and enum values that Shopify has deprecated. Default `false`: warnings. */
  readonly strict?: boolean;
  /** Receives each warning. Default: a warning of the process. */
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
 * or your file, so it needs no network; documents are text, so there is no parser at run time; only what the operations
 * use of the schema is read and generated; enums in results leave room for values that Shopify adds later; each mutation
 * that accepts an idempotency key gets one, which the client fills in; and each operation's `__meta__` is its
 * `OperationMetadata`.
 *
 * Needs the packages `@graphql-codegen/cli` and `@graphql-codegen/client-preset`.
 *
 * @throws ConfigError for options that do not exist, and for a schema that cannot be read. While it generates: where
 * `strict` is set, with all that is deprecated.
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
    // The types of graphql-codegen know a loader by its path only.
    schema: {
      [options.schema ?? `admin-${options.apiVersion ?? generatedApiVersion}.graphql`]: {
        loader: schemaLoader(schema) as unknown as string,
      },
    },
    documents: [documents].flat(),
    hooks: {
      beforeOneFileWrite: (_path: string, content: string) => openEnums(content, options.inputEnums ?? 'known'),
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
  const message = `is none that this package carries: ${schemaVersions.join(', ')}. For others, give a schema file.`;
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
 * Gives graphql-codegen the part of the schema that the documents use: the whole has 3,500 types, which take it many times
 * as long. Where a document asks for what there is not, it gets the whole, so that its errors can name what is near.
 */
function schemaLoader(schema: SchemaText): (pointer: string, options: unknown) => Promise<DocumentNode> {
  return async (_pointer, options) => {
    const documents = await documentsOf(options);
    const usage = documents && schemaUsage(schema, documents);
    const isWhole = usage === undefined || usage.unknown.length > 0 || usage.missing.length > 0;
    return parse(isWhole ? schema.text : prunedSchema(schema, usage), { noLocation: true });
  };
}

/** The documents of a configuration; `undefined` where they cannot be read here, of which graphql-codegen will tell. */
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
 * Tells of what is deprecated in an operation, once.
 *
 * @throws ConfigError where `strict` is set.
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
 * Puts `@idempotent(key: $idempotencyKey)` into each mutation that accepts it, so that a reader of the generated
 * documents sees what is sent. The variable is optional: the client fills it in.
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

/** Scalars with a type of their own: scalar → exported type. */
const namedScalars = {
  BigInt: 'BigIntString',
  Date: 'DateString',
  DateTime: 'DateTime',
  Decimal: 'Decimal',
  Money: 'Money',
  UnsignedInt64: 'BigIntString',
  URL: 'UrlString',
};

/** The TypeScript type of each scalar of the Admin schema, those with a name from `module`. None is `any`. */
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
 * type-checks. What a program sends is one of the known values, unless it wants it otherwise.
 */
function openEnums(content: string, inputEnums: 'known' | 'open'): string {
  const known = inputEnums === 'known' ? knownInInput(content) : content;
  return known.replaceAll(placeholder, '(string & {})');
}

/** Of a union of known values with `string & {}`, the known values. */
const knownType = `/** Internal type. What is sent as an enum is a value that the schema has. */
type Known<T> = T extends unknown ? (string extends T ? never : T) : never;
`;

/** Fields of input and variables stand on lines of their own; results do not. */
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
