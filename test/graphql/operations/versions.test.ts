import { readdirSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  type FragmentDefinitionNode,
  Kind,
  NoDeprecatedCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schemaVersions } from '../../../src/config/generated/api-versions.ts';
import { schemaText } from '../../../src/graphql/schema-file.ts';

const folder = new URL('../../../src/graphql/operations/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
const definitions = texts.flatMap((text) => parse(text).definitions);
const fragments = definitions.filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION);

/** Operations of this package, each with the first and last version it is sent on, if not on all. */
const operations = texts.flatMap((text) =>
  parse(text).definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    const [before = ''] = text.split(`${node.operation} ${node.name?.value}(`);
    const from = /# From (\d{4}-\d{2}) on\.\n$/.exec(before)?.[1] ?? '';
    const until = /# Until (\d{4}-\d{2})\.\n$/.exec(before)?.[1] ?? '';
    return [{ name: node.name?.value ?? '', node, from, until }];
  }),
);

/** An operation with the fragments that it spreads. */
function documentOf(operation: OperationDefinitionNode) {
  const names = new Set<string>();
  visit(operation, { FragmentSpread: ({ name }) => void names.add(name.value) });
  return {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...fragments.filter(({ name }) => names.has(name.value))],
  } as const;
}

describe.each(schemaVersions)("the package's own operations on %s", (version) => {
  const schema = buildSchema(schemaText(version), { assumeValid: true });
  const sent = operations.filter(({ from, until }) => from <= version && (until === '' || version <= until));

  it.each(sent)('$name is valid, and uses nothing deprecated', ({ node }) => {
    const errors = validate(schema, documentOf(node), [...specifiedRules, NoDeprecatedCustomRule]);
    expect(errors.map(({ message }) => message)).toEqual([]);
  });
});

describe('the versions used by operations', () => {
  it('include a variant for the oldest', () => {
    expect(operations.filter(({ from }) => from !== '').map(({ name, from }) => [name, from])).toEqual([
      ['VariantBarcodes', '2026-10'],
      ['WebhookSubscriptions', '2026-04'],
    ]);
    expect(operations.map(({ name }) => name)).toContain('UnnamedWebhookSubscriptions');
    expect(operations.filter(({ until }) => until !== '').map(({ name, until }) => [name, until])).toEqual([
      ['VariantBarcode', '2026-07'],
    ]);
  });
});
