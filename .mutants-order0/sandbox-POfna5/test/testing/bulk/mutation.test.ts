// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createBulkHarness, formOf, jsonl, keyOf, productRow, setProduct } from './harness.ts';

const create = /* GraphQL */ `
  mutation ($input: ProductSetInput!) { productSet(input: $input) { product { handle } userErrors { code } } }
`;

describe('a bulk mutation', () => {
  it('runs once for each row, in an order of its own, and numbers its lines', async () => {
    const harness = createBulkHarness();
    const rows = Array.from({ length: 50 }, (_, index) => productRow(index + 1));
    const created = await harness.imported(setProduct, rows);
    expect(created).toMatchObject({ status: 'CREATED', type: 'MUTATION', query: setProduct });
    const operation = await harness.ended(created.id);
    expect(operation).toMatchObject({ status: 'COMPLETED', objectCount: '50', rootObjectCount: '50' });

    const lines = await harness.lines(operation.url);
    const numbers = lines.map(({ __lineNumber }) => __lineNumber ?? -1);
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index));
    const [handles] = [
      lines.map((line) => (line.data as { productSet: { product: { handle: string } } }).productSet.product.handle),
    ];
    expect(handles).toEqual(numbers.map((number) => `product-${number + 1}`));
    expect(harness.fake.products()).toHaveLength(50);
  });

  it('sets products at once, whatever `synchronous` says', async () => {
    const harness = createBulkHarness();
    const document = `mutation ($input: ProductSetInput!, $later: Boolean!) {
      productSet(input: $input, synchronous: $later) { product { handle } productSetOperation { id } userErrors { code } }
    }`;
    const { id } = await harness.imported(document, [{ input: { title: 'A', handle: 'a' }, later: false }]);
    const [line] = await harness.lines((await harness.ended(id)).url);
    expect(line).toEqual({
      data: { productSet: { product: { handle: 'a' }, productSetOperation: null, userErrors: [] } },
      __lineNumber: 0,
    });
  });

  it('goes on where a row fails, and says in its line what was wrong', async () => {
    const harness = createBulkHarness();
    const good = { input: { title: 'Good', handle: 'good' } };
    const refusedRow = { input: { title: '', handle: 'bad' } };
    const content = `${JSON.stringify(good)}\n\n${JSON.stringify({ wrong: 1 })}\n${JSON.stringify(refusedRow)}`;
    const { bulkOperation } = await harness.runMutation(create, await harness.upload(content));
    const operation = await harness.ended(bulkOperation?.id ?? '');
    expect(operation).toMatchObject({ status: 'COMPLETED', objectCount: '3', errorCode: null });
    const lines = await harness.lines(operation.url);
    const line = (number: number): unknown => lines.find(({ __lineNumber }) => __lineNumber === number);
    expect(line(0)).toEqual({ data: { productSet: { product: { handle: 'good' }, userErrors: [] } }, __lineNumber: 0 });
    expect(line(2)).toEqual({
      errors: [expect.objectContaining({ message: expect.stringContaining('Variable $input') })],
      __lineNumber: 2,
    });
    expect(line(3)).toEqual({
      data: { productSet: { product: null, userErrors: [expect.anything()] } },
      __lineNumber: 3,
    });
  });

  it('tells errors of the execution beside the data', async () => {
    const harness = createBulkHarness();
    const document = 'mutation ($id: ID!) { draftOrderDelete(input: { id: $id }) { userErrors { message } } }';
    const { id } = await harness.imported(document, [{ id: 'gid://shopify/DraftOrder/1' }]);
    expect(await harness.lines((await harness.ended(id)).url)).toEqual([
      {
        data: { draftOrderDelete: null },
        errors: [expect.objectContaining({ extensions: { code: 'NOT_SIMULATED' } })],
        __lineNumber: 0,
      },
    ]);
  });

  it('fails where its file is changed while it runs, and keeps what was done', async () => {
    const harness = createBulkHarness({ bulk: { rowsPerSecond: 10 } });
    const target = await harness.stage();
    const content = jsonl(Array.from({ length: 30 }, (_, index) => productRow(index + 1)));
    await harness.get(target.url, { method: 'POST', body: formOf(target, content) });
    const { bulkOperation } = await harness.runMutation(setProduct, keyOf(target));
    await harness.clock.advance(1_000);
    await harness.get(target.url, { method: 'POST', body: formOf(target, content) });
    const operation = await harness.ended(bulkOperation?.id ?? '');
    expect(operation).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', url: null });
    const done = await harness.lines(operation.partialDataUrl);
    expect(done.length).toBeGreaterThan(0);
    expect(harness.fake.products()).toHaveLength(done.length);
    expect(operation.objectCount).toBe(String(done.length));
  });

  it('fails where its file is changed before it begins', async () => {
    const harness = createBulkHarness();
    const target = await harness.stage();
    const body = (): FormData => formOf(target, jsonl([productRow(1)]));
    await harness.get(target.url, { method: 'POST', body: body() });
    const { bulkOperation } = await harness.runMutation(setProduct, keyOf(target));
    await harness.get(target.url, { method: 'POST', body: body() });
    const operation = await harness.ended(bulkOperation?.id ?? '');
    expect(operation).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', partialDataUrl: null });
    expect(harness.fake.products()).toEqual([]);
  });

  it('fails without the scopes for what it does', async () => {
    const harness = createBulkHarness({ shops: [{ scopes: ['read_products'] }] });
    const { id } = await harness.imported(setProduct, [productRow(1)]);
    expect(await harness.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED' });
    expect(harness.fake.products()).toEqual([]);
  });
});

