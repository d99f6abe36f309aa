import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Connection, connection } from '../../../src/testing/fake/graphql/resolvers/connections.ts';
import { createHarness, pushed } from './harness.ts';

const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `gid://shopify/Thing/${index + 1}` }));
const numbers = (page: Connection<{ id: string }>) => page.nodes.map(({ id }) => Number(id.split('/').at(-1)));

describe('a connection', () => {
  const all = items(5);

  it('gives the first and the last', () => {
    expect(numbers(connection(all, { first: 2 }))).toEqual([1, 2]);
    expect(numbers(connection(all, { last: 2 }))).toEqual([4, 5]);
    expect(numbers(connection(all, { first: 2, reverse: true }))).toEqual([5, 4]);
    expect(numbers(connection(all, { last: 2, reverse: true }))).toEqual([2, 1]);
  });

  it('goes on after a cursor and back before one', () => {
    const { edges, pageInfo } = connection(all, { first: 2 });
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor,
      endCursor: edges[1]?.cursor,
    });
    const next = connection(all, { first: 5, after: pageInfo.endCursor });
    expect(numbers(next)).toEqual([3, 4, 5]);
    expect(next.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = connection(all, { last: 1, before: next.pageInfo.startCursor });
    expect(numbers(back)).toEqual([2]);
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect(
      numbers(connection(all, { first: 9, after: edges[0]?.cursor ?? null, before: next.pageInfo.endCursor })),
    ).toEqual([2, 3, 4]);
  });

  it('of nothing has no cursors', () => {
    expect(connection([], { first: 1 })).toMatchObject({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('comes to every item once, in any page size and direction, while pages are deleted on the way', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        fc.boolean(),
        (count, first, reverse, deletes) => {
          let left = items(count);
          const seen: number[] = [];
          let after: string | null = null;
          for (;;) {
            const page: Connection<{ id: string }> = connection(left, { first, after, reverse });
            seen.push(...numbers(page));
            if (deletes) left = left.filter((item) => !page.nodes.includes(item));
            if (!page.pageInfo.hasNextPage) break;
            after = page.pageInfo.endCursor;
          }
          const expected = items(count).map((_, index) => index + 1);
          expect(seen).toEqual(reverse ? expected.toReversed() : expected);
        },
      ),
    );
  });

  it('comes back before an item that is gone', () => {
    const { pageInfo } = connection(all, { last: 1 });
    expect(numbers(connection(all.slice(0, 3), { last: 2, before: pageInfo.startCursor }))).toEqual([2, 3]);
  });

  it.each([
    ['', 'you must provide one of first or last'],
    ['(first: 1, last: 1)', 'providing both first and last is not supported'],
    ['(first: -1)', 'first must be greater than 0'],
    ['(last: -1)', 'last must be greater than 0'],
    ['(first: 251)', 'first cannot exceed 250'],
    ['(first: 1, after: "nonsense")', 'Malformed cursor'],
    ['(first: 1, after: "eyJpZCI6MX0=")', 'Invalid cursor for current pagination sort.'],
    ['(first: 1, after: "nonsense", sortKey: TITLE)', 'Malformed cursor'],
    ['(first: 1, after: "eyJsYXN0X2lkIjoxfQ==", sortKey: TITLE)', 'Invalid cursor for current pagination sort.'],
  ])('refuses products%s', async (args, message) => {
    const { errors } = await createHarness().run(`{ products${args} { nodes { id } } }`);
    expect(errors).toMatchObject([{ message, path: ['products'], extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('gives a page of 2,048 variants of a single product only', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const product = 'product(id: $id) { variants(first: 2048) { nodes { title } } }';
    expect((await harness.run(`query ($id: ID!) { ${product} }`, { id })).errors).toBeUndefined();
    const { errors } = await harness.run(`query ($id: ID!) { ${product} shop { id } }`, { id });
    expect(errors).toMatchObject([{ message: 'first cannot exceed 250' }]);
  });
});
