import type { EntityStore, FakeStore, StoreChange, StoreListener } from './entity-store.ts';
import { createTable, type Table } from './table.ts';
import { createTransaction } from './transaction.ts';

/** Options of `createFakeStore`. */
interface FakeStoreOptions {
  /** Told of each batch of changes before it is applied, for persistence and for webhooks. */
  readonly onChange?: StoreListener;
}

/** The number in a gid, so that an id that a test made up is not given again; 0 where there is none. */
const numberOf = (gid: string): number => {
  const number = Number(/\/(\d+)$/.exec(gid)?.[1] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
};

/**
 * Makes an empty store in memory. Ids are deterministic: the same calls in the same order give the same
 * gids, numbered across kinds and shops from 1.
 */
export function createFakeStore(options: FakeStoreOptions = {}): FakeStore {
  let shops = new Map<string, Map<string, Table>>();
  let lastId = 0;
  let lastToldId = 0;

  const table = (shop: string, kind: string): Table | undefined => shops.get(shop)?.get(kind);

  const tableToWrite = (shop: string, kind: string): Table => {
    const kinds = shops.get(shop) ?? new Map<string, Table>();
    shops.set(shop, kinds);
    const existing = kinds.get(kind) ?? createTable(kind);
    kinds.set(kind, existing);
    return existing;
  };

  const apply = (change: StoreChange): void => {
    if (change.op === 'ids') {
      lastId = Math.max(lastId, change.last);
    } else if (change.op === 'put') {
      lastId = Math.max(lastId, numberOf(change.entity.id));
      tableToWrite(change.shop, change.kind).put(change.entity);
    } else {
      lastId = Math.max(lastId, numberOf(change.id));
      table(change.shop, change.kind)?.delete(change.id);
    }
  };

  const commit = (changes: readonly StoreChange[]): void => {
    const last = lastId;
    const batch = last > lastToldId ? [...changes, { op: 'ids', last } as const] : changes;
    options.onChange?.(batch);
    batch.forEach(apply);
    lastToldId = last;
  };

  const reading: Pick<EntityStore, 'get' | 'all' | 'find' | 'nextId'> = {
    get: (shop, kind, id) => table(shop, kind)?.get(id),
    all: (shop, kind) => table(shop, kind)?.all() ?? [],
    find: (shop, kind, key) => table(shop, kind)?.find(key) ?? [],
    nextId: (kind) => `gid://shopify/${kind}/${++lastId}`,
  };

  return {
    ...reading,
    put: (shop, kind, entity) => commit([{ op: 'put', shop, kind, entity }]),
    delete: (shop, kind, id) => {
      if (!reading.get(shop, kind, id)) return false;
      commit([{ op: 'delete', shop, kind, id }]);
      return true;
    },
    begin: () => createTransaction({ ...reading, apply: commit }),
    snapshot: () => [
      ...[...shops].flatMap(([shop, kinds]) =>
        [...kinds].flatMap(([kind, { all }]) => all().map((entity) => ({ op: 'put', shop, kind, entity }) as const)),
      ),
      { op: 'ids', last: lastId },
    ],
    restore: (changes) => {
      shops = new Map();
      for (const change of changes) apply(change);
      lastToldId = lastId;
    },
  };
}
