// @ts-nocheck
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/testing/fake/webhooks/options.ts';

const payload = {
  id: 42,
  status: 'active',
  vendor: 'Acme & Sons',
  published: false,
  deleted_at: null,
  updated_at: '2026-11-02T12:00:00Z',
  options: {},
  variants: [
    { price: '9.50', title: 'Small' },
    { price: '30.00', title: 'Large: red' },
  ],
};
const matches = (filter: string): boolean | undefined => parseFilter(filter)?.matches(payload);

describe('a filter', () => {
  it.each([
    'id:42',
    'id:*',
    'status:active',
    'status:act*',
    'published:false',
    'vendor:"Acme & Sons"',
    "vendor:'Acme & Sons'",
    'variants.title:Small',
    'variants.title:"Large: red"',
    'variants.price:>=30',
    'variants.price:<9.51',
    'variants.price:<=9.5',
    'updated_at:>2026-11-01',
    'updated_at:2026-11-02T12:00:00Z',
    'id:42 status:active',
    'id:42 AND status:active',
    'id:1 OR status:active',
    'id:1 OR id:2 OR id:42',
    'id:1 AND id:2 OR id:42',
    'id:42 (status:draft OR status:active)',
    'NOT id:1',
    '-id:1',
    'NOT NOT id:42',
    'NOT (id:1 OR status:draft) ',
    'id:42 AND NOT status:draft',
  ])('%s lets it pass', (filter) => {
    expect(matches(filter)).toBe(true);
  });

  it.each([
    'id:4',
    'status:Active',
    'status:x*',
    'vendor:Acme',
    'variants.price:>30',
    'variants.price:10',
    'updated_at:<2026-11-01',
    'status:>a',
    'id:42 status:draft',
    'id:42 AND (status:draft OR vendor:x)',
    'id:1 OR status:draft',
    'NOT id:42',
    'deleted_at:*',
    'options:*',
    'nowhere:*',
    'nowhere:1',
    'variants.nowhere:1',
    'status.deeper:active',
    'constructor:*',
  ])('%s holds it back', (filter) => {
    expect(matches(filter)).toBe(false);
  });

  it.each(['', '  ', 'active', 'id:42 AND', 'OR id:42', '(id:42', 'id:42)', '()', 'NOT', 'id:', 'id:"x', 'a OR b:1'])(
    'is not what %j is',
    (filter) => {
      expect(parseFilter(filter)).toBeUndefined();
    },
  );

  it('tells which fields it names', () => {
    expect(parseFilter('type:lookbook OR -a.b:>="1 2"')?.terms).toEqual([
      { field: 'type', value: 'lookbook' },
      { field: 'a.b', value: '1 2' },
    ]);
  });

  it('reads any text without an error', () => {
    const piece = fc.constantFrom('(', ')', ' ', 'AND', 'OR', 'NOT', '-', 'id', ':', '42', '"', "'", '>=', '*', '.');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const filter = parseFilter(pieces.join(''));
        expect([true, false, undefined]).toContain(filter?.matches(payload));
      }),
    );
  });
});
