import { createRequire } from 'node:module';
import type { CodegenConfig } from '@graphql-codegen/cli';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { generatedApiVersion } from '../config/generated/api-versions.ts';
import { injectKeys, takesDirectiveIn } from '../graphql/parse.ts';
import { keyRules, readSchemaFile } from '../graphql/schema-file.ts';

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
  /**
   * A schema file of your own, as `npx shopwright schema pull` writes it: for another API version than `2026-10`, or for
   * what only your shop has. Default: the schema of this package.
   */
  readonly schema?: string;
}

/**
 * A configuration of `@graphql-codegen/cli` for typed operations on the Admin API. It uses the schema of this package,
 * or your file, so it needs no network; documents are text, so there is no parser at run time; only the types that the operations use
 * are generated; enums leave room for values that Shopify adds later; and each mutation that accepts an idempotency key
 * gets one, which the client fills in.
 *
 * Needs the packages `@graphql-codegen/cli` and `@graphql-codegen/client-preset`.
 *
 * @example
 * // codegen.ts
 * export default shopifyCodegen({ documents: './src/**\/*.graphql', output: './src/generated/' });
 */
export function shopifyCodegen(options: ShopifyCodegenOptions): CodegenConfig {
  const { documents, output, importExtension = '.js', scalars = 'shopwright' } = options;
  const schema =
    options.schema ?? createRequire(import.meta.url).resolve(`shopwright/schema/admin-${generatedApiVersion}.graphql`);
  return {
    schema,
    documents: [documents].flat(),
    hooks: { beforeOneFileWrite: openEnums },
    generates: {
      [output]: {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
        documentTransforms: [keyTransform(options.schema)],
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

/**
 * Puts `@idempotent(key: $idempotencyKey)` into each mutation that accepts it, so that a reader of the generated
 * documents sees what is sent. The variable is optional: the client fills it in.
 *
 * @throws ConfigError for a schema file that cannot be read, or is something else.
 */
function keyTransform(schema: string | undefined): Types.DocumentTransformObject {
  const takesDirective = schema === undefined ? takesDirectiveIn(generatedApiVersion) : takesDirectiveByFile(schema);
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

function takesDirectiveByFile(file: string): (mutation: string) => boolean {
  const { required, optional } = keyRules(readSchemaFile(file, 'schema').text);
  const names = new Set([...required, ...optional]);
  return (mutation) => names.has(mutation);
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
 * type-checks.
 */
const openEnums = (_path: string, content: string): string => content.replaceAll(placeholder, '(string & {})');
