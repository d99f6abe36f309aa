import { ConfigError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import type { Stores } from '../ports/stores.ts';
import type { SyncJournal } from '../ports/sync-journal.ts';
import type {
  AgeCount,
  ErrorPattern,
  ListOptions,
  SyncCounts,
  SyncRecord,
  SyncRecordStore,
} from '../ports/sync-record-store.ts';
import {
  checkedLocalIds,
  checkedPage,
  checkedPatternLimit,
  compareCodePoints,
  createGate,
  type Gate,
} from './adapter-kit.ts';
import {
  checkedDraft,
  checkedJournalPage,
  checkedMoment,
  journalId,
  journalPageOf,
  type NumberedDraft,
  type StoredDraft,
} from './journal-kit.ts';
import type { KeyEngine, LockEngine } from './key-engine.ts';
import { createKeyValueStore, createLocks } from './key-value-store.ts';
import { countsOf, ErrorPatternCounter, RecordCounter } from './record-counts.ts';
import { checkedRecord, checkedWrites, readRecord, type StoredRecord } from './record-kit.ts';

/** Options of `memoryStores`. */
export interface MemoryStoresOptions {
  /** Clock for times-to-live and leases. Default: the system clock. */
  readonly clock?: Clock;
}

/**
 * Creates stores in memory, which end with the process and are not shared with others: for tests, and if losing the
 * sync records only means comparing every product with Shopify again.
 *
 * @example
 * const stores = memoryStores();
 * await stores.records.counts('acme.myshopify.com');
 * await stores.close();
 *
 * @throws ConfigError for an unknown option.
 */
export function memoryStores(options: MemoryStoresOptions = {}): Stores {
  const { clock = systemClock } = options;
  const issues = unknownNames(options, { clock: true });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const gate = createGate();
  const keys = createMemoryKeys(clock, gate);
  const locks = createLocks(keys.locks, clock);
  return {
    records: createMemoryRecords(gate),
    journal: createMemoryJournal(gate),
    keyValue: createKeyValueStore(keys, locks),
    close() {
      locks.close();
      return gate.close();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** Sync records in memory. */
function createMemoryRecords(gate: Gate): SyncRecordStore {
  const shops = new Map<string, MemoryShop>();
  const shopOf = (domain: string): MemoryShop => shops.get(domain) ?? new MemoryShop();

  const put = (record: StoredRecord): void => {
    const shop = shopOf(record.shop);
    shops.set(record.shop, shop);
    shop.put(record);
  };

  return {
    get: (shop, localId) => gate.run(async () => shopOf(shop).get(localId)),
    getMany: (shop, localIds) =>
      gate.run(async () => checkedLocalIds(localIds).flatMap((localId) => shopOf(shop).get(localId) ?? [])),
    getByGid: (shop, gid) => gate.run(async () => shopOf(shop).getByGid(gid)),
    put: (record) => gate.run(async () => put(checkedRecord(record))),
    putIf: (record, version) =>
      gate.run(async () => {
        const checked = checkedRecord(record);
        if (shopOf(checked.shop).versionOf(checked.localId) !== version) return false;
        put(checked);
        return true;
      }),
    putManyIf: (writes) =>
      gate.run(async () =>
        checkedWrites(writes).map(({ record, version }) => {
          if (shopOf(record.shop).versionOf(record.localId) !== version) return false;
          put(record);
          return true;
        }),
      ),
    putMany: (records) => gate.run(async () => records.map(checkedRecord).forEach(put)),
    list: (shop, options = {}) => gate.run(async () => shopOf(shop).list(checkedPage(options))),
    counts: (shop) => gate.run(async () => countsOf(shopOf(shop).ageCounts())),
    ageCounts: (shop) => gate.run(async () => shopOf(shop).ageCounts()),
    countSyncedSince: (shop, sinceMs) => gate.run(async () => shopOf(shop).countSyncedSince(sinceMs)),
    errorPatterns: (shop, options = {}) =>
      gate.run(async () => shopOf(shop).errorPatterns(checkedPatternLimit(options))),
    delete: (shop, localId) => gate.run(async () => shopOf(shop).delete(localId)),
    erase: (shop) =>
      gate.run(async () => {
        const erased = shopOf(shop).size;
        shops.delete(shop);
        return erased;
      }),
  };
}

/** The sync records of one shop in memory, with an index by gid, the order of the local ids, and counts. */
class MemoryShop {
  readonly #records = new Map<string, StoredRecord>();
  readonly #localIdsByGid = new Map<string, Set<string>>();
  readonly #counter = new RecordCounter();
  /** Local ids in code point order; built when a page is asked for, dropped when an id comes or goes. */
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#records.size;
  }

  get(localId: string): SyncRecord | undefined {
    const record = this.#records.get(localId);
    return record && readRecord(record);
  }

  versionOf(localId: string): number | undefined {
    return this.#records.get(localId)?.version;
  }

  getByGid(gid: string): SyncRecord | undefined {
    const [first] = [...(this.#localIdsByGid.get(gid) ?? [])].sort(compareCodePoints);
    return first === undefined ? undefined : this.get(first);
  }

  put(record: StoredRecord): void {
    const before = this.#records.get(record.localId);
    if (before) this.#forget(before);
    else this.#sorted = undefined;
    this.#records.set(record.localId, record);
    this.#counter.count(record, 1);
    if (record.gid === null) return;
    const localIds = this.#localIdsByGid.get(record.gid);
    if (localIds) localIds.add(record.localId);
    else this.#localIdsByGid.set(record.gid, new Set([record.localId]));
  }

  delete(localId: string): boolean {
    const record = this.#records.get(localId);
    if (!record) return false;
    this.#forget(record);
    this.#records.delete(localId);
    this.#sorted = undefined;
    return true;
  }

  list({ status, after, limit }: ListOptions & { readonly limit: number }): readonly SyncRecord[] {
    this.#sorted ??= [...this.#records.keys()].sort(compareCodePoints);
    const page: SyncRecord[] = [];
    for (let index = after === undefined ? 0 : this.#placeAfter(this.#sorted, after); page.length < limit; index++) {
      const localId = this.#sorted[index];
      if (localId === undefined) break;
      const record = this.#records.get(localId);
      if (record && (status === undefined || record.status === status)) page.push(readRecord(record));
    }
    return page;
  }

  ageCounts(): readonly AgeCount[] {
    return this.#counter.ages();
  }

  countSyncedSince(sinceMs: number): SyncCounts {
    const counter = new RecordCounter();
    for (const record of this.#records.values())
      if (record.lastSyncedAt !== null && record.lastSyncedAt >= sinceMs) counter.count(record, 1);
    return countsOf(counter.ages());
  }

  errorPatterns(limit: number): readonly ErrorPattern[] {
    const counter = new ErrorPatternCounter();
    for (const { localId, lastError, lastAttemptAt } of this.#records.values()) {
      if (lastError) counter.add({ localId, lastError, lastAttemptAt });
    }
    return counter.top(limit);
  }

  /** Removes a record that is deleted or replaced from the index and the counts. */
  #forget(record: StoredRecord): void {
    this.#counter.count(record, -1);
    const { gid, localId } = record;
    if (gid === null) return;
    const localIds = this.#localIdsByGid.get(gid);
    localIds?.delete(localId);
    if (localIds?.size === 0) this.#localIdsByGid.delete(gid);
  }

  /** Index of the first local id greater than `after`. */
  #placeAfter(sorted: readonly string[], after: string): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const localId = sorted[middle];
      if (localId !== undefined && compareCodePoints(localId, after) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A journal in memory: the entries of each shop in the order in which they were added. */
function createMemoryJournal(gate: Gate): SyncJournal {
  const shops = new Map<string, NumberedDraft[]>();
  let lastNumber = 0;

  const append = (draft: StoredDraft): string => {
    const entry = { number: ++lastNumber, draft };
    const entries = shops.get(draft.shop);
    if (entries) entries.push(entry);
    else shops.set(draft.shop, [entry]);
    return journalId(entry.number);
  };

  return {
    append: (drafts) => gate.run(async () => drafts.map(checkedDraft).map(append)),

    list: (shop, options = {}) =>
      gate.run(async () => journalPageOf(shops.get(shop) ?? [], checkedJournalPage(shop, options))),

    prune: (shop, before) =>
      gate.run(async () => {
        const moment = checkedMoment(before);
        const entries = shops.get(shop) ?? [];
        const kept = entries.filter(({ draft }) => draft.at >= moment);
        shops.set(shop, kept);
        return entries.length - kept.length;
      }),

    erase: (shop) =>
      gate.run(async () => {
        const erased = shops.get(shop)?.length ?? 0;
        shops.delete(shop);
        return erased;
      }),
  };
}

interface Entry {
  readonly value: string;
  /** Monotonic time; infinite for never. */
  readonly expiresAtMs: number;
}

const keysPerPage = 1_000;

/** Number of entries at which expired ones are removed; after that, at twice the number left. */
const leastBeforeSweep = 256;

/** Keys in the memory of this process, until the gate is closed. Uses monotonic time, so that clock changes do no harm. */
function createMemoryKeys(clock: Clock, gate: Gate): KeyEngine {
  const entries = new Map<string, Entry>();
  const locks = createMemoryLocks(clock, gate);
  let sweepAt = leastBeforeSweep;

  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && !isPast(entry.expiresAtMs, clock) ? entry.value : undefined;
  };

  /** Costs almost nothing per write, and keeps expired entries fewer than live ones. */
  const sweep = (): void => {
    if (entries.size < sweepAt) return;
    const now = clock.monotonic();
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= now) entries.delete(key);
    sweepAt = Math.max(leastBeforeSweep, entries.size * 2);
  };

  const write = (key: string, value: string | undefined, ttlMs: number | undefined): void => {
    if (value === undefined) {
      entries.delete(key);
      return;
    }
    const expiresAtMs = ttlMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + ttlMs;
    entries.set(key, { value, expiresAtMs });
    sweep();
  };

  const isLost = (key: string, fence: number | undefined): boolean => fence !== undefined && !locks.isHeld(key, fence);

  return {
    get(key) {
      gate.throwIfClosed();
      return read(key);
    },
    set(key, value, { ttlMs, fence }) {
      gate.throwIfClosed();
      if (isLost(key, fence)) return 'lost';
      write(key, value, ttlMs);
      return 'done';
    },
    compareAndSet(key, expected, value, { ttlMs, fence }) {
      gate.throwIfClosed();
      if (isLost(key, fence)) return 'lost';
      if (read(key) !== expected) return 'unchanged';
      write(key, value, ttlMs);
      return 'done';
    },
    delete(key, fence) {
      gate.throwIfClosed();
      if (isLost(key, fence)) return 'lost';
      const wasThere = read(key) !== undefined;
      write(key, undefined, undefined);
      return wasThere ? 'done' : 'unchanged';
    },
    addMany(added) {
      gate.throwIfClosed();
      const absent = [...added].filter(([key]) => read(key) === undefined);
      for (const [key, value] of absent) write(key, value, undefined);
      return absent.map(([key]) => key);
    },
    async *scan(prefix) {
      gate.throwIfClosed();
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix));
      for (let start = 0; start < keys.length; start += keysPerPage) {
        gate.throwIfClosed();
        yield keys.slice(start, start + keysPerPage).filter((key) => read(key) !== undefined);
      }
    },
    now() {
      gate.throwIfClosed();
      return clock.now();
    },
    locks,
  };
}

/** Reads the clock only if there is an expiry. */
const isPast = (expiresAtMs: number, clock: Clock): boolean =>
  expiresAtMs !== Number.POSITIVE_INFINITY && expiresAtMs <= clock.monotonic();

interface Holder {
  readonly token: number;
  readonly expiresAtMs: number;
}

/** The locks of a store in memory. */
interface MemoryLocks extends LockEngine {
  isHeld(key: string, token: number): boolean;
}

/** Creates free locks. One counter issues the tokens of all keys, so nothing is kept of a free lock. */
function createMemoryLocks(clock: Clock, gate: Gate): MemoryLocks {
  const holders = new Map<string, Holder>();
  let tokens = 0;
  let sweepAt = leastBeforeSweep;

  const holderOf = (key: string): Holder | undefined => {
    const holder = holders.get(key);
    return holder && !isPast(holder.expiresAtMs, clock) ? holder : undefined;
  };
  const isHeld = (key: string, token: number): boolean => holderOf(key)?.token === token;
  const hold = (key: string, token: number, leaseMs: number): void => {
    holders.set(key, { token, expiresAtMs: clock.monotonic() + leaseMs });
  };

  const sweep = (): void => {
    if (holders.size < sweepAt) return;
    for (const key of holders.keys()) if (!holderOf(key)) holders.delete(key);
    sweepAt = Math.max(leastBeforeSweep, holders.size * 2);
  };

  return {
    isHeld,
    take(key, leaseMs) {
      gate.throwIfClosed();
      if (holderOf(key)) return undefined;
      sweep();
      tokens += 1;
      hold(key, tokens, leaseMs);
      return tokens;
    },
    renew(key, token, leaseMs) {
      gate.throwIfClosed();
      if (!isHeld(key, token)) return false;
      hold(key, token, leaseMs);
      return true;
    },
    release(key, token) {
      gate.throwIfClosed();
      return isHeld(key, token) && holders.delete(key);
    },
  };
}
