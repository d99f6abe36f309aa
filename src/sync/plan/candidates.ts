import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import type { PushResult, SeenProduct } from '../push/push.ts';
import type { WantedProduct } from '../read-remote.ts';
import type { RemoteProduct } from './product-facts.ts';

/** The validation result of a product. */
export type Checked = { readonly draft: ProductDraft } | Extract<PushResult, { outcome: 'invalid' }>;

/** A product of a run, with what is known about it before it is pushed. */
export interface Candidate {
  readonly product: unknown;
  /** Its result, if nothing has to be done. */
  readonly result?: PushResult;
  /** Its validation result; a rejected promise if the validation failed with an error. */
  readonly checked?: Checked | Promise<Checked>;
  /** The product in the shop, if it was read ahead with others. */
  readonly seen?: SeenProduct;
}

/** A product that was checked without its record. */
export interface Looked extends Candidate {
  /** Present if its record may show that nothing has to be done. */
  readonly lookup?: {
    readonly localId: string;
    /** Approximate number of characters of the draft. */
    readonly size: number;
    /** The product's result according to that record, if nothing has to be done. */
    resultOf(record: SyncRecord | undefined): PushResult | undefined;
    /** The parts of the product to read in advance, according to that record. */
    toRead(record: SyncRecord | undefined): WantedProduct | undefined;
  };
}

/** How candidates are made. */
interface CandidateSettings {
  /** Checks one product, without its record. */
  readonly look: (product: unknown) => Promise<Looked>;
  /** The records of some local ids. Those that cannot be read are left out. */
  readonly readRecords: (localIds: readonly string[]) => Promise<readonly SyncRecord[]>;
  /** Products of the shop by gid, many in one call. Those that cannot be read are left out. */
  readonly readProducts: (wanted: readonly WantedProduct[]) => Promise<ReadonlyMap<string, RemoteProduct>>;
  /** Initial and smallest batch size: the number of products that are pushed or read at the same time. */
  readonly least: number;
  /** Whether the run was stopped: remaining products are then passed on unchecked. */
  readonly isStopped: () => boolean;
}

/** Maximum batch size: products taken before they are pushed, whose records and products are read together. */
export const mostDrawn = 100;

/**
 * Milliseconds after which the loop yields to the event loop. A file-based store responds synchronously, so the loop
 * would otherwise block it.
 */
const longestTurnMs = 50;

/** Maximum number of characters of the drafts in one batch. */
const mostCharacters = 2_000_000;

/**
 * The products of a run. Products that need no push are found in batches. While most products need none, a stream is
 * read ahead for as long as it yields without waiting.
 */
export function candidatesOf(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  { look, readRecords, readProducts, isStopped, least }: CandidateSettings,
): AsyncIterable<Candidate> {
  const drawing = drawAhead(products);
  let ready: Candidate[] = [];
  let place = 0;
  let most = least;
  let turnDueMs = performance.now() + longestTurnMs;

  const fill = async (): Promise<void> => {
    const looked: Looked[] = [];
    let size = 0;
    let late: Promise<typeof tooLate> | undefined;
    while (looked.length < most && size <= mostCharacters) {
      const drawn = await drawing.next(late);
      late ??= drawing.isStream ? nextTurn(tooLate) : undefined;
      if (drawn === tooLate || drawn.done) break;
      const one = isStopped() ? { product: drawn.value } : await look(drawn.value);
      looked.push(one);
      size += one.lookup?.size ?? 0;
    }
    const wanted = looked.flatMap(({ lookup }) => lookup?.localId ?? []);
    const records = wanted.length > 0 && !isStopped() ? await readRecords(wanted) : [];
    const byId = new Map(records.map((record) => [record.localId, record]));
    place = 0;
    const reading = new Map<Looked, { readonly wanted: WantedProduct; readonly version: number }>();
    const known = looked.map((one): Candidate => {
      const record = byId.get(one.lookup?.localId ?? '');
      const result = one.lookup?.resultOf(record);
      if (result) return { product: one.product, result };
      const wanted = one.lookup?.toRead(record);
      if (wanted && record) reading.set(one, { wanted, version: record.version });
      return one;
    });
    const found =
      reading.size > 0 && !isStopped()
        ? await readProducts([...reading.values()].map(({ wanted }) => wanted))
        : undefined;
    ready = known.map((one) => {
      const { wanted, version = 0 } = reading.get(one) ?? {};
      const remote = wanted && found?.get(wanted.gid);
      return remote ? { ...one, seen: { remote, version } } : one;
    });
    // If most products must be pushed, they wait for Shopify: take no more than are pushed at the same time.
    const isMostlyKnown = ready.filter(({ result, seen }) => result ?? seen).length * 2 > ready.length;
    most = isMostlyKnown ? Math.min(most * 2, mostDrawn) : least;
    if (!isMostlyKnown || performance.now() < turnDueMs) return;
    await nextTurn();
    turnDueMs = performance.now() + longestTurnMs;
  };

  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (place === ready.length) await fill();
        const value = ready[place];
        place += 1;
        return value ? { done: false, value } : { done: true, value: undefined };
      },
      async return() {
        await drawing.return();
        return { done: true, value: undefined };
      },
    }),
  };
}

