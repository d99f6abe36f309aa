/** Rows of products that may not be complete yet, within a memory limit. */
export class RowsByKey<Row> {
  readonly #groups = new Map<string, { readonly rows: Row[]; size: number }>();
  readonly #gone = new TextSet();
  readonly #most: number;
  #size = 0;

  /** @param most How many characters of rows are kept while more rows of their products may come. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Adds a row to its product. Returns `false` if that product was already yielded, so the row comes too late. */
  add(key: string, row: Row, size: number): boolean {
    const isLate = this.#gone.has(key) && !this.#groups.has(key);
    const group = this.#groups.get(key) ?? { rows: [], size: 0 };
    group.rows.push(row);
    group.size += size;
    this.#size += size;
    this.#groups.set(key, group);
    return !isLate;
  }

  /** Yields the oldest products until the others are within the limit. The current one stays. */
  *overflow(current: string): Generator<readonly [key: string, rows: readonly Row[]]> {
    if (this.#size <= this.#most) return;
    for (const [key, { rows, size }] of this.#groups) {
      if (key === current) continue;
      this.#groups.delete(key);
      this.#gone.add(key);
      this.#size -= size;
      yield [key, rows];
      if (this.#size <= this.#most) return;
    }
  }

  /** Yields all remaining products, in the order in which they began. */
  *rest(): Generator<readonly [key: string, rows: readonly Row[]]> {
    for (const [key, { rows }] of this.#groups) {
      this.#groups.delete(key);
      yield [key, rows];
    }
  }
}

const firstCapacity = 1024;

/**
 * A set of texts that needs 8 to 32 bytes for each, however long it is: it keeps hashes of 53 bits. With a million
 * texts, the chance that two of them are taken for the same is 1 in 20,000.
 */
export class TextSet {
  #slots = new Float64Array(firstCapacity);
  #count = 0;

  has(text: string): boolean {
    return this.#slots[this.#slotOf(hashOf(text))] !== 0;
  }

  add(text: string): void {
    const hash = hashOf(text);
    const slot = this.#slotOf(hash);
    if (this.#slots[slot] === hash) return;
    this.#slots[slot] = hash;
    this.#count += 1;
    if (2 * this.#count > this.#slots.length) this.#grow();
  }

  /** The slot with the hash, or the free slot for it. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(2 * before.length);
    for (const hash of before) if (hash !== 0) this.#slots[this.#slotOf(hash)] = hash;
  }
}

/**
 * A 53-bit hash of a text, never zero: two FNV-1a sums with different primes, mixed so that similar texts get distant
 * hashes.
 */
function hashOf(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0x0100010b);
  }
  const low = stir(a ^ b) >>> 0;
  const high = stir(b + low) & 0x1fffff;
  return high * 2 ** 32 + low || 1;
}

const stir = (value: number): number => {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ (mixed >>> 13);
};
