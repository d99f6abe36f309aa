import type {
  IntrospectionInputTypeRef,
  IntrospectionObjectType,
  IntrospectionOutputTypeRef,
  IntrospectionQuery,
} from 'graphql';

/** The published introspection result, with its table of access rules. */
export interface Published {
  readonly data: IntrospectionQuery;
  readonly offline_scopes: { readonly items: readonly AccessRule[] };
}

interface AccessRule {
  readonly type: string;
  readonly typeName: string;
  readonly fieldName?: string;
  readonly offlineScopes: readonly string[];
}

/** Where a schema was published. */
export interface SchemaSource {
  /** Package and version on npm. */
  readonly package: string;
  readonly file: string;
  /** Of that file. */
  readonly sha256: string;
  /** Day on which the package was published. */
  readonly published: string;
  /** A candidate may still differ from what Shopify released under the same version. */
  readonly state: 'candidate' | 'released';
}

/** What the schema's types do not say, read from descriptions and from the published table of scopes. */
export interface SideTables {
  readonly version: string;
  readonly source: SchemaSource;
  /** Mutations that take `@idempotent(key:)`, which Shopify requires at run time from 2026-04. */
  readonly idempotentDirective: readonly string[];
  /** Mutations that take a key as an argument: mutation → path of the key in its arguments. */
  readonly idempotencyArgument: Readonly<Record<string, string>>;
  /** Points an input field adds for each entry: `Type.field` → points. */
  readonly inputCosts: Readonly<Record<string, number>>;
  /** Access scopes of a root field: `QueryRoot.field` or `Mutation.field` → scopes. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
}

type TypeRef = IntrospectionInputTypeRef | IntrospectionOutputTypeRef;

function namedType(ref: TypeRef): string {
  return 'ofType' in ref && ref.ofType ? namedType(ref.ofType) : (ref as { name: string }).name;
}

export function sideTables(version: string, source: SchemaSource, published: Published): SideTables {
  const { types } = published.data.__schema;
  const mutations = types.find(
    (type): type is IntrospectionObjectType => type.kind === 'OBJECT' && type.name === 'Mutation',
  );
  if (!mutations) throw new Error('the schema has no type Mutation');

  const inputs = new Map(types.flatMap((type) => (type.kind === 'INPUT_OBJECT' ? [[type.name, type] as const] : [])));
  const idempotentDirective: string[] = [];
  const idempotencyArgument: Record<string, string> = {};
  for (const field of mutations.fields) {
    if (/using the `@idempotent` directive/.test(field.description ?? '')) idempotentDirective.push(field.name);
    for (const argument of field.args) {
      if (argument.name === 'idempotencyKey') idempotencyArgument[field.name] = argument.name;
      const nested = inputs.get(namedType(argument.type))?.inputFields.find((input) => input.name === 'idempotencyKey');
      if (nested) idempotencyArgument[field.name] = `${argument.name}.${nested.name}`;
    }
  }

  const inputCosts: Record<string, number> = {};
  for (const type of inputs.values()) {
    for (const field of type.inputFields) {
      const points = /Complexity cost: ([\d.]+) per /.exec(field.description ?? '')?.[1];
      if (points) inputCosts[`${type.name}.${field.name}`] = Number(points);
    }
  }

  const scopes: Record<string, readonly string[]> = {};
  for (const rule of published.offline_scopes.items) {
    if (rule.type !== 'field' || rule.offlineScopes.length === 0) continue;
    if (rule.typeName !== 'QueryRoot' && rule.typeName !== 'Mutation') continue;
    scopes[`${rule.typeName}.${rule.fieldName}`] = rule.offlineScopes;
  }
  idempotentDirective.sort();
  return { version, source, idempotentDirective, idempotencyArgument, inputCosts, scopes };
}
