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
export function scalarTypes(module: string): Record<string, string | { input: string; output: string }> {
  return {
    ...Object.fromEntries(text.map((scalar) => [scalar, 'string'])),
    ...Object.fromEntries(Object.entries(named).map(([scalar, type]) => [scalar, `${module}#${type}`])),
    ID: { input: 'string', output: `${module}#Gid` },
    JSON: 'unknown',
  };
}
