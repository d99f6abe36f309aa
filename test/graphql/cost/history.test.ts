import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCostBook, wholePoints } from '../../../src/graphql/cost/estimate.ts';

it('returns the estimate of an unknown operation', () => {
  expect(createCostBook().expect('a', 12)).toBe(12);
});

it('corrects an estimate by what Shopify requested for the same operation', () => {
  const book = createCostBook();
  book.learn('a', { estimate: 10, requested: 14 });
  expect(book.expect('a', 10)).toBe(14);
  expect(book.expect('a', 20)).toBe(28);
  expect(book.expect('b', 10)).toBe(10);
});

it('uses the most expensive of the last five responses', () => {
  const book = createCostBook();
  book.learn('a', { estimate: 10, requested: 20 });
  for (let answer = 0; answer < 4; answer++) book.learn('a', { estimate: 10, requested: 5 });
  expect(book.expect('a', 10)).toBe(20);
  book.learn('a', { estimate: 10, requested: 5 });
  expect(book.expect('a', 10)).toBe(5);
});

it('remembers the cost of an operation that should have been free', () => {
  const book = createCostBook();
  book.learn('a', { estimate: 0, requested: 3 });
  expect(book.expect('a', 0)).toBe(3);
  expect(book.expect('a', 10)).toBe(10);
  book.learn('b', { estimate: 10, requested: 14 });
  expect(book.expect('b', 0)).toBe(0);
});

it('ignores a cost that is not a number of points', () => {
  const book = createCostBook();
  book.learn('a', { estimate: 10, requested: Number.NaN });
  book.learn('a', { estimate: 10, requested: -1 });
  book.learn('a', { estimate: 10, requested: Number.POSITIVE_INFINITY });
  expect(book.expect('a', 10)).toBe(10);
});

it('drops the least recently used operation', () => {
  const book = createCostBook({ maxKeys: 2 });
  book.learn('a', { estimate: 10, requested: 20 });
  book.learn('b', { estimate: 10, requested: 20 });
  book.expect('a', 10);
  book.learn('c', { estimate: 10, requested: 20 });
  expect(['a', 'b', 'c'].map((key) => book.expect(key, 10))).toEqual([20, 10, 20]);
});

it('returns exactly what Shopify requested for the same estimate, and never less than zero', () => {
  const points = fc.oneof(
    fc.integer({ min: 0, max: 1_000 }),
    fc.integer({ min: 0, max: 10_000 }).map((tenths) => tenths / 10),
  );
  fc.assert(
    fc.property(points, points, points, (estimate, requested, other) => {
      const book = createCostBook();
      book.learn('a', { estimate, requested });
      expect(book.expect('a', estimate)).toBe(requested);
      expect(book.expect('a', other)).toBeGreaterThanOrEqual(0);
    }),
  );
});

it('never goes below the charge, whatever sizes came before, if only rounding differs', () => {
  const tenths = fc.integer({ min: 100, max: 9_000 }).map((points) => points / 10);
  fc.assert(
    fc.property(
      fc.array(tenths, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 50 }),
      (costs, unforeseen) => {
        const book = createCostBook();
        for (const estimate of costs) {
          const charged = Math.round(estimate + unforeseen);
          const reserved = wholePoints(book.expect('a', estimate));
          // The first response teaches what the estimate cannot know.
          if (estimate !== costs[0]) expect(reserved).toBeGreaterThanOrEqual(charged);
          book.learn('a', { estimate, requested: charged });
        }
      },
    ),
  );
});

it('reserves at most one point above the charge after rounding alone', () => {
  const book = createCostBook();
  book.learn('a', { estimate: 10.6, requested: 11 });
  expect(wholePoints(book.expect('a', 11))).toBe(12);
  expect(wholePoints(book.expect('a', 900))).toBe(901);
  const down = createCostBook();
  down.learn('a', { estimate: 10.4, requested: 10 });
  expect(wholePoints(down.expect('a', 15.6))).toBe(16);
});
