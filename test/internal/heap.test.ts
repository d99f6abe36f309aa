import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from '../../src/internal/heap.ts';

const ascending = (one: number, other: number): boolean => one < other;

it('removes in order, whatever was added', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>(ascending);
      for (const one of numbers) heap.add(one);
      const removed: number[] = [];
      for (let first = heap.first; first !== undefined; first = heap.first) {
        expect(heap.removeFirst()).toBe(first);
        removed.push(first);
      }
      expect(removed).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});

it('says where each entry is, so that it can be removed from anywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1 }), fc.nat(), (numbers, which) => {
      const index = new Map<{ readonly at: number }, number>();
      const heap = new Heap<{ readonly at: number }>(
        (one, other) => one.at < other.at,
        (entry, position) => index.set(entry, position),
      );
      const entries = numbers.map((at) => ({ at }));
      for (const entry of entries) heap.add(entry);
      const gone = entries[which % entries.length] as { readonly at: number };
      expect(heap.removeAt(index.get(gone) ?? -1)).toBe(gone);
      expect(index.get(gone)).toBe(-1);
      for (const [position, entry] of heap.entries.entries()) expect(index.get(entry)).toBe(position);
      const left = entries.filter((entry) => entry !== gone).map(({ at }) => at);
      expect(heap.front(3).map(({ at }) => at)).toEqual(left.toSorted((a, b) => a - b).slice(0, 3));
    }),
  );
});

it('has nothing to remove where it is empty', () => {
  const heap = new Heap<number>(ascending);
  expect(heap.first).toBeUndefined();
  expect(heap.removeFirst()).toBeUndefined();
  expect(heap.front(2)).toEqual([]);
});
