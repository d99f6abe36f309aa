/**
 * A binary heap: `first` is the entry that precedes all others. Adding and removing take time in the logarithm of its
 * size.
 */
export class Heap<T> {
  readonly #heap: T[] = [];
  /** All entries, each one behind its parent. */
  readonly entries: readonly T[] = this.#heap;
  readonly #precedes: (one: T, other: T) => boolean;
  readonly #moved: (entry: T, index: number) => void;

  /**
   * @param moved Is told the index of an entry whenever it changes: -1 after it was removed. Needed only by those who
   *   remove entries from the middle.
   */
  constructor(precedes: (one: T, other: T) => boolean, moved: (entry: T, index: number) => void = () => undefined) {
    this.#precedes = precedes;
    this.#moved = moved;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(entry: T): void {
    this.#rise(entry, this.#heap.length);
  }

  removeFirst(): T | undefined {
    return this.removeAt(0);
  }

  removeAt(index: number): T | undefined {
    const heap = this.#heap;
    const removed = heap[index];
    if (removed === undefined) return undefined;
    this.#moved(removed, -1);
    const last = heap.pop();
    if (last !== undefined && last !== removed && this.#rise(last, index) === index) this.#sink(last, index);
    return removed;
  }

  /** The first few entries in their order, at most `count` of them. */
  front(count: number): readonly T[] {
    const heap = this.#heap;
    const inOrder = (one: T, other: T): number => (this.#precedes(one, other) ? -1 : 1);
    if (count >= heap.length) return heap.toSorted(inOrder);
    const front: T[] = [];
    // Whoever comes next is the first one, or a child of one that has been taken already.
    let near = heap.length > 0 ? [0] : [];
    const at = (index: number): T => heap[index] as T;
    for (let next = near[0]; next !== undefined && front.length < count; next = near[0]) {
      front.push(at(next));
      const children = [2 * next + 1, 2 * next + 2].filter((child) => child < heap.length);
      near = [...near.slice(1), ...children].sort((one, other) => inOrder(at(one), at(other)));
    }
    return front;
  }

  #place(entry: T, index: number): void {
    this.#heap[index] = entry;
    this.#moved(entry, index);
  }

  #rise(entry: T, from: number): number {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !this.#precedes(entry, parent)) break;
      this.#place(parent, index);
      index = above;
    }
    this.#place(entry, index);
    return index;
  }

  #sink(entry: T, from: number): void {
    let index = from;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      if (left === undefined) break;
      const right = this.#heap[2 * index + 2];
      const isRight = right !== undefined && this.#precedes(right, left);
      const child = isRight ? right : left;
      if (!this.#precedes(child, entry)) break;
      this.#place(child, index);
      index = 2 * index + (isRight ? 2 : 1);
    }
    this.#place(entry, index);
  }
}
