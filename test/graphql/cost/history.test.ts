import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCostBook } from '../../../src/graphql/cost/estimate.ts';

it('believes the estimate of an operation it has not seen', () => {
  expect(createCostBook().expect('a', 12)).toBe(12);
});

it('corrects an estimate by what Shopify asked for the same operation', () => {
  const book = createCostBook();
  book.learn('a', 10, 14);
  expect(book.expect('a', 10)).toBe(14);
  expect(book.expect('a', 20)).toBe(28);
  expect(book.expect('b', 10)).toBe(10);
});

it('goes by the dearest of the last five answers', () => {
  const book = createCostBook();
  book.learn('a', 10, 20);
  for (let answer = 0; answer < 4; answer++) book.learn('a', 10, 5);
  expect(book.expect('a', 10)).toBe(20);
  book.learn('a', 10, 5);
  expect(book.expect('a', 10)).toBe(5);
});

it('knows what was asked for an operation that should have been free', () => {
  const book = createCostBook();
  book.learn('a', 0, 3);
  expect(book.expect('a', 0)).toBe(3);
  expect(book.expect('a', 10)).toBe(10);
  book.learn('b', 10, 14);
  expect(book.expect('b', 0)).toBe(0);
});

it('learns nothing from what is no number of points', () => {
  const book = createCostBook();
  book.learn('a', 10, Number.NaN);
  book.learn('a', 10, -1);
  book.learn('a', 10, Number.POSITIVE_INFINITY);
  expect(book.expect('a', 10)).toBe(10);
});

it('forgets the operation that was not used for longest', () => {
  const book = createCostBook({ maxKeys: 2 });
  book.learn('a', 10, 20);
  book.learn('b', 10, 20);
  book.expect('a', 10);
  book.learn('c', 10, 20);
  expect(['a', 'b', 'c'].map((key) => book.expect(key, 10))).toEqual([20, 10, 20]);
});

it('asks for exactly what Shopify asked for the same estimate, and never for less than nothing', () => {
  const points = fc.oneof(
    fc.integer({ min: 0, max: 1_000 }),
    fc.integer({ min: 0, max: 10_000 }).map((tenths) => tenths / 10),
  );
  fc.assert(
    fc.property(points, points, points, (estimate, requested, other) => {
      const book = createCostBook();
      book.learn('a', estimate, requested);
      expect(book.expect('a', estimate)).toBe(requested);
      expect(book.expect('a', other)).toBeGreaterThanOrEqual(0);
    }),
  );
});
