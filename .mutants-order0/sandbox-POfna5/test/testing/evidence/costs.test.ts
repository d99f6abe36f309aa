// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { leftOut } from './costs/left-out.ts';
import { mutationCosts } from './costs/mutations.ts';
import { queryCosts } from './costs/queries.ts';
import type { CostRecord } from './costs/record.ts';

const records = [...queryCosts, ...mutationCosts];

async function costOf({ query, variables }: CostRecord): Promise<Record<string, unknown>> {
  const fake = createFakeShopify({ clock: createManualClock() });
  const { json } = await ask(fake.fetch, { query, ...(variables && { variables }) });
  await fake.close();
  return json.extensions.cost;
}

describe('the cost that Shopify names', () => {
  it.each(records)('is what the fake asks for: $requested, by $quote', async (record) => {
    expect((await costOf(record)).requestedQueryCost).toBe(record.requested);
  });

  it.each(records.filter(({ actual }) => actual !== undefined))(
    'is what it charges: $actual, by $quote',
    async (record) => {
      expect((await costOf(record)).actualQueryCost).toBe(record.actual);
    },
  );

  it('is known for at least 20 pairs, most of them from Shopify itself', () => {
    expect(new Set(records.map(({ query, variables }) => JSON.stringify([query, variables]))).size).toBe(
      records.length,
    );
    expect(records.filter(({ kind }) => kind !== 'seen').length).toBeGreaterThanOrEqual(20);
    for (const { source } of [...records, ...leftOut]) expect(source).toMatch(/^https:\/\//);
  });
});
