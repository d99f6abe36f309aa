import { createRequire } from 'node:module';
import {
  type ConstValueNode,
  DEFAULT_DEPRECATION_REASON,
  type DirectiveLocation,
  type GraphQLAbstractType,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLError,
  type GraphQLFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  type GraphQLNullableType,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  introspectionTypes,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  Kind,
  parseConstValue,
  specifiedDirectives,
  specifiedScalarTypes,
} from 'graphql';
import { generatedApiVersion, schemaVersions } from '../../config/generated/api-versions.ts';
import { type KeyRules, keyRules, readSchemaFile, schemaText, versionOf } from '../../graphql/schema-file.ts';

const loaded = new Map<string, GraphQLSchema>();

/**
 * An Admin schema that the package carries. Made on the first call, and kept for the process.
 *
 * @param version One of `schemaVersions`. Default: the newest.
 */
export function loadAdminSchema(version: string = generatedApiVersion): GraphQLSchema {
  const schema = loaded.get(version) ?? limitScalars(new LazySchema(schemaText(version)));
  loaded.set(version, schema);
  return schema;
}

/** The schemas that a fake answers by. */
export interface FakeSchemas {
  /** Oldest first. */
  readonly versions: readonly string[];
  /** @param version One of `versions`. Default: the newest that the package carries. */
  of(version?: string): GraphQLSchema;
}

/**
 * The schemas that the package carries, and those of a user's files.
 *
 * @param files What `shopwright schema pull` wrote. They win over what the package carries.
 * @throws ConfigError for a file that cannot be read, or is something else.
 */
export function fakeSchemas(files: readonly string[] = []): FakeSchemas {
  const pulled = new Map(
    files.map((file, index) => {
      const { version, text } = readSchemaFile(file, `schemas[${index}]`);
      return [version, limitScalars(new LazySchema(text))] as const;
    }),
  );
  const versions = [...new Set([...schemaVersions, ...pulled.keys()])].sort();
  return { versions, of: (version) => pulled.get(version ?? '') ?? loadAdminSchema(version) };
}

/** Whether a mutation takes an idempotency key, by the schema that a request is answered by. */
export function keyRule(schema: GraphQLSchema, mutation: string): 'required' | 'optional' | 'none' {
  const rules = schema instanceof LazySchema ? schema.keys : keyRules('');
  if (rules.required.includes(mutation)) return 'required';
  return rules.optional.includes(mutation) ? 'optional' : 'none';
}

/** What introspection says of a mutation's key, as Shopify does: `shopwright schema pull` reads it. */
function keyDescription(schema: GraphQLSchema, mutation: string): string | undefined {
  const rule = keyRule(schema, mutation);
  if (rule === 'none') return undefined;
  return rule === 'required'
    ? `As of ${apiVersionOf(schema)}, the idempotency key is required and must be provided using the \`@idempotent\` directive.`
    : 'This mutation supports an optional idempotency key using the `@idempotent` directive.';
}

/** The API version of a schema. */
export function apiVersionOf(schema: GraphQLSchema): string {
  return (schema instanceof LazySchema ? schema.apiVersion : undefined) ?? generatedApiVersion;
}

/** One definition of a schema's text, not looked into yet. */
interface Definition {
  /** Its first line, such as `type Product implements HasMetafields & Node {`. */
  readonly head: string;
  /** Where its further lines stand in the text. */
  readonly from: number;
  readonly to: number;
}

/** An argument, or a field of an input. */
interface InputConfig {
  readonly type: GraphQLInputType;
  readonly default?: { readonly literal: ConstValueNode };
  readonly deprecationReason?: string;
}

interface Implementations {
  readonly objects: GraphQLObjectType[];
  readonly interfaces: GraphQLInterfaceType[];
}

/** Parts of a line, by the names of a pattern's groups. */
type Parts = Readonly<Record<string, string | undefined>>;

