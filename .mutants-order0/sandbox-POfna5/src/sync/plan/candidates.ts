// @ts-nocheck
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import type { PushResult, SeenProduct } from '../push/push.ts';
import type { WantedProduct } from '../read-remote.ts';
import type { RemoteProduct } from './product-facts.ts';

/** What the validation says of a product. */
export type Checked = { readonly draft: ProductDraft } | Extract<PushResult, { outcome: 'invalid' }>;

/** A product of a run, with what is known of it before its turn comes. */
export interface Candidate {
  readonly product: unknown;
  /** Its result, where nothing is to be done with it. */
  readonly result?: PushResult;
  /** What the validation says of it; a promise where that has failed. */
  readonly checked?: Checked | Promise<Checked>;
  /** The product in the shop, where it was read with others. */
  readonly seen?: SeenProduct;
}

/** A product that was looked at without its record. */
export interface Looked extends Candidate {
  /** There where its record may show that nothing is to be done. */
  readonly lookup?: {
    readonly localId: string;
    /** About how many characters the draft has. */
    readonly size: number;
    /** The product's result by that record, if nothing is to be done with it. */
    resultOf(record: SyncRecord | undefined): PushResult | undefined;
    /** What of the product is to be read ahead of its turn, by that record. */
    toRead(record: SyncRecord | undefined): WantedProduct | undefined;
  };
}

/** How candidates are made. */
interface CandidateSettings {
  /** Looks at one product, without its record. */
  readonly look: (product: unknown) => Promise<Looked>;
  /** The records of some local ids. Those that cannot be read are left out. */
  readonly readRecords: (localIds: readonly string[]) => Promise<readonly SyncRecord[]>;
  /** Products of the shop by gid, many by one call. Those that cannot be read are left out. */
  readonly readProducts: (wanted: readonly WantedProduct[]) => Promise<ReadonlyMap<string, RemoteProduct>>;
  /** Products that are drawn at once to begin with: those that are pushed at the same time, or read. */
  readonly least: number;
  /** Whether the run has been stopped: then products are passed on as they are. */
  readonly isStopped: () => boolean;
}

/** Most products that are drawn ahead of the pushes, and that are read at once, as their records are. */
export const mostDrawn = 100;

/** Milliseconds after which others get their turn of the event loop: a store in a file responds within one's own. */
const longestTurnMs = 50;

/** Most characters of their drafts. */
const mostCharacters = 2_000_000;

/**
 * The products of a run, of which those are found, many at a time, that need no push. As long as these are most, a stream is
 * drawn ahead as far as it gives products without a wait.
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
    // Where most have to be pushed, and so wait for Shopify, no more are drawn than are pushed at once.
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
  /** The next product; `tooLate` where `late` comes first. */
  next(late?: Promise<typeof tooLate>): Promise<IteratorResult<unknown> | typeof tooLate>;
  return(): Promise<unknown>;
}

/** Draws from a list or a stream. A product that comes too late for one reading is the first of the next. */
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
        // Whoever draws next is told of a failure.
        pending.catch(() => undefined);
        return tooLate;
      }
      pending = undefined;
      return drawn;
    },
    return: async () => iterator.return?.(),
  };
}

/** The records of some local ids, from a store that need not know how to read many at once. */
export async function recordsOf(
  records: SyncRecordStore,
  shop: string,
  localIds: readonly string[],
): Promise<readonly SyncRecord[]> {
  if (records.getMany) return records.getMany(shop, localIds);
  const found = await Promise.all(localIds.map((localId) => records.get(shop, localId)));
  return found.flatMap((record) => record ?? []);
}

/** Parts of a set, each of which grows alone: so little is copied, and nothing stands empty for long. */
const parts = 256;

/** Slots of a part at its beginning. */
const leastSlots = 16;

/** How full a part may be, and how many times as large it is then. */
const fullest = 0.85;
const growth = 1.25;

/**
 * Local ids that a run has had, by a hash of 64 bits each: 9 to 12 bytes an id, where texts take a hundred. Of a million ids
 * the chance that two are taken for one is 1 in 37 million.
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
    // An index below `parts` has a part.
    return this.#parts[high % parts] as SeenPart;
  }
}

/** Where a part stands while it grows. */
let scratch = new Uint32Array();

/** Fingerprints whose first halves have the same end. */
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

  /** Where a fingerprint is, or has its free place. */
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
    // What is given up so is free at once, and not when garbage is next collected.
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

/** Two 32-bit hashes of a text, the first one never zero: that is a free place. */
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

/** The end of MurmurHash3: each bit of the number moves all others. */
function mixed(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
