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
  /** The first few in the order in which they are served, at most `count` of them. */
  front(count: number): readonly T[];
  add(entry: T): void;
  /** Takes an entry out, wherever it stands. Does nothing where it is not in the line. */
  remove(entry: T): void;
  /** Points of all entries that are served before one of this rank: by default, one that arrives now. */
  pointsAhead(rank: number, sequence?: number): number;
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
    front(count) {
      if (count >= heap.length) return heap.toSorted(inOrder);
      const front: T[] = [];
      // Whoever comes next is the first one, or stands right below one that has been counted already.
      const near = heap.slice(0, 1);
      for (let next = near[0]; next && front.length < count; next = near[0]) {
        front.push(next);
        near.shift();
        for (const child of [heap[2 * next.position + 1], heap[2 * next.position + 2]]) if (child) near.push(child);
        near.sort(inOrder);
      }
      return front;
    },
    pointsAhead(rank, sequence = Number.POSITIVE_INFINITY) {
      let ahead = 0;
      for (const entry of heap) if (precedes(entry, { rank, sequence })) ahead += entry.cost;
      return ahead;
    },
  };
}

type Place = Pick<InLine, 'rank' | 'sequence'>;

function precedes(one: Place, other: Place): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.sequence < other.sequence);
}

function inOrder(one: Place, other: Place): number {
  return precedes(one, other) ? -1 : 1;
}
