// @ts-nocheck
interface Node<T> {
  readonly entry: T;
  /** Drawn by lot: a node stands above those with less, which keeps the tree flat. */
  readonly height: number;
  /** Weight of the entry and of all below it. */
  weight: number;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}

/**
 * Entries in an order of their own, with a weight each. Adding, removing, and the weight of all before a place take time
 * in the logarithm of its size (a treap: https://doi.org/10.1007/BF01940876).
 *
 * Entries that precede neither one another stand in the order in which they were added; `remove`, `reweigh` and `after`
 * need an order without such entries.
 */
export class SortedQueue<T extends Place, Place = T> {
  readonly #precedes: (one: Place, other: Place) => boolean;
  readonly #weightOf: (entry: T) => number;
  #root: Node<T> | undefined;
  #size = 0;

  constructor(precedes: (one: Place, other: Place) => boolean, weightOf: (entry: T) => number = () => 0) {
    this.#precedes = precedes;
    this.#weightOf = weightOf;
  }

  get size(): number {
    return this.#size;
  }

  /** Weight of all entries. */
  get weight(): number {
    return this.#root?.weight ?? 0;
  }

  get first(): T | undefined {
    let node = this.#root;
    while (node?.left) node = node.left;
    return node?.entry;
  }

  add(entry: T): void {
    this.#size += 1;
    const added = { entry, height: Math.random(), weight: this.#weightOf(entry), left: undefined, right: undefined };
    this.#root = this.#insert(this.#root, added);
  }

  removeFirst(): T | undefined {
    const { first } = this;
    if (this.#root) {
      this.#size -= 1;
      this.#root = this.#withoutFirst(this.#root);
    }
    return first;
  }

  /** Removes an entry, which must be in the queue. */
  remove(entry: T): void {
    this.#size -= 1;
    this.#root = this.#at(this.#root, entry, (node) => this.#join(node.left, node.right));
  }

  /** Weighs an entry again, which must be in the queue. */
  reweigh(entry: T): void {
    this.#root = this.#at(this.#root, entry, (node) => this.#weighed(node));
  }

  /** Weight of all entries that precede a place. */
  weightBefore(place: Place): number {
    let weight = 0;
    for (let node = this.#root; node; ) {
      if (this.#precedes(node.entry, place)) {
        weight += (node.left?.weight ?? 0) + this.#weightOf(node.entry);
        node = node.right;
      } else {
        node = node.left;
      }
    }
    return weight;
  }

  /** The first entry that a place precedes. */
  after(place: Place): T | undefined {
    let next: T | undefined;
    for (let node = this.#root; node; ) {
      const isAfter = this.#precedes(place, node.entry);
      if (isAfter) next = node.entry;
      node = isAfter ? node.left : node.right;
    }
    return next;
  }

  /** The first few entries in their order, at most `count` of them. */
  front(count: number): readonly T[] {
    const front: T[] = [];
    const visit = (node: Node<T> | undefined): void => {
      if (!node || front.length >= count) return;
      visit(node.left);
      if (front.length < count) front.push(node.entry);
      visit(node.right);
    };
    visit(this.#root);
    return front;
  }

  #weighed(node: Node<T>): Node<T> {
    node.weight = this.#weightOf(node.entry) + (node.left?.weight ?? 0) + (node.right?.weight ?? 0);
    return node;
  }

  #insert(node: Node<T> | undefined, added: Node<T>): Node<T> {
    if (!node) return added;
    const side = this.#precedes(added.entry, node.entry) ? 'left' : 'right';
    const child = this.#insert(node[side], added);
    node[side] = child;
    if (child.height <= node.height) return this.#weighed(node);
    const inner = side === 'left' ? 'right' : 'left';
    node[side] = child[inner];
    child[inner] = this.#weighed(node);
    return this.#weighed(child);
  }

  /** Replaces the node of an entry, and weighs all those above it again. */
  #at(node: Node<T> | undefined, entry: T, replace: (node: Node<T>) => Node<T> | undefined): Node<T> | undefined {
    if (!node) return undefined;
    if (node.entry === entry) return replace(node);
    const side = this.#precedes(entry, node.entry) ? 'left' : 'right';
    node[side] = this.#at(node[side], entry, replace);
    return this.#weighed(node);
  }

  #withoutFirst(node: Node<T>): Node<T> | undefined {
    if (!node.left) return node.right;
    node.left = this.#withoutFirst(node.left);
    return this.#weighed(node);
  }

  /** One tree of two, all of whose entries stand in the order of the arguments. */
  #join(one: Node<T> | undefined, other: Node<T> | undefined): Node<T> | undefined {
    if (!one || !other) return one ?? other;
    if (one.height > other.height) {
      one.right = this.#join(one.right, other);
      return this.#weighed(one);
    }
    other.left = this.#join(one, other.left);
    return this.#weighed(other);
  }
}
