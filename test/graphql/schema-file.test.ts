import fc from 'fast-check';
import { buildSchema, introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schemaPatch } from '../../schema/patch.ts';
import { generatedApiVersion, schemaVersions } from '../../src/config/generated/api-versions.ts';
import {
  keyRules,
  patchedSchema,
  printIntrospection,
  schemaText,
  versionOf,
  withKeyRules,
} from '../../src/graphql/schema-file.ts';

const bodyOf = (text: string): string => text.slice(text.indexOf('\n\n') + 2);
const printed = (text: string): string =>
  `${printSchema(lexicographicSortSchema(buildSchema(text, { assumeValid: true, assumeValidSDL: true })))}\n`;

describe.each(schemaVersions)('the schema of %s', (version) => {
  it('is printed in canonical order', () => {
    const text = schemaText(version);
    expect(versionOf(text)).toBe(version);
    expect(bodyOf(text)).toBe(printed(text));
  });
});

describe('the schemas of the versions', () => {
  const has = (version: string, line: string): boolean => schemaText(version).includes(line);

  it('differ as documented by Shopify', () => {
    expect(
      schemaVersions.filter(
        (version) =>
          has(version, '\ntype WebhookSubscription ') &&
          /type WebhookSubscription [^}]*\n {2}name: String\n/.test(schemaText(version)),
      ),
    ).toEqual(['2026-10', '2026-07', '2026-04']);
    expect(schemaVersions.filter((version) => has(version, '  ignoreCompareQuantity: Boolean'))).toEqual(['2026-01']);
    expect(schemaVersions.filter((version) => has(version, '  inventorySetScheduledChanges('))).toEqual([
      '2026-04',
      '2026-01',
    ]);
  });

  it('include released parts that are missing in the published schema', () => {
    expect(schemaVersions.filter((version) => has(version, '  barcodes: [BarcodeInput!]'))).toEqual(['2026-10']);
  });
});

const small = `# Shopify Admin API 2026-10, made for a test.
# Keys required: pay

schema {
  query: Root
}

directive @idempotent(key: String!) on FIELD

type Item2 {
  id: ID!
}

type Item10 {
  a1: ID!
  a2(first: Int = 1): [String!]
  a10: ID!
}

union Many = Item2 | Item10

type Root {
  many: Many
}

enum State {
  OFF
  ON @deprecated
}
`;

describe('a patch', () => {
  it.each([
    ['a new type', 'type Item2 {', 'type Item1 {\n  id: ID!\n}\n\ntype Item2 {'],
    ['a removed type', 'type Item2 {\n  id: ID!\n}\n\n', ''],
    ['a new member', '  a2(', '  a1b: Int\n  a2('],
    ['a removed member', '  a1: ID!\n', ''],
    ['a changed member', '(first: Int = 1)', '(first: Int = 2, last: Int)'],
    ['a type with an interface', 'type Item10 {', 'type Item10 implements Node {'],
    ['an extended union', 'Item2 | Item10', 'Item2 | Item10 | Root'],
    ['a deprecated value', '  OFF', '  OFF @deprecated'],
    ['a removed directive', 'directive @idempotent(key: String!) on FIELD\n\n', ''],
    ['another head', '# Keys required: pay', '# Keys required: pay refund'],
  ])('adds %s, and removes it', (_what, before, after) => {
    const changed = small.replace(before, after);
    expect(changed).not.toBe(small);
    expect(patchedSchema(small, schemaPatch(small, changed))).toBe(changed);
    expect(patchedSchema(changed, schemaPatch(changed, small))).toBe(small);
  });

  it('leads from any schema to any other', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/);
    // Without digits, so that they are ordered by code unit.
    const member = fc.stringMatching(/^[A-Za-z_]{1,7}$/);
    const members = fc.dictionary(member, fc.constantFrom('ID!', '[Int!]! @deprecated'), { minKeys: 1, maxKeys: 5 });
    const types = fc.dictionary(name, members, { minKeys: 1, maxKeys: 6 });
    const textOf = (schema: Readonly<Record<string, Readonly<Record<string, string>>>>): string => {
      const definitions = Object.entries(schema).map(
        ([type, fields]) =>
          `type ${type} {\n${Object.entries(fields)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([field, of]) => `  ${field}: ${of}`)
            .join('\n')}\n}`,
      );
      // Sorted by an empty patch.
      return patchedSchema(`# Head\n\n${definitions.join('\n\n')}\n`, '# Head\n');
    };
    fc.assert(
      fc.property(types, types, (one, other) => {
        expect(patchedSchema(textOf(one), schemaPatch(textOf(one), textOf(other)))).toBe(textOf(other));
      }),
    );
  });

  it('for another schema is refused', () => {
    expect(() => patchedSchema(small, '# Head\n\n-Absent\n')).toThrow(
      'The patch is of another schema: there is no Absent',
    );
    expect(() => patchedSchema(small, '# Head\n\n~Absent\n+  a: Int\n')).toThrow('there is no Absent');
    expect(() => patchedSchema(small, '# Head\n\n~Item2\n-gone\n')).toThrow('there is no gone');
  });
});

describe('an introspection result', () => {
  const described = buildSchema(`
    "All of it"
    type Query { "Gives an id" id: ID! old: Int @deprecated(reason: "Use id") }
    type Mutation {
      """
      > As of version \`2026-01\`, this mutation supports an optional idempotency key using the \`@idempotent\` directive.
      > As of version \`2026-04\`, the idempotency key is required and must be provided using the \`@idempotent\` directive.
      """
      pay: Int
      "As of 2027-01, the idempotency key is required and must be provided using the \`@idempotent\` directive."
      refund: Int
      other: Int
    }
  `);

  it('is printed without descriptions and reasons, with the key rules in its head', () => {
    const text = printIntrospection(introspectionFromSchema(described), '2026-10', [
      'Shopify Admin API 2026-10 for a test',
    ]);
    expect(versionOf(text)).toBe('2026-10');
    expect(keyRules(text)).toEqual({ required: ['pay'], optional: ['refund'] });
    expect(text).toContain('type Query {\n  id: ID!\n  old: Int @deprecated\n}');
    expect(text).not.toContain('"');
  });

  it('requires keys by its version', () => {
    const rulesIn = (version: string) =>
      keyRules(printIntrospection(introspectionFromSchema(described), version, ['x']));
    expect(rulesIn('2026-01')).toEqual({ required: [], optional: ['pay', 'refund'] });
    expect(rulesIn('unstable')).toEqual({ required: ['pay', 'refund'], optional: [] });
  });

  it('has its key rules once, however often they are written', () => {
    const text = withKeyRules(withKeyRules(small, { required: ['b', 'a', 'a'], optional: [] }), {
      required: ['a'],
      optional: ['c'],
    });
    expect(text.match(/# Keys/g)).toHaveLength(2);
    expect(keyRules(text)).toEqual({ required: ['a'], optional: ['c'] });
  });
});

describe('the newest version', () => {
  it('is the one that operations and types are generated for', () => {
    expect(schemaVersions[0]).toBe(generatedApiVersion);
    expect([...schemaVersions].sort().reverse()).toEqual(schemaVersions);
  });
});
