import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PriorityQueue, type Queued } from '../../src/limiter/wait-queue.ts';

const entry = (rank: number, sequence: number, cost = 1): Queued => ({ rank, sequence, cost, position: -1 });

it('gives the lowest rank first, and equal ranks in order of arrival', () => {
  const line = new PriorityQueue();
  const entries = [entry(3, 0), entry(1, 1), entry(2, 2), entry(1, 3)];
  for (const one of entries) line.add(one);
  const order: number[] = [];
  for (let first = line.first; first; first = line.first) {
    order.push(first.sequence);
    line.remove(first);
  }
  expect(order).toEqual([1, 3, 2, 0]);
  expect(line).toMatchObject({ size: 0, points: 0 });
});

it('does nothing when an entry is taken out twice', () => {
  const line = new PriorityQueue();
  const [one, two] = [entry(1, 0, 5), entry(2, 1, 7)];
  line.add(one);
  line.add(two);
  line.remove(one);
  line.remove(one);
  expect(line).toMatchObject({ size: 1, points: 7, first: two });
});

it('tells the points ahead of a rank', () => {
  const line = new PriorityQueue();
  line.add(entry(1, 0, 5));
  line.add(entry(2, 1, 7));
  line.add(entry(3, 2, 11));
  expect(line.pointsAhead(2)).toBe(12);
  expect(line.pointsAhead(2, 1)).toBe(5);
});

it('counts an entry that asks for other points by those, in its place', () => {
  const line = new PriorityQueue();
  const [one, two, gone] = [entry(1, 0, 5), entry(2, 1, 7), entry(3, 2, 11)];
  for (const entered of [one, two, gone]) line.add(entered);
  line.remove(gone);
  line.reprice(one, 50);
  line.reprice(gone, 1_000);
  expect(line).toMatchObject({ size: 2, points: 57, first: one });
  expect(line.pointsAhead(2)).toBe(57);
  line.remove(one);
  expect(line.points).toBe(7);
});

it('agrees with a sorted list, whatever is added and taken out', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 200 }) }) },
    { weight: 2, arbitrary: fc.record({ take: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const line = new PriorityQueue();
      let model: Queued[] = [];
      let sequence = 0;
      for (const one of steps) {
        if ('add' in one) {
          const added = entry(one.add, sequence++);
          line.add(added);
          model.push(added);
        } else {
          const taken = model[one.take % Math.max(1, model.length)];
          if (!taken) continue;
          line.remove(taken);
          model = model.filter((other) => other !== taken);
        }
        const [first] = model.toSorted((a, b) => a.rank - b.rank || a.sequence - b.sequence);
        expect(line.first).toBe(first);
        expect(line.size).toBe(model.length);
        expect(line.front(4)).toEqual(model.toSorted((a, b) => a.rank - b.rank || a.sequence - b.sequence).slice(0, 4));
      }
    }),
  );
});

it('keeps its order after entries anywhere in it were taken out', () => {
  const ranks = fc.array(fc.record({ rank: fc.nat(1_000), leaves: fc.boolean() }), {
    minLength: 20,
    maxLength: 80,
    size: 'max',
  });
  fc.assert(
    fc.property(ranks, (all) => {
      const line = new PriorityQueue();
      const entries = all.map(({ rank }, sequence) => entry(rank, sequence));
      for (const one of entries) line.add(one);
      for (const [index, one] of entries.entries()) if (all[index]?.leaves) line.remove(one);
      const drained: number[] = [];
      for (let first = line.first; first; first = line.first) {
        drained.push(first.rank);
        line.remove(first);
      }
      const stayed = all.filter(({ leaves }) => !leaves).map(({ rank }) => rank);
      expect(drained).toEqual(stayed.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});