const tooLate: unique symbol = Symbol('too late');

interface Drawing {
  readonly isStream: boolean;
  /** The next product; `tooLate` if `late` settles first. */
  next(late?: Promise<typeof tooLate>): Promise<IteratorResult<unknown> | typeof tooLate>;
  return(): Promise<unknown>;
}

/** Reads a list or a stream. A product that arrives too late for one batch is the first of the next. */
function drawAhead(products: Iterable<unknown> | AsyncIterable<unknown>): Drawing {
  if (!(typeof products === 'object' && Symbol.asyncIterator in products)) {
    const iterator = products[Symbol.iterator]();
    return { isStream: false, next: async () => iterator.next(), return: async () => iterator.return?.() };
  }
  const iterator = products[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<unknown>> | undefined;
  return {
    isStream: true,
    async next(late?: Promise<typeof tooLate>) {
      pending ??= iterator.next();
      const drawn = await (late ? Promise.race([pending, late]) : pending);
      if (drawn === tooLate) {
        // The next call of `next` reports a failure.
        pending.catch(() => undefined);
        return tooLate;
      }
      pending = undefined;
      return drawn;
    },
    return: async () => iterator.return?.(),
  };
}

/** Reads the records of some local ids, one by one if the store cannot read many at once. */
export async function recordsOf(
  records: SyncRecordStore,
  shop: string,
  localIds: readonly string[],
): Promise<readonly SyncRecord[]> {
  if (records.getMany) return records.getMany(shop, localIds);
  const found = await Promise.all(localIds.map((localId) => records.get(shop, localId)));
  return found.flatMap((record) => record ?? []);
}

/** Number of parts of the set. Each grows separately, so that little is copied at once and little space is wasted. */
const parts = 256;

/** Initial number of slots of a part. */
const leastSlots = 16;

/** How full a part may get, and the factor by which it then grows. */
const fullest = 0.85;
const growth = 1.25;

/**
 * The local ids of a run, as 64-bit hashes: 9 to 12 bytes per id, compared to about a hundred for strings. With a
 * million ids, the chance of a collision is 1 in 37 million.
 */
export class SeenIds {
  readonly #parts = Array.from({ length: parts }, () => new SeenPart());

  /** Adds an id. Returns whether it is new. */
  add(localId: string): boolean {
    const [high, low] = fingerprintOf(localId);
    return this.#partOf(high).add(high, low);
  }

  has(localId: string): boolean {
    const [high, low] = fingerprintOf(localId);
    return this.#partOf(high).has(high, low);
  }

  #partOf(high: number): SeenPart {
    // The index is always below `parts`.
    return this.#parts[high % parts] as SeenPart;
  }
}

/** A buffer that all parts share while they grow. */
let scratch = new Uint32Array();

/** The hashes whose first halves have the same remainder. */
class SeenPart {
  #slots = new Uint32Array(leastSlots * 2);
  #count = 0;

  add(high: number, low: number): boolean {
    const at = this.#find(high, low);
    if (this.#slots[at] !== 0) return false;
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    this.#count += 1;
    if (this.#count * 2 > this.#slots.length * fullest) this.#grow();
    return true;
  }

  has(high: number, low: number): boolean {
    return this.#slots[this.#find(high, low)] !== 0;
  }

  /** The slot of a hash, or the free slot for it. */
  #find(high: number, low: number): number {
    const size = this.#slots.length / 2;
    for (let slot = Math.floor((low / 2 ** 32) * size); ; slot = slot + 1 === size ? 0 : slot + 1) {
      const first = this.#slots[slot * 2];
      if (first === 0 || (first === high && this.#slots[slot * 2 + 1] === low)) return slot * 2;
    }
  }

  #grow(): void {
    const size = this.#slots.length;
    if (scratch.length < size) scratch = new Uint32Array(size * 2);
    const before = scratch.subarray(0, size);
    before.set(this.#slots);
    // `transfer` frees the old memory at once, not at the next garbage collection.
    this.#slots = new Uint32Array(this.#slots.buffer.transfer(Math.ceil((size / 2) * growth) * 8)).fill(0);
    for (let at = 0; at < before.length; at += 2) {
      const [high = 0, low = 0] = [before[at], before[at + 1]];
      if (high === 0) continue;
      const place = this.#find(high, low);
      this.#slots[place] = high;
      this.#slots[place + 1] = low;
    }
  }
}

/** Two 32-bit hashes of a text. The first is never zero, because zero marks a free slot. */
function fingerprintOf(text: string): readonly [high: number, low: number] {
  let [high, low] = [0x9e3779b1, 0x85ebca6b];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    high ^= high >>> 15;
    low = Math.imul(low ^ unit, 0xc2b2ae35);
    low ^= low >>> 13;
  }
  return [mixed(high ^ text.length) || 1, mixed(low)];
}

/** The final mix of MurmurHash3: every bit of the number affects all others. */
function mixed(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