const headPattern =
  /^(?<kind>type|interface|input|enum|union|scalar) (?<name>\w+)(?: implements (?<interfaces>[\w &]+\w))?(?<oneOf> @oneOf)?(?: = (?<members>[\w |]+))?(?: \{)?$/;
const directivePattern =
  /^directive @(?<name>\w+)(?:\((?<args>.*)\))?(?<repeatable> repeatable)? on (?<places>[\w |]+)$/;
const rootPattern = /^ {2}(?<operation>query|mutation|subscription): (?<name>\w+)$/;
const fieldPattern = /^ {2}(?<name>\w+)(?:\((?<args>.*)\))?: (?<type>[\w[\]!]+)(?<deprecated> @deprecated)?$/;
const valuePattern = /^ {2}(?<name>\w+)(?<deprecated> @deprecated)?$/;
const inputPattern =
  /(?:^ {2}|, |^)(?<name>\w+): (?<type>[\w[\]!]+)(?: = (?<literal>"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|[^\s,]+))?(?<deprecated> @deprecated)?/y;

const refuse = (value: unknown, type: string): never => {
  throw new GraphQLError(`Could not coerce value ${JSON.stringify(value)} to ${type}`);
};

const whole = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : refuse(value, 'Int'));

/** Of inputs, Shopify reads integers of any size, and leaves it to the field how many it takes. (Recorded 2026-04.) */
const int = new GraphQLScalarType({
  ...GraphQLInt.toConfig(),
  coerceInputValue: whole,
  parseValue: whole,
  coerceInputLiteral: (node) => (node.kind === Kind.INT ? Number(node.value) : undefined),
});

/**
 * A schema that makes a type from its text when the type is first asked for: the operations of a program touch some
 * dozens of the 3,500 types, and `buildSchema` takes a third of a second for all of them.
 *
 * The text is as `schemaText` gives it: no descriptions, a blank line between definitions, a line for each field.
 * Types are listed by name, as in Shopify's own introspection.
 */
class LazySchema extends GraphQLSchema {
  readonly apiVersion: string | undefined;
  readonly keys: KeyRules;
  readonly #text: string;
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #roots: ReadonlyMap<string, string>;
  readonly #directives: readonly GraphQLDirective[];
  readonly #made = new Map<string, GraphQLNamedType>(
    [...specifiedScalarTypes, int, ...introspectionTypes].map((type) => [type.name, type]),
  );
  /** Types as they are written, such as `[Product!]!`. */
  readonly #written = new Map<string, GraphQLType>();
  /** Default values as they are written. */
  readonly #literals = new Map<string, ConstValueNode>();
  readonly #typeMap: Record<string, GraphQLNamedType>;
  #implementations: ReadonlyMap<string, Implementations> | undefined;

  constructor(text: string) {
    super({ assumeValid: true });
    this.#text = text;
    this.apiVersion = versionOf(text);
    this.keys = keyRules(text);
    const definitions = new Map<string, Definition>();
    const directives: string[] = [];
    let roots: Definition | undefined;
    for (const definition of definitionsOf(text)) {
      // The head comment: where the schema is from.
      if (definition.head.startsWith('#')) continue;
      if (definition.head.startsWith('directive ')) directives.push(definition.head);
      else if (definition.head === 'schema {') roots = definition;
      else definitions.set(definition.head.split(' ', 2)[1] ?? '', definition);
    }
    this.#definitions = definitions;
    this.#roots = new Map(
      roots &&
        this.#linesOf(roots).map((line) => {
          const { operation = '', name = '' } = partsOf(line, rootPattern);
          return [operation, name];
        }),
    );
    this.#directives = [...directives.map((head) => this.#makeDirective(head)), ...specifiedDirectives];
    this.#typeMap = this.#mapOfTypes();
  }

  override getQueryType(): GraphQLObjectType | undefined {
    return this.#rootType('query');
  }

  override getMutationType(): GraphQLObjectType | undefined {
    return this.#rootType('mutation');
  }

  override getSubscriptionType(): GraphQLObjectType | undefined {
    return this.#rootType('subscription');
  }

  override getDirectives(): readonly GraphQLDirective[] {
    return this.#directives;
  }

  override getTypeMap(): Record<string, GraphQLNamedType> {
    return this.#typeMap;
  }

  override getType(name: string): GraphQLNamedType | undefined {
    const made = this.#made.get(name);
    if (made) return made;
    const definition = this.#definitions.get(name);
    if (!definition) return undefined;
    const type = this.#makeType(definition);
    this.#made.set(name, type);
    return type;
  }

  override getImplementations(type: GraphQLInterfaceType): Implementations {
    this.#implementations ??= this.#findImplementations();
    return this.#implementations.get(type.name) ?? { objects: [], interfaces: [] };
  }

  override isSubType(abstract: GraphQLAbstractType, type: GraphQLObjectType | GraphQLInterfaceType): boolean {
    // An interface's implementations name it themselves, so that they need not be gathered for this.
    const above: readonly GraphQLNamedType[] = isUnionType(abstract) ? abstract.getTypes() : type.getInterfaces();
    return above.includes(isUnionType(abstract) ? type : abstract);
  }

  #rootType(operation: string): GraphQLObjectType | undefined {
    const type = this.getType(this.#roots.get(operation) ?? '');
    return isObjectType(type) ? type : undefined;
  }

  /** Looks like an object with all types, and makes those that are read. */
  #mapOfTypes(): Record<string, GraphQLNamedType> {
    const typeOf = (name: string | symbol): GraphQLNamedType | undefined =>
      typeof name === 'string' ? this.getType(name) : undefined;
    return new Proxy<Record<string, GraphQLNamedType>>(Object.create(null), {
      get: (_target, name) => typeOf(name),
      has: (_target, name) => typeOf(name) !== undefined,
      ownKeys: () => [...new Set([...this.#made.keys(), ...this.#definitions.keys()])].sort(),
      getOwnPropertyDescriptor: (_target, name) => {
        const value = typeOf(name);
        return value && { value, enumerable: true, configurable: true };
      },
    });
  }

  #makeType(definition: Definition): GraphQLNamedType {
    const { kind, name = '', interfaces, oneOf, members } = partsOf(definition.head, headPattern);
    const config = {
      name,
      interfaces: () => (interfaces?.split(' & ') ?? []).map((each) => this.#typeWritten<GraphQLInterfaceType>(each)),
      fields: () => this.#fieldsOf(definition),
    };
    switch (kind) {
      case 'type':
        return new GraphQLObjectType(config);
      case 'interface':
        return new GraphQLInterfaceType(config);
      case 'input': {
        const fields = (): Record<string, InputConfig> =>
          Object.assign(Object.create(null), ...this.#linesOf(definition).map((line) => this.#inputsIn(line)));
        return new GraphQLInputObjectType({ name, isOneOf: oneOf !== undefined, fields });
      }
      case 'enum':
        return new GraphQLEnumType({ name, values: () => this.#valuesOf(definition) });
      case 'union': {
        const types = (): GraphQLObjectType[] => (members?.split(' | ') ?? []).map((each) => this.#typeWritten(each));
        return new GraphQLUnionType({ name, types });
      }
      default:
        return new GraphQLScalarType({ name });
    }
  }

  #makeDirective(head: string): GraphQLDirective {
    const { name = '', args = '', repeatable, places = '' } = partsOf(head, directivePattern);
    const locations = places.split(' | ') as DirectiveLocation[];
    return new GraphQLDirective({
      name,
      locations,
      isRepeatable: repeatable !== undefined,
      args: this.#inputsIn(args),
    });
  }

  #fieldsOf(definition: Definition): Record<string, GraphQLFieldConfig<unknown, unknown>> {
    const fields: Record<string, GraphQLFieldConfig<unknown, unknown>> = Object.create(null);
    const isMutation = partsOf(definition.head, headPattern)['name'] === this.#roots.get('mutation');
    for (const line of this.#linesOf(definition)) {
      const { name = '', args, type = '', deprecated } = partsOf(line, fieldPattern);
      fields[name] = {
        type: this.#typeWritten<GraphQLOutputType>(type),
        ...(args !== undefined && { args: this.#inputsIn(args) }),
        ...(isMutation && { description: keyDescription(this, name) }),
        ...deprecation(deprecated),
      };
    }
    return fields;
  }

  #valuesOf(definition: Definition): Record<string, { readonly deprecationReason?: string }> {
    const values: Record<string, { readonly deprecationReason?: string }> = Object.create(null);
    for (const line of this.#linesOf(definition)) {
      const { name = '', deprecated } = partsOf(line, valuePattern);
      values[name] = deprecation(deprecated);
    }
    return values;
  }

  /** Arguments of a field, or the one field of an input on a line. */
  #inputsIn(text: string): Record<string, InputConfig> {
    const inputs: Record<string, InputConfig> = Object.create(null);
    inputPattern.lastIndex = 0;
    while (inputPattern.lastIndex < text.length) {
      const { name = '', type = '', literal, deprecated } = partsOf(text, inputPattern);
      inputs[name] = {
        type: this.#typeWritten<GraphQLInputType>(type),
        ...(literal !== undefined && { default: { literal: this.#literal(literal) } }),
        ...deprecation(deprecated),
      };
    }
    return inputs;
  }

  #literal(text: string): ConstValueNode {
    const known = this.#literals.get(text) ?? parseConstValue(text, { noLocation: true });
    this.#literals.set(text, known);
    return known;
  }

  /** The caller says which kind of type may stand there; that it does is what `assumeValid` means. */
  #typeWritten<T extends GraphQLType>(text: string): T {
    let type = this.#written.get(text);
    if (!type) {
      if (text.endsWith('!')) type = new GraphQLNonNull(this.#typeWritten<GraphQLNullableType>(text.slice(0, -1)));
      else if (text.startsWith('[')) type = new GraphQLList(this.#typeWritten(text.slice(1, -1)));
      else type = this.getType(text);
      if (!type) throw new Error(`The schema has no type ${text}`);
      this.#written.set(text, type);
    }
    return type as T;
  }

  #findImplementations(): ReadonlyMap<string, Implementations> {
    const found = new Map<string, Implementations>();
    for (const [name, { head }] of this.#definitions) {
      if (!head.includes(' implements ')) continue;
      const type = this.getType(name);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const each of type.getInterfaces()) {
        const those = found.get(each.name) ?? { objects: [], interfaces: [] };
        if (isObjectType(type)) those.objects.push(type);
        else those.interfaces.push(type);
        found.set(each.name, those);
      }
    }
    return found;
  }

  #linesOf({ from, to }: Definition): readonly string[] {
    return from < to ? this.#text.slice(from, to).split('\n') : [];
  }
}

const deprecation = (mark: string | undefined): { readonly deprecationReason?: string } =>
  mark === undefined ? {} : { deprecationReason: DEFAULT_DEPRECATION_REASON };

function partsOf(line: string, pattern: RegExp): Parts {
  const parts = pattern.exec(line)?.groups;
  if (!parts) throw new Error(`The schema is not printed as shopwright prints it: ${line}`);
  return parts;
}

function* definitionsOf(text: string): Generator<Definition> {
  for (let start = 0; start < text.length; ) {
    const blank = text.indexOf('\n\n', start);
    const end = blank < 0 ? text.trimEnd().length : blank;
    const line = text.indexOf('\n', start);
    const headEnd = line < 0 || line > end ? end : line;
    // What closes a definition of several lines is a line of its own: `}`.
    yield { head: text.slice(start, headEnd), from: headEnd + 1, to: end - 2 };
    start = blank < 0 ? text.length : end + 2;
  }
}

type Coerce = (value: unknown) => unknown;

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
function limitScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, coerce] of Object.entries(inputs)) {
    const type = schema.getType(name);
    if (!isScalarType(type)) continue;
    type.coerceInputValue = coerce;
    type.parseValue = coerce;
  }
  return schema;
}

/** What the schema's types do not say: `npm run schema` reads it from descriptions and from the table of scopes. */
interface SideTables {
  readonly inputCosts: Readonly<Record<string, number>>;
  readonly scopes: Readonly<Record<string, readonly string[]>>;
}

// Read from the package, not imported: a bundler would put a second copy into `dist`.
const tables = createRequire(import.meta.url)(`shopwright/schema/admin-${generatedApiVersion}.json`) as SideTables;

/** Points an input field adds for each entry: `Type.field` → points. */
export const inputCosts: Readonly<Record<string, number>> = tables.inputCosts;

/** Scopes of a root field, any one of which opens it: `QueryRoot.field` or `Mutation.field` → scopes. */
export const requiredScopes: Readonly<Record<string, readonly string[]>> = tables.scopes;
