import { buildSchema, type GraphQLArgument, isInputObjectType, isNonNullType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schemaVersions } from '../../src/config/generated/api-versions.ts';
import { argumentMutations, directiveMutations } from '../../src/graphql/keyed-mutations.ts';
import { keyRules, schemaText } from '../../src/graphql/schema-file.ts';

const schemas = schemaVersions.map((version) => {
  const text = schemaText(version);
  const schema = buildSchema(text, { assumeValid: true });
  return { version, schema, rules: keyRules(text), mutations: schema.getMutationType()?.getFields() ?? {} };
});

/** Paths of `idempotencyKey` among the arguments of a mutation, up to one level below them. */
function keyPaths({ name, type }: GraphQLArgument): string[] {
  if (name === 'idempotencyKey') return [name];
  const input = isNonNullType(type) ? type.ofType : type;
  return isInputObjectType(input) && 'idempotencyKey' in input.getFields() ? [`${name}.idempotencyKey`] : [];
}

describe.each(schemas)(
  'the mutations of $version that take an idempotency key',
  ({ schema, mutations, rules, version }) => {
    it('are all in the schema', () => {
      expect([...rules.required, ...rules.optional].filter((name) => !(name in mutations))).toEqual([]);
      expect(schema.getDirective('idempotent')?.args.map(({ name }) => name)).toEqual(['key']);
    });

    it('as an argument are exactly those whose arguments include one', () => {
      const found = Object.values(mutations).flatMap(({ name, args }) =>
        args.flatMap(keyPaths).map((path): [string, string] => [name, path]),
      );
      expect(Object.fromEntries(found)).toEqual(argumentMutations);
    });

    it('by directive are those that the client knows', () => {
      const known = [...directiveMutations].filter(([name, since]) => name in mutations && since <= version);
      expect(known.map(([name]) => name).sort()).toEqual([...rules.required, ...rules.optional].sort());
      // None of them also has a key as an argument.
      expect([...directiveMutations.keys()].filter((name) => name in argumentMutations)).toEqual([]);
    });
  },
);

describe('the keys that Shopify requires', () => {
  it('are none in 2026-01, and those of stock, locations and refunds from 2026-04', () => {
    const required = Object.fromEntries(schemas.map(({ version, rules }) => [version, rules.required]));
    expect(required['2026-01']).toEqual([]);
    expect(required['2026-04']).toContain('inventorySetScheduledChanges');
    expect(required['2026-07']).toEqual(required['2026-10']);
    expect(required['2026-10']).toHaveLength(16);
  });

  it('are optional for inventoryDeactivate', () => {
    for (const { rules } of schemas) {
      expect(rules.optional).toContain('inventoryDeactivate');
      expect(rules.required).not.toContain('inventoryDeactivate');
    }
  });
});
