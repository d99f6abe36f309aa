// @ts-nocheck
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print, validate, visit } from 'graphql';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { objectionsOf, operationsIn, root, schema, verdictOf } from './judges.ts';
import { alteredOperations } from './operations/altered.ts';
import { collectionOperations } from './operations/collections-and-metafields.ts';
import { inventoryOperations, unkeyedOperations } from './operations/inventory.ts';
import { orderOperations } from './operations/orders-and-customers.ts';
import { productOperations } from './operations/products.ts';
import type { DocumentedOperation } from './operations/record.ts';
import { removedOperations } from './operations/removed.ts';
import { shopOperations } from './operations/shop-and-markets.ts';
import { sampleVariables } from './sample-variables.ts';

const documented = [
  ...productOperations,
  ...inventoryOperations,
  ...collectionOperations,
  ...orderOperations,
  ...shopOperations,
];
const unknown = [...removedOperations, ...alteredOperations];

const withTitle = (records: readonly DocumentedOperation[]) =>
  records.map((record) => ({ ...record, title: record.query.replaceAll(/\s+/g, ' ').slice(0, 80) }));

describe('the records', () => {
  it('are at least as many as promised, no two alike, each with its source', () => {
    expect(documented.length).toBeGreaterThanOrEqual(50);
    expect(unknown.length).toBeGreaterThanOrEqual(12);
    const all = [...documented, ...unkeyedOperations, ...unknown];
    expect(new Set(all.map(({ query }) => query.replaceAll(/\s+/g, ' '))).size).toBe(all.length);
    for (const { source } of all) expect(source).toMatch(/^https:\/\/(shopify\.dev|community\.shopify\.com)\//);
  });
});

describe("this package's own operations", () => {
  // As one document, since a fragment may stand in another file.
  const folder = join(root, 'src/graphql/operations');
  const query = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
    // As the client sends them.
    .replaceAll(/(inventory(?:Set|Adjust)Quantities\(input: \$input\))/g, '$1 @idempotent(key: "a key")');
  const operations = operationsIn(parse(query)).map((definition) => ({
    operationName: definition.name?.value,
    definition,
  }));

  it('are valid', () => {
    expect(operations.length).toBeGreaterThan(0);
    expect(validate(schema, parse(query)).map(String)).toEqual([]);
  });

  it.each(operations)('$operationName is executed by the fake', async ({ operationName, definition }) => {
    const verdict = await verdictOf({ query, operationName, variables: sampleVariables(schema, definition) });
    expect(verdict).toMatchObject({ isRefused: false, isExecuted: true });
    expect(verdict.codes).not.toContain('INTERNAL_SERVER_ERROR');
  });
});

describe('an operation of the docs that Admin 2026-10 knows', () => {
  it.each(withTitle(documented))('is accepted: $title', async (operation) => {
    expect(objectionsOf(operation)).toEqual([]);
    const verdict = await verdictOf(operation);
    expect(verdict.isRefused).toBe(false);
    // It ran, or the fake says that it does not simulate it. What a resolver trips over would be a bug.
    expect(verdict.isExecuted || verdict.codes.includes('NOT_SIMULATED')).toBe(true);
    expect(verdict.codes).not.toContain('INTERNAL_SERVER_ERROR');
  });

  it.each(withTitle(unkeyedOperations))('runs only with an idempotency key: $title', async (operation) => {
    expect(objectionsOf(operation)).toEqual([]);
    const { isRefused, messages } = await verdictOf(operation);
    expect(isRefused).toBe(false);
    expect(messages).toEqual([expect.stringContaining('@idempotent directive is required')]);
  });
});

describe('an operation that Admin 2026-10 does not know', () => {
  it.each(unknown)('is refused: $because', async (operation) => {
    expect(objectionsOf(operation)).not.toEqual([]);
    expect(await verdictOf(operation)).toMatchObject({ isRefused: true, isExecuted: false });
  });

  it('is refused too where it is an accepted one with any one field renamed', async () => {
    const fake = createFakeShopify({ clock: createManualClock() });
    let refused = 0;
    for (const { query, variables } of documented) {
      for (const altered of withOneFieldRenamed(query)) {
        const { json } = await ask(fake.fetch, { query: altered, ...(variables && { variables }) });
        expect(json, altered).not.toHaveProperty('data');
        expect(json.errors[0].extensions.code, altered).toBe('undefinedField');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(500);
    expect(fake.calls.filter((call) => call.executed)).toEqual([]);
    await fake.close();
  });
});

/** The query once for each of its fields, with that field renamed. */
function withOneFieldRenamed(query: string): string[] {
  const document = parse(query);
  let fields = 0;
  visit(document, {
    Field() {
      fields += 1;
    },
  });
  return Array.from({ length: fields }, (_, target) => {
    let position = 0;
    const renamed = visit(document, {
      Field(node) {
        position += 1;
        return position - 1 === target
          ? { ...node, name: { ...node.name, value: `${node.name.value}Gone` } }
          : undefined;
      },
    });
    return print(renamed);
  });
}
