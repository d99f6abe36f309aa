import { GraphQLError, type GraphQLSchema, isScalarType } from 'graphql';

type Coerce = (value: unknown) => unknown;

const refuse = (value: unknown, type: string): never => {
  throw new GraphQLError(`Could not coerce value ${JSON.stringify(value)} to ${type}`);
};

const text =
  (type: string, accepts: (value: string) => boolean = () => true): Coerce =>
  (value) =>
    typeof value === 'string' && accepts(value) ? value : refuse(value, type);

/** Numbers that may be written as text, and are kept as text. */
const numeric =
  (type: string, pattern: RegExp): Coerce =>
  (value) => {
    const written = typeof value === 'number' ? String(value) : value;
    return typeof written === 'string' && pattern.test(written) ? written : refuse(value, type);
  };

const decimal = /^-?\d+(\.\d+)?$/;
const hasScheme = (value: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value);
const isDate = (value: string): boolean => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));

const inputs: Readonly<Record<string, Coerce>> = {
  ARN: text('ARN'),
  BigInt: numeric('BigInt', /^-?\d+$/),
  Color: text('Color'),
  Date: text('Date', isDate),
  DateTime: text('DateTime', isDate),
  Decimal: numeric('Decimal', decimal),
  FormattedString: text('FormattedString'),
  HTML: text('HTML'),
  Money: numeric('Money', decimal),
  StorefrontID: text('StorefrontID'),
  UnsignedInt64: numeric('UnsignedInt64', /^\d+$/),
  URL: text('URL', hasScheme),
  UtcOffset: text('UtcOffset'),
};

/** A schema built from text takes anything for its own scalars: gives them the limits that Shopify sets. */
export function limitScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, coerce] of Object.entries(inputs)) {
    const type = schema.getType(name);
    if (!isScalarType(type)) continue;
    type.coerceInputValue = coerce;
    type.parseValue = coerce;
  }
  return schema;
}
