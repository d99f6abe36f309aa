import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedQueue } from '../../src/internal/sorted-queue.ts';

interface Entry {
  readonly rank: number;
  readonly sequence: number;
  cost: number;
}

const precedes = (one: Omit<Entry, 'cost'>, other: Omit<Entry, 'cost'>): boolean =>
  one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);

const byCost = (): SortedQueue<Entry, Omit<Entry, 'cost'>> => new SortedQueue(precedes, ({ cost }) => cost);

it('removes in order, whatever was added', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const queue = new SortedQueue<number>((one, other) => one < other);
      for (const one of numbers) queue.add(one);
      const removed: number[] = [];
      for (let first = queue.first; first !== undefined; first = queue.first) {
        expect(queue.removeFirst()).toBe(first);
        removed.push(first);
      }
      expect(removed).toEqual(numbers.toSorted((a, b) => a - b));
      expect(queue.size).toBe(0);
    }),
  );
});

it('returns equal entries in the order in which they were added', () => {
  const queue = new SortedQueue<{ readonly dueMs: number; readonly name: string }>(
    (one, other) => one.dueMs < other.dueMs,
  );
  for (const name of ['a', 'b', 'c', 'd']) queue.add({ dueMs: 5, name });
  queue.add({ dueMs: 1, name: 'first' });
  expect(queue.front(9).map(({ name }) => name)).toEqual(['first', 'a', 'b', 'c', 'd']);
});

it('has nothing to remove if it is empty', () => {
  const queue = new SortedQueue<number>((one, other) => one < other);
  expect(queue.first).toBeUndefined();
  expect(queue.removeFirst()).toBeUndefined();
  expect(queue.after(0)).toBeUndefined();
  expect(queue.front(2)).toEqual([]);
  expect(queue).toMatchObject({ size: 0, weight: 0 });
});

it('agrees with a sorted list, whatever is added, removed and reweighed', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: fc.nat(50), cost: fc.nat(1_000) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ reweigh: fc.nat(), cost: fc.nat(1_000) }) },
  );
  const steps = fc.array(step, { maxLength: 120, size: 'max' });
  fc.assert(
    fc.property(steps, fc.nat(50), (all, rank) => {
      const queue = byCost();
      let model: Entry[] = [];
      let sequence = 0;
      for (const one of all) {
        if ('add' in one) {
          const entry = { rank: one.add, sequence: sequence++, cost: one.cost };
          queue.add(entry);
          model.push(entry);
          continue;
        }
        const entry = model[('remove' in one ? one.remove : one.reweigh) % Math.max(1, model.length)];
        if (!entry) continue;
        if ('remove' in one) {
          queue.remove(entry);
          model = model.filter((other) => other !== entry);
        } else {
          entry.cost = one.cost;
          queue.reweigh(entry);
        }
      }
      const sorted = model.toSorted((a, b) => a.rank - b.rank || a.sequence - b.sequence);
      const place = { rank, sequence: 5 };
      const sum = (entries: readonly Entry[]): number => entries.reduce((total, { cost }) => total + cost, 0);
      expect(queue.front(4)).toEqual(sorted.slice(0, 4));
      expect(queue.front(1_000)).toEqual(sorted);
      expect(queue).toMatchObject({ size: model.length, weight: sum(model), first: sorted[0] });
      expect(queue.weightBefore(place)).toBe(sum(sorted.filter((entry) => precedes(entry, place))));
      expect(queue.after(place)).toBe(sorted.find((entry) => precedes(place, entry)));
    }),
    { numRuns: 200 },
  );
});

it('compares few entries to find the weight before a place', () => {
  let compared = 0;
  const queue = new SortedQueue<number>(
    (one, other) => {
      compared += 1;
      return one < other;
    },
    () => 1,
  );
  for (let one = 0; one < 10_000; one += 1) queue.add(one);
  compared = 0;
  expect(queue.weightBefore(7_000)).toBe(7_000);
  expect(compared).toBeLessThan(100);
});
