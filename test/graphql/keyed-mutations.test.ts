import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLArgument, isInputObjectType, isNonNullType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { argumentMutations, directiveMutations } from '../../src/graphql/keyed-mutations.ts';

const file = (name: string): string => readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8');
const schema = buildSchema(file('admin-2026-10.graphql'), { assumeValid: true });
const mutations = schema.getMutationType()?.getFields() ?? {};

/** Paths of `idempotencyKey` among the arguments of a mutation, and one level below them. */
function keyPaths({ name, type }: GraphQLArgument): string[] {
  if (name === 'idempotencyKey') return [name];
  const input = isNonNullType(type) ? type.ofType : type;
  return isInputObjectType(input) && 'idempotencyKey' in input.getFields() ? [`${name}.idempotencyKey`] : [];
}

describe('the mutations that take an idempotency key', () => {
  it('are in the schema, all of them', () => {
    expect([...directiveMutations].filter((name) => !(name in mutations))).toEqual([]);
    expect(schema.getDirective('idempotent')?.args.map(({ name }) => name)).toEqual(['key']);
  });

  it('as an argument are exactly those whose arguments have one', () => {
    const found = Object.values(mutations).flatMap(({ name, args }) =>
      args.flatMap(keyPaths).map((path): [string, string] => [name, path]),
    );
    expect(Object.fromEntries(found)).toEqual(argumentMutations);
  });

  it('by directive are those that the side table of the schema lists', () => {
    const table = JSON.parse(file('admin-2026-10.json')) as { readonly idempotentDirective: readonly string[] };
    expect([...directiveMutations].sort()).toEqual([...table.idempotentDirective].sort());
    // None of them has a key as an argument besides.
    expect([...directiveMutations].filter((name) => name in argumentMutations)).toEqual([]);
  });
});
