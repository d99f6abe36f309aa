import { describe, expect, it } from 'vitest';
import { allPages } from '../../src/graphql/pagination.ts';

describe('allPages', () => {
  it('reads a connection page by page, each behind the cursor of the one before', async () => {
    const pages = new Map([
      [null, { nodes: ['a', 'b'], pageInfo: { hasNextPage: true, endCursor: 'b' } }],
      ['b', { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'c' } }],
      ['c', { nodes: ['d'], pageInfo: { hasNextPage: false, endCursor: 'd' } }],
    ]);
    const asked: (string | null)[] = [];
    const all = await allPages(async (after) => {
      asked.push(after);
      const page = pages.get(after);
      if (!page) throw new Error(`no page after ${after}`);
      return page;
    });
    expect(all).toEqual(['a', 'b', 'd']);
    expect(asked).toEqual([null, 'b', 'c']);
  });

  it('ends where Shopify says that there is more, but not from where', async () => {
    const page = { nodes: [1], pageInfo: { hasNextPage: true, endCursor: null } };
    expect(await allPages(async () => page)).toEqual([1]);
  });
});
