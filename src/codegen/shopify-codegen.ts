import { createRequire } from 'node:module';
import type { CodegenConfig } from '@graphql-codegen/cli';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { DocumentNode } from 'graphql';
import { injectKeys } from '../graphql/idempotency.ts';

/** What `shopifyCodegen` needs to know. */
export interface ShopifyCodegenOptions {
  /** Files with your operations, such as `'./src/**\/*.graphql'`. */
  readonly documents: string | readonly string[];
  /** Folder to write to, with a slash at its end, such as `'./src/generated/'`. */
  readonly output: string;
  /** Ending of relative imports in what is written. Default `.js`. */
  readonly importExtension?: '' | '.js' | '.ts';
  /** Module that exports the scalar types (`Gid`, `Decimal`, …). Default `shopwright`. */
  readonly scalars?: string;
}

/**
 * A configuration of `@graphql-codegen/cli` for typed operations on the Admin API: with the schema of this
 * package, so without network; documents as text, so without a parser at run time; only the types that the
 * operations use; enums that leave room for values Shopify adds; and with an idempotency key in each
 * mutation that takes one, which the client fills in.
 *
 * Needs the packages `@graphql-codegen/cli` and `@graphql-codegen/client-preset`.
 *
 * @example
 * // codegen.ts
 * export default shopifyCodegen({ documents: './src/**\/*.graphql', output: './src/generated/' });
 */
export function shopifyCodegen(options: ShopifyCodegenOptions): CodegenConfig {
  const { documents, output, importExtension = '.js', scalars = 'shopwright' } = options;
  return {
    schema: createRequire(import.meta.url).resolve('shopwright/schema/admin-2026-10.graphql'),
    documents: [documents].flat(),
    hooks: { beforeOneFileWrite: openEnums },
    generates: {
      [output]: {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
        documentTransforms: [keyTransform],
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
 * Puts `@idempotent(key: $idempotencyKey)` into each mutation that takes it, so that a reader of the
 * generated documents sees what is sent. The variable may be left out: the client fills it in.
 */
const keyTransform: Types.DocumentTransformObject = {
  transform: ({ documents }) =>
    documents.map((file) => ({ ...file, ...(file.document && { document: withKeys(file.document) }) })),
};

function withKeys(document: DocumentNode): DocumentNode {
  return document.definitions.reduce(
    (keyed, definition) =>
      definition.kind === 'OperationDefinition' ? injectKeys(keyed, definition, { optional: true }) : keyed,
    document,
  );
}

/** Scalars that are plain text. */
const text = ['ARN', 'Color', 'FormattedString', 'HTML', 'StorefrontID', 'UtcOffset'];

/** Scalars with a type of their own: scalar → exported type. */
const named = {
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
    ...Object.fromEntries(text.map((scalar) => [scalar, 'string'])),
    ...Object.fromEntries(Object.entries(named).map(([scalar, type]) => [scalar, `${module}#${type}`])),
    ID: { input: 'string', output: `${module}#Gid` },
    JSON: 'unknown',
  };
}

/** The value that graphql-codegen adds to each enum for those to come. */
const placeholder = "'%future added value'";

/**
 * Enums keep room for values that Shopify adds later: known values complete in the editor, and any other
 * text still type-checks.
 */
const openEnums = (_path: string, content: string): string => content.replaceAll(placeholder, '(string & {})');
