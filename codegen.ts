import type { CodegenConfig } from '@graphql-codegen/cli';

const scalarTypes = './../../scalars.ts';
const text = ['ARN', 'Color', 'FormattedString', 'HTML', 'StorefrontID', 'UtcOffset'];
const named = {
  BigInt: 'BigIntString',
  Date: 'DateString',
  DateTime: 'DateTime',
  Decimal: 'Decimal',
  Money: 'Money',
  UnsignedInt64: 'BigIntString',
  URL: 'UrlString',
};

const scalars: Record<string, string | { input: string; output: string }> = {
  ...Object.fromEntries(text.map((name) => [name, 'string'])),
  ...Object.fromEntries(Object.entries(named).map(([name, type]) => [name, `${scalarTypes}#${type}`])),
  ID: { input: 'string', output: `${scalarTypes}#Gid` },
  JSON: 'unknown',
};

/** Enums keep room for values that Shopify adds later: known values complete in the editor, others still type-check. */
const openEnums = (_path: string, content: string): string =>
  content.replaceAll("'%future added value'", '(string & {})');

const config: CodegenConfig = {
  schema: './schema/admin-2026-10.graphql',
  documents: './src/admin/operations/*.graphql',
  hooks: { beforeOneFileWrite: openEnums },
  generates: {
    './src/admin/operations/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumType: 'string-literal',
        futureProofEnums: true,
        strictScalars: true,
        scalars,
        importExtension: '.ts',
      },
    },
  },
};

export default config;
