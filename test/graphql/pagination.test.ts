import { isShopwrightError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { allPages } from '../../src/graphql/pagination.ts';
import { rejection } from '../client/scripted-shop.ts';

describe('allPages', () => {
  it('reads a connection page by page, each after the cursor of the previous one', async () => {
    const pages = new Map([
      [null, { nodes: ['a', 'b'], pageInfo: { hasNextPage: true, endCursor: 'b' } }],
      ['b', { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'c' } }],
      ['c', { nodes: ['d'], pageInfo: { hasNextPage: false, endCursor: 'd' } }],
    ]);
    const asked: (string | null)[] = [];
    const all = await allPages('letters', async (after) => {
      asked.push(after);
      const page = pages.get(after);
      if (!page) throw new Error(`no page after ${after}`);
      return page;
    });
    expect(all).toEqual(['a', 'b', 'd']);
    expect(asked).toEqual([null, 'b', 'c']);
  });

  it.each([
    ['has a next page without a cursor', null, 'PAGE_INFO_MISSING'],
    ['repeats', 'a', 'PAGE_CURSOR_REPEATED'],
  ] as const)('does not accept a list as complete that %s', async (_name, endCursor, code) => {
    const page = { nodes: [1], pageInfo: { hasNextPage: true, endCursor } };
    const error = await rejection(allPages('letters', async () => page));
    expect(isShopwrightError(error, code) && error.path).toBe('letters');
  });
});
