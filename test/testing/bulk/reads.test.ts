import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { type BulkBench, createBulkBench, productRow, productsQuery, setProduct } from './harness.ts';

/** A bench with a query, a mutation and a query, a minute apart; the last of them still runs. */
async function withThree(): Promise<{ readonly bench: BulkBench; readonly ids: readonly string[] }> {
  const bench = createBulkBench();
  const first = await bench.started(productsQuery);
  await bench.clock.advance(60_000);
  const second = await bench.imported(setProduct, [productRow(1)]);
  await bench.clock.advance(60_000);
  const third = await bench.started(productsQuery);
  return { bench, ids: [first.id, second.id, third.id] };
}

const found = async (bench: BulkBench, args: string): Promise<string[]> => {
  const { bulkOperations } = await bench.data(`{ bulkOperations(${args}) { nodes { id } } }`);
  return bulkOperations.nodes.map(({ id }: { id: string }) => id);
};

const quoted = (query: string): string => `first: 10, query: ${JSON.stringify(query)}`;

describe('bulkOperations', () => {
  it('lists the newest first, page by page', async () => {
    const { bench, ids } = await withThree();
    expect(await found(bench, 'first: 10')).toEqual(ids.toReversed());
    expect(await found(bench, 'first: 10, reverse: true')).toEqual(ids);
    const page = await bench.data(
      '{ bulkOperations(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage } } }',
    );
    expect(page.bulkOperations.pageInfo.hasNextPage).toBe(true);
    const after = JSON.stringify(page.bulkOperations.edges[1].cursor);
    expect(await found(bench, `first: 2, after: ${after}`)).toEqual([ids[0]]);
  });

  it('sorts by completion, what is not completed last', async () => {
    const { bench, ids } = await withThree();
    expect(await found(bench, 'first: 10, sortKey: COMPLETED_AT')).toEqual([ids[1], ids[0], ids[2]]);
  });

  it('searches by time, id, type and status', async () => {
    const { bench, ids } = await withThree();
    const [first = '', second = '', third = ''] = ids;
    const { createdAt } = await bench.operation(second);
    expect(await found(bench, quoted('operation_type:mutation'))).toEqual([second]);
    expect(await found(bench, quoted('type:QUERY status:completed'))).toEqual([first]);
    expect(await found(bench, quoted("status:'CREATED' AND operation_type:QUERY"))).toEqual([third]);
    expect(await found(bench, quoted(`id:${second.split('/').at(-1)}`))).toEqual([second]);
    expect(await found(bench, quoted(`created_at:>${createdAt}`))).toEqual([third]);
    expect(await found(bench, quoted(`created_at:>="${createdAt}"`))).toEqual([third, second]);
    expect(await found(bench, quoted(`created_at:<'${createdAt}'`))).toEqual([first]);
    expect(await found(bench, quoted(`created_at:<=${createdAt}`))).toEqual([second, first]);
    expect(await found(bench, quoted(`created_at:${createdAt}`))).toEqual([second]);
    await bench.clock.advance(8 * 24 * 60 * 60 * 1_000);
    // The first query found nothing, and so has no file that could expire.
    expect(await found(bench, quoted('status:expired'))).toEqual([third, second]);
  });

  it.each([
    ['created_at:>yesterday', 'BAD_REQUEST'],
    ['handle:a', 'NOT_SIMULATED'],
    ['status:>RUNNING', 'NOT_SIMULATED'],
    ['toString:1', 'NOT_SIMULATED'],
    ['words', 'NOT_SIMULATED'],
  ])('refuses the search %s', async (query, code) => {
    const bench = createBulkBench();
    const { json } = await ask(bench.fake.fetch, { query: `{ bulkOperations(${quoted(query)}) { nodes { id } } }` });
    expect(json.errors).toEqual([expect.objectContaining({ extensions: { code } })]);
  });
});

describe('one bulk operation', () => {
  it('is the newest of its type by the deprecated query', async () => {
    const { bench, ids } = await withThree();
    const document = '{ query: currentBulkOperation { id } mutation: currentBulkOperation(type: MUTATION) { id } }';
    expect(await bench.data(document)).toEqual({ query: { id: ids[2] }, mutation: { id: ids[1] } });
    expect(await bench.data('{ currentBulkOperation(type: null) { id } }')).toEqual({
      currentBulkOperation: { id: ids[2] },
    });
    expect(await createBulkBench().data(document)).toEqual({ query: null, mutation: null });
  });

  it('is a node', async () => {
    const { bench, ids } = await withThree();
    const document = 'query ($id: ID!) { node(id: $id) { ... on BulkOperation { id status objectCount } } }';
    const { node } = await bench.data(document, { id: ids[1] });
    expect(node).toEqual({ id: ids[1], status: 'COMPLETED', objectCount: '1' });
  });

  it('is seen by no other app', async () => {
    const bench = createBulkBench({ shops: [{ tokens: { shpat_fake: 'crm', shpat_other: 'erp' } }] });
    const { id } = await bench.started(productsQuery);
    const document = `query ($id: ID!) {
      bulkOperation(id: $id) { id } bulkOperations(first: 1) { nodes { id } } currentBulkOperation { id }
    }`;
    expect(await bench.data(document, { id }, 'shpat_other')).toEqual({
      bulkOperation: null,
      bulkOperations: { nodes: [] },
      currentBulkOperation: null,
    });
  });

  it('is refused by the gid of something else', async () => {
    const { fake } = createBulkBench();
    const { json } = await ask(fake.fetch, { query: '{ bulkOperation(id: "gid://shopify/Product/1") { id } }' });
    expect(json.data).toEqual({ bulkOperation: null });
    expect(json.errors[0].message).toBe('Invalid id: gid://shopify/Product/1');
  });
});
