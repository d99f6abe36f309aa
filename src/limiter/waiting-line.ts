/** Something that waits. `position` belongs to the line. */
export interface InLine {
  /** The lowest rank is served first; equal ranks in order of arrival. */
  readonly rank: number;
  readonly cost: number;
  /** Number of arrival. */
  readonly sequence: number;
  /** Index in the heap, -1 outside it. */
  position: number;
}

/** A binary heap that can also give up an entry in its middle. */
export interface WaitingLine<T extends InLine> {
  readonly size: number;
  /** Points that all entries ask for. */
  readonly points: number;
  readonly first: T | undefined;
  add(entry: T): void;
  /** Takes an entry out, wherever it stands. Does nothing where it is not in the line. */
  remove(entry: T): void;
  /** Points of all entries that are served before an arrival of this rank. */
  pointsAhead(rank: number): number;
}

/** Makes an empty line. Adding and removing take time in the logarithm of its length. */
export function createWaitingLine<T extends InLine>(): WaitingLine<T> {
  const heap: T[] = [];
  let points = 0;

  const place = (entry: T, position: number): void => {
    heap[position] = entry;
    entry.position = position;
  };

  const rise = (entry: T, from: number): number => {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = heap[above];
      if (!parent || !precedes(entry, parent)) break;
      place(parent, position);
      position = above;
    }
    place(entry, position);
    return position;
  };

  const sink = (entry: T, from: number): void => {
    let position = from;
    for (;;) {
      const left = heap[2 * position + 1];
      const right = heap[2 * position + 2];
      const child = left && right && precedes(right, left) ? right : left;
      if (!child || !precedes(child, entry)) break;
      const below = child.position;
      place(child, position);
      position = below;
    }
    place(entry, position);
  };

  return {
    get size() {
      return heap.length;
    },
    get points() {
      return points;
    },
    get first() {
      return heap[0];
    },
    add(entry) {
      points += entry.cost;
      rise(entry, heap.length);
    },
    remove(entry) {
      const { position } = entry;
      if (heap[position] !== entry) return;
      entry.position = -1;
      const last = heap.pop();
      points = heap.length === 0 ? 0 : points - entry.cost;
      if (!last || last === entry) return;
      if (rise(last, position) === position) sink(last, position);
    },
    pointsAhead(rank) {
      let ahead = 0;
      for (const entry of heap) if (entry.rank <= rank) ahead += entry.cost;
      return ahead;
    },
  };
}

function precedes(one: InLine, other: InLine): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);
}
