// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { type BulkHarness, createBulkHarness, productRow, productsQuery, setProduct } from './harness.ts';

/** A harness with a query, a mutation and a query, a minute apart; the last of them still runs. */
async function withThree(): Promise<{ readonly harness: BulkHarness; readonly ids: readonly string[] }> {
  const harness = createBulkHarness();
  const first = await harness.started(productsQuery);
  await harness.clock.advance(60_000);
  const second = await harness.imported(setProduct, [productRow(1)]);
  await harness.clock.advance(60_000);
  const third = await harness.started(productsQuery);
  return { harness, ids: [first.id, second.id, third.id] };
}

const found = async (harness: BulkHarness, args: string): Promise<string[]> => {
  const { bulkOperations } = await harness.data(`{ bulkOperations(${args}) { nodes { id } } }`);
  return bulkOperations.nodes.map(({ id }: { id: string }) => id);
};

const quoted = (query: string): string => `first: 10, query: ${JSON.stringify(query)}`;

describe('bulkOperations', () => {
  it('lists the newest first, page by page', async () => {
    const { harness, ids } = await withThree();
    expect(await found(harness, 'first: 10')).toEqual(ids.toReversed());
    expect(await found(harness, 'first: 10, reverse: true')).toEqual(ids);
    const page = await harness.data(
      '{ bulkOperations(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage } } }',
    );
    expect(page.bulkOperations.pageInfo.hasNextPage).toBe(true);
    const after = JSON.stringify(page.bulkOperations.edges[1].cursor);
    expect(await found(harness, `first: 2, after: ${after}`)).toEqual([ids[0]]);
  });

  it('sorts by completion, what is not completed last', async () => {
    const { harness, ids } = await withThree();
    expect(await found(harness, 'first: 10, sortKey: COMPLETED_AT')).toEqual([ids[1], ids[0], ids[2]]);
  });

  it('searches by time, id, type and status', async () => {
    const { harness, ids } = await withThree();
    const [first = '', second = '', third = ''] = ids;
    const { createdAt } = await harness.operation(second);
    expect(await found(harness, quoted('operation_type:mutation'))).toEqual([second]);
    expect(await found(harness, quoted('type:QUERY status:completed'))).toEqual([first]);
    expect(await found(harness, quoted("status:'CREATED' AND operation_type:QUERY"))).toEqual([third]);
    expect(await found(harness, quoted(`id:${second.split('/').at(-1)}`))).toEqual([second]);
    expect(await found(harness, quoted(`created_at:>'${createdAt}'`))).toEqual([third]);
    expect(await found(harness, quoted(`created_at:>="${createdAt}"`))).toEqual([third, second]);
    expect(await found(harness, quoted(`created_at:<'${createdAt}'`))).toEqual([first]);
    expect(await found(harness, quoted(`created_at:<='${createdAt}'`))).toEqual([second, first]);
    expect(await found(harness, quoted(`created_at:'${createdAt}'`))).toEqual([second]);
    await harness.clock.advance(8 * 24 * 60 * 60 * 1_000);
    // The first query found nothing, and so has no file that could expire.
    expect(await found(harness, quoted('status:expired'))).toEqual([third, second]);
  });

  it.each([
    ['created_at:>yesterday', 'BAD_REQUEST'],
    ['status:>RUNNING', 'NOT_SIMULATED'],
    ['words', 'NOT_SIMULATED'],
  ])('refuses the search %s', async (query, code) => {
    const harness = createBulkHarness();
    const { json } = await ask(harness.fake.fetch, { query: `{ bulkOperations(${quoted(query)}) { nodes { id } } }` });
    expect(json.errors).toEqual([expect.objectContaining({ extensions: { code } })]);
  });
});

describe('one bulk operation', () => {
  it('is the newest of its type by the deprecated query', async () => {
    const { harness, ids } = await withThree();
    const document = '{ query: currentBulkOperation { id } mutation: currentBulkOperation(type: MUTATION) { id } }';
    expect(await harness.data(document)).toEqual({ query: { id: ids[2] }, mutation: { id: ids[1] } });
    expect(await harness.data('{ currentBulkOperation(type: null) { id } }')).toEqual({
      currentBulkOperation: { id: ids[2] },
    });
    expect(await createBulkHarness().data(document)).toEqual({ query: null, mutation: null });
  });

  it('is a node', async () => {
    const { harness, ids } = await withThree();
    const document = 'query ($id: ID!) { node(id: $id) { ... on BulkOperation { id status objectCount } } }';
    const { node } = await harness.data(document, { id: ids[1] });
    expect(node).toEqual({ id: ids[1], status: 'COMPLETED', objectCount: '1' });
  });

  it('is seen by no other app', async () => {
    const harness = createBulkHarness({ shops: [{ tokens: { shpat_fake: 'crm', shpat_other: 'erp' } }] });
    const { id } = await harness.started(productsQuery);
    const document = `query ($id: ID!) {
      bulkOperation(id: $id) { id } bulkOperations(first: 1) { nodes { id } } currentBulkOperation { id }
    }`;
    expect(await harness.data(document, { id }, 'shpat_other')).toEqual({
      bulkOperation: null,
      bulkOperations: { nodes: [] },
      currentBulkOperation: null,
    });
  });

  it('is refused by the gid of something else', async () => {
    const { fake } = createBulkHarness();
    const { json } = await ask(fake.fetch, { query: '{ bulkOperation(id: "gid://shopify/Product/1") { id } }' });
    expect(json.data).toEqual({ bulkOperation: null });
    expect(json.errors[0].message).toBe('Invalid id: gid://shopify/Product/1');
  });
});
