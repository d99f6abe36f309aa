interface Node<T> {
  readonly entry: T;
  /** Random. A node is above those with a smaller height, which keeps the tree balanced. */
  readonly height: number;
  /** Weight of this entry and all entries below it. */
  weight: number;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}

/**
 * A sorted list of entries, each with a weight. Adding, removing, and summing the weights before a place take time
 * logarithmic in its size (a treap: https://doi.org/10.1007/BF01940876).
 *
 * Entries that compare as equal stay in the order in which they were added; `remove`, `reweigh` and `after` require an
 * order without equal entries.
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

  /** Updates the weight of an entry, which must be in the queue. */
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

  /** The first entries in order, at most `count`. */
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

  /** Replaces the node of an entry, and updates the weights of all nodes above it. */
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

  /** Joins two trees. All entries of the first come before those of the second. */
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
