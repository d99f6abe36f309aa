import { createRequire } from 'node:module';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { keyTransform } from './key-transform.ts';
import { openEnums } from './open-enums.ts';
import { scalarTypes } from './scalar-types.ts';

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
