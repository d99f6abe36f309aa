// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask, pushMutation, tee } from '../ask.ts';
import { createBulkHarness } from '../bulk/harness.ts';

describe('the log of what was executed', () => {
  it('has each root field with its arguments, and the points that were charged', async () => {
    const fake = createFakeShopify({ clock: createManualClock({ now: 5_000 }) });
    const query = 'query Two { a: productsCount { count } b: productsCount(limit: 5) { count } }';
    await ask(fake.fetch, { query: pushMutation, variables: tee() });
    await ask(fake.fetch, { query });
    expect(fake.executions).toMatchObject([
      {
        at: 5_000,
        shop: 'demo.myshopify.com',
        app: 'default',
        operation: 'Push',
        kind: 'mutation',
        fields: [{ name: 'productSet', args: { ...tee(), synchronous: true }, result: 'ok' }],
        points: 10,
        bytes: JSON.stringify({ query: pushMutation, variables: tee() }).length,
      },
      {
        operation: 'Two',
        kind: 'query',
        fields: [{ name: 'productsCount' }, { name: 'productsCount', args: { limit: 5 } }],
      },
    ]);
    const points = fake.executions.reduce((sum, execution) => sum + execution.points, 0);
    expect(points).toBe(fake.stats().pointsUsed);
  });

  it('says what came of a mutation', async () => {
    const fake = createFakeShopify();
    const location = fake.store.all('demo.myshopify.com', 'Location')[0]?.id;
    const activate = `mutation ($id: ID!) { locationActivate(locationId: $id) @idempotent(key: "k") { location { id } locationActivateUserErrors { code } } }`;
    await ask(fake.fetch, { query: pushMutation, variables: { input: { title: '' } } });
    await ask(fake.fetch, { query: activate, variables: { id: location } });
    await ask(fake.fetch, { query: activate, variables: { id: location } });
    await ask(fake.fetch, {
      query:
        'mutation { productSet(input: { title: "x", productOptions: [{ name: "Size", values: [{ name: "S" }] }], variants: [{ optionValues: [{ optionName: "Size", name: "S" }], requiresComponents: true }] }) { product { id } } }',
    });
    await ask(fake.fetch, { query: '{ draftOrdersCount { count } }' });
    expect(fake.executions.map(({ fields }) => fields.map(({ name, result }) => [name, result]))).toEqual([
      [['productSet', 'user-errors']],
      [['locationActivate', 'ok']],
      [['locationActivate', 'not-run']],
      [['productSet', 'error']],
      [['draftOrdersCount', 'error']],
    ]);
  });

  it('has what was executed though no response came, and nothing of what was not', async () => {
    const fake = createFakeShopify({ shops: [{ bucket: { maximumAvailable: 25, restoreRate: 1 } }] });
    fake.faults.next('reset-after');
    fake.faults.next('status-503');
    await expect(ask(fake.fetch, { query: pushMutation, variables: tee('a') })).rejects.toThrow('fetch failed');
    for (const handle of ['b', 'c', 'd']) await ask(fake.fetch, { query: pushMutation, variables: tee(handle) });
    expect(fake.calls.map(({ outcome }) => outcome)).toEqual(['fault', 'fault', 'ok', 'throttled']);
    expect(fake.executions.map(({ fields }) => fields[0]?.args)).toMatchObject([tee('a'), tee('c')]);
  });

  it('leaves arguments out where they are not wanted', async () => {
    const fake = createFakeShopify({ recordVariables: false });
    await ask(fake.fetch, { query: pushMutation, variables: tee() });
    expect(fake.executions[0]?.fields).toEqual([{ name: 'productSet', args: {}, result: 'ok' }]);
  });

  it('has uploads, downloads, and each row of a bulk mutation', async () => {
    const harness = createBulkHarness();
    const rows = [{ input: { title: 'Tee' } }, { input: { title: '' } }];
    const mutation =
      'mutation Row($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }';
    const { id } = await harness.imported(mutation, rows);
    const { url } = await harness.ended(id);
    await harness.lines(url);
    const { executions } = harness.fake;
    const ofBulk = executions.filter((execution) => execution.bulkOperation === id);
    expect(ofBulk).toHaveLength(2);
    expect(ofBulk.map(({ operation, points }) => [operation, points])).toEqual([
      ['Row', 0],
      ['Row', 0],
    ]);
    expect(ofBulk.flatMap(({ fields }) => fields.map(({ name, result }) => [name, result])).sort()).toEqual([
      ['productSet', 'ok'],
      ['productSet', 'user-errors'],
    ]);
    const [upload] = executions.filter(({ operation }) => operation === 'staged upload');
    expect(upload?.bytes).toBeGreaterThan(rows.map((row) => JSON.stringify(row)).join('\n').length);
    expect(executions.at(-1)).toMatchObject({ operation: 'bulk download', fields: [], points: 0 });
  });

  it('has the query of a bulk operation', async () => {
    const harness = createBulkHarness();
    const { id } = await harness.started('query Export { products { edges { node { id } } } }');
    await harness.ended(id);
    expect(harness.fake.executions.filter(({ bulkOperation }) => bulkOperation === id)).toMatchObject([
      { operation: 'Export', kind: 'query', fields: [{ name: 'products' }] },
    ]);
  });
});
