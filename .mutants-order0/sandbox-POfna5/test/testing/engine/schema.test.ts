// @ts-nocheck
import { isDeepStrictEqual } from 'node:util';
import {
  buildSchema,
  type GraphQLSchema,
  type IntrospectionNamedTypeRef,
  introspectionFromSchema,
  isInterfaceType,
  isObjectType,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { generatedApiVersion } from '../../../src/config/generated/api-versions.ts';
import { schemaText } from '../../../src/graphql/schema-file.ts';
import { loadAdminSchema } from '../../../src/testing/fake/schema.ts';

const text = schemaText(generatedApiVersion);
const whole = buildSchema(text, { assumeValidSDL: true, assumeValid: true, noLocation: true });
const lazy = loadAdminSchema();

const byName = (one: IntrospectionNamedTypeRef, other: IntrospectionNamedTypeRef): number =>
  one.name < other.name ? -1 : 1;

/** What a schema says of each of its types, by the name of the type. */
function typesOf(schema: GraphQLSchema): ReadonlyMap<string, unknown> {
  const { types } = introspectionFromSchema(schema, {
    descriptions: false,
    oneOf: true,
    inputValueDeprecation: true,
  }).__schema;
  return new Map(
    types.map((type) => {
      const possible = 'possibleTypes' in type && type.possibleTypes;
      return [type.name, possible ? { ...type, possibleTypes: [...possible].sort(byName) } : type];
    }),
  );
}

describe('the schema that is made as it is used', () => {
  it('says the same of each type as the one that graphql-js builds from the text', () => {
    const [lazyTypes, wholeTypes] = [typesOf(lazy), typesOf(whole)];
    expect([...lazyTypes.keys()]).toEqual([...wholeTypes.keys()].sort());
    expect(
      [...wholeTypes.keys()].filter((name) => !isDeepStrictEqual(lazyTypes.get(name), wholeTypes.get(name))),
    ).toEqual([]);
  });

  it('has the same directives and roots', () => {
    expect(lazy.getDirectives().map((directive) => directive.toConfig())).toMatchObject(
      whole.getDirectives().map(({ name, locations, isRepeatable }) => ({ name, locations, isRepeatable })),
    );
    expect(lazy.getQueryType()?.name).toBe(whole.getQueryType()?.name);
    expect(lazy.getMutationType()?.name).toBe(whole.getMutationType()?.name);
    expect(lazy.getSubscriptionType()).toBe(undefined);
  });

  it('is printed as the text it was made from', () => {
    // What it says of keys is in no text.
    const undescribed = printSchema(lazy).replaceAll(/ +"""\n[^"]*"""\n|\n(?= +""")/g, '');
    expect(`${undescribed}\n`.split('\n\n').sort()).toEqual(`${printSchema(whole)}\n`.split('\n\n').sort());
  });

  it('lists its types by name', () => {
    const names = Object.keys(lazy.getTypeMap());
    expect(names).toEqual(Object.keys(whole.getTypeMap()).sort());
    expect(Object.values(lazy.getTypeMap()).map(({ name }) => name)).toEqual(names);
    expect('Product' in lazy.getTypeMap()).toBe(true);
    expect('Produce' in lazy.getTypeMap()).toBe(false);
  });

  it('knows the same types behind each interface and union', () => {
    for (const abstract of Object.values(whole.getTypeMap()).filter((type) => 'resolveType' in type)) {
      const same = lazy.getType(abstract.name);
      if (!same || !('resolveType' in same)) throw new Error(`no ${abstract.name}`);
      const possible = lazy.getPossibleTypes(same);
      expect(possible.map(({ name }) => name).sort()).toEqual(
        whole
          .getPossibleTypes(abstract)
          .map(({ name }) => name)
          .sort(),
      );
      for (const name of ['Product', 'Shop', 'DiscountAutomaticApp', 'Node']) {
        const [one, other] = [lazy.getType(name), whole.getType(name)];
        if (!(isObjectType(one) || isInterfaceType(one)) || !(isObjectType(other) || isInterfaceType(other)))
          throw new Error(`${name} has no fields`);
        expect(lazy.isSubType(same, one)).toBe(whole.isSubType(abstract, other));
      }
    }
  });

  it.each([
    ['a misspelt field', '{ shop { nam } }'],
    ['a misspelt root field', '{ shopp { name } }'],
    ['a misspelt argument', '{ products(firs: 1) { nodes { id } } }'],
    ['a misspelt type', 'query ($id: IDD!) { node(id: $id) { ... on Produc { id } } }'],
    ['a misspelt enum value', '{ products(first: 1, sortKey: TITEL) { nodes { id } } }'],
    ['a missing argument', 'mutation { productSet { product { id } } }'],
    ['a misspelt input field', 'mutation { productSet(input: { titel: "A" }) { product { id } } }'],
    ['a wrong literal', 'mutation { productSet(input: { title: 1 }) { product { id } } }'],
    ['two keys of a oneOf', '{ productByIdentifier(identifier: { id: "1", handle: "a" }) { id } }'],
    ['a field of no interface', '{ node(id: "1") { title } }'],
    ['a fragment that fits nowhere', '{ shop { ... on Product { id } } }'],
    ['fields that differ', '{ node(id: "1") { ... on Product { a: title } ... on Collection { a: id } } }'],
    ['a misspelt directive', 'mutation { refundCreate(input: {}) @idempotant(key: "k") { refund { id } } }'],
  ])('refuses %s in the same words', (_what, query) => {
    const messages = (schema: GraphQLSchema): string[] => validate(schema, parse(query)).map(({ message }) => message);
    expect(messages(lazy)).toEqual(messages(whole));
    expect(messages(lazy)).not.toEqual([]);
  });
});