describe('a bulk mutation is refused', () => {
  const invalid = (message: unknown): object => ({ code: 'INVALID_MUTATION', field: null, message });
  const twoConnections = `mutation ($input: ProductSetInput!) {
    productSet(input: $input) { product { variants(first: 1) { nodes { id } } media(first: 1) { nodes { id } } } }
  }`;
  it.each([
    [
      'no mutation at all',
      'mutation {',
      invalid(expect.stringContaining('Failed to parse the mutation - syntax error')),
    ],
    [
      'an unknown field',
      'mutation { productSett { id } }',
      invalid("Failed to parse the mutation - Field 'productSett' doesn't exist on type 'Mutation'"),
    ],
    ['a query', '{ shop { id } }', invalid('Invalid operation type. Only `mutation` operations are supported.')],
    [
      'two mutations',
      'mutation ($input: ProductSetInput!) { a: productSet(input: $input) { product { id } } b: productSet(input: $input) { product { id } } }',
      { code: null, field: ['mutation'], message: 'You must specify a single top level mutation.' },
    ],
    [
      'a bulk operation inside',
      'mutation ($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { message } } }',
      { code: null, field: ['mutation'], message: 'You must use an allowed mutation name.' },
    ],
    [
      'two connections',
      twoConnections,
      { code: null, field: ['mutation'], message: 'Bulk mutations cannot contain more than 1 connection.' },
    ],
  ])('with %s', async (_what, mutation, userError) => {
    const harness = createBulkHarness();
    const path = await harness.upload(jsonl([productRow(1)]));
    expect(await harness.runMutation(mutation, path)).toEqual({ bulkOperation: null, userErrors: [userError] });
  });

  it('without its file', async () => {
    const harness = createBulkHarness();
    const noFile = { bulkOperation: null, userErrors: [expect.objectContaining({ code: 'NO_SUCH_FILE' })] };
    expect(await harness.runMutation(setProduct, 'tmp/1/bulk/none')).toEqual(noFile);
    expect(await harness.runMutation(setProduct, keyOf(await harness.stage()))).toEqual(noFile);
  });

  it.each([
    ['a line that is no JSON', `${jsonl([productRow(1)])}{"input":`, 'line 2 is not a JSON object'],
    ['a line that is no object', '[1]\n', 'line 1 is not a JSON object'],
    ['empty lines only', '\n \n', 'The input file is empty.'],
  ])('with %s in its file', async (_what, content, words) => {
    const harness = createBulkHarness();
    const { bulkOperation, userErrors } = await harness.runMutation(setProduct, await harness.upload(content));
    expect(bulkOperation).toBeNull();
    expect(userErrors).toEqual([
      { code: 'INVALID_STAGED_UPLOAD_FILE', field: null, message: expect.stringContaining(words) },
    ]);
  });

  it('with a client identifier that is too short or too long; twice the same is none of its business', async () => {
    const harness = createBulkHarness();
    const path = await harness.upload(jsonl([productRow(1)]));
    const problemsOf = async (identifier: string): Promise<unknown> =>
      (await harness.runMutation(setProduct, path, identifier)).userErrors;
    const problem = { code: 'INVALID_MUTATION', field: ['clientIdentifier'] };
    expect(await problemsOf('short')).toEqual([{ ...problem, message: 'is too short (minimum is 10 characters)' }]);
    expect(await problemsOf('x'.repeat(256))).toEqual([
      { ...problem, message: 'is too long (maximum is 255 characters)' },
    ]);
    expect(await problemsOf('the-import-of-today')).toEqual([]);
    expect(await problemsOf('the-import-of-today')).toEqual([]);
  });
});
