// @ts-nocheck
import type { IntrospectionQuery } from 'graphql';

/** The published introspection result. That of npm comes with a table of access rules. */
export interface Published {
  readonly data: IntrospectionQuery;
  readonly offline_scopes?: { readonly items: readonly AccessRule[] };
}

interface AccessRule {
  readonly type: string;
  readonly typeName: string;
  readonly fieldName?: string;
  readonly offlineScopes: readonly string[];
}

/** What the schema's types do not say, read from descriptions and from the published table of scopes. */
export interface SideTables {
  readonly version: string;
  /** Points an input field adds for each entry: `Type.field` → points. */
  readonly inputCosts: Readonly<Record<string, number>>;
  /** Access scopes of a root field: `QueryRoot.field` or `Mutation.field` → scopes. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
}

/** @param before What was known so far: it stays where the source says nothing. */
export function sideTables(version: string, published: Published | undefined, before?: SideTables): SideTables {
  const inputCosts = published && inputCostsIn(published.data);
  const scopes = published?.offline_scopes && scopesIn(published.offline_scopes.items);
  return {
    version,
    inputCosts: inputCosts && Object.keys(inputCosts).length > 0 ? inputCosts : (before?.inputCosts ?? {}),
    scopes: scopes ?? before?.scopes ?? {},
  };
}

function inputCostsIn({ __schema }: IntrospectionQuery): Record<string, number> {
  const inputCosts: Record<string, number> = {};
  for (const type of __schema.types) {
    if (type.kind !== 'INPUT_OBJECT') continue;
    for (const field of type.inputFields) {
      const points = /Complexity cost: ([\d.]+) per /.exec(field.description ?? '')?.[1];
      if (points) inputCosts[`${type.name}.${field.name}`] = Number(points);
    }
  }
  return inputCosts;
}

function scopesIn(rules: readonly AccessRule[]): Record<string, readonly string[]> {
  const scopes: Record<string, readonly string[]> = {};
  for (const rule of rules) {
    if (rule.type !== 'field' || rule.offlineScopes.length === 0) continue;
    if (rule.typeName !== 'QueryRoot' && rule.typeName !== 'Mutation') continue;
    scopes[`${rule.typeName}.${rule.fieldName}`] = rule.offlineScopes;
  }
  return scopes;
}
